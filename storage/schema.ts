import type { CollectionDefinition, StoredRecord } from './collection.ts';

/** A record of whatever shape. */
export type AnyRecord = StoredRecord & Readonly<Record<string, unknown>>;

/** One step from a version of the schema to the next: every record of one collection, each by itself. */
export interface Migration {
  /** The version that it leads to. */
  readonly version: number;
  /** What it does, for operators. */
  readonly name: string;
  /** As the new version declares it: a step that changes nothing but an index leaves the records as they are. */
  readonly definition: CollectionDefinition;
  /** Pure, keeps the id, and leaves a record that it has changed already as it is: after a crash some come twice. */
  readonly change: (record: AnyRecord) => AnyRecord;
}

/** The schema before the first migration: stores that carry no version have it. */
export const firstVersion = 1;

/** In the order of their versions, without a gap. A released one is never changed: another one follows it. */
export const migrations: readonly Migration[] = [];

export const latestVersion = (list: readonly Migration[]): number => firstVersion + list.length;

/** The list is our own code. */
export function checkMigrations(list: readonly Migration[]): void {
  for (const [at, { version, name }] of list.entries())
    if (version !== firstVersion + at + 1)
      throw new TypeError(`migration "${name}" leads to version ${version}, and should to ${firstVersion + at + 1}`);
}
