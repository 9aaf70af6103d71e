import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type CollectionDefinition, type Storage, StorageError, type StoredRecord } from './collection.ts';
import { isLiveAt, rowPages } from './rows.ts';
import { latestVersion, migrations } from './schema.ts';

/** A hub that works on the store. */
export interface Presence extends StoredRecord {
  readonly host: string;
  readonly pid: number;
  /** The schema that it writes. */
  readonly schema: number;
  readonly expiresAt: number;
}

export const presenceCollection: CollectionDefinition = { name: 'store-presence' };

/** A killed hub is taken for present this long; one write in a third of it is what it costs. */
const minute = 60_000;

export interface PresenceOptions {
  readonly now: () => number;
  readonly schema?: number;
  readonly lastsMs?: number;
}

/** Says in the store that a hub works on it, until it is closed or ends without a word. */
export async function announcePresence(
  storage: Storage,
  { now, schema = latestVersion(migrations), lastsMs = minute }: PresenceOptions,
) {
  const presences = storage.collection<Presence>(presenceCollection);
  const mine = { id: randomUUID(), host: hostname(), pid: process.pid, schema };
  const until = () => now() + lastsMs;
  await presences.insert({ ...mine, expiresAt: until() });
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renew();
  }, lastsMs / 3);
  timer.unref();

  async function renew(): Promise<void> {
    try {
      const renewed = await presences.update(mine.id, (presence) => ({ ...presence, expiresAt: until() }));
      // A host that slept comes back after its record ended.
      if (!renewed) await presences.insert({ ...mine, expiresAt: until() });
    } catch (error) {
      // A store that cannot be reached is told by what the hub does on it; the next third of the minute tries again.
      if (!(error instanceof StorageError)) throw error;
    }
  }

  return {
    async close(): Promise<void> {
      clearInterval(timer);
      await renewing;
      await presences.take(mine.id);
    },
  };
}

/** Writes nothing, not even the collection. */
export async function presentHubs(storage: Storage, now: number): Promise<Presence[]> {
  const present: Presence[] = [];
  for await (const rows of rowPages(storage, presenceCollection))
    for (const row of rows) if (isLiveAt(now, row)) present.push(JSON.parse(row.body) as Presence);
  return present;
}

/** The refusal of what needs a store for itself. */
export function inUse(what: string, hubs: readonly Presence[]): StorageError {
  const names = hubs.map(({ host, pid }) => `process ${pid} on ${host}`).join(', ');
  const until = new Date(Math.max(...hubs.map(({ expiresAt }) => expiresAt))).toISOString();
  return new StorageError(
    'STORE_IN_USE',
    `a hub works on ${what} (${names}): stop it and run this again; if it was killed, wait until ${until}`,
  );
}
