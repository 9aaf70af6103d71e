import { setImmediate } from 'node:timers/promises';
import { dayIn } from '../../lib/time.ts';
import type { Journal, JournalRecord } from '../../storage/index.ts';

/** What an auditor looks for; an empty member matches everything. Days are YYYY-MM-DD, both included. */
export interface AuditQuery {
  readonly provider: string;
  readonly pseudonym: string;
  readonly type: string;
  readonly actor: string;
  readonly from: string;
  readonly to: string;
}

export interface AuditPage {
  readonly records: readonly JournalRecord[];
  /** Where the search goes on: the end of the page, or of what one request may read. */
  readonly next: string | undefined;
}

const perPage = 50;
const slice = 500;
/** As much as one request reads; the page then offers to go on, instead of keeping everybody waiting. */
const readAtMost = 10_000;
const hour = 3_600_000;
/** In the zone furthest behind (UTC-12) a day ends 36 hours after it began by UTC; what is of the next day is passed over. */
const endOf = (day: string) => (day === '' ? undefined : Date.parse(`${day}T00:00:00Z`) + 36 * hour);

/** Searches the records of all chains, newest first. */
export function createAuditSearch({ journal, timeZone }: { journal: Pick<Journal, 'latest'>; timeZone: string }) {
  const dayOf = dayIn(timeZone);

  function matches({ at, entry }: JournalRecord, { to, from: _from, ...sought }: AuditQuery): boolean {
    const holds = (name: keyof typeof sought) => {
      const value = entry[name];
      return sought[name] === '' || (typeof value === 'string' && value.includes(sought[name]));
    };
    if (!(['provider', 'pseudonym', 'type', 'actor'] as const).every(holds)) return false;
    return to === '' || dayOf(at) <= to;
  }

  return async function search(query: AuditQuery, after: string | undefined): Promise<AuditPage> {
    const records: JournalRecord[] = [];
    let before: string | number | undefined = after ?? endOf(query.to);
    for (let read = 0; read < readAtMost; read += slice) {
      const page = await journal.latest({ limit: slice, before });
      for (const record of page.records) {
        if (query.from !== '' && dayOf(record.at) < query.from) return { records, next: undefined };
        if (matches(record, query)) records.push(record);
        if (records.length === perPage) return { records, next: record.id };
      }
      if (page.next === undefined) return { records, next: undefined };
      before = page.next;
      await setImmediate();
    }
    return { records, next: typeof before === 'string' ? before : undefined };
  };
}
