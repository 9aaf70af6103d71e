import { setImmediate as nextTurn } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { isDuplicate, isUnsent } from './mongo-errors.ts';
import type { Row } from './mongo-rows.ts';
import { durable } from './mongo-server.ts';

const batchMax = 500;

interface Waiting {
  readonly row: Row;
  readonly refusal: (duplicate: unknown) => Error;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Inserts of one collection in the order of their calls. What arrives while one batch is under way goes together in the
 * next, so the server never has an insert without those before it; at the first that fails, all that wait fail too.
 */
export function createOrderedInserts(rows: mongo.Collection<Row>) {
  let queue: Waiting[] = [];
  let working = false;

  function insert(row: Row, refusal: Waiting['refusal']): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      queue.push({ row, refusal, resolve, reject });
      if (working) return;
      working = true;
      work().catch(failAll);
    });
  }

  async function work(): Promise<void> {
    try {
      // Whatever is called in this turn of the event loop goes along.
      await nextTurn();
      while (queue.length > 0) {
        const batch = queue.slice(0, batchMax);
        queue = queue.slice(batchMax);
        await send(batch);
      }
    } finally {
      working = false;
    }
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    try {
      await rows.insertMany(
        batch.map(({ row }) => row),
        { ...durable, ordered: true },
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      await sort(batch, error);
    }
  }

  /** After a failure: the stamps tell which of the batch the server has. */
  async function sort(batch: readonly Waiting[], error: unknown): Promise<void> {
    let stored = new Set<string>();
    try {
      if (!isUnsent(error)) stored = await stampsOf(batch);
    } catch (failed) {
      for (const { reject } of batch) reject(failed);
      await failWaiting(failed);
      return;
    }
    const [first, ...others] = batch.filter(({ row }) => !stored.has(row.stamp));
    for (const { row, resolve } of batch) if (stored.has(row.stamp)) resolve();
    if (!first) return;
    first.reject(isDuplicate(error) ? first.refusal(error) : error);
    for (const { reject } of others) reject(error);
    await failWaiting(error);
  }

  async function stampsOf(batch: readonly Waiting[]): Promise<Set<string>> {
    const ids = batch.map(({ row }) => row._id);
    const found = await rows.find({ _id: { $in: ids } }, { projection: { stamp: 1 } }).toArray();
    return new Set(found.map(({ stamp }) => stamp));
  }

  /** Those who wait, and those who call before the others have heard of the failure. */
  async function failWaiting(error: unknown): Promise<void> {
    await nextTurn();
    failAll(error);
  }

  function failAll(error: unknown): void {
    const waiting = queue;
    queue = [];
    for (const { reject } of waiting) reject(error);
  }

  return insert;
}
