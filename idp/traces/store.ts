import type { Middleware } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Settings } from '../../config/index.ts';
import type { Log } from '../../lib/log.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';
import type { TraceStep } from './step.ts';
import { createTrace, type Trace, type TraceAddition } from './trace.ts';

/** The steps of one sign-in under the code that its pages show. Nothing in it leads to a person (`step.ts`). */
export interface TraceRecord extends StoredRecord {
  /** In the order of their times. */
  readonly steps: readonly TraceStep[];
  /** Steps that were left out because there were too many. */
  readonly omitted: number;
  /** Number in the ring of what strangers caused; a presented card takes the record out of it. */
  readonly place?: number | undefined;
  readonly expiresAt: number;
}

/** Where the ring stands. */
export interface RingRecord extends StoredRecord {
  readonly next: number;
}

export const traceCollection: CollectionDefinition = { name: 'sign-in-trace', indexes: [['place']] };
export const ringCollection: CollectionDefinition = { name: 'sign-in-trace-ring' };

const stepsMax = 60;
const firstSteps = 30;
const waitingMax = 1_000;
const ringId = 'ring';

export interface TracesOptions {
  readonly records: Collection<TraceRecord>;
  readonly ring: Collection<RingRecord>;
  readonly settings: Settings['traces'];
  readonly log: Log;
  readonly now: () => number;
  /** How long steps wait for each other, so that whatever is to be written costs one commit. */
  readonly gatherMs?: number;
}

type Waiting = TraceAddition & { readonly source: string };

/**
 * The traces of sign-ins. No answer waits for them: a request leaves its steps here, and they are written together a
 * moment later. What a process had not written when it died is lost, which is that moment and not the sign-in. Steps
 * of one sign-in may come from several processes; each adds its own to the one record.
 *
 * Everybody outside can cause refusals. Each source makes so many records in a time, and strangers all together have
 * a ring of `most` places, whose oldest record makes room. A record in which a card was presented has left the ring,
 * so no flood of refusals can push out what really happened to somebody with a card.
 */
export function createTraces({ records, ring, settings, log, now, gatherMs = 250 }: TracesOptions) {
  const { points, seconds } = settings.perSource;
  const sources = new RateLimiterMemory({ points, duration: seconds });
  let waiting: Waiting[] = [];
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  /** The outermost guard: every request has its trace, and leaves here what of it is to be kept. */
  const middleware: Middleware = async (ctx, next) => {
    const trace = createTrace(now);
    ctx.state.trace = trace;
    try {
      await next();
    } finally {
      leave(trace, ctx.ip);
    }
  };

  /** The answer is made: a fault in reading what came must not spoil it. */
  function leave(trace: Trace, source: string): void {
    try {
      const addition = trace.addition();
      if (addition) add({ ...addition, source });
    } catch (err) {
      log.error({ err, trace: trace.shownCode() }, 'a trace could not be read');
    }
  }

  function add(addition: Waiting): void {
    if (waiting.length >= waitingMax) {
      lost++;
      return;
    }
    waiting.push(addition);
    timer ??= setTimeout(() => void flush(), gatherMs);
  }

  /** Writes what waits; one flush after the other, so that steps of one sign-in meet the record of those before them. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    if (lost > 0) log.warn({ lost }, 'more traces than can be written; the rest is only in this log');
    lost = 0;
    writing = writing.then(async () => {
      const byCode = Map.groupBy(batch, ({ code }) => code);
      await Promise.all([...byCode.values()].map(writeAll));
    });
    return writing;
  }

  async function writeAll(additions: readonly Waiting[]): Promise<void> {
    try {
      const [first] = additions;
      // As one: what became a card's in the meantime never takes a place of the ring.
      if (first)
        await write({
          ...first,
          steps: additions.flatMap(({ steps }) => steps),
          record: additions.some(({ record }) => record),
          proven: additions.some(({ proven }) => proven),
        });
    } catch (err) {
      // Nobody waits for this; the answer is out, and a store that takes nothing is told by what has to be written.
      log.error({ err, trace: additions[0]?.code }, 'a trace could not be written');
    }
  }

  async function write(addition: Waiting): Promise<void> {
    const { code, record, proven, source } = addition;
    const change = (current: TraceRecord): TraceRecord => merged(current, addition);
    if (await records.get(code)) {
      await records.update(code, change);
      return;
    }
    if (!record || !(proven || (await admits(source)))) return;
    const empty = { id: code, steps: [], omitted: 0, expiresAt: 0, ...(proven ? {} : { place: await takePlace() }) };
    // Or another process was first.
    if (!(await insertOnce(records, change(empty)))) await records.update(code, change);
  }

  async function admits(source: string): Promise<boolean> {
    try {
      await sources.consume(source);
      return true;
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      return false;
    }
  }

  /** The next place of the ring, and whoever was there has to go, unless it left the ring meanwhile. */
  async function takePlace(): Promise<number> {
    const place = await nextPlace();
    const { records: old } = await records.find({ where: { place } });
    for (const { id } of old)
      await records.update(id, (current) => (current.place === place ? { ...current, expiresAt: now() } : current));
    return place;
  }

  async function nextPlace(): Promise<number> {
    const step = (current: RingRecord) => ({ ...current, next: (current.next + 1) % settings.most });
    const moved = await ring.update(ringId, step);
    if (moved) return moved.next;
    return (await insertOnce(ring, { id: ringId, next: 0 })) ? 0 : nextPlace();
  }

  function merged(current: TraceRecord, { steps: added, proven }: TraceAddition): TraceRecord {
    // What a parked sign-in carries comes with each of its requests.
    const distinct = new Map([...current.steps, ...added].map((step) => [JSON.stringify(step), step]));
    const all = [...distinct.values()].sort((one, other) => one.at - other.at);
    const omitted = Math.max(0, all.length - stepsMax);
    const steps = omitted === 0 ? all : [...all.slice(0, firstSteps), ...all.slice(firstSteps + omitted)];
    const lifeMs = isAnswered(steps) ? settings.answeredHours * 3_600_000 : settings.days * 86_400_000;
    const { place, ...rest } = current;
    return {
      ...rest,
      ...(place === undefined || proven ? {} : { place }),
      steps,
      omitted: current.omitted + omitted,
      expiresAt: (steps[0]?.at ?? now()) + lifeMs,
    };
  }

  /** The record of this code, with what this process has not written yet. */
  async function find(code: string): Promise<TraceRecord | undefined> {
    await flush();
    return records.get(code);
  }

  return { middleware, find, flush };
}

export type Traces = ReturnType<typeof createTraces>;

/** Whether the sign-in ended well: the last word was an answer without an error. */
export function isAnswered(steps: readonly TraceStep[]): boolean {
  const last = steps.findLast(({ kind }) => kind === 'answer' || kind === 'refused');
  return last?.kind === 'answer' && last.facts.error === undefined;
}
