import type { EligibilityAnswer } from '../../attribute-service/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import type { Seal } from '../../lib/seal.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';

/** The clinic's own record of what it was told about a patient, for the hours in which nobody answers (R104). */
export interface LastKnownRecord extends StoredRecord {
  readonly sealed: string;
  readonly expiresAt: number;
}

export const lastKnownCollection: CollectionDefinition = { name: 'last-known-eligibility' };

const keptMs = 30 * 24 * 3600_000;

export interface LastKnownOptions {
  readonly records: Collection<LastKnownRecord>;
  readonly seal: Seal;
  readonly now: () => number;
}

/** One answer per patient, sealed, under a name that does not show the pseudonym; gone after thirty days. */
export function createLastKnown({ records, seal, now }: LastKnownOptions) {
  const idOf = (pseudonym: string) => sha256('sanuki-last-known:', pseudonym).toString('base64url');

  /** Keeps what insurers confirmed; an answer that leaves something open is no knowledge. */
  async function keep(pseudonym: string, answer: EligibilityAnswer): Promise<void> {
    if (answer.validity === 'unconfirmed') return;
    const id = idOf(pseudonym);
    const record = { id, sealed: seal.seal(Buffer.from(JSON.stringify(answer)), id), expiresAt: now() + keptMs };
    if (await records.update(id, () => record)) return;
    await records.insert(record);
  }

  async function find(pseudonym: string): Promise<EligibilityAnswer | undefined> {
    const id = idOf(pseudonym);
    const record = await records.get(id);
    if (!record) return undefined;
    return JSON.parse(seal.open(record.sealed, id).toString('utf8')) as EligibilityAnswer;
  }

  return { keep, find };
}

export type LastKnown = ReturnType<typeof createLastKnown>;
