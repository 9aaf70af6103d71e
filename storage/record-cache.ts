import type { StoredRecord } from './collection.ts';

const recordsMax = 2_000;

/** What tells that another connection has written; asked at most once per turn of the event loop. */
export interface Freshness {
  /** Clears the caches of a store that was written elsewhere. */
  check(): void;
  /** Clears them after a write past the collections. */
  forget(): void;
  /** To be cleared then. */
  watch(cache: { clear(): void }): void;
}

export function createFreshness(dataVersion: () => unknown): Freshness {
  const watched: { clear(): void }[] = [];
  let known: unknown;
  let checked = false;

  return {
    watch: (cache) => void watched.push(cache),
    forget() {
      for (const cache of watched) cache.clear();
    },
    check() {
      if (checked) return;
      checked = true;
      setImmediate(() => {
        checked = false;
      });
      const version = dataVersion();
      if (version === known) return;
      known = version;
      for (const cache of watched) cache.clear();
    },
  };
}

/** Parsed records of one collection; the one read longest ago makes room. Frozen, because several callers hold the same one. */
export function createRecordCache<T extends StoredRecord>(freshness: Pick<Freshness, 'check' | 'watch'>) {
  const records = new Map<string, T>();
  freshness.watch(records);

  function get(id: string): T | undefined {
    freshness.check();
    return records.get(id);
  }

  function keep(record: T): T {
    records.set(record.id, freeze(record));
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
