/** One line of the table: a figure per CPU second, beside the limit measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is compared with, and the least ratio (or value) that the product promises. */
  readonly limit?: { readonly name: string; readonly value: number };
  readonly target: number;
  /** Whether smaller is better: memory and start-up. */
  readonly atMost?: boolean;
}

const micro = 1e6;

/** Operations per second of CPU time of this process (all threads), after a warm-up: long code paths need a longer one. */
export async function perCpuSecond(
  act: () => unknown,
  { seconds = 1, parallel = 1, warmUpSeconds = 0.2 } = {},
): Promise<number> {
  await runFor(act, warmUpSeconds, parallel);
  const before = process.cpuUsage();
  const count = await runFor(act, seconds, parallel);
  const { user, system } = process.cpuUsage(before);
  return count / ((user + system) / micro);
}

async function runFor(act: () => unknown, seconds: number, parallel: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const lane = async () => {
    while (performance.now() < end) {
      await act();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return count;
}

/** Calls `act` for each item, so many at a time. */
export async function inLanes<T>(items: readonly T[], lanes: number, act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of queue) await act(item);
    }),
  );
}
