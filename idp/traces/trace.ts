import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { type Facts, redact, type StepKind, type TraceStep } from './step.ts';

/** What a parked sign-in carries of its trace: the code from the start, and the steps before anything was stored. */
export interface ParkedTrace {
  readonly code: string;
  readonly steps: readonly TraceStep[];
}

/** What one request adds to the trace of its sign-in. */
export interface TraceAddition {
  readonly code: string;
  readonly steps: readonly TraceStep[];
  /** Whether a record is to be made; without it the steps only follow a record that is there. */
  readonly record: boolean;
  /** A card was presented and its MAC was right: no stranger did this. */
  readonly proven: boolean;
}

/** Said over the telephone, so short; 40 random bits, and worth nothing without the role. */
const newCode = () => randomBytes(5).toString('hex').toUpperCase();
export const isTraceCode = (text: string): boolean => /^[0-9A-F]{10}$/.test(text);

interface Note {
  readonly at: number;
  readonly kind: StepKind;
  readonly facts: Facts | (() => Facts);
}

/**
 * The trace of one HTTP request, which may be one of several of a sign-in. Noting is free of work: facts are read from
 * a message, and the code is made, only for what is kept, so that an answer out of a session pays nothing for this.
 */
export function createTrace(now: () => number) {
  const notes: Note[] = [];
  let parked: ParkedTrace | undefined;
  let known: string | undefined;
  let record = false;
  let proven = false;

  const code = (): string => {
    known ??= newCode();
    return known;
  };

  const written = (): TraceStep[] => [
    ...(parked?.steps ?? []),
    ...notes.map(({ at, kind, facts }) => redact(at, kind, typeof facts === 'function' ? facts() : facts)),
  ];

  function note(kind: StepKind, facts: Facts | (() => Facts)): void {
    notes.push({ at: now(), kind, facts });
  }

  /** This request goes on with a sign-in that was begun in another one. */
  function follow(sign: ParkedTrace): void {
    parked = sign;
    known = sign.code;
  }

  /** For the parked sign-in to carry: nothing is written of it until a page or a refusal shows the code. */
  const park = (): ParkedTrace => ({ code: code(), steps: written() });

  /** The code is shown, so a record has to be there. */
  function keep(): string {
    record = true;
    return code();
  }

  function prove(): void {
    proven = true;
    record = true;
  }

  /** What is to be written; undefined for a request that nobody will ask about. */
  function addition(): TraceAddition | undefined {
    if (!record && !parked) return undefined;
    return { code: code(), steps: written(), record, proven };
  }

  /** Whether nothing says yet what was asked for. */
  const isEmpty = () => notes.length === 0 && !parked;

  return { note, follow, park, keep, prove, addition, isEmpty, shownCode: () => (record ? known : undefined) };
}

export type Trace = ReturnType<typeof createTrace>;

/** The trace of this request; the outermost guard puts it there. */
export function traceOf(ctx: Pick<Context, 'state'>): Trace {
  const { trace } = ctx.state as { trace?: Trace };
  if (!trace) throw new TypeError('the request has no trace: the middleware of the traces is missing');
  return trace;
}
