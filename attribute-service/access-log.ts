import type { Journal, JournalRecord } from '../storage/index.ts';
import type { AttributeErrorCode } from './errors.ts';

/**
 * One access to a resident's data, or an attempt. Who, when, what kind, why and with which outcome; never a value of
 * the data, so the log itself can be kept long and shown.
 */
export interface Access {
  /** residentRef of whom it is about. */
  readonly about: string;
  readonly party: string;
  readonly partyName: { readonly ja: string; readonly en: string };
  /** The facility or terminal, where the party has several. */
  readonly place?: { readonly ja: string; readonly en: string } | undefined;
  /** URN of the catalogue; empty where the party named none that there is. */
  readonly purpose: string;
  /** Ids of the attribute types. */
  readonly types: readonly string[];
  /**
   * released; partial: a body did not answer; refused: contract, purpose, level or session did not allow it;
   * withheld: the resident has not agreed.
   */
  readonly result: 'released' | 'partial' | 'refused' | 'withheld';
  readonly code?: AttributeErrorCode | undefined;
  readonly sources: readonly { readonly id: string; readonly state: string }[];
  /** Id of the consent that allowed it; absent where the card was presented for it. */
  readonly consent?: string | undefined;
  /** Evidence number of an eligibility answer. */
  readonly reference?: string | undefined;
  readonly level: string;
}

export type RecordedAccess = Access & { readonly id: string; readonly at: number };

export interface AccessPage {
  readonly accesses: readonly RecordedAccess[];
  /** Present when there are older ones. */
  readonly next?: string;
}

export interface AccessLogOptions {
  /** Opened with `foundBy: 'about'`. */
  readonly journal: Pick<Journal, 'append' | 'find'>;
}

export function createAccessLog({ journal }: AccessLogOptions) {
  /** Resolves when the entry is durable; no answer leaves before that. */
  async function record(access: Access): Promise<void> {
    await journal.append({ ...access });
  }

  /** R70: accesses to one resident's data, newest first. */
  async function accessesOf(residentRef: string, page: { limit?: number; after?: string } = {}): Promise<AccessPage> {
    const { limit = 20, after } = page;
    const all = (await recordsOf(residentRef)).toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const accesses = all.slice(from, from + limit);
    const last = accesses.at(-1);
    return { accesses, ...(last && from + limit < all.length ? { next: last.id } : {}) };
  }

  /** One access to this resident's data; another's is not there. */
  async function accessOf(residentRef: string, id: string): Promise<RecordedAccess | undefined> {
    return (await recordsOf(residentRef)).find((access) => access.id === id);
  }

  /** Every process has a chain of its own, so entries come in the order of chains: sorting needs all of them. */
  async function recordsOf(residentRef: string): Promise<RecordedAccess[]> {
    const found: RecordedAccess[] = [];
    let after: string | undefined;
    do {
      const page = await journal.find(residentRef, { limit: 1000, ...(after === undefined ? {} : { after }) });
      found.push(...page.records.map(accessFrom));
      after = page.next;
    } while (after !== undefined);
    return found;
  }

  return { record, accessesOf, accessOf };
}

export type AccessLog = ReturnType<typeof createAccessLog>;

/** Entries of this journal are written by `record` alone. */
function accessFrom({ id, at, entry }: JournalRecord): RecordedAccess {
  return { ...(entry as unknown as Access), id, at };
}
