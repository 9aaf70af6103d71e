import type { CollectionDefinition, RawRecord, Storage, StoredRecord } from './collection.ts';

const pageSize = 200;

/** All rows of a collection, expired ones as well. Nothing is made in the store. */
export async function* rowPages(
  storage: Storage,
  definition: CollectionDefinition,
): AsyncGenerator<readonly RawRecord[]> {
  const raw = storage.raw(definition);
  let after: string | undefined;
  do {
    const page = await raw.page({ limit: pageSize, after });
    if (page.records.length > 0) yield page.records;
    after = page.next;
  } while (after !== undefined);
}

export async function hasRows(storage: Storage, definition: CollectionDefinition): Promise<boolean> {
  return (await storage.raw(definition).page({ limit: 1 })).records.length > 0;
}

export const isLiveAt = (at: number, { expiresAt }: Pick<RawRecord, 'expiresAt'>): boolean =>
  expiresAt === undefined || expiresAt > at;

/** Reads one record of a collection that may not be there, and does not make it. */
export async function peek<T extends StoredRecord>(
  storage: Storage,
  definition: CollectionDefinition,
  id: string,
): Promise<T | undefined> {
  const [row] = await storage.raw(definition).get([id]);
  return row && (JSON.parse(row.body) as T);
}
