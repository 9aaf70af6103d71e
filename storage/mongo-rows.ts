import { randomBytes } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { CollectionDefinition, RawRecord, Scalar, StoredRecord } from './collection.ts';
import { indexName, recordIn, uniqueIndexName } from './definition.ts';

/**
 * A record as it is stored. The body is JSON text, as in the embedded engine: a record comes back exactly as it was
 * written, and no name or value in it (`$where`, dots, NUL, `__proto__`) can mean anything to the server. Only the
 * declared fields are repeated beside it, for the indexes, and only text, numbers and booleans.
 */
export interface Row {
  readonly _id: string;
  readonly body: string;
  /** Random, new with every write: what a compare-and-swap compares, and how a writer knows its own write again. */
  readonly stamp: string;
  /** ms since 1970. */
  readonly expires?: number;
  readonly fields?: Readonly<Record<string, Scalar>>;
}

export function rowOf(definition: CollectionDefinition, record: StoredRecord): Row {
  const { id, expiresAt } = record;
  const body = JSON.stringify(record);
  return rowWith(
    definition,
    { id, body, ...(expiresAt === undefined ? {} : { expiresAt }) },
    JSON.parse(body) as object,
  );
}

/** A row of another store, as it is. */
export const rowOfRaw = (definition: CollectionDefinition, raw: RawRecord): Row =>
  rowWith(definition, raw, recordIn(definition, raw));

export const rawOf = ({ _id, body, expires }: Pick<Row, '_id' | 'body' | 'expires'>): RawRecord => ({
  id: _id,
  body,
  ...(expires === undefined ? {} : { expiresAt: expires }),
});

function rowWith(definition: CollectionDefinition, { id, body, expiresAt }: RawRecord, record: object): Row {
  const kept = record as Readonly<Record<string, unknown>>;
  const named = new Set([...(definition.unique ?? []), ...(definition.indexes ?? []).flat()]);
  const fields = [...named].flatMap((name) => {
    const value = Object.hasOwn(kept, name) ? kept[name] : undefined;
    return isScalar(value) ? [[name, value] as const] : [];
  });
  return {
    _id: id,
    body,
    stamp: randomBytes(12).toString('base64url'),
    ...(expiresAt === undefined ? {} : { expires: expiresAt }),
    ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields) }),
  };
}

export const recordOf = <T extends StoredRecord>({ body }: Pick<Row, 'body'>) => JSON.parse(body) as T;

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);

export const fieldPath = (name: string) => `fields.${name}`;

/** Sparse, because a missing value is no value. An index that is there already with the same name and shape is left alone. */
export function indexesOf({ unique = [], indexes = [] }: CollectionDefinition): mongo.IndexDescription[] {
  return [
    { key: { expires: 1 }, name: 'expiry', sparse: true },
    ...unique.map((name) => ({
      key: { [fieldPath(name)]: 1 },
      name: uniqueIndexName(name),
      unique: true,
      sparse: true,
    })),
    ...indexes.map((names) => ({
      key: { ...Object.fromEntries(names.map((name) => [fieldPath(name), 1])), _id: 1 },
      name: indexName(names),
    })),
  ];
}

/** Matches what has no expiry as well. */
export const liveAt = (now: number): mongo.Filter<Row> => ({ expires: { $not: { $lte: now } } });

/** The expired rows that hold the id or a unique value of this one. */
export function inTheWayOf({ unique = [] }: CollectionDefinition, row: Row, now: number): mongo.Filter<Row> {
  const holders = unique.flatMap((name) => {
    const value = row.fields?.[name];
    return value === undefined ? [] : [{ [fieldPath(name)]: { $eq: value } }];
  });
  return { $or: [{ _id: row._id }, ...holders], expires: { $lte: now } } as mongo.Filter<Row>;
}
