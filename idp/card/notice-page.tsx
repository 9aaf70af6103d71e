import { Breadcrumb, type DateStyle, formatMoment } from '../../web/index.ts';
import { cardCopy } from './copy.ts';
import { type NamedNotice, noticeWords } from './notice-words.ts';

export interface NoticePageOptions extends DateStyle {
  readonly notices: readonly NamedNotice[];
  /** Id of the last one that was read; later ones are new. */
  readonly readTo: string;
  /** How many are unread over all pages. */
  readonly unread: number;
  /** Where older ones go on. */
  readonly next: string | undefined;
  readonly onFirstPage: boolean;
  readonly csrfToken: string;
  readonly supportPhone: string;
}

/** Everything that a resident was told, the latest first. Reading is the resident's word: a page that opens marks nothing. */
export function NoticePage(options: NoticePageOptions) {
  const { notices, language, supportPhone } = options;
  const say = (key: keyof typeof cardCopy) => cardCopy[key][language];
  return (
    <>
      <Breadcrumb trail={[{ name: say('account'), href: '/account' }]} current={say('notices')} language={language} />
      <h1 id="notices-title">{say('notices')}</h1>
      {notices.length === 0 ? (
        <p>{say('noNotices')}</p>
      ) : (
        <p>
          {say('notYours')} <a href={`tel:${supportPhone.replaceAll('-', '')}`}>{supportPhone}</a>
        </p>
      )}
      <MarkRead {...options} />
      <ul class="notices" aria-labelledby="notices-title">
        {notices.map((notice) => (
          <NoticeItem key={notice.id} {...{ notice, options }} />
        ))}
      </ul>
      <Pages {...options} />
    </>
  );
}

function NoticeItem({ notice, options }: { readonly notice: NamedNotice; readonly options: NoticePageOptions }) {
  const { language, readTo } = options;
  const { id, at, kind } = notice;
  return (
    <li class="block" data-kind={kind}>
      <p class="tight">
        {id > readTo ? (
          <>
            <strong class="new">{cardCopy.isNew[language]}</strong>{' '}
          </>
        ) : null}
        <time datetime={new Date(at).toISOString()}>{formatMoment(at, options)}</time>
      </p>
      <p class="tight">{noticeWords(notice, language)}</p>
    </li>
  );
}

/** Marks what is on the page and older; what came meanwhile stays new. */
function MarkRead({ notices, unread, onFirstPage, csrfToken, language }: NoticePageOptions) {
  const latest = notices[0]?.id;
  if (unread === 0 || !onFirstPage || latest === undefined) return null;
  return (
    <form method="post" action="/account/notices/read">
      <input type="hidden" name="csrf" value={csrfToken} />
      <input type="hidden" name="to" value={latest} />
      <p class="actions">
        <button type="submit" id="mark-read">
          {cardCopy.markRead[language]}
        </button>
      </p>
    </form>
  );
}

function Pages({ next, onFirstPage, language }: NoticePageOptions) {
  const links = [
    ...(next === undefined
      ? []
      : [{ href: `/account/notices?${new URLSearchParams({ after: next })}`, words: cardCopy.olderNotices }]),
    ...(onFirstPage ? [] : [{ href: '/account/notices', words: cardCopy.newestNotices }]),
  ];
  if (links.length === 0) return null;
  return (
    <ul class="links">
      {links.map(({ href, words }) => (
        <li key={href}>
          <a class="button button-plain" href={href}>
            {words[language]}
          </a>
        </li>
      ))}
    </ul>
  );
}
