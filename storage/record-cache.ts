import type { StoredRecord } from './collection.ts';

const recordsMax = 2_000;

/** What tells that another connection has written; asked at most once per turn of the event loop. */
export interface Freshness {
  /** Another value as soon as the store was written elsewhere. */
  generation(): number;
  /** After a write past the collections. */
  forget(): void;
}

export function createFreshness(dataVersion: () => unknown): Freshness {
  let known: unknown;
  let generation = 0;
  let checked = false;

  return {
    forget() {
      generation += 1;
    },
    generation() {
      if (checked) return generation;
      checked = true;
      setImmediate(() => {
        checked = false;
      });
      const version = dataVersion();
      if (version !== known) generation += 1;
      known = version;
      return generation;
    },
  };
}

interface Kept<T> {
  readonly record: T;
  /** As it stands in the store. */
  readonly body: string;
  readonly generation: number;
}

/**
 * Parsed records of one collection; the one read longest ago makes room. Frozen, because several callers hold the same
 * one. When another process has written anything, a record is read again but not made anew as long as its text is the
 * same: beside a busy process everything else that hangs on the object (keys that were read from it) would be lost too.
 */
export function createRecordCache<T extends StoredRecord>(freshness: Pick<Freshness, 'generation'>) {
  const records = new Map<string, Kept<T>>();

  /** Undefined where the store has to be asked. */
  function get(id: string): T | undefined {
    const kept = records.get(id);
    return kept?.generation === freshness.generation() ? kept.record : undefined;
  }

  /** What the store says now. */
  function keep(id: string, body: string): T {
    const generation = freshness.generation();
    const known = records.get(id);
    const record = known?.body === body ? known.record : freeze(JSON.parse(body) as T);
    records.delete(id);
    records.set(id, { record, body, generation });
    if (records.size > recordsMax) records.delete(records.keys().next().value ?? '');
    return record;
  }

  return { get, keep, drop: (id: string) => records.delete(id) };
}

function freeze<V>(value: V): V {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
