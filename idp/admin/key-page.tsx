import { Breadcrumb, type DateStyle, formatDay, type Language, Notice, Records, Tabs, Value } from '../../web/index.ts';
import { adminCopy } from './copy.ts';
import { type CalendarEntry, type CalendarQuery, type Term, termOf, terms, uses } from './key-calendar.ts';
import { fingerprintWords, keyCopy, kindNames, termNames, useNames } from './key-copy.ts';
import { OwnKeys } from './own-keys.tsx';
import { statusNames } from './provider-copy.ts';
import { pageOf } from './provider-list.tsx';

export interface KeyPageOptions {
  readonly rings: Parameters<typeof OwnKeys>[0]['rings'];
  readonly query: CalendarQuery;
  readonly page: readonly CalendarEntry[];
  readonly counts: Readonly<Record<Term, number>>;
  readonly at: number;
  readonly from: number;
  readonly next: number | undefined;
}

type Parts = KeyPageOptions & DateStyle;

const hrefOf = ({ term, use, words }: CalendarQuery, more: Record<string, string> = {}) =>
  `/admin/keys?${new URLSearchParams({ ...(term ? { term } : {}), ...(use ? { use } : {}), ...(words ? { q: words } : {}), ...more })}`;

/** Everything with an end, soonest first. */
export function KeyPage(options: Parts) {
  const { query, page, counts, language } = options;
  const say = (key: keyof typeof keyCopy) => keyCopy[key][language];
  const tabs = [undefined, ...terms];
  const all = terms.reduce((sum, term) => sum + counts[term], 0);
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={say('title')}
        language={language}
      />
      <h1 id="keys-title">{say('title')}</h1>
      <p>{say('lead')}</p>
      <Tabs
        label={say('end')}
        tabs={tabs.map((term) => ({
          name: term ? termNames[term][language] : say('all'),
          note: String(term ? counts[term] : all),
          href: hrefOf({ ...query, term }),
        }))}
        current={tabs.indexOf(query.term)}
      />
      <Filter {...options} />
      {page.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="keys-title"
          columns={(['end', 'left', 'service', 'kind', 'fingerprint'] as const).map(say)}
          rows={page.map((entry, nth) => ({ key: String(nth), cells: cellsOf(entry, options) }))}
        />
      )}
      <p class="hint">{say('fingerprintHint')}</p>
      <Paging {...options} />
      <OwnKeys {...options} />
    </>
  );
}

const dayMs = 86_400_000;

/** In whole days; the last day counts as one. */
export function leftWords(end: number, at: number, language: Language): string {
  const words = end <= at ? keyCopy.over : keyCopy.days;
  return words[language].replace('{count}', String(Math.ceil(Math.abs(end - at) / dayMs)));
}

const signs: Readonly<Record<Term, string>> = { expired: '✖ ', month: '⚠ ', quarter: '', later: '' };

function cellsOf({ what, end, fingerprint, provider }: CalendarEntry, { at, ...style }: Parts) {
  const { language } = style;
  const term = termOf(end, at);
  const status = provider && provider.status !== 'approved' ? ` (${statusNames[provider.status][language]})` : '';
  return [
    <time key="end" datetime={new Date(end).toISOString().slice(0, 10)}>
      {formatDay(end, style)}
    </time>,
    <span key="left">
      <span aria-hidden="true">{signs[term]}</span>
      {leftWords(end, at, language)}
    </span>,
    provider ? (
      <span key="service">
        <a href={`${pageOf(provider.id)}#keys`}>
          <Value>{provider.name[language]}</Value>
        </a>
        {status}
      </span>
    ) : (
      keyCopy.hub[language]
    ),
    kindNames[what][language],
    fingerprint === undefined ? (
      ''
    ) : (
      <code key="fingerprint" class="hint">
        {fingerprintWords(fingerprint)}
      </code>
    ),
  ];
}

function Filter({ query, language }: Parts) {
  return (
    <form method="get" action="/admin/keys" class="section">
      {query.term ? <input type="hidden" name="term" value={query.term} /> : null}
      <div class="field">
        <label for="q">{keyCopy.search[language]}</label>
        <input type="search" id="q" name="q" value={query.words} maxLength={200} />
      </div>
      <div class="field">
        <label for="use">{keyCopy.kind[language]}</label>
        <select id="use" name="use">
          <option value="">{keyCopy.all[language]}</option>
          {uses.map((use) => (
            <option key={use} value={use} selected={use === query.use}>
              {useNames[use][language]}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" class="button-plain">
        {keyCopy.find[language]}
      </button>
    </form>
  );
}

function Paging({ query, next, from, language }: Parts) {
  return (
    <p class="actions">
      {next === undefined ? null : (
        <a class="button button-plain" href={hrefOf(query, { from: String(next) })}>
          {keyCopy.more[language]}
        </a>
      )}
      {from === 0 ? null : (
        <a class="button button-plain" href={hrefOf(query)}>
          {keyCopy.first[language]}
        </a>
      )}
    </p>
  );
}

/** On the first page of the console: what has to be done about keys, if anything. */
export function KeyToDo({ expired, month, language }: Record<'expired' | 'month', number> & { language: Language }) {
  if (expired + month === 0) return null;
  const line = (term: 'expired' | 'month', count: number, words: string) =>
    count === 0 ? null : (
      <li>
        <a href={`/admin/keys?term=${term}`}>{words.replace('{count}', String(count))}</a>
      </li>
    );
  return (
    <Notice kind={expired > 0 ? 'error' : 'warning'} title={keyCopy.toDo[language]}>
      <ul>
        {line('expired', expired, keyCopy.toDoExpired[language])}
        {line('month', month, keyCopy.toDoMonth[language])}
      </ul>
    </Notice>
  );
}
