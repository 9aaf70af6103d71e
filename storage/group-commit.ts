import { StorageError } from './collection.ts';

/** What is needed of the database connection. */
interface Transactions {
  exec(sql: string): void;
  readonly isTransaction: boolean;
}

interface Write {
  readonly act: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects the writes of one turn of the event loop into one transaction. Every act is one SQLite statement that
 * changes data, or refuses before it does; a failing statement undoes only itself, so a refused write spoils no other.
 */
export function createGroupCommit(database: Transactions) {
  let queue: Write[] = [];
  let scheduled = false;
  let closed = false;

  function checkOpen(): void {
    if (closed) throw new StorageError('STORE_CLOSED', 'the store is closed');
  }

  function run<R>(act: () => R): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      checkOpen();
      queue.push({ act, resolve: resolve as (value: unknown) => void, reject });
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    });
  }

  function flush(): void {
    scheduled = false;
    const writes = queue;
    queue = [];
    if (writes.length === 0) return;
    const settle: (() => void)[] = [];
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const write of writes) settle.push(attempt(write));
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const refusal = asStorageError(error);
      for (const { reject } of writes) reject(refusal);
      return;
    }
    for (const done of settle) done();
  }

  /** Runs one act; its outcome is told only after the COMMIT. An error that ended the transaction ends the whole group. */
  function attempt({ act, resolve, reject }: Write): () => void {
    try {
      const value = act();
      return () => resolve(value);
    } catch (error) {
      if (!database.isTransaction) throw error;
      return () => reject(error);
    }
  }

  /** Writes what is waiting, then refuses everything. */
  async function close(): Promise<void> {
    flush();
    closed = true;
  }

  return { run, checkOpen, close };
}

export type GroupCommit = ReturnType<typeof createGroupCommit>;

function asStorageError(cause: unknown): StorageError {
  return new StorageError('STORE_BUSY', 'the store could not take the write', { cause });
}
