import { setTimeout as pause } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import {
  type Collection,
  type CollectionDefinition,
  type Page,
  type Query,
  StorageError,
  type StoredRecord,
} from './collection.ts';
import { checkRecord, checkSameId, indexFor, limitOf } from './definition.ts';
import { isDuplicate, isUnsent } from './mongo-errors.ts';
import { createOrderedInserts } from './mongo-ordered.ts';
import { fieldPath, inTheWayOf, liveAt, type Row, recordOf, rowOf } from './mongo-rows.ts';
import { durable } from './mongo-server.ts';
import { createTurns } from './turns.ts';

export interface MongoContext {
  readonly rows: mongo.Collection<Row>;
  readonly now: () => number;
  /** How long an update may be overtaken by other processes. */
  readonly busyMs: number;
}

const longestPauseMs = 64;

/**
 * One collection. Every write is one command on one document, which the server carries out as a whole; reads go to the
 * primary and see what a majority keeps.
 *
 * When the connection breaks under a write, nobody knows whether it was done. On a replica set the driver sends it again
 * and the server recognises it. Where that does not help, an insert or update is never sent a second time: its stamp is
 * looked for, and either it is there and counts, or the caller gets STORE_BUSY and knows no more than after a crash. A
 * take is told as STORE_BUSY too: its record may be gone without anybody having got it, but nobody gets it twice.
 */
export function createMongoCollection<T extends StoredRecord>(
  definition: CollectionDefinition,
  { rows, now, busyMs }: MongoContext,
): Collection<T> {
  const inTurn = createTurns();
  const ordered = definition.ordered ? createOrderedInserts(rows) : undefined;
  const isLive = ({ expires }: Pick<Row, 'expires'>) => expires === undefined || expires > now();

  /** Runs one write of a row; resolves to whether it took place. Expired rows in its way are removed, and it is tried again. */
  async function written(row: Row, write: () => Promise<boolean>): Promise<boolean> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!isDuplicate(error)) return await wasStored(row, error);
        // Several processes may do this at once: only what is expired is removed, and then one of them is first.
        const { deletedCount } = await rows.deleteMany(inTheWayOf(definition, row, now()), durable);
        if (deletedCount > 0) continue;
        throw alreadyExists(definition, error);
      }
    }
  }

  async function wasStored({ _id, stamp }: Row, error: unknown): Promise<boolean> {
    if (!isUnsent(error) && (await rows.findOne({ _id, stamp }, { projection: { _id: 1 } }))) return true;
    throw error;
  }

  async function insert(record: T): Promise<void> {
    const row = rowOf(definition, record);
    if (ordered) await ordered(row, (error) => alreadyExists(definition, error));
    else await written(row, async () => (await rows.insertOne(row, durable)).acknowledged);
  }

  async function update(id: string, change: (current: T) => T, until: number): Promise<T | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      if (performance.now() > until)
        throw new StorageError('STORE_BUSY', `a record of ${definition.name} is changed by too many at once`);
      // The newest state, even if no majority has it yet: what is written over it is acknowledged only with it.
      const current = await rows.findOne({ _id: { $eq: id } }, { readConcern: { level: 'local' } });
      if (!current || !isLive(current)) return undefined;
      const changed = change(recordOf<T>(current));
      checkSameId(definition, id, changed);
      checkRecord(definition, changed);
      const row = rowOf(definition, changed);
      if (await written(row, () => replaced(current, row))) return recordOf<T>(row);
      await pause(Math.random() * Math.min(2 ** attempt, longestPauseMs));
    }
  }

  /** Compare and swap: false when another writer was first. */
  async function replaced({ _id, stamp }: Row, row: Row): Promise<boolean> {
    const after = await rows.findOneAndReplace({ _id, stamp }, row, {
      ...durable,
      returnDocument: 'after',
      projection: { stamp: 1 },
    });
    return after !== null;
  }

  async function find(query: Query): Promise<Page<T>> {
    const limit = limitOf(query);
    const { after, descending = false, where = {} } = query;
    const equal = indexFor(definition, query).map((name) => [fieldPath(name), { $eq: where[name] }] as const);
    const behind = after === undefined ? {} : { _id: descending ? { $lt: after } : { $gt: after } };
    const filter = { ...Object.fromEntries(equal), ...behind, ...liveAt(now()) } as mongo.Filter<Row>;
    const found = await rows
      .find(filter, { projection: { body: 1 } })
      .sort({ _id: descending ? -1 : 1 })
      .limit(limit + 1)
      .toArray();
    const records = found.slice(0, limit).map((row) => recordOf<T>(row));
    const last = records.at(-1);
    return { records, ...(found.length > limit && last ? { next: last.id } : {}) };
  }

  return {
    async get(id) {
      const row = await rows.findOne({ _id: { $eq: id } });
      return row && isLive(row) ? recordOf<T>(row) : undefined;
    },
    async insert(record) {
      checkRecord(definition, record);
      await insert(record);
    },
    // One after another for the writers of this process, so that they do not overtake each other all the time. Their
    // time runs from the call: behind a dead server they do not wait for each other's.
    update(id, change) {
      const until = performance.now() + busyMs;
      return inTurn(id, () => update(id, change, until));
    },
    async take(id) {
      const row = await rows.findOneAndDelete({ _id: { $eq: id } }, durable);
      return row && isLive(row) ? recordOf<T>(row) : undefined;
    },
    find: (query = {}) => find(query),
  };
}

const alreadyExists = ({ name }: CollectionDefinition, cause: unknown) =>
  new StorageError('ALREADY_EXISTS', `${name} already has a record with this id or unique value`, { cause });
