import { chmodSync, closeSync, openSync } from 'node:fs';
import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type Collection,
  type CollectionDefinition,
  type Page,
  type Query,
  type Storage,
  StorageError,
  type StoredRecord,
} from './collection.ts';
import {
  checkDefinition,
  checkRecord,
  checkSameId,
  indexFor,
  indexName,
  limitOf,
  uniqueIndexName,
} from './definition.ts';
import { asDamage, isConstraint } from './embedded-errors.ts';
import { createEmbeddedRaw, definitionsOf, examineFile } from './embedded-raw.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { createFreshness, createRecordCache, type Freshness } from './record-cache.ts';

export interface EmbeddedStorageOptions {
  /** Path of the database file; its folder exists. Several processes and threads may open the same file. */
  readonly file: string;
  readonly now?: () => number;
  /**
   * How often expired records are swept out, in ms; 0 for never. Readers never see them either way, so every process may
   * sweep: what one has deleted the next does not find.
   */
  readonly sweepEveryMs?: number;
  /** How long to wait for another process's transaction, in ms. */
  readonly busyMs?: number;
}

export interface EmbeddedStorage extends Storage {
  /** Writes a consistent copy of the running store to another file. */
  backup(path: string): Promise<void>;
}

/** At most this many expired records of a collection go in one transaction, so that a sweep never holds up a sign-in. */
const sweepBatch = 500;

/**
 * The default engine: one SQLite file in WAL mode with synchronous=FULL. Writes that arrive in one turn of the event
 * loop share one transaction (group commit) and resolve after its COMMIT, so an acknowledged write survives a crash.
 * Reads see committed data only. Tables keep their rowid: half the CPU of WITHOUT ROWID for rows of this size.
 */
