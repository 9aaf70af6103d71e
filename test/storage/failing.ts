import {
  type Collection,
  type RawCollection,
  type Storage,
  StorageError,
  type StoredRecord,
} from '../../storage/index.ts';

/** A store that breaks off at its n-th write, in the middle of one that has several records. */
export function failingAfter(storage: Storage, writes: number) {
  let left = writes;

  function count(): void {
    left -= 1;
    if (left < 0) throw new StorageError('STORE_BUSY', 'the store broke off');
  }

  function rawOf(raw: RawCollection): RawCollection {
    return {
      ...raw,
      async put(records) {
        if (left < records.length) await raw.put(records.slice(0, left));
        for (const _ of records) count();
        await raw.put(records);
      },
      async remove(ids) {
        if (left < ids.length) await raw.remove(ids.slice(0, left));
        for (const _ of ids) count();
        await raw.remove(ids);
      },
    };
  }

  const collectionOf = <T extends StoredRecord>(collection: Collection<T>): Collection<T> => ({
    ...collection,
    async insert(record) {
      count();
      await collection.insert(record);
    },
    async update(id, change) {
      count();
      return collection.update(id, change);
    },
    async take(id) {
      count();
      return collection.take(id);
    },
  });

  const failing: Storage = {
    ...storage,
    collection: (definition) => collectionOf(storage.collection(definition)),
    raw: (definition) => rawOf(storage.raw(definition)),
  };
  return { failing, hasFailed: () => left < 0 };
}
