import type { mongo } from 'mongoose';
import { type CollectionDefinition, type RawCollection, StorageError } from './collection.ts';
import { definitionOf, isCollectionName } from './definition.ts';
import { isDuplicate } from './mongo-errors.ts';
import { type Row, rawOf, rowOfRaw } from './mongo-rows.ts';
import { durable } from './mongo-server.ts';

const projection = { body: 1, expires: 1 } as const;

/** The rows of one collection of the database. Indexes are there before the first row is put. */
export function createMongoRaw(
  definition: CollectionDefinition,
  { rows, ready }: { readonly rows: mongo.Collection<Row>; readonly ready: () => Promise<void> },
): RawCollection {
  return {
    async page({ limit, after }) {
      const found = await rows
        .find(after === undefined ? {} : { _id: { $gt: after } }, { projection })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const records = found.slice(0, limit).map(rawOf);
      const last = records.at(-1);
      return { records, ...(found.length > limit && last ? { next: last.id } : {}) };
    },
    async get(ids) {
      const found = await rows.find({ _id: { $in: [...ids] } }, { projection }).toArray();
      return found.map(rawOf);
    },
    async put(records) {
      const made = records.map((record) => rowOfRaw(definition, record));
      await ready();
      if (made.length === 0) return;
      try {
        await rows.bulkWrite(
          made.map((row) => ({ replaceOne: { filter: { _id: row._id }, replacement: row, upsert: true } })),
          { ...durable, ordered: false },
        );
      } catch (cause) {
        if (!isDuplicate(cause)) throw cause;
        throw new StorageError('ALREADY_EXISTS', `${definition.name} already has a record with this unique value`, {
          cause,
        });
      }
    },
    async remove(ids) {
      await rows.deleteMany({ _id: { $in: [...ids] } }, durable);
    },
  };
}

/** The collections of the hub that the database has; what else is in it has names that no definition can have. */
export async function definitionsIn(database: mongo.Db): Promise<CollectionDefinition[]> {
  const listed = await database.listCollections({}, { nameOnly: true }).toArray();
  const names = listed.map(({ name }) => name).filter(isCollectionName);
  return Promise.all(
    names.sort().map(async (name) => {
      const indexes = await database.collection(name).indexes();
      return definitionOf(
        name,
        indexes.map((index) => index.name ?? ''),
      );
    }),
  );
}
