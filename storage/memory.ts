import {
  type Collection,
  type CollectionDefinition,
  type Page,
  type Query,
  type Storage,
  StorageError,
  type StoredRecord,
} from './collection.ts';
import { checkDefinition, checkRecord, checkSameId, indexFor, limitOf } from './definition.ts';
import { createMemoryRaw } from './memory-raw.ts';

/** The reference engine: keeps records as JSON text in memory, so that callers share no object with the store. For tests, and for what must not outlast one answer. */
export function createMemoryStorage({ now = Date.now }: { now?: () => number } = {}): Storage {
  const tables = new Map<string, Map<string, string>>();
  const known = new Map<string, CollectionDefinition>();
  let closed = false;

  function check(): void {
    if (closed) throw new StorageError('STORE_CLOSED', 'the store is closed');
  }

  function tableOf({ name, unique, indexes }: CollectionDefinition): Map<string, string> {
    const table = tables.get(name) ?? new Map<string, string>();
    tables.set(name, table);
    known.set(name, { name, ...(unique?.length ? { unique } : {}), ...(indexes?.length ? { indexes } : {}) });
    return table;
  }

  function collection<T extends StoredRecord>(definition: CollectionDefinition): Collection<T> {
    checkDefinition(definition);
    return createMemoryCollection<T>(definition, tableOf(definition), { now, check });
  }

  return {
    collection,
    async definitions() {
      check();
      return [...known.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
    },
    raw(definition) {
      checkDefinition(definition);
      const table = () => tables.get(definition.name);
      return createMemoryRaw(definition, { check, table, make: () => tableOf(definition) });
    },
    async close() {
      closed = true;
    },
  };
}

interface MemoryContext {
  readonly now: () => number;
  readonly check: () => void;
}

function createMemoryCollection<T extends StoredRecord>(
  definition: CollectionDefinition,
  table: Map<string, string>,
  { now, check }: MemoryContext,
): Collection<T> {
  function read(id: string): T | undefined {
    const body = table.get(id);
    if (body === undefined) return undefined;
    const record = JSON.parse(body) as T;
    if (record.expiresAt === undefined || record.expiresAt > now()) return record;
    table.delete(id);
    return undefined;
  }

  /** Fields are read by name only here: records are plain JSON and the declared names were checked. */
  function field(record: T, name: string): unknown {
    return (record as unknown as Record<string, unknown>)[name];
  }

  function live(): T[] {
    return [...table.keys()].sort().flatMap((id) => read(id) ?? []);
  }

  function write(record: T): void {
    checkRecord(definition, record);
    for (const name of definition.unique ?? []) {
      const value = field(record, name);
      const holder =
        value === undefined
          ? undefined
          : live().find((other) => other.id !== record.id && field(other, name) === value);
      if (holder) throw new StorageError('ALREADY_EXISTS', `${definition.name} already has a record with this ${name}`);
    }
    table.set(record.id, JSON.stringify(record));
  }

  return {
    async get(id) {
      check();
      return read(id);
    },
    async insert(record) {
      check();
      if (read(record.id)) throw new StorageError('ALREADY_EXISTS', `${definition.name} already has this id`);
      write(record);
    },
    async update(id, change) {
      check();
      const current = read(id);
      if (!current) return undefined;
      const changed = change(current);
      checkSameId(definition, id, changed);
      write(changed);
      return read(id);
    },
    async take(id) {
      check();
      const record = read(id);
      table.delete(id);
      return record;
    },
    async find(query: Query = {}): Promise<Page<T>> {
      check();
      const fields = indexFor(definition, query);
      const limit = limitOf(query);
      const { after, descending = false } = query;
      const isBehind = ({ id }: T) => after === undefined || (descending ? id < after : id > after);
      const matching = (descending ? live().reverse() : live()).filter(
        (record) => isBehind(record) && fields.every((name) => field(record, name) === query.where?.[name]),
      );
      const records = matching.slice(0, limit);
      const last = records.at(-1);
      return { records, ...(matching.length > limit && last ? { next: last.id } : {}) };
    },
  };
}
