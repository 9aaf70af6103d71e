import { BarChart, Breadcrumb, formatDate, type Language, Notice, Records, Tabs, Value } from '../../web/index.ts';
import { adminCopy } from './copy.ts';
import { pageOf } from './provider-list.tsx';
import { refusedIn, type SignInCount } from './statistics.ts';
import { statisticsCopy } from './statistics-copy.ts';

export type By = 'day' | 'month';
export type Named = SignInCount & { readonly name: { readonly ja: string; readonly en: string } | undefined };

export interface StatisticsPageOptions {
  readonly by: By;
  /** One for every period, also where nothing happened. */
  readonly counts: readonly SignInCount[];
  /** One service, or all of them. */
  readonly service: { readonly id: string; readonly name: { readonly ja: string; readonly en: string } } | undefined;
  /** Services in one period; with all services only. */
  readonly during: { readonly period: string; readonly found: readonly Named[]; readonly next: string | undefined };
  readonly finished: boolean;
}

type Parts = StatisticsPageOptions & { readonly language: Language };

export const statisticsHref = (path: string, parameters: Record<string, string | undefined>) =>
  `${path}?${new URLSearchParams(Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined))}`;

/** 2026-10-01 as a day, 2026-10 as a month. */
export function periodWords(period: string, language: Language): string {
  if (period.length === 10) return formatDate(period, language);
  const style = { year: 'numeric', month: 'long', timeZone: 'UTC' } as const;
  const locale = language === 'ja' ? 'ja-JP-u-ca-japanese' : 'en-GB';
  return new Intl.DateTimeFormat(locale, style).format(Date.parse(`${period}-01T00:00:00Z`));
}

/** How many came, and how many had to be told no, as a picture and as numbers. */
export function StatisticsPage(options: Parts) {
  const { by, service, finished, language } = options;
  const say = (key: keyof typeof statisticsCopy) => statisticsCopy[key][language];
  const views = ['day', 'month'] as const;
  const id = service?.id;
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          ...(service ? [{ name: say('title'), href: '/admin/statistics' }] : []),
        ]}
        current={service?.name[language] ?? say('title')}
        language={language}
      />
      <h1>{service ? <Value>{service.name[language]}</Value> : say('title')}</h1>
      <p>{say('lead')}</p>
      {finished ? null : (
        <Notice kind="warning" title={say('unfinished')}>
          <p>{say('unfinishedText')}</p>
        </Notice>
      )}
      <Tabs
        label={say('by')}
        tabs={views.map((view) => ({
          name: say(view),
          href: statisticsHref('/admin/statistics', { by: view, service: id }),
        }))}
        current={views.indexOf(by)}
      />
      <h2 id="counts-title">{service ? say('title') : say('all')}</h2>
      <Picture {...options} />
      <Numbers {...options} />
      <ul class="links">
        <li>
          <a class="button button-plain" href={statisticsHref('/admin/statistics.csv', { by, service: id })} download>
            {say('csv')}
          </a>
        </li>
        {service ? (
          <li>
            <a href={pageOf(service.id)}>{say('registration')}</a>
          </li>
        ) : null}
      </ul>
      {service ? null : <Services {...options} />}
    </>
  );
}

function Picture({ counts, language }: Parts) {
  const say = (key: keyof typeof statisticsCopy) => statisticsCopy[key][language];
  const bars = counts.map((count) => ({
    label: periodWords(count.period, language),
    good: count.answered,
    bad: refusedIn(count),
  }));
  return (
    <BarChart bars={bars} summary={summaryOf(bars, language)} legend={{ good: say('answered'), bad: say('refused') }} />
  );
}

/** The numbers of the picture, a row for each day or month; each leads to the services of that time. */
function Numbers({ by, counts, service, language }: Parts) {
  const say = (key: keyof typeof statisticsCopy) => statisticsCopy[key][language];
  return (
    <details id="numbers">
      <summary>{say('numbers')}</summary>
      <Records
        label="counts-title"
        columns={(['period', 'answered', 'refused', 'codes'] as const).map(say)}
        rows={[...counts].reverse().map((count) => ({
          key: count.period,
          cells: [
            service ? (
              periodWords(count.period, language)
            ) : (
              <a
                key="period"
                href={`${statisticsHref('/admin/statistics', { by, period: count.period })}#services-title`}
              >
                {periodWords(count.period, language)}
              </a>
            ),
            ...numbersOf(count),
          ],
        }))}
      />
    </details>
  );
}

function summaryOf(bars: readonly { label: string; good: number; bad: number }[], language: Language): string {
  const [first, last] = [bars[0]?.label ?? '', bars.at(-1)?.label ?? ''];
  const sum = (part: 'good' | 'bad') => bars.reduce((total, bar) => total + bar[part], 0);
  const most = bars.toSorted((one, other) => other.good + other.bad - one.good - one.bad)[0];
  const words = statisticsCopy[sum('good') + sum('bad') === 0 ? 'nothing' : 'summary'][language];
  return words
    .replace('{first}', first)
    .replace('{last}', last)
    .replace('{answered}', String(sum('good')))
    .replace('{refused}', String(sum('bad')))
    .replace('{most}', most?.label ?? '')
    .replace('{count}', String((most?.good ?? 0) + (most?.bad ?? 0)));
}

const numbersOf = (count: SignInCount) => [
  String(count.answered),
  String(refusedIn(count)),
  Object.entries(count.refused)
    .toSorted(([, one], [, other]) => other - one)
    .map(([code, times]) => `${code} ${times}`)
    .join(', '),
];

function Services({ by, during, language }: Parts) {
  const say = (key: keyof typeof statisticsCopy) => statisticsCopy[key][language];
  const { period, found, next } = during;
  return (
    <section class="section">
      <h2 id="services-title">{say('services').replace('{period}', periodWords(period, language))}</h2>
      {found.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="services-title"
          columns={(['service', 'answered', 'refused', 'codes'] as const).map(say)}
          rows={found.map((count) => ({
            key: count.provider,
            cells: [
              <a key="service" href={statisticsHref('/admin/statistics', { by, service: count.provider })}>
                <Value>{count.name?.[language] ?? count.provider}</Value>
              </a>,
              ...numbersOf(count),
            ],
          }))}
        />
      )}
      {next === undefined ? null : (
        <p>
          <a
            class="button button-plain"
            href={`${statisticsHref('/admin/statistics', { by, period, after: next })}#services-title`}
          >
            {say('more')}
          </a>
        </p>
      )}
    </section>
  );
}
