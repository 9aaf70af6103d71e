import { type CardAct, type CardRecord, isFinal } from '../../card-auth/index.ts';
import { type DateStyle, Facts, formatDay } from '../../web/index.ts';
import { statusCopy } from '../card/copy.ts';
import type { CallerCase } from './caller-cases.ts';
import { actNames, supportCopy } from './support-copy.ts';

interface CardBlockOptions extends DateStyle {
  readonly card: CardRecord;
  readonly call: CallerCase;
  readonly may: Readonly<Record<'ask' | 'unlock' | 'full', boolean>>;
  readonly action: string;
  readonly csrf: string;
}

/** R28: in full for its holder and for who issues it; for a voice on the telephone as much as tells two cards apart. */
export const shownNumber = (number: string, full: boolean): string =>
  full ? number.replace(/^(\d{4})(\d{4})/, '$1 $2 ') : `${number.slice(0, 2)}** **** ***${number.slice(-2)}`;

/** What a card's state leaves to ask for; whatever it is, a second person decides. */
export function askable({ status }: Pick<CardRecord, 'status'>): readonly Exclude<CardAct, 'issue'>[] {
  if (isFinal(status)) return [];
  const byState: Partial<Record<CardRecord['status'], readonly Exclude<CardAct, 'issue'>[]>> = {
    issued: ['code', 'replace', 'revoke'],
    active: ['code', 'replace', 'revoke'],
    'pin-locked': ['unlock', 'code', 'replace', 'revoke'],
    suspended: ['resume', 'replace', 'revoke'],
  };
  return byState[status] ?? [];
}

export function CardBlock(options: CardBlockOptions) {
  const { card, may, language } = options;
  const { number, status, expiresOn, id } = card;
  const say = (key: keyof typeof supportCopy) => supportCopy[key][language];
  const shown = shownNumber(number, may.full);
  return (
    <article class="block">
      <Facts
        facts={[
          [say('number'), may.full ? <a href={`/admin/office/cards/${id}`}>{shown}</a> : shown],
          [say('state'), statusCopy[status][language]],
          [say('expires'), formatDay(expiresOn - 1, options)],
        ]}
      />
      {may.ask ? <Ask {...options} /> : null}
    </article>
  );
}

function Ask({ card, may, action, csrf, language }: CardBlockOptions) {
  const say = (key: keyof typeof supportCopy) => supportCopy[key][language];
  const shown = shownNumber(card.number, may.full);
  const acts = askable(card);
  if (acts.length === 0) return null;
  return (
    <>
      <h3>{say('acts')}</h3>
      {may.unlock && card.status === 'pin-locked' ? (
        <form method="post" action={`${action}/unlock`}>
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="card" value={card.id} />
          <p>{say('unlockHint')}</p>
          <button type="submit">{say('unlockNow')}</button>
        </form>
      ) : null}
      <form method="post" action={`${action}/ask`}>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="card" value={card.id} />
        <ul class="links">
          {acts.map((act) => (
            <li key={act}>
              <button
                type="submit"
                name="act"
                value={act}
                class="button-plain"
                aria-label={`${actNames[act][language]} ${shown}`}
              >
                {actNames[act][language]}
              </button>
            </li>
          ))}
        </ul>
      </form>
    </>
  );
}
