import {
  type CollectionDefinition,
  type Query,
  type RawRecord,
  StorageError,
  type StoredRecord,
} from './collection.ts';

const collectionName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const fieldName = /^[A-Za-z][A-Za-z0-9]*$/;
const limitMax = 1000;

/** A definition is written by our own code, so a wrong one is a TypeError; engines build SQL and keys from these names. */
export function checkDefinition(definition: CollectionDefinition): void {
  if (!collectionName.test(definition.name)) throw new TypeError(`"${definition.name}" is no collection name`);
  for (const field of [...(definition.unique ?? []), ...(definition.indexes ?? []).flat()]) {
    if (!fieldName.test(field)) throw new TypeError(`"${field}" is no field name`);
  }
}

/** The fields a query compares, in the order of the declared index that serves it. */
export function indexFor(definition: CollectionDefinition, { where = {} }: Query): readonly string[] {
  const asked = Object.keys(where);
  if (asked.length === 0) return [];
  const declared = [...(definition.unique ?? []).map((field) => [field]), ...(definition.indexes ?? [])];
  const index = declared.find(
    (fields) => fields.length === asked.length && fields.every((field) => asked.includes(field)),
  );
  if (!index) throw new TypeError(`collection ${definition.name} declares no index on ${asked.join(', ')}`);
  return index;
}

export function limitOf({ limit = 100 }: Query): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax)
    throw new TypeError(`a page has 1 to ${limitMax} records`);
  return limit;
}

export function checkRecord(definition: CollectionDefinition, record: StoredRecord): void {
  if (typeof record.id !== 'string' || record.id === '')
    throw new TypeError(`a record of ${definition.name} has an id`);
  if (record.expiresAt !== undefined && !Number.isSafeInteger(record.expiresAt)) {
    throw new TypeError(`expiresAt of a record of ${definition.name} is an integer in ms`);
  }
}

/** What `change` returned is written under the id it was read from. */
export function checkSameId(definition: CollectionDefinition, id: string, changed: StoredRecord): void {
  if (changed.id !== id) throw new TypeError(`a change of ${definition.name} must keep the id`);
}

/** Name of a unique field's index; engines put what they need before it. */
export const uniqueIndexName = (field: string) => `u_${field}`;
export const indexName = (fields: readonly string[]) => `i_${fields.join('_')}`;

export const isCollectionName = (name: string): boolean => collectionName.test(name);

/** What was declared, read back from the names of the indexes: no field name has a low line. */
export function definitionOf(name: string, indexNames: readonly string[]): CollectionDefinition {
  const ofKind = (kind: string) =>
    indexNames
      .map((index) => index.split('_'))
      .filter(([first, ...fields]) => first === kind && fields.length > 0 && fields.every((one) => fieldName.test(one)))
      .map(([, ...fields]) => fields)
      .sort((one, other) => (one.join() < other.join() ? -1 : 1));
  const [unique, indexes] = [ofKind('u').flat(), ofKind('i')];
  return { name, ...(unique.length > 0 ? { unique } : {}), ...(indexes.length > 0 ? { indexes } : {}) };
}

/** The record in a row. One whose text is not that of the row's id and expiry would be another record elsewhere. */
export function recordIn({ name }: CollectionDefinition, { id, body, expiresAt }: RawRecord): StoredRecord {
  const record = parsed(body);
  // An engine stores no half of a surrogate pair, but the text still has it.
  const isSame = record && String(record.id).toWellFormed() === id.toWellFormed() && record.expiresAt === expiresAt;
  if (!isSame) throw new StorageError('STORE_DAMAGED', `collection ${name} has a row that is no record`);
  return record;
}

function parsed(body: string): StoredRecord | undefined {
  try {
    const record: unknown = JSON.parse(body);
    return typeof record === 'object' && record !== null && 'id' in record ? (record as StoredRecord) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
