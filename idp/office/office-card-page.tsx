import type { CardRecord, Resident } from '../../card-auth/index.ts';
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
      {mayIssue && card.status === 'issued' ? (
        <p>
          <a class="button button-plain" href={`${base}/face`}>
            {say('face')}
          </a>
        </p>
      ) : null}
      {mayIssue && isOld ? (
        <p>
          <a class="button button-plain" href={`${base}/renew`}>
            {stationCopy.renewTitle[language]}
          </a>
        </p>
      ) : null}
      {mayIssue && card.status === 'issued' && !card.handedOver ? <HandOver {...options} base={base} /> : null}
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

function HandOver({ csrf, base, language }: OfficeCardOptions & DateStyle & { readonly base: string }) {
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
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
        <button type="submit">{say('handOver')}</button>
      </form>
    </section>
  );
}

export interface CodeLetterOptions {
  readonly resident: Resident;
  readonly code: string;
  /** Stops the card, from home. */
  readonly stopCode: string;
  /** Where the holder enters it. */
  readonly address: string;
  readonly stopAddress: string;
}

const grouped = (digits: string) => digits.replaceAll(/(\d{4})(?=\d)/g, '$1 ');

/** The letter with a code: this one time, and kept nowhere. Apart from the card, so that whoever gets one has not the other. */
export function CodeLetter(options: CodeLetterOptions & DateStyle) {
  const { resident, code, stopCode, address, stopAddress, language } = options;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  return (
    <>
      <h1>{say('letterTitle')}</h1>
      <div class="screen">
        <Notice kind="warning" title={say('letterOnce')} />
      </div>
      <Addressee resident={resident} language={language} />
      <p>{say('codeText')}</p>
      <Facts
        facts={[
          [
            say('code'),
            <strong key="code" id="hand-over-code">
              {grouped(code)}
            </strong>,
          ],
          [say('address'), <code key="address">{address}</code>],
        ]}
      />
      <p>{say('codeSecret')}</p>
      <h2>{say('stopTitle')}</h2>
      <p>{say('stopText')}</p>
      <Facts
        facts={[
          [
            say('stopCode'),
            <strong key="stop" id="stop-code">
              {grouped(stopCode)}
            </strong>,
          ],
          [say('address'), <code key="address">{stopAddress}</code>],
        ]}
      />
      <p class="screen">
        <a class="button button-plain" href="/admin/office/tasks">
          {say('back')}
        </a>
      </p>
    </>
  );
}

/** Name and registered address, for the window of an envelope. */
export function Addressee({ resident, language }: { readonly resident: Resident; readonly language: Language }) {
  const { name, address } = resident;
  const written = name.kanji ?? name.latin ?? name.kana ?? '';
  return (
    <address class="block">
      {address ? (
        <>
          〒{address.postal}
          <br />
          <Value>{`${address.municipality}${address.town}${address.block}`}</Value>
          <br />
        </>
      ) : (
        <>
          {taskCopy.noAddress[language]}
          <br />
        </>
      )}
      <Value>{written}</Value> {taskCopy.dear.ja}
    </address>
  );
}