export function openEmbeddedStorage({
  file,
  now = Date.now,
  sweepEveryMs = 30_000,
  busyMs = 10_000,
}: EmbeddedStorageOptions): EmbeddedStorage {
  const database = openDatabase(file, busyMs);
  const commits = createGroupCommit(database);
  const version = database.prepare('PRAGMA data_version');
  const freshness = createFreshness(() => version.get()?.data_version);
  const tables = new Map<string, Collection<StoredRecord>>();
  const sweeps: (() => number)[] = [];
  const timer = sweepEveryMs > 0 ? setInterval(sweep, sweepEveryMs) : undefined;
  timer?.unref();

  function collection<T extends StoredRecord>(definition: CollectionDefinition): Collection<T> {
    checkDefinition(definition);
    const table = createTable(database, definition);
    const opened = createEmbeddedCollection<T>(definition, table, { database, commits, freshness, now });
    if (!tables.has(definition.name)) {
      const remove = database.prepare(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE expires_at <= ? LIMIT ${sweepBatch})`,
      );
      sweeps.push(() => Number(remove.run(now()).changes));
      tables.set(definition.name, opened as unknown as Collection<StoredRecord>);
    }
    return opened;
  }

  function sweep(): void {
    for (const remove of sweeps) {
      // A sweep that finds the store busy is not an error: the records are invisible and the next one takes them.
      commits.run(remove).catch((error: unknown) => {
        if (!(error instanceof StorageError)) throw error;
      });
    }
  }

  return {
    collection,
    async definitions() {
      commits.checkOpen();
      return definitionsOf(database);
    },
    raw(definition) {
      checkDefinition(definition);
      const make = () => void createTable(database, definition);
      return createEmbeddedRaw(definition, { database, commits, make, forget: () => freshness.forget() });
    },
    async examine() {
      commits.checkOpen();
      examineFile(database);
    },
    async backup(path) {
      await backup(database, path);
      chmodSync(path, 0o600);
    },
    async close() {
      clearInterval(timer);
      await commits.close();
      if (database.isOpen) database.close();
    },
  };
}

function openDatabase(file: string, busyMs: number): DatabaseSync {
  makeFile(file);
  const database = new DatabaseSync(file, { timeout: busyMs, enableForeignKeyConstraints: false });
  try {
    database.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=10000; PRAGMA temp_store=MEMORY;',
    );
  } catch (error) {
    database.close();
    throw asDamage(error);
  }
  return database;
}

/**
 * The file is made here, so that it is never readable by others, not even for a moment. One that is there is not even
 * opened: closing it again would take the locks of this process's other connections to it (POSIX), and a command that
 * ends beside a hub could then believe itself alone with the store.
 */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** JSON path of a checked field name. */
const jsonOf = (field: string) => `json_extract(body, '$.${field}')`;

/** Makes the table and whatever index the definition declares and the file does not have yet. */
function createTable(database: DatabaseSync, { name, unique = [], indexes = [] }: CollectionDefinition): string {
  const table = `"c_${name}"`;
  const statements = [
    `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL, expires_at INTEGER) STRICT`,
    `CREATE INDEX IF NOT EXISTS "c_${name}_expiry" ON ${table} (expires_at) WHERE expires_at IS NOT NULL`,
    ...unique.map(
      (field) =>
        `CREATE UNIQUE INDEX IF NOT EXISTS "c_${name}_${uniqueIndexName(field)}" ON ${table} (${jsonOf(field)})`,
    ),
    ...indexes.map(
      (fields) =>
        `CREATE INDEX IF NOT EXISTS "c_${name}_${indexName(fields)}" ON ${table} (${fields.map(jsonOf).join(', ')}, id)`,
    ),
  ];
  database.exec(`BEGIN IMMEDIATE; ${statements.join('; ')}; COMMIT`);
  return table;
}

interface EmbeddedContext {
  readonly database: DatabaseSync;
  readonly commits: GroupCommit;
  readonly freshness: Freshness;
  readonly now: () => number;
}

function createEmbeddedCollection<T extends StoredRecord>(
  definition: CollectionDefinition,
  table: string,
  { database, commits, freshness, now }: EmbeddedContext,
): Collection<T> {
  const live = '(expires_at IS NULL OR expires_at > :now)';
  const select = database.prepare(`SELECT body FROM ${table} WHERE id = :id AND ${live}`);
  const write = database.prepare(`INSERT INTO ${table} (id, body, expires_at) VALUES (:id, :body, :expiresAt)`);
  const rewrite = database.prepare(`UPDATE ${table} SET body = :body, expires_at = :expiresAt WHERE id = :id`);
  const remove = database.prepare(`DELETE FROM ${table} WHERE id = :id RETURNING body, expires_at AS expiresAt`);
  const clearers = [`id = :value`, ...(definition.unique ?? []).map((field) => `${jsonOf(field)} = :value`)].map(
    (condition) => database.prepare(`DELETE FROM ${table} WHERE ${condition} AND expires_at <= :now`),
  );
  const pages = new Map<string, StatementSync>();
  const cache = definition.readMostly ? createRecordCache<T>(freshness) : undefined;

  function bodyOf(id: string): string | undefined {
    const row = select.get({ id, now: now() });
    return row && String(row.body);
  }

  function read(id: string): T | undefined {
    const body = bodyOf(id);
    return body === undefined ? undefined : (JSON.parse(body) as T);
  }

  /** By way of the cache, where there is one; only a write reads past it, inside its transaction. */
  function look(id: string): T | undefined {
    if (!cache) return read(id);
    const kept = cache.get(id);
    if (kept && (kept.expiresAt === undefined || kept.expiresAt > now())) return kept;
    const body = bodyOf(id);
    if (body === undefined) cache.drop(id);
    return body === undefined ? undefined : cache.keep(id, body);
  }

  /** An expired record that was not swept yet must not block its id or unique values. */
  function writeOver(statement: StatementSync, record: T): void {
    const row = { id: record.id, body: JSON.stringify(record), expiresAt: record.expiresAt ?? null };
    try {
      statement.run(row);
      return;
    } catch (error) {
      if (!isConstraint(error)) throw error;
    }
    const fields = record as unknown as Record<string, SQLInputValue | undefined>;
    const values = [record.id, ...(definition.unique ?? []).map((name) => fields[name])];
    for (const [at, value] of values.entries()) {
      if (value !== undefined)
        clearers[at]?.run({ value: typeof value === 'boolean' ? Number(value) : value, now: now() });
    }
    try {
      statement.run(row);
    } catch (cause) {
      if (!isConstraint(cause)) throw cause;
      throw new StorageError('ALREADY_EXISTS', `${definition.name} already has a record with this id or unique value`, {
        cause,
      });
    }
  }

  function pageOf(fields: readonly string[], descending: boolean): StatementSync {
    const key = [descending, ...fields].join(',');
    const known = pages.get(key);
    if (known) return known;
    const conditions = fields.map((field) => `${jsonOf(field)} = :${field} AND `).join('');
    const [behind, order] = descending
      ? ['(:after_ IS NULL OR id < :after_)', 'DESC']
      : ["id > coalesce(:after_, '')", 'ASC'];
    const statement = database.prepare(
      `SELECT body FROM ${table} WHERE ${conditions} ${behind} AND ${live} ORDER BY id ${order} LIMIT :limit_`,
    );
    pages.set(key, statement);
    return statement;
  }

  return {
    async get(id) {
      commits.checkOpen();
      return look(id);
    },
    insert(record) {
      return commits.run(() => {
        checkRecord(definition, record);
        cache?.drop(record.id);
        writeOver(write, record);
      });
    },
    update(id, change) {
      return commits.run(() => {
        const current = read(id);
        if (!current) return undefined;
        const changed = change(current);
        checkSameId(definition, id, changed);
        checkRecord(definition, changed);
        cache?.drop(id);
        writeOver(rewrite, changed);
        return changed;
      });
    },
    take(id) {
      return commits.run(() => {
        cache?.drop(id);
        const row = remove.get({ id });
        const expired = typeof row?.expiresAt === 'number' && row.expiresAt <= now();
        return row && !expired ? (JSON.parse(String(row.body)) as T) : undefined;
      });
    },
    async find(query: Query = {}): Promise<Page<T>> {
      commits.checkOpen();
      const fields = indexFor(definition, query);
      const limit = limitOf(query);
      const values = Object.fromEntries(fields.map((field) => [field, sqlValue(query.where?.[field])]));
      const { after = null, descending = false } = query;
      const rows = pageOf(fields, descending).all({ ...values, after_: after, now: now(), limit_: limit + 1 });
      const records = rows.slice(0, limit).map((row) => JSON.parse(String(row.body)) as T);
      const last = records.at(-1);
      return { records, ...(rows.length > limit && last ? { next: last.id } : {}) };
    },
  };
}

/** SQLite has no booleans; json_extract gives 0 and 1 for them. */
function sqlValue(value: string | number | boolean | undefined): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : (value ?? null);
}
