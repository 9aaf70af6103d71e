import { dayIn } from '../lib/time.ts';
import { type Collection, type CollectionDefinition, StorageError, type StoredRecord } from '../storage/index.ts';

/** How many numbers a day has had; the id is the day. */
export interface EvidenceCount extends StoredRecord {
  readonly last: number;
}

export const evidenceCountCollection: CollectionDefinition = { name: 'evidence-count' };

export interface EvidenceNumbersOptions {
  readonly counts: Collection<EvidenceCount>;
  /** IANA name of the zone whose days count (deployment setting). */
  readonly timeZone: string;
  readonly now?: () => number;
}

/**
 * R122: numbers of eligibility answers, `Q-YYYYMMDD-NNNNNN`, unique over all processes. A number whose answer was lost
 * in a crash stays unused; none is given twice.
 */
export function createEvidenceNumbers({ counts, timeZone, now = Date.now }: EvidenceNumbersOptions) {
  const dayOf = dayIn(timeZone);

  async function next(): Promise<string> {
    const id = dayOf(now()).replaceAll('-', '');
    return `Q-${id}-${String(await count(id)).padStart(6, '0')}`;
  }

  async function count(id: string): Promise<number> {
    const counted = await counts.update(id, (current) => ({ ...current, last: current.last + 1 }));
    if (counted) return counted.last;
    try {
      await counts.insert({ id, last: 1 });
      return 1;
    } catch (error) {
      // Another answer was the first of the day.
      if (error instanceof StorageError && error.code === 'ALREADY_EXISTS') return count(id);
      throw error;
    }
  }

  return { next };
}

export type EvidenceNumbers = ReturnType<typeof createEvidenceNumbers>;
