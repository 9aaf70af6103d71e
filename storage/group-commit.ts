import { StorageError } from './collection.ts';

/** Commits closer together than this mean load. */
const busyMs = 3;
const gatherMs = 1;

/** What is needed of the database connection. */
interface Transactions {
  prepare(sql: string): { run(): unknown };
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
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  let queue: Write[] = [];
  let scheduled = false;
  let gathering: NodeJS.Timeout | undefined;
  let closed = false;
  let flushedAt = 0;
  let lastGroup = 0;

  function checkOpen(): void {
    if (closed) throw new StorageError('STORE_CLOSED', 'the store is closed');
  }

  function run<R>(act: () => R): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      checkOpen();
      queue.push({ act, resolve: resolve as (value: unknown) => void, reject });
      schedule();
    });
  }

  /**
   * A lone write goes at once. Where the last commit carried several and has just gone, as many are on their way: the
   * next one waits for them, but not long.
   */
  function schedule(): void {
    const busy = lastGroup > 1 && performance.now() - flushedAt < busyMs;
    if (busy && queue.length < lastGroup) gathering ??= setTimeout(flush, gatherMs);
    else if (!scheduled) {
      scheduled = true;
      setImmediate(flush);
    }
  }

  function flush(): void {
    scheduled = false;
    clearTimeout(gathering);
    gathering = undefined;
    const writes = queue;
    queue = [];
    if (writes.length === 0) return;
    const settle: (() => void)[] = [];
    try {
      begin.run();
      for (const write of writes) settle.push(attempt(write));
      commit.run();
    } catch (error) {
      if (database.isTransaction) rollback.run();
      const refusal = asStorageError(error);
      for (const { reject } of writes) reject(refusal);
      return;
    }
    flushedAt = performance.now();
    lastGroup = writes.length;
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
