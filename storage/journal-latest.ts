import type { Collection } from './collection.ts';
import type { JournalPage, JournalRecord } from './journal.ts';

export interface LatestQuery {
  readonly limit: number;
  /** Id of a record, or ms since 1970: only what is older. */
  readonly before?: string | number | undefined;
}

/** A place in the order of all records: by time, and at the same time by id. */
type Place = Pick<JournalRecord, 'at' | 'id'>;

const isOlder = (one: Place, other: Place) => one.at < other.at || (one.at === other.at && one.id < other.id);

/**
 * Records of all chains, newest first. Within a chain time never falls, so each chain is read backwards from its place,
 * and the newest of all is taken each time; a page costs a few lookups for each chain, and no reading of what is newer.
 */
export async function latestOf(
  records: Collection<JournalRecord>,
  { limit, before }: LatestQuery,
): Promise<JournalPage> {
  const bound = typeof before === 'string' ? await records.get(before) : before && { at: before, id: '' };
  const readers = await Promise.all((await endsOf(records)).map((end) => readerOf(records, end, bound)));
  const found: JournalRecord[] = [];
  while (found.length < limit) {
    const newest = readers.reduce<Reader | undefined>(
      (best, reader) => (reader.next && (!best?.next || isOlder(best.next, reader.next)) ? reader : best),
      undefined,
    );
    if (!newest?.next) return { records: found };
    found.push(newest.next);
    await newest.advance();
  }
  const last = found.at(-1);
  return { records: found, ...(last && readers.some(({ next }) => next) ? { next: last.id } : {}) };
}

/** The last record of each chain, the chain that began last first. */
async function endsOf(records: Collection<JournalRecord>): Promise<JournalRecord[]> {
  const ends: JournalRecord[] = [];
  for (;;) {
    // Every id of a chain begins with the chain's own, so that this one lies below them all.
    const after = ends.at(-1)?.chain;
    const end = await lastBelow(records, after);
    if (!end) return ends;
    ends.push(end);
  }
}

async function lastBelow(records: Collection<JournalRecord>, after?: string): Promise<JournalRecord | undefined> {
  const page = await records.find({ descending: true, limit: 1, ...(after === undefined ? {} : { after }) });
  return page.records[0];
}

interface Reader {
  readonly next: JournalRecord | undefined;
  readonly advance: () => Promise<void>;
}

const block = 100;

/** Reads one chain backwards, from its end or from below the bound. */
async function readerOf(
  records: Collection<JournalRecord>,
  end: JournalRecord,
  bound: Place | 0 | undefined,
): Promise<Reader> {
  const start = bound && !isOlder(end, bound) ? await newestBelow(records, end, bound) : end;
  let kept: readonly JournalRecord[] = start ? [start] : [];
  let at = 0;

  async function advance(): Promise<void> {
    const last = kept[at];
    at += 1;
    if (!last || at < kept.length) return;
    const page = await records.find({ descending: true, limit: block, after: last.id });
    kept = page.records.filter(({ chain }) => chain === end.chain);
    at = 0;
  }

  return {
    get next() {
      return kept[at];
    },
    advance,
  };
}

/** By halving: sequences rise with time, and one that is missing is stood in for by the one below it. */
async function newestBelow(
  records: Collection<JournalRecord>,
  { id, chain, sequence }: JournalRecord,
  bound: Place,
): Promise<JournalRecord | undefined> {
  const digits = id.length - chain.length - 1;
  let [low, high] = [1, sequence - 1];
  let best: JournalRecord | undefined;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const found = await lastBelow(records, `${chain}.${String(middle + 1).padStart(digits, '0')}`);
    if (found?.chain !== chain) low = middle + 1;
    else if (isOlder(found, bound)) {
      best = found;
      low = middle + 1;
    } else high = found.sequence - 1;
  }
  return best;
}
