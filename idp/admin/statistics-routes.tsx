import { Readable } from 'node:stream';
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { ProviderRecord, ProviderRegistry } from '../../federation/index.ts';
import type { Language } from '../../web/index.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import { csvLine, csvStart } from './csv.ts';
import type { Door } from './door.ts';
import { recordOf } from './provider-routes.tsx';
import { everyProvider, type SignInCount, type Statistics } from './statistics.ts';
import { statisticsCopy } from './statistics-copy.ts';
import { type By, StatisticsPage, type StatisticsPageOptions } from './statistics-page.tsx';

export interface StatisticsRoutesOptions {
  readonly door: Door;
  readonly frame: PageFrame;
  readonly registry: ProviderRegistry;
  readonly statistics: Statistics;
}

type Options = StatisticsRoutesOptions;
const perPage = 50;

/** Numbers of sign-ins: looking only, and nothing in them is about a person. */
export function statisticsRoutes(options: Options): (router: Router) => void {
  const { door, frame, statistics } = options;
  return (router) => {
    router.get('/admin/statistics', async (ctx) => {
      if (!(await door.admit(ctx, { act: 'provider.read' }))) return;
      const finished = await statistics.refresh();
      const page = { ...(await pageFor(ctx, options)), finished };
      frame.send(ctx, {
        title: statisticsCopy.title[frame.preferencesOf(ctx).language],
        body: ({ language }) => <StatisticsPage {...page} language={language} />,
      });
    });

    router.get('/admin/statistics.csv', async (ctx) => {
      if (!(await door.admit(ctx, { act: 'provider.read' }))) return;
      await statistics.refresh();
      const { by, service } = askedIn(ctx);
      const { language } = frame.preferencesOf(ctx);
      ctx.set('cache-control', 'no-store');
      ctx.attachment(`sign-ins-by-${by}.csv`);
      ctx.type = 'text/csv; charset=utf-8';
      ctx.body = Readable.from(linesOf({ by, service, language }, options));
    });
  };
}

function askedIn(ctx: Context): { readonly by: By; readonly service: string | undefined } {
  const { searchParams } = ctx.URL;
  return {
    by: searchParams.get('by') === 'month' ? 'month' : 'day',
    service: searchParams.get('service') ?? undefined,
  };
}

async function pageFor(ctx: Context, options: Options): Promise<Omit<StatisticsPageOptions, 'finished'>> {
  const { statistics } = options;
  const { by, service } = askedIn(ctx);
  const known = new Map((await statistics.of(service ?? everyProvider)).map((count) => [count.period, count] as const));
  const record = service === undefined ? undefined : await recordIfThere(service, options);
  if (service !== undefined && !record && known.size === 0)
    throw new HubPageError('PAGE_MISSING', 'no such provider, now or in the counts');
  const periods = statistics.periods(by);
  return {
    by,
    counts: periods.map((period) => known.get(period) ?? emptyCount(period, service ?? everyProvider)),
    service: service === undefined ? undefined : { id: service, name: record?.name ?? { ja: service, en: service } },
    during: await duringFor(ctx, periods.at(-1) ?? '', options),
  };
}

const emptyCount = (period: string, provider: string): SignInCount => ({
  id: `${period} ${provider}`,
  period,
  provider,
  answered: 0,
  refused: {},
  counted: {},
});

/** Services of the period that was asked for, else of the present one. */
async function duringFor(ctx: Context, present: string, options: Options): Promise<StatisticsPageOptions['during']> {
  const { searchParams } = ctx.URL;
  const asked = searchParams.get('period') ?? '';
  const period = /^\d{4}-(0[1-9]|1[0-2])(-\d\d)?$/.test(asked) ? asked : present;
  const after = searchParams.get('after') ?? undefined;
  const { records, next } = await options.statistics.during(period, { limit: perPage, after });
  const own = records.filter(({ provider }) => provider !== everyProvider);
  const found = await Promise.all(
    own.map(async (count) => ({ ...count, name: (await recordIfThere(count.provider, options))?.name })),
  );
  return { period, found, next };
}

/** Counts outlive the registration they are about. */
async function recordIfThere(id: string, { registry }: Pick<Options, 'registry'>): Promise<ProviderRecord | undefined> {
  try {
    return await recordOf(id, { registry });
  } catch (error) {
    if (error instanceof HubPageError) return undefined;
    throw error;
  }
}

interface Wanted {
  readonly by: By;
  readonly service: string | undefined;
  readonly language: Language;
}

/** A line for each result of each service in each period: what pivot tables want. Read as it is sent, a page at a time. */
async function* linesOf({ by, service, language }: Wanted, options: Options): AsyncGenerator<string> {
  const say = (key: keyof typeof statisticsCopy) => statisticsCopy[key][language];
  yield csvStart + csvLine((['period', 'identifier', 'service', 'result', 'count'] as const).map(say));
  const names = new Map<string, string>();
  const { statistics } = options;
  for await (const count of countsFor(statistics.periods(by), service, statistics)) {
    const { period, provider, answered, refused } = count;
    const name = names.get(provider) ?? (await recordIfThere(provider, options))?.name[language] ?? '';
    names.set(provider, name);
    const results: [string, number][] = [[say('answered'), answered], ...Object.entries(refused)];
    for (const [result, times] of results)
      if (times > 0) yield csvLine([period, provider.replace(/^\w+:/, ''), name, result, times]);
  }
}

async function* countsFor(
  periods: readonly string[],
  service: string | undefined,
  statistics: Statistics,
): AsyncGenerator<SignInCount> {
  if (service !== undefined) {
    yield* (await statistics.of(service)).filter(({ period }) => periods.includes(period));
    return;
  }
  for (const period of periods) {
    let after: string | undefined;
    do {
      const page = await statistics.during(period, { limit: 500, after });
      yield* page.records.filter(({ provider }) => provider !== everyProvider);
      after = page.next;
    } while (after !== undefined);
  }
}
