import type { Seal } from '../lib/seal.ts';
import {
  type Collection,
  type CollectionDefinition,
  type Query,
  type Scalar,
  type Storage,
  StorageError,
  type StoredRecord,
} from './collection.ts';
import { insertOnce } from './insert-once.ts';

export interface SealedOptions<T> {
  readonly seal: Seal;
  /** What stands in the store for the value of an indexed field. */
  readonly index: (text: string) => string;
  /** Fields that stay readable. Whatever else is indexed is there as its keyed index only. */
  readonly clear: readonly (keyof T & string)[];
}

/** A record as the store has it: its id, its end, the clear fields, keyed indexes, and the rest under the seal. */
interface SealedRecord extends StoredRecord {
  readonly sealed: string;
}

/**
 * A collection whose contents only the holder of the seal's key can read. The seal is bound to the collection, the id and
 * the clear fields: a record that was moved, or whose clear part was changed around the hub, opens no more
 * (STORE_DAMAGED). Callers see plain records, and ask for plain values.
 */
export function openSealed<T extends StoredRecord>(
  storage: Storage,
  definition: CollectionDefinition,
  { seal, index, clear }: SealedOptions<T>,
): Collection<T> {
  const stored = storage.collection<SealedRecord>(definition);
  const { name, unique = [], indexes = [] } = definition;
  const keyed = [...new Set([...unique, ...indexes.flat()])].filter((field) => !clear.some((one) => one === field));
  const keyOf = (field: string, value: Scalar) => index(JSON.stringify([name, field, value]));
  const contextOf = (record: StoredRecord) =>
    JSON.stringify([name, record.id, ...clear.map((field) => fieldOf(record, field) ?? null)]);

  function close(record: T): SealedRecord {
    const readable = clear.map((field) => [field, fieldOf(record, field)] as const);
    const indexed = keyed.flatMap((field) => {
      const value = fieldOf(record, field) as Scalar | undefined;
      return value === undefined ? [] : [[field, keyOf(field, value)] as const];
    });
    const { id, expiresAt } = record;
    const sealed = seal.seal(Buffer.from(JSON.stringify(record)), contextOf(record));
    return { ...Object.fromEntries([...readable, ...indexed]), id, expiresAt, sealed };
  }

  function open(record: SealedRecord): T {
    try {
      return JSON.parse(seal.open(record.sealed, contextOf(record)).toString()) as T;
    } catch (cause) {
      throw new StorageError('STORE_DAMAGED', `a record of ${name} does not open under its seal`, { cause });
    }
  }

  const whereOf = (where: NonNullable<Query['where']>) =>
    Object.fromEntries(
      Object.entries(where).map(([field, value]) => [field, keyed.includes(field) ? keyOf(field, value) : value]),
    );

  return {
    async get(id) {
      const found = await stored.get(id);
      return found && open(found);
    },
    insert: (record) => stored.insert(close(record)),
    async update(id, change) {
      const changed = await stored.update(id, (current) => close(change(open(current))));
      return changed && open(changed);
    },
    async take(id) {
      const taken = await stored.take(id);
      return taken && open(taken);
    },
    async find({ where, ...query } = {}) {
      const page = await stored.find({ ...query, ...(where ? { where: whereOf(where) } : {}) });
      return { ...page, records: page.records.map(open) };
    },
  };
}

/** Records are plain JSON, and fields are named by definitions of our own. */
const fieldOf = (record: StoredRecord, field: string): unknown =>
  (record as unknown as Readonly<Record<string, unknown>>)[field];

/**
 * Moves what an earlier version kept in one collection to another. Each record is in one of the two at any moment, or in
 * both with the same contents, so that a crash loses none and a repeat adds none. Returns how many were moved.
 */
export async function takeOver<Old extends StoredRecord, New extends StoredRecord>(
  from: Collection<Old>,
  into: Pick<Collection<New>, 'insert'>,
  change: (record: Old) => New,
): Promise<number> {
  let moved = 0;
  for (;;) {
    const { records } = await from.find({ limit: 100 });
    if (records.length === 0) return moved;
    const taken = await Promise.all(
      records.map(async (record) => {
        await insertOnce(into, change(record));
        return from.take(record.id);
      }),
    );
    moved += taken.filter((one) => one !== undefined).length;
  }
}
