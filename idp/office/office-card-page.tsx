import { type CardRecord, isWaiting } from '../../card-auth/index.ts';
import {
  Breadcrumb,
  type DateStyle,
  Facts,
  formatDay,
  formatMoment,
  type Language,
  Notice,
  SelectField,
  Value,
} from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { statusCopy } from '../card/copy.ts';
import type { unprintableOn } from './face.ts';
import type { LetterSheet } from './letter-sheet.ts';
import { LetterView } from './letter-view.tsx';
import { printCopy, unprintableWords } from './print-copy.ts';
import { stationCopy } from './station-copy.ts';
import { taskCopy } from './task-copy.ts';

const crumbs = (language: Language) => [
  { name: adminCopy.title[language], href: '/admin' },
  { name: taskCopy.title[language], href: '/admin/office/tasks' },
];

export interface OfficeCardOptions {
  readonly card: CardRecord;
  readonly person: string;
  /** Number of the card whose place it takes. */
  readonly supersedes: string | undefined;
  readonly nameOf: (administrator: string) => string;
  readonly mayIssue: boolean;
  /** The key is not of the newest version. */
  readonly isOld: boolean;
  /** Why its face cannot be PDF. */
  readonly fault: ReturnType<typeof unprintableOn>;
  readonly csrf: string;
}

/** A2: one card as the office sees it: no key, no PIN, no code. */
export function OfficeCardPage(options: OfficeCardOptions & DateStyle) {
  const { card, mayIssue, isOld, language } = options;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  const base = `/admin/office/cards/${card.id}`;
  return (
    <>
      <Breadcrumb trail={crumbs(language)} current={say('cardTitle')} language={language} />
      <h1>{say('cardTitle')}</h1>
      <Facts facts={factsOf(options)} />
      {mayIssue && card.status === 'issued' ? <FaceLinks {...options} base={base} /> : null}
      {mayIssue && isOld ? (
        <p>
          <a class="button button-plain" href={`${base}/renew`}>
            {stationCopy.renewTitle[language]}
          </a>
        </p>
      ) : null}
      {mayIssue && isWaiting(card) ? <HandOver {...options} base={base} /> : null}
    </>
  );
}

function factsOf({ card, person, supersedes, nameOf, ...style }: OfficeCardOptions & DateStyle) {
  const { language } = style;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  const { number, status, issuedAt, expiresOn, handedOver } = card;
  const handed = handedOver
    ? `${formatMoment(handedOver.at, style)} ${say(handedOver.how)} (${nameOf(handedOver.by)})`
    : say('notHandedOver');
  return [
    [say('number'), number.replace(/^(\d{4})(\d{4})/, '$1 $2 ')],
    [say('person'), <Value key="person">{person}</Value>],
    [say('state'), statusCopy[status][language]],
    [say('issued'), formatMoment(issuedAt, style)],
    [say('expires'), formatDay(expiresOn - 1, style)],
    [say('handedOver'), handed],
    ...(supersedes ? [[say('supersedes'), supersedes] as const] : []),
  ] as const;
}

function FaceLinks({ fault, base, language }: OfficeCardOptions & DateStyle & { readonly base: string }) {
  return (
    <>
      {fault ? <Notice kind="warning" title={unprintableWords(fault.label, fault.at, language)} /> : null}
      <div class="actions">
        {fault ? null : (
          <a class="button button-plain" href={`${base}/face.pdf`}>
            {printCopy.facePdf[language]}
          </a>
        )}
        <a class="button button-plain" href={`${base}/face`}>
          {printCopy.sheet[language]}
        </a>
      </div>
    </>
  );
}

function HandOver({ card, csrf, base, language }: OfficeCardOptions & DateStyle & { readonly base: string }) {
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  if (card.madeFor === undefined)
    return (
      <section class="section">
        <h2>{say('handOver')}</h2>
        <p>{printCopy.importedText[language]}</p>
        <p>
          <a href="/admin/office/code-batches">{printCopy.batches[language]}</a>
        </p>
      </section>
    );
  return (
    <section class="section">
      <h2>{say('handOver')}</h2>
      <p>{say('handOverText')}</p>
      <form method="post" action={`${base}/hand-over`}>
        <input type="hidden" name="csrf" value={csrf} />
        <SelectField
          name="how"
          label={say('how')}
          empty={say('choose')}
          options={(['counter', 'mail'] as const).map((value) => ({ value, label: say(value) }))}
          value="counter"
        />
        <div class="actions">
          <button type="submit">{say('handOver')}</button>
          <button type="submit" class="button-plain" name="as" value="pdf">
            {printCopy.letterPdf[language]}
          </button>
        </div>
      </form>
    </section>
  );
}

/** The letter with a code: this one time, and kept nowhere. */
export function CodeLetterPage({ sheet, ...style }: DateStyle & { readonly sheet: LetterSheet }) {
  const { language } = style;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  return (
    <>
      <div class="screen">
        <Notice kind="warning" title={say('letterOnce')} />
      </div>
      <LetterView sheet={sheet} {...style} />
      <p class="screen">
        <a class="button button-plain" href="/admin/office/tasks">
          {say('back')}
        </a>
      </p>
    </>
  );
}
