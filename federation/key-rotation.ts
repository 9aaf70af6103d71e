import type { Collection } from '../storage/index.ts';
import { FederationError } from './errors.ts';
import type { KeyMaterial, StoredKey } from './key-material.ts';
import { dueMove, type KeyMove, type KeyPurpose, type KeyTimes, moved, needsNewKey } from './key-moves.ts';
import type { KeyRecord } from './key-ring.ts';

export interface KeyRotationOptions {
  readonly keys: Collection<KeyRecord>;
  readonly material: Pick<KeyMaterial, 'make'>;
  readonly timesOf: (purpose: KeyPurpose) => KeyTimes;
  readonly now: () => number;
}

/** A move that was made here, and the ring that it left. */
export interface MadeMove {
  readonly purpose: KeyPurpose;
  readonly move: KeyMove;
  readonly keys: readonly StoredKey[];
}

/**
 * Moves keys in the store. Each move is one atomic write on the version that it was decided on: of processes that move at
 * once one does it and the others do nothing, and there is no moment at which a crash leaves less than one active key.
 */
export function createKeyRotation({ keys, material, timesOf, now }: KeyRotationOptions) {
  async function ringOf(purpose: KeyPurpose): Promise<KeyRecord> {
    const record = await keys.get(purpose);
    if (!record) throw new FederationError('KEY_RING_EMPTY', `no key for ${purpose}`);
    return record;
  }

  /** The move on this very ring, or undefined when another process moved first, or there is nothing to do. */
  async function make(record: KeyRecord, purpose: KeyPurpose, move: KeyMove): Promise<MadeMove | undefined> {
    const nth = record.made + 1;
    const fresh = needsNewKey(record.keys, move) ? await material.make(purpose, nth) : undefined;
    const moment = { times: timesOf(purpose), at: now(), fresh, erase: withoutPrivatePart };
    let made = false;
    const after = await keys.update(purpose, (current) => {
      made = false;
      if (current.version !== record.version) return current;
      const ring = moved(current.keys, move, moment);
      made = ring !== current.keys;
      return made
        ? { ...current, version: current.version + 1, made: fresh ? nth : current.made, keys: ring }
        : current;
    });
    return after && made ? { purpose, move, keys: after.keys } : undefined;
  }

  /** What the schedule asks for now, one move at a time. */
  async function advance(purpose: KeyPurpose): Promise<MadeMove | undefined> {
    const record = await ringOf(purpose);
    const move = dueMove(record.keys, { times: timesOf(purpose), at: now() });
    return move && make(record, purpose, move);
  }

  /** Announces the next key; where one is announced already, or another process is first, nothing is done. */
  async function announce(purpose: KeyPurpose): Promise<MadeMove | undefined> {
    const record = await ringOf(purpose);
    return needsNewKey(record.keys, 'announce') ? make(record, purpose, 'announce') : undefined;
  }

  /** At once and without a lead time: everything older than the new active key is dropped. */
  async function replace(purpose: KeyPurpose): Promise<MadeMove | undefined> {
    return make(await ringOf(purpose), purpose, 'replace');
  }

  return { advance, announce, replace };
}

export type KeyRotation = ReturnType<typeof createKeyRotation>;

/** A key that signs no more needs none. */
function withoutPrivatePart({ sealed: _sealed, ...key }: StoredKey): StoredKey {
  return key;
}
