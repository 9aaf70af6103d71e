import { createConnection, type mongo } from 'mongoose';
import {
  type Collection,
  type CollectionDefinition,
  type RawCollection,
  type Storage,
  StorageError,
  type StoredRecord,
} from './collection.ts';
import { checkDefinition } from './definition.ts';
import { type Announcement, createChanges, withCache } from './mongo-changes.ts';
import { createMongoCollection } from './mongo-collection.ts';
import { asOpeningError, asStorageError, codeOf, unsuitable } from './mongo-errors.ts';
import { createMongoRaw, definitionsIn } from './mongo-raw.ts';
import { indexesOf, type Row } from './mongo-rows.ts';
import { examineServer, type MongoGuarantees } from './mongo-server.ts';

export interface MongoStorageOptions {
  /** mongodb:// or mongodb+srv://, with all members of a replica set. Without a password. */
  readonly url: string;
  /** Of the account that the address names. */
  readonly password?: string;
  readonly database?: string;
  readonly now?: () => number;
  /** How often expired records are swept out, in ms; 0 for never. Readers never see them either way. */
  readonly sweepEveryMs?: number;
  /** How long to wait for a server, in ms. */
  readonly busyMs?: number;
}

export interface MongoStorage extends Storage {
  readonly guarantees: MongoGuarantees;
}

/** The clocks of several hosts differ a little: none sweeps what another may still show. */
const skewMs = 60_000;
const [indexConflict, indexKeyConflict] = [85, 86];

/**
 * The engine for several hosts: one MongoDB database, a replica set in production. A write is acknowledged when a
 * majority of its members has it in the journal. Processes share nothing but the database.
 */
export async function openMongoStorage({
  url,
  password,
  database: name = 'sanuki',
  now = Date.now,
  sweepEveryMs = 30_000,
  busyMs = 5_000,
}: MongoStorageOptions): Promise<MongoStorage> {
  const { database, disconnect, guarantees } = await connect(withPassword(url, password), { name, busyMs });
  const calls = createCalls();
  const changes = createChanges(database.collection<Announcement>('sanuki_announcements'));
  const sweeps = new Map<string, () => Promise<unknown>>();
  const timer = sweepEveryMs > 0 ? setInterval(sweep, sweepEveryMs) : undefined;
  timer?.unref();

  function collection<T extends StoredRecord>(definition: CollectionDefinition): Collection<T> {
    checkDefinition(definition);
    const rows = database.collection<Row>(definition.name);
    const bare = createMongoCollection<T>(definition, { rows, now, busyMs });
    const opened = definition.readMostly ? withCache(bare, { name: definition.name, changes, now }) : bare;
    sweeps.set(definition.name, () => rows.deleteMany({ expires: { $lte: now() - skewMs } }));
    return guarded(opened, { calls, ready: once(() => createIndexes(definition, rows)) });
  }

  function sweep(): void {
    for (const remove of sweeps.values()) {
      // A sweep that fails is not an error: the records are invisible and the next one takes them.
      calls.run(remove).catch((error: unknown) => {
        if (!(error instanceof StorageError)) throw error;
      });
    }
  }

  function raw(definition: CollectionDefinition): RawCollection {
    checkDefinition(definition);
    const rows = database.collection<Row>(definition.name);
    const below = createMongoRaw(definition, { rows, ready: once(() => createIndexes(definition, rows)) });
    /** Told to other processes' caches as any write is. */
    const announced = async (write: () => Promise<void>) => {
      await changes.announce(definition.name);
      await write();
      changes.written(definition.name);
    };
    return {
      page: (page) => calls.run(() => below.page(page)),
      get: (ids) => calls.run(() => below.get(ids)),
      put: (records) => calls.run(() => announced(() => below.put(records))),
      remove: (ids) => calls.run(() => announced(() => below.remove(ids))),
    };
  }

  return {
    collection,
    definitions: () => calls.run(() => definitionsIn(database)),
    raw,
    guarantees,
    async close() {
      clearInterval(timer);
      await calls.close();
      await disconnect();
    },
  };
}

async function connect(url: string, { name, busyMs }: { readonly name: string; readonly busyMs: number }) {
  const connection = createConnection();
  // Refused connections are told by the operations that need one; an event nobody hears would end the process.
  connection.on('error', () => undefined);
  try {
    await connection.openUri(url, {
      dbName: name,
      autoCreate: false,
      autoIndex: false,
      appName: 'sanuki-id',
      readPreference: 'primary',
      readConcernLevel: 'majority',
      retryReads: true,
      retryWrites: true,
      serverSelectionTimeoutMS: busyMs,
      connectTimeoutMS: busyMs,
      waitQueueTimeoutMS: 2 * busyMs,
      socketTimeoutMS: 6 * busyMs,
      maxPoolSize: 20,
    });
    const database = connection.getClient().db(name);
    return { database, guarantees: await examineServer(database), disconnect: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw asOpeningError(error);
  }
}

/** The password is put in here and nowhere else: settings, logs and errors only ever have the address without it. */
function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const account = /^(mongodb(?:\+srv)?:\/\/[^@/:]+)@/.exec(url)?.[1];
  if (account === undefined) throw unsuitable('there is a password, but the address names no account');
  return `${account}:${encodeURIComponent(password)}${url.slice(account.length)}`;
}

async function createIndexes(definition: CollectionDefinition, rows: mongo.Collection<Row>): Promise<void> {
  try {
    await rows.createIndexes(indexesOf(definition));
  } catch (error) {
    if (![indexConflict, indexKeyConflict].includes(codeOf(error) ?? 0)) throw error;
    throw unsuitable(`collection ${definition.name} has an index of another shape; remove it`, { cause: error });
  }
}

/** Runs once, and again only after a failure. */
function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}

/** Every operation on the store goes through here: refused after closing, awaited by it, and its errors are ours. */
function createCalls() {
  const running = new Set<Promise<unknown>>();
  let closed = false;

  async function run<R>(act: () => Promise<R>): Promise<R> {
    if (closed) throw new StorageError('STORE_CLOSED', 'the store is closed');
    const call = act();
    running.add(call);
    try {
      return await call;
    } catch (error) {
      throw asStorageError(error);
    } finally {
      running.delete(call);
    }
  }

  return {
    run,
    async close() {
      closed = true;
      await Promise.allSettled(running);
    },
  };
}

/** Indexes are there before a collection's first record is read or written. */
function guarded<T extends StoredRecord>(
  collection: Collection<T>,
  { calls, ready }: { readonly calls: ReturnType<typeof createCalls>; readonly ready: () => Promise<void> },
): Collection<T> {
  const run = <R>(act: () => Promise<R>): Promise<R> =>
    calls.run(async () => {
      await ready();
      return act();
    });
  return {
    get: (id) => run(() => collection.get(id)),
    insert: (record) => run(() => collection.insert(record)),
    update: (id, change) => run(() => collection.update(id, change)),
    take: (id) => run(() => collection.take(id)),
    find: (query) => run(() => collection.find(query)),
  };
}
