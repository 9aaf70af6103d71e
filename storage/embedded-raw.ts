import type { DatabaseSync } from 'node:sqlite';
import { type CollectionDefinition, type RawCollection, type RawRecord, StorageError } from './collection.ts';
import { definitionOf, isCollectionName, recordIn } from './definition.ts';
import { damaged, isConstraint, reading } from './embedded-errors.ts';
import type { GroupCommit } from './group-commit.ts';

const tablePrefix = 'c_';

export interface EmbeddedRawContext {
  readonly database: DatabaseSync;
  readonly commits: GroupCommit;
  /** Makes the table with its indexes. */
  readonly make: () => void;
  /** Forgets what caches of this connection hold: they do not notice its own writes. */
  readonly forget: () => void;
}

/** The rows of one table. */
export function createEmbeddedRaw(
  definition: CollectionDefinition,
  { database, commits, make, forget }: EmbeddedRawContext,
): RawCollection {
  const table = `"${tablePrefix}${definition.name}"`;
  const columns = 'id, body, expires_at AS expiresAt';

  const isThere = () => definitionsOf(database).some(({ name }) => name === definition.name);

  function statement(sql: string) {
    commits.checkOpen();
    return isThere() ? database.prepare(sql) : undefined;
  }

  function write(put: { run(row: object): unknown }, record: RawRecord): void {
    recordIn(definition, record);
    try {
      put.run({ id: record.id, body: record.body, expiresAt: record.expiresAt ?? null });
    } catch (cause) {
      if (!isConstraint(cause)) throw cause;
      throw new StorageError('ALREADY_EXISTS', `${definition.name} already has a record with this unique value`, {
        cause,
      });
    }
  }

  return {
    async page({ limit, after }) {
      const behind = after === undefined ? '' : 'WHERE id > :after_';
      return reading(() => {
        const select = statement(`SELECT ${columns} FROM ${table} ${behind} ORDER BY id LIMIT :limit_`);
        const rows = select?.all({ limit_: limit + 1, ...(after === undefined ? {} : { after_: after }) }) ?? [];
        const records = rows.slice(0, limit).map(rowOf);
        const last = records.at(-1);
        return { records, ...(rows.length > limit && last ? { next: last.id } : {}) };
      });
    },
    async get(ids) {
      return reading(() => {
        const select = statement(`SELECT ${columns} FROM ${table} WHERE id = ?`);
        return ids.flatMap((id) => {
          const row = select?.get(id);
          return row ? [rowOf(row)] : [];
        });
      });
    },
    async put(records) {
      commits.checkOpen();
      make();
      const upsert = database.prepare(
        `INSERT INTO ${table} (id, body, expires_at) VALUES (:id, :body, :expiresAt) ON CONFLICT (id) DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at`,
      );
      await Promise.all(records.map((record) => commits.run(() => write(upsert, record))));
      forget();
    },
    async remove(ids) {
      const remove = statement(`DELETE FROM ${table} WHERE id = ?`);
      if (!remove) return;
      await Promise.all(ids.map((id) => commits.run(() => remove.run(id))));
      forget();
    },
  };
}

function rowOf(row: Record<string, unknown>): RawRecord {
  const { id, body, expiresAt } = row;
  return { id: String(id), body: String(body), ...(typeof expiresAt === 'number' ? { expiresAt } : {}) };
}

/** The tables and indexes that the file has; whatever else is in it belongs to somebody else. */
export function definitionsOf(database: DatabaseSync): CollectionDefinition[] {
  const made = reading(() => database.prepare('SELECT type, name, tbl_name AS owner FROM sqlite_master').all());
  return made
    .filter(({ type, name }) => type === 'table' && String(name).startsWith(tablePrefix))
    .map(({ name }) => String(name))
    .filter((table) => isCollectionName(table.slice(tablePrefix.length)))
    .sort()
    .map((table) => {
      const indexes = made
        .filter(({ type, owner }) => type === 'index' && owner === table)
        .map(({ name }) => String(name))
        .filter((name) => name.startsWith(`${table}_`));
      return definitionOf(
        table.slice(tablePrefix.length),
        indexes.map((name) => name.slice(table.length + 1)),
      );
    });
}

/** Every page, and every index against its table: an index that lacks an entry would hide a record from a reader. */
export function examineFile(database: DatabaseSync): void {
  const found = reading(() => database.prepare('PRAGMA integrity_check(1)').get());
  if (found?.integrity_check !== 'ok') throw damaged({ cause: new Error(String(found?.integrity_check)) });
}
