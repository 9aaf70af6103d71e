import type { CollectionDefinition, Query, StoredRecord } from './collection.ts';

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
