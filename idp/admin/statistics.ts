import { setImmediate } from 'node:timers/promises';
import { dayIn } from '../../lib/time.ts';
import {
  type Collection,
  type CollectionDefinition,
  insertOnce,
  type Journal,
  type JournalRecord,
  type StoredRecord,
} from '../../storage/index.ts';
import type { Lease, Leases } from '../lease.ts';

/** Sign-ins at one service in one day or month. Numbers only: no resident, no pseudonym. */
export interface SignInCount extends StoredRecord {
  /** Period, a space, and the provider. */
  readonly id: string;
  /** YYYY-MM-DD or YYYY-MM. */
  readonly period: string;
  /** Id of the registration; `*` for all together. */
  readonly provider: string;
  readonly answered: number;
  /** Code of the refusal -> how often. */
  readonly refused: Readonly<Record<string, number>>;
  /** Chain of the journal -> the last of its records that is counted here. */
  readonly counted: Readonly<Record<string, number>>;
}

/** How far a chain of the journal has been read. */
export interface FoldCursor extends StoredRecord {
  /** The chain. */
  readonly id: string;
  readonly sequence: number;
  /** Where the journal is read on from. */
  readonly after: string;
}

export const signInCountCollection: CollectionDefinition = {
  name: 'sign-in-count',
  indexes: [['period'], ['provider']],
};
export const foldCursorCollection: CollectionDefinition = { name: 'sign-in-count-cursor' };

export const everyProvider = '*';
export const [daysShown, monthsShown] = [35, 13];

export interface StatisticsOptions {
  readonly journal: Pick<Journal, 'read'>;
  readonly counts: Collection<SignInCount>;
  readonly cursors: Collection<FoldCursor>;
  readonly timeZone: string;
  readonly now: () => number;
  /** As much as one look folds; the page then says that it is not done. */
  readonly atMost?: number;
  /** With them one process folds at a time. Only work is saved: the counts are right without. */
  readonly leases?: Leases;
}

const dayMs = 86_400_000;
const everyMs = 60_000;
const slice = 500;
/** Counts outlive what is shown by a little, so that a clock or a zone that differs loses nothing. */
const [daysKeptMs, monthsKeptMs] = [(daysShown + 2) * dayMs, (monthsShown + 1) * 31 * dayMs];

const signIns = new Set(['sso.saml', 'sso.oidc']);

/** What a batch adds to one count, record by record, because some may be counted already. */
interface Tally {
  readonly period: string;
  readonly provider: string;
  readonly expiresAt: number;
  readonly found: { readonly sequence: number; readonly refusal: string | undefined }[];
}

/**
 * Folds the audit journal into counts, a chain at a time from where it was left. Two rules make it count everything once,
 * however often it breaks off and however many processes do it at the same time:
 * - A count remembers, per chain, the last record that is in it, and takes only later ones, in the same atomic write.
 *   This holds because a chain is appended in order by one process, and because the store shows its records in order.
 * - The counts are written first and the cursor last. After a crash between them the records are read again and left out.
 */
