import { createHash } from 'node:crypto';
import type { CollectionDefinition, RawRecord, Storage } from './collection.ts';
import { isLiveAt, rowPages } from './rows.ts';

export interface Digest {
  readonly records: number;
  /** The same for the same records, in whatever engine they are. */
  readonly digest: string;
}

const modulus = 2n ** 256n;

/** A sum, because engines differ in the order of ids; against accidents, not against somebody who chooses records. */
export async function digestOf(storage: Storage, definition: CollectionDefinition, at: number): Promise<Digest> {
  let records = 0;
  let sum = 0n;
  for await (const rows of rowPages(storage, definition)) {
    for (const row of rows.filter((one) => isLiveAt(at, one))) {
      records += 1;
      sum = (sum + hashOf(row)) % modulus;
    }
  }
  return { records, digest: sum.toString(16).padStart(64, '0') };
}

function hashOf({ id, expiresAt, body }: RawRecord): bigint {
  const text = JSON.stringify([id, expiresAt ?? null, body]);
  return BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
}
