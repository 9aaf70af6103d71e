import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';

/** How often the registry was written; one record for all. */
export interface RegistryChange extends StoredRecord {
  readonly count: number;
}

export const registryChangeCollection: CollectionDefinition = { name: 'registry-change', readMostly: true };

const id = 'all';

/**
 * Tells whoever keeps something of all registrations in memory that one of them was written, by whatever process. It is
 * counted after the write, so that nobody reads too early; a crash between the two leaves a change unannounced, and who
 * rests on this has to look again from time to time all the same.
 */
export function createRegistryChanges({ changes }: { readonly changes: Collection<RegistryChange> }) {
  const mark = async (): Promise<number> => (await changes.get(id))?.count ?? 0;

  async function note(): Promise<void> {
    const more = (current: RegistryChange) => ({ ...current, count: current.count + 1 });
    if (await changes.update(id, more)) return;
    // Or another process was the first one ever.
    if (!(await insertOnce(changes, { id, count: 1 }))) await changes.update(id, more);
  }

  async function noted<R>(written: Promise<R>): Promise<R> {
    const result = await written;
    await note();
    return result;
  }

  /** The same collection, with its writes counted. */
  const noting = <T extends StoredRecord>(records: Collection<T>): Collection<T> => ({
    ...records,
    insert: (record) => noted(records.insert(record)),
    update: (of, change) => noted(records.update(of, change)),
    take: (of) => noted(records.take(of)),
  });

  return { mark, noting };
}

export type RegistryChanges = ReturnType<typeof createRegistryChanges>;
