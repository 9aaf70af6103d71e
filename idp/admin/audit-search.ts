import { setImmediate } from 'node:timers/promises';
import { dayIn } from '../../lib/time.ts';
import type { Journal, JournalRecord } from '../../storage/index.ts';

/** What an auditor looks for; an empty member matches everything. Days are YYYY-MM-DD, both included. */
export interface AuditQuery {
  readonly provider: string;
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

/** Searches the journal in its own order, oldest first. */
export function createAuditSearch({ journal, timeZone }: { journal: Pick<Journal, 'read'>; timeZone: string }) {
  const dayOf = dayIn(timeZone);

  function matches({ at, entry }: JournalRecord, { provider, type, actor, from, to }: AuditQuery): boolean {
    const holds = (value: unknown, sought: string) =>
      sought === '' || (typeof value === 'string' && value.includes(sought));
    if (!holds(entry.provider, provider) || !holds(entry.type, type) || !holds(entry.actor, actor)) return false;
    if (from === '' && to === '') return true;
    const day = dayOf(at);
    return (from === '' || day >= from) && (to === '' || day <= to);
  }

  return async function search(query: AuditQuery, start: string | undefined): Promise<AuditPage> {
    const records: JournalRecord[] = [];
    let after = start;
    for (let read = 0; read < readAtMost; read += slice) {
      const page = await journal.read({ limit: slice, ...(after === undefined ? {} : { after }) });
      for (const record of page.records) {
        if (matches(record, query)) records.push(record);
        if (records.length === perPage) return { records, next: record.id };
      }
      if (page.next === undefined) return { records, next: undefined };
      after = page.next;
      await setImmediate();
    }
    return { records, next: after };
  };
}
