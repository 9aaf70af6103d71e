import type { Language, Text } from '../../web/index.ts';
import { browserWords } from '../browser-words.ts';
import { noticeCopy } from './notice-copy.ts';
import type { NoticeRecord } from './notices.ts';

/** A notice with the registered name of the service that it is about. */
export type NamedNotice = NoticeRecord & { readonly service?: Text | undefined };

const goneService: Text = { ja: '登録が終わったサービス', en: 'A service that is no longer registered' };

/** Each with the name of its service; one that is no longer registered has none. */
export async function withServices(
  notices: readonly NoticeRecord[],
  partyNameOf: (party: string) => Promise<Text | undefined>,
): Promise<readonly NamedNotice[]> {
  return Promise.all(
    notices.map(async (notice) =>
      notice.party === undefined ? notice : { ...notice, service: await partyNameOf(notice.party) },
    ),
  );
}

/** What a notice says. */
export function noticeWords(notice: NamedNotice, language: Language): string {
  const { kind, days, count, service = goneService, browser, reference = '' } = notice;
  return noticeCopy[kind][language]
    .replace('{n}', String(days ?? count ?? ''))
    .replace('{service}', () => service[language])
    .replace('{browser}', () => browserWords(browser, language))
    .replace('{number}', () => reference);
}
