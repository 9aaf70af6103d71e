import type { RawRecord, Storage } from '../../storage/index.ts';

/** What a store says of itself stays with it. */
const own = ['store-copy', 'store-presence'];

export async function notOfTheStore(storage: Storage): Promise<string[]> {
  return (await storage.definitions()).map(({ name }) => name).filter((name) => !own.includes(name));
}

/** Everything that a store has, or what of it is live at a moment, in an order that does not depend on the engine. */
export async function exportOf(storage: Storage, liveAt?: number): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const definition of await storage.definitions()) {
    if (own.includes(definition.name)) continue;
    const { records } = await storage.raw(definition).page({ limit: 100_000 });
    const isLive = ({ expiresAt }: RawRecord) => liveAt === undefined || expiresAt === undefined || expiresAt > liveAt;
    all[definition.name] = {
      ...definition,
      records: records.filter(isLive).sort((one, other) => (one.id < other.id ? -1 : 1)),
    };
  }
  return all;
}
