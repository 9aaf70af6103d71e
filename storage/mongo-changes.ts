import type { mongo } from 'mongoose';
import type { Collection, StoredRecord } from './collection.ts';
import { durable } from './mongo-server.ts';
import { createRecordCache } from './record-cache.ts';

/** Counts announcements of writes to one read-mostly collection. */
export interface Announcement {
  readonly _id: string;
  readonly count: number;
}

/** What was asked longer ago is asked again before a cache is read. */
const freshMs = 250;
/** A process announces its writes to a collection once in this time. */
const announceEveryMs = 20_000;
/** From an announcement on, caches are emptied at every look: longer than one covers, and the longest write after it. */
const unsettledMs = 90_000;

interface Watched {
  count: number;
  unsettledUntil: number;
  announcedAt: number;
  announcing: Promise<void> | undefined;
  /** Counts the moments at which what is kept of the collection stopped being trusted. */
  generation: number;
}

/**
 * Tells which read-mostly collections other processes write to. A writer announces before it writes, so that no crash
 * can leave a change that nobody hears of; a reader that saw an announcement keeps no record longer than 250 ms until
 * the writes that it covers have long ended. Asking costs one small query in that time, and none while nobody reads.
 * Not a change stream: this way there is one path, and it is the same on every server.
 */
export function createChanges(announcements: mongo.Collection<Announcement>) {
  const watched = new Map<string, Watched>();
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  function watch(name: string): Watched {
    const known = watched.get(name);
    if (known) return known;
    const made = { count: 0, unsettledUntil: 0, announcedAt: -announceEveryMs, announcing: undefined, generation: 0 };
    watched.set(name, made);
    return made;
  }

  /** Rejects when the store cannot be asked: a cache is not trusted then. */
  async function look(): Promise<void> {
    if (performance.now() - askedAt < freshMs) return;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    await asking;
  }

  async function ask(): Promise<void> {
    const at = performance.now();
    const counts = new Map((await announcements.find().toArray()).map(({ _id, count }) => [_id, count]));
    for (const [name, collection] of watched) {
      const count = counts.get(name) ?? 0;
      if (count !== collection.count) collection.unsettledUntil = at + unsettledMs;
      collection.count = count;
      if (at < collection.unsettledUntil) collection.generation += 1;
    }
    askedAt = at;
  }

  /** Before a write of this process; its own caches forget at once. */
  async function announce(name: string): Promise<void> {
    const collection = watch(name);
    collection.generation += 1;
    if (performance.now() - collection.announcedAt < announceEveryMs) return;
    collection.announcing ??= send(name, collection).finally(() => {
      collection.announcing = undefined;
    });
    await collection.announcing;
  }

  async function send(name: string, collection: Watched): Promise<void> {
    const at = performance.now();
    await announcements.updateOne({ _id: name }, { $inc: { count: 1 } }, { ...durable, upsert: true });
    collection.announcedAt = at;
  }

  function written(name: string): void {
    watch(name).generation += 1;
  }

  return { watch, look, announce, written };
}

export type Changes = ReturnType<typeof createChanges>;

/** The same collection with a cache before `get`. */
export function withCache<T extends StoredRecord>(
  collection: Collection<T>,
  { name, changes, now }: { readonly name: string; readonly changes: Changes; readonly now: () => number },
): Collection<T> {
  const watched = changes.watch(name);
  const cache = createRecordCache<T>({ generation: () => watched.generation });

  async function writing<R>(write: () => Promise<R>): Promise<R> {
    await changes.announce(name);
    try {
      return await write();
    } finally {
      changes.written(name);
    }
  }

  return {
    ...collection,
    async get(id) {
      await changes.look();
      const kept = cache.get(id);
      if (kept && (kept.expiresAt === undefined || kept.expiresAt > now())) return kept;
      const before = watched.generation;
      const record = await collection.get(id);
      if (!record) cache.drop(id);
      // What was read while somebody wrote may be the old one: it is handed out, but not kept.
      return record && before === watched.generation ? cache.keep(id, JSON.stringify(record)) : record;
    },
    insert: (record) => writing(() => collection.insert(record)),
    update: (id, change) => writing(() => collection.update(id, change)),
    take: (id) => writing(() => collection.take(id)),
  };
}
