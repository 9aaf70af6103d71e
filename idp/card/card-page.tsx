import type { CardRecord } from '../../card-auth/index.ts';
import { type DateStyle, Facts, formatDay, formatMoment, type Language, Notice, type Text } from '../../web/index.ts';
import { changeCopy } from './change-copy.ts';
import { cardCopy, statusCopy } from './copy.ts';
import { type NamedNotice, noticeWords } from './notice-words.ts';

/** What the holder sees of a card. */
export type ShownCard = Pick<CardRecord, 'number' | 'status' | 'expiresOn'>;

/** R42: a card of another kind, or whatever else its scheme is about. */
export interface ShownOther {
  readonly ref: string;
  readonly label: Text;
  readonly usable: boolean;
}

interface CardPageOptions extends DateStyle {
  readonly cards: readonly ShownCard[];
  readonly others: readonly ShownOther[];
  readonly notices: readonly NamedNotice[];
  readonly pinChanged: boolean;
}

/** The holder's card: its state, what can be done with it, and what happened around it. */
export function CardPage({ cards, others, notices, pinChanged, ...style }: CardPageOptions) {
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
        {cards.length + others.length === 0 ? <p>{say('none')}</p> : null}
        {cards.map((card) => (
          <article key={card.number} class="block">
            <Facts facts={cardFacts(card, style)} />
          </article>
        ))}
        {others.map((other) => (
          <article key={other.ref} class="block">
            <Facts facts={otherFacts(other, language)} />
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

const otherFacts = ({ label, usable }: ShownOther, language: Language): (readonly [string, string])[] => [
  [cardCopy.kind[language], label[language]],
  [cardCopy.state[language], statusCopy[usable ? 'active' : 'suspended'][language]],
];

const noticeFact = (notice: NamedNotice, style: DateStyle): readonly [string, string] => [
  formatMoment(notice.at, style),
  noticeWords(notice, style.language),
];

interface StopPageOptions extends Pick<DateStyle, 'language'> {
  readonly cards: readonly ShownCard[];
  readonly others: readonly ShownOther[];
  readonly csrfToken: string;
}

/** Asks once more, because only the card office can undo it. */
export function StopPage({ cards, others, csrfToken, language }: StopPageOptions) {
  const isNone = cards.length + others.length === 0;
  const say = (key: keyof typeof cardCopy) => cardCopy[key][language];
  return (
    <>
      <h1>{say('stopTitle')}</h1>
      <p>{say(isNone ? 'stopNone' : 'stopText')}</p>
      {isNone ? null : <p>{say('stopBack')}</p>}
      {cards.map(({ number, status }) => (
        <StopForm
          key={number}
          facts={[
            [say('number'), number.replace(/^(\d{4})(\d{4})/, '$1 $2 ')],
            [say('state'), statusCopy[status][language]],
          ]}
          field={['number', number]}
          {...{ csrfToken, language }}
        />
      ))}
      {others.map((other) => (
        <StopForm
          key={other.ref}
          facts={otherFacts(other, language)}
          field={['other', other.ref]}
          {...{ csrfToken, language }}
        />
      ))}
      <p>
        <a class="button button-plain" href="/account/card">
          {say('keep')}
        </a>
      </p>
    </>
  );
}

function StopForm({
  facts,
  field: [name, value],
  csrfToken,
  language,
}: Pick<StopPageOptions, 'csrfToken' | 'language'> & {
  readonly facts: readonly (readonly [string, string])[];
  readonly field: readonly [name: string, value: string];
}) {
  return (
    <form method="post" action="/account/card/stop" class="block">
      <Facts facts={facts} />
      <input type="hidden" name="csrf" value={csrfToken} />
      <input type="hidden" name={name} value={value} />
      <p class="actions">
        <button type="submit">{cardCopy.stopThis[language]}</button>
      </p>
    </form>
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
