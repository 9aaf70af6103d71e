import {
  type Collection,
  type CollectionDefinition,
  type Storage,
  StorageError,
  type StoredRecord,
} from './collection.ts';
import { copyMarkCollection } from './copy-mark.ts';
import { insertOnce } from './insert-once.ts';
import { presenceCollection } from './presence.ts';
import { hasRows, peek } from './rows.ts';
import { firstVersion } from './schema.ts';

/** The store's version, and how far a migration is. */
export interface SchemaRecord extends StoredRecord {
  readonly version: number;
  readonly running?: RunningMigration | undefined;
}

export interface RunningMigration {
  readonly to: number;
  /** The process that has it, until its time is over. */
  readonly by: string;
  readonly until: number;
  /** Everything up to this id is changed. */
  readonly after?: string | undefined;
  readonly changed: number;
}

export const schemaCollection: CollectionDefinition = { name: 'store-schema' };
export const schemaId = 'schema';

/** The record, or what stands for it in a store that has none. Writes nothing. */
export async function readSchema(storage: Storage, latest: number): Promise<SchemaRecord> {
  const known = await peek<SchemaRecord>(storage, schemaCollection, schemaId);
  const schema = known ?? { id: schemaId, version: (await isUnused(storage)) ? latest : firstVersion };
  const newest = Math.max(schema.version, schema.running?.to ?? 0);
  if (newest <= latest) return schema;
  throw new StorageError(
    'SCHEMA_NEWER',
    `the store has version ${newest} of the schema, and this program knows ${latest}: start the newer program again, or put back the backup that was made before it; nothing was changed`,
  );
}

/** The record, made where there is none: an empty store begins at the latest version. */
export async function ensureSchema(
  storage: Storage,
  schemas: Collection<SchemaRecord>,
  latest: number,
): Promise<SchemaRecord> {
  const schema = await readSchema(storage, latest);
  if (await schemas.get(schemaId)) return schema;
  return (await insertOnce(schemas, schema)) ? schema : readSchema(storage, latest);
}

async function isUnused(storage: Storage): Promise<boolean> {
  const own = [copyMarkCollection.name, presenceCollection.name, schemaCollection.name];
  for (const definition of await storage.definitions())
    if (!own.includes(definition.name) && (await hasRows(storage, definition))) return false;
  return true;
}
