import {
  type CollectionDefinition,
  type RawCollection,
  type RawRecord,
  StorageError,
  type StoredRecord,
} from './collection.ts';
import { recordIn } from './definition.ts';

interface MemoryRawContext {
  readonly check: () => void;
  readonly table: () => Map<string, string> | undefined;
  readonly make: () => Map<string, string>;
}

/** The rows of one collection of the reference engine. */
export function createMemoryRaw(
  definition: CollectionDefinition,
  { check, table, make }: MemoryRawContext,
): RawCollection {
  function write(rows: Map<string, string>, row: RawRecord): void {
    const record = recordIn(definition, row);
    for (const name of definition.unique ?? []) {
      const value = fieldOf(record, name);
      const isTaken = [...rows.values()].some((body) => {
        const other = JSON.parse(body) as StoredRecord;
        return value !== undefined && other.id !== row.id && fieldOf(other, name) === value;
      });
      if (isTaken)
        throw new StorageError('ALREADY_EXISTS', `${definition.name} already has a record with this ${name}`);
    }
    rows.set(row.id, row.body);
  }

  return {
    async page({ limit, after }) {
      check();
      const rows = [...(table() ?? [])].filter(([id]) => after === undefined || id > after).sort(byId);
      const records = rows.slice(0, limit).map(rowOf);
      const last = records.at(-1);
      return { records, ...(rows.length > limit && last ? { next: last.id } : {}) };
    },
    async get(ids) {
      check();
      return ids.flatMap((id) => {
        const body = table()?.get(id);
        return body === undefined ? [] : [rowOf([id, body])];
      });
    },
    async put(records) {
      check();
      const rows = make();
      for (const record of records) write(rows, record);
    },
    async remove(ids) {
      check();
      for (const id of ids) table()?.delete(id);
    },
  };
}

const byId = ([one]: readonly [string, string], [other]: readonly [string, string]) => (one < other ? -1 : 1);

function rowOf([id, body]: readonly [string, string]): RawRecord {
  const { expiresAt } = JSON.parse(body) as StoredRecord;
  return { id, body, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

/** Fields are read by name only here: the declared names were checked. */
const fieldOf = (record: StoredRecord, name: string): unknown => (record as unknown as Record<string, unknown>)[name];
