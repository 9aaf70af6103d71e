import type { Collection, StoredRecord } from '../storage/index.ts';
import { FederationError } from './errors.ts';
import type { StoredKey } from './key-material.ts';
import { dueMove, type KeyMove, type KeyTimes, moved, needsNewKey, type RingKey } from './key-moves.ts';

/** All keys of one purpose, whose name is the id. */
export interface RingRecord<K extends RingKey> extends StoredRecord {
  readonly id: string;
  /** Counts the moves. */
  readonly version: number;
  /** How many keys were ever made: no id is used twice. */
  readonly made: number;
  readonly keys: readonly K[];
}

export interface KeyRotationOptions<P extends string, K extends RingKey> {
  readonly rings: Collection<RingRecord<K>>;
  /** The `nth` key of a purpose. */
  readonly make: (purpose: P, nth: number) => Promise<K>;
  /** What is left of a key when it is retired. */
  readonly erase: (key: K) => K;
  readonly timesOf: (purpose: P) => KeyTimes;
  /** Whether something in use hangs on a retired key whose time is over. */
  readonly isNeeded?: (purpose: P, key: RingKey) => Promise<boolean>;
  readonly now: () => number;
}

/** A move, and the ring that it leaves. */
export interface MadeMove {
  readonly purpose: string;
  readonly move: KeyMove;
  readonly keys: readonly RingKey[];
}

/** What somebody can ask for. */
type AskedMove = Exclude<KeyMove, 'activate' | 'remove'>;

const activeIn = ({ keys }: RingRecord<RingKey>) => keys.find(({ state }) => state === 'active')?.id;

/**
 * Moves keys in the store. Each move is one atomic write on the version that it was decided on: of processes that move at
 * once one does it and the others do nothing, and there is no moment at which a crash leaves less than one active key.
 */
export function createKeyRotation<P extends string, K extends RingKey>(options: KeyRotationOptions<P, K>) {
  const { rings, timesOf, now } = options;

  async function ringOf(purpose: P): Promise<RingRecord<K>> {
    const record = await rings.get(purpose);
    if (!record) throw new FederationError('KEY_RING_EMPTY', `no key for ${purpose}`);
    return record;
  }

  async function momentOf(purpose: P, keys: readonly K[]) {
    const needed = new Set<string>();
    for (const key of keys) if (key.state === 'retired' && (await options.isNeeded?.(purpose, key))) needed.add(key.id);
    return { times: timesOf(purpose), at: now(), isNeeded: ({ id }: RingKey) => needed.has(id) };
  }

  /** The move on this very ring, or undefined when another process moved first, or there is nothing to do. */
  async function make(record: RingRecord<K>, purpose: P, move: KeyMove): Promise<MadeMove | undefined> {
    const nth = record.made + 1;
    const fresh = needsNewKey(record.keys, move) ? await options.make(purpose, nth) : undefined;
    const moment = { ...(await momentOf(purpose, record.keys)), fresh, erase: options.erase };
    let made = false;
    const after = await rings.update(purpose, (current) => {
      made = false;
      if (current.version !== record.version) return current;
      const keys = moved(current.keys, move, moment);
      made = keys !== current.keys;
      return made ? { ...current, version: current.version + 1, made: fresh ? nth : current.made, keys } : current;
    });
    return after && made ? { purpose, move, keys: after.keys } : undefined;
  }

  /** What the schedule asks for now, one move at a time. */
  async function advance(purpose: P): Promise<MadeMove | undefined> {
    const record = await ringOf(purpose);
    const move = dueMove(record.keys, await momentOf(purpose, record.keys));
    return move && make(record, purpose, move);
  }

  /** What somebody asked for is not lost to another move in between; only to the same one, made by somebody else. */
  async function insist(purpose: P, move: AskedMove): Promise<MadeMove | undefined> {
    const first = await ringOf(purpose);
    for (let record = first; ; record = await ringOf(purpose)) {
      const isDone = move === 'announce' && !needsNewKey(record.keys, move);
      if (isDone || activeIn(record) !== activeIn(first)) return undefined;
      const made = await make(record, purpose, move);
      if (made) return made;
    }
  }

  /** Announces the next key; where one is announced already, or another process is first, nothing is done. */
  const announce = (purpose: P): Promise<MadeMove | undefined> => insist(purpose, 'announce');

  /** At once and without a lead time: everything older than the new active key is dropped, or only retired. */
  const rush = (purpose: P, move: Exclude<AskedMove, 'announce'>): Promise<MadeMove | undefined> =>
    insist(purpose, move);

  /** What a move would leave; undefined where it would do nothing. */
  async function preview(purpose: P, move: AskedMove): Promise<MadeMove | undefined> {
    const { keys, made } = await ringOf(purpose);
    if (move === 'announce' && !needsNewKey(keys, move)) return undefined;
    const moment = { times: timesOf(purpose), at: now() };
    const fresh: RingKey = { id: `${purpose}-${made + 1}`, state: 'next', since: moment.at };
    return { purpose, move, keys: moved<RingKey>(keys, move, { ...moment, fresh, erase: (key) => key }) };
  }

  const look = async (purpose: P): Promise<readonly RingKey[]> => (await ringOf(purpose)).keys;

  return { advance, announce, rush, preview, look };
}

export type KeyRotation<P extends string> = ReturnType<typeof createKeyRotation<P, RingKey>>;

/** A signing key that signs no more needs no private part. */
export function withoutPrivatePart({ sealed: _sealed, ...key }: StoredKey): StoredKey {
  return key;
}
