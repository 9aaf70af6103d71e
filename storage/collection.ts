import { HubError, type Outcome } from '../lib/errors.ts';

/** What every stored record has. `expiresAt` is in ms since 1970; from that moment on the record is gone for every reader. */
export interface StoredRecord {
  readonly id: string;
  readonly expiresAt?: number | undefined;
}

/**
 * Declares a collection once; engines build tables and indexes from it.
 * `unique` fields refuse a second record with the same value (a missing value is not a value).
 * `indexes` name the field combinations `find` may be asked for.
 */
export interface CollectionDefinition {
  readonly name: string;
  readonly unique?: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
  /**
   * Records that are read far more often than written: an engine may keep them in memory and hands them out frozen. A
   * write of another process is seen from the next turn of the event loop on, or, where the store is on another host,
   * within a second.
   */
  readonly readMostly?: boolean;
  /**
   * Inserts of one process become durable in the order in which they were called: where one is refused, none that was
   * called after it and before its caller heard of that is there. For records that build on each other.
   */
  readonly ordered?: boolean;
}

export type Scalar = string | number | boolean;

export interface Query {
  /** Equality on the fields of one declared index (or one unique field); none for all records. */
  readonly where?: Readonly<Record<string, Scalar>>;
  /** At most this many records; 100 unless told, 1000 at most. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
  /** By falling instead of rising ids. */
  readonly descending?: boolean;
}

export interface Page<T> {
  /** In the order of their ids, as the query has it. */
  readonly records: readonly T[];
  /** Present when there may be more. */
  readonly next?: string;
}

/**
 * A set of records of one kind. Records are plain JSON data (no undefined-versus-missing distinction, no dates, no buffers).
 * There is no multi-record transaction: callers order their writes so that a crash between two of them is safe.
 * A returned promise of a write resolves only when the write is durable.
 */
export interface Collection<T extends StoredRecord> {
  get(id: string): Promise<T | undefined>;
  /** Rejects with ALREADY_EXISTS when the id or a unique field is taken by a live record. */
  insert(record: T): Promise<void>;
  /**
   * Atomic read-change-write over all processes; resolves to the record as written, or undefined when there is none.
   * `change` may run more than once, so it must be pure; when it throws, nothing is written and the error is passed on.
   */
  update(id: string, change: (current: T) => T): Promise<T | undefined>;
  /** Removes and returns in one step: of two callers, in whatever process, one gets the record. */
  take(id: string): Promise<T | undefined>;
  find(query?: Query): Promise<Page<T>>;
}

/** A record as an engine keeps it, whatever it means. */
export interface RawRecord {
  readonly id: string;
  /** JSON text, to the letter as it was written. */
  readonly body: string;
  readonly expiresAt?: number;
}

/**
 * The rows below a collection, for what has to move them as they are. Expired ones that were not swept yet are among
 * them. A collection that is not there has none, and is made with its indexes by the first `put`.
 */
export interface RawCollection {
  /** In an order that is the engine's own. */
  page(page: { readonly limit: number; readonly after?: string | undefined }): Promise<Page<RawRecord>>;
  /** Those of the ids that are there. */
  get(ids: readonly string[]): Promise<readonly RawRecord[]>;
  /**
   * Writes over whatever has the id: twice is the same as once. Rejects with ALREADY_EXISTS when another row, live or
   * expired, has a unique value, and with STORE_DAMAGED when a row is no record; some of the others may be written then.
   */
  put(records: readonly RawRecord[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}

/** An engine: opens collections and journals on one store. */
export interface Storage {
  /** What holds beyond this contract, where that depends on the server. */
  readonly guarantees?: Readonly<Record<string, boolean>>;
  collection<T extends StoredRecord>(definition: CollectionDefinition): Collection<T>;
  /** The collections that the store itself has, whoever made them, with their unique fields and indexes; by name. */
  definitions(): Promise<readonly CollectionDefinition[]>;
  raw(definition: CollectionDefinition): RawCollection;
  /** Rejects with STORE_DAMAGED when the engine finds the store not whole; may read all of it. */
  examine?(): Promise<void>;
  close(): Promise<void>;
}

const outcomes = {
  ALREADY_EXISTS: 'conflict',
  STORE_CLOSED: 'unavailable',
  STORE_BUSY: 'unavailable',
  STORE_UNSUITABLE: 'unavailable',
  STORE_DAMAGED: 'unavailable',
  STORE_IN_USE: 'conflict',
  STORE_UNFINISHED: 'conflict',
  SOURCE_EMPTY: 'missing',
  TARGET_TAKEN: 'conflict',
  SCHEMA_NEWER: 'conflict',
  MIGRATION_FAILED: 'conflict',
  JOURNAL_BROKEN: 'conflict',
} as const satisfies Record<string, Outcome>;

export type StorageErrorCode = keyof typeof outcomes;

export class StorageError extends HubError<StorageErrorCode> {
  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}
