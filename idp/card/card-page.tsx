import type { CardRecord } from '../../card-auth/index.ts';
import { type DateStyle, Facts, formatDay, formatMoment, Notice } from '../../web/index.ts';
import { changeCopy } from './change-copy.ts';
import { cardCopy, statusCopy } from './copy.ts';
import { type NamedNotice, noticeWords } from './notice-words.ts';

/** What the holder sees of a card. */
export type ShownCard = Pick<CardRecord, 'number' | 'status' | 'expiresOn'>;

interface CardPageOptions extends DateStyle {
  readonly cards: readonly ShownCard[];
  readonly notices: readonly NamedNotice[];
  readonly pinChanged: boolean;
}

/** The holder's card: its state, what can be done with it, and what happened around it. */
export function CardPage({ cards, notices, pinChanged, ...style }: CardPageOptions) {
  const { language } = style;
  const say = (key: keyof typeof cardCopy) => cardCopy[key][language];
  return (
    <>
      <h1>{say('title')}</h1>
      {pinChanged ? (
        <Notice kind="success" title={say('pinDone')}>
          <p>{say('pinDoneText')}</p>
        </Notice>
      ) : null}
      <section class="section" aria-labelledby="card-title">
        <h2 id="card-title">{say('card')}</h2>
        {cards.length === 0 ? <p>{say('none')}</p> : null}
        {cards.map((card) => (
          <article key={card.number} class="block">
            <Facts facts={cardFacts(card, style)} />
          </article>
        ))}
        <ul class="links">
          <li>
            <a class="button button-plain" href="/account/card/pin">
              {say('changePin')}
            </a>
          </li>
          <li>
            <a class="button button-plain" href="/account/card/change">
              {changeCopy.title[language]}
            </a>
          </li>
          <li>
            <a class="button button-plain" href="/account/card/stop">
              {say('stop')}
            </a>
          </li>
        </ul>
      </section>
      <section class="section" aria-labelledby="notices-title">
        <h2 id="notices-title">{say('notices')}</h2>
        {notices.length === 0 ? <p>{say('noNotices')}</p> : <p>{say('notYours')}</p>}
        {notices.length > 0 ? <Facts facts={notices.map((notice) => noticeFact(notice, style))} /> : null}
        {notices.length > 0 ? (
          <p>
            <a class="button button-plain" href="/account/notices">
              {say('allNotices')}
            </a>
          </p>
        ) : null}
      </section>
      <p>
        <a href="/account">{say('back')}</a>
      </p>
    </>
  );
}

/** R28: the number in full, because this is its holder. */
function cardFacts({ number, status, expiresOn }: ShownCard, style: DateStyle): (readonly [string, string])[] {
  const { language } = style;
  return [
    [cardCopy.number[language], number.replace(/^(\d{4})(\d{4})/, '$1 $2 ')],
    [cardCopy.state[language], statusCopy[status][language]],
    [cardCopy.expires[language], formatDay(expiresOn - 1, style)],
  ];
}

const noticeFact = (notice: NamedNotice, style: DateStyle): readonly [string, string] => [
  formatMoment(notice.at, style),
  noticeWords(notice, style.language),
];

interface StopPageOptions extends Pick<DateStyle, 'language'> {
  readonly cards: readonly ShownCard[];
  readonly csrfToken: string;
}

/** Asks once more, because only the card office can undo it. */
export function StopPage({ cards, csrfToken, language }: StopPageOptions) {
  const say = (key: keyof typeof cardCopy) => cardCopy[key][language];
  return (
    <>
      <h1>{say('stopTitle')}</h1>
      {cards.length === 0 ? <p>{say('stopNone')}</p> : <p>{say('stopText')}</p>}
      {cards.length === 0 ? null : <p>{say('stopBack')}</p>}
      {cards.map(({ number, status }) => (
        <form key={number} method="post" action="/account/card/stop" class="block">
          <Facts
            facts={[
              [say('number'), number.replace(/^(\d{4})(\d{4})/, '$1 $2 ')],
              [say('state'), statusCopy[status][language]],
            ]}
          />
          <input type="hidden" name="csrf" value={csrfToken} />
          <input type="hidden" name="number" value={number} />
          <p class="actions">
            <button type="submit">{say('stopThis')}</button>
          </p>
        </form>
      ))}
      <p>
        <a class="button button-plain" href="/account/card">
          {say('keep')}
        </a>
      </p>
    </>
  );
}

/** Where the holder lands when the sign-in has ended with the card; it is for everybody and says nothing of anyone. */
export function StoppedPage({ language, phone }: { readonly language: DateStyle['language']; readonly phone: string }) {
  const say = (key: keyof typeof cardCopy) => cardCopy[key][language];
  return (
    <>
      <h1>{say('stopped')}</h1>
      <p>{say('stoppedText')}</p>
      <p>
        {say('phone')}: <a href={`tel:${phone.replaceAll('-', '')}`}>{phone}</a>
      </p>
    </>
  );
}
