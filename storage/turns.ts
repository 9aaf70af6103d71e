/** Lets callers with the same key act one after another, in the order in which they came. */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>();

  return async function inTurn<R>(key: string, act: () => Promise<R>): Promise<R> {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(act);
    // The next one comes after this one, however it ended; its own caller is told how.
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    last.set(key, over);
    try {
      return await mine;
    } finally {
      if (last.get(key) === over) last.delete(key);
    }
  };
}