export function createStatistics(options: StatisticsOptions) {
  const { journal, counts, cursors, timeZone, now, atMost = 20_000, leases } = options;
  const dayOf = dayIn(timeZone);
  let foldedAt = Number.NEGATIVE_INFINITY;
  let folding: Promise<boolean> | undefined;

  /** Brings the counts up to date, at most once a minute. False: there is more than one look folds. */
  async function refresh(): Promise<boolean> {
    if (folding) return folding;
    if (now() - foldedAt < everyMs) return true;
    folding = foldAlone().finally(() => {
      folding = undefined;
    });
    const done = await folding;
    if (done) foldedAt = now();
    return done;
  }

  /** Where another process folds at this moment, what it has so far is shown. */
  async function foldAlone(): Promise<boolean> {
    if (!leases) return fold(undefined);
    const lease = await leases.acquire('sign-in-count');
    if (!lease) return false;
    try {
      return await fold(lease);
    } finally {
      await lease.release();
    }
  }

  async function fold(lease: Lease | undefined): Promise<boolean> {
    let left = atMost;
    let chain = await firstAfter('');
    while (chain !== undefined && left > 0) {
      const read = await foldChain(chain, left);
      left -= read;
      // Held up for longer than the term, this process leaves the rest to whoever has begun it since.
      if (lease && !(read > 0 ? await lease.renew() : lease.isHeld())) return false;
      // "~" sorts behind every sequence of the chain, so this is the first record of the next one.
      if (left > 0) chain = await firstAfter(`${chain}.~`);
    }
    return chain === undefined;
  }

  async function firstAfter(after: string): Promise<string | undefined> {
    return (await journal.read({ limit: 1, ...(after === '' ? {} : { after }) })).records[0]?.chain;
  }

  /** Returns how many records were read. */
  async function foldChain(chain: string, left: number): Promise<number> {
    const cursor = await cursors.get(chain);
    // Most chains are of processes that ended long ago: one record tells that there is nothing more.
    if (cursor && (await firstAfter(cursor.after)) !== chain) return 0;
    let [after, read] = [cursor?.after ?? `${chain}.`, 0];
    while (read < left) {
      const { records } = await journal.read({ limit: Math.min(slice, left - read), after });
      const own = records.filter((record) => record.chain === chain);
      const last = own.at(-1);
      if (!last) break;
      await Promise.all([...talliesOf(own).values()].map((tally) => add(chain, tally)));
      await advance({ id: chain, sequence: last.sequence, after: last.id });
      [after, read] = [last.id, read + own.length];
      if (own.length < records.length) break;
      await setImmediate();
    }
    return read;
  }

  function talliesOf(records: readonly JournalRecord[]): Map<string, Tally> {
    const tallies = new Map<string, Tally>();
    const at = now();
    for (const record of records) {
      const { type, provider, result, code } = record.entry;
      if (typeof type !== 'string' || !signIns.has(type) || typeof provider !== 'string') continue;
      const refusal = result === 'ok' ? undefined : typeof code === 'string' ? code : 'UNKNOWN';
      const day = dayOf(record.at);
      for (const [period, keptMs] of [
        [day, daysKeptMs],
        [day.slice(0, 7), monthsKeptMs],
      ] as const) {
        const expiresAt = record.at + keptMs;
        if (expiresAt <= at) continue;
        for (const whose of [provider, everyProvider]) {
          const id = idOf(period, whose);
          const tally = tallies.get(id) ?? { period, provider: whose, expiresAt, found: [] };
          tally.found.push({ sequence: record.sequence, refusal });
          tallies.set(id, tally);
        }
      }
    }
    return tallies;
  }

  /** Another process may make the same count first; then this one is added to it. */
  async function add(chain: string, tally: Tally): Promise<void> {
    const { period, provider, expiresAt } = tally;
    const id = idOf(period, provider);
    const change = (current: SignInCount) => withTally(current, chain, tally);
    if (await counts.update(id, change)) return;
    const empty = { id, period, provider, answered: 0, refused: {}, counted: {}, expiresAt };
    await insertOr(counts, change(empty), () => counts.update(id, change));
  }

  async function advance(cursor: FoldCursor): Promise<void> {
    const later = (current: FoldCursor) => (current.sequence >= cursor.sequence ? current : cursor);
    if (await cursors.update(cursor.id, later)) return;
    await insertOr(cursors, cursor, () => cursors.update(cursor.id, later));
  }

  /** Of one provider, or of all together: days and months in order. */
  async function of(provider: string): Promise<readonly SignInCount[]> {
    return (await counts.find({ where: { provider }, limit: 1000 })).records;
  }

  /** Of every provider in one period, a page at a time; the sum of all comes first. */
  const during = (period: string, page: { limit: number; after?: string | undefined }) =>
    counts.find({ where: { period }, limit: page.limit, ...(page.after === undefined ? {} : { after: page.after }) });

  /** The last days or months, the present one last, whether anything happened in them or not. */
  function periods(by: 'day' | 'month'): string[] {
    const today = dayOf(now());
    if (by === 'day')
      return Array.from({ length: daysShown }, (_, nth) =>
        new Date(Date.parse(`${today}T00:00:00Z`) - (daysShown - 1 - nth) * dayMs).toISOString().slice(0, 10),
      );
    const [year = 0, month = 0] = today.split('-').map(Number);
    return Array.from({ length: monthsShown }, (_, nth) =>
      new Date(Date.UTC(year, month - monthsShown + nth, 1)).toISOString().slice(0, 7),
    );
  }

  return { refresh, of, during, periods };
}

export type Statistics = ReturnType<typeof createStatistics>;

const idOf = (period: string, provider: string) => `${period} ${provider}`;

async function insertOr<T extends StoredRecord>(
  collection: Collection<T>,
  record: T,
  otherwise: () => Promise<unknown>,
): Promise<void> {
  if (!(await insertOnce(collection, record))) await otherwise();
}

function withTally(current: SignInCount, chain: string, { found, expiresAt }: Tally): SignInCount {
  const known = current.counted[chain] ?? 0;
  const fresh = found.filter(({ sequence }) => sequence > known);
  const last = fresh.at(-1);
  if (!last) return current;
  const refused = { ...current.refused };
  for (const { refusal } of fresh) if (refusal !== undefined) refused[refusal] = (refused[refusal] ?? 0) + 1;
  return {
    ...current,
    answered: current.answered + fresh.filter(({ refusal }) => refusal === undefined).length,
    refused,
    counted: { ...current.counted, [chain]: last.sequence },
    expiresAt: Math.max(current.expiresAt ?? 0, expiresAt),
  };
}

export const refusedIn = ({ refused }: Pick<SignInCount, 'refused'>): number =>
  Object.values(refused).reduce((sum, count) => sum + count, 0);
