import { HubError } from '../lib/errors.ts';
import { randomText } from '../lib/random.ts';
import type { CoverageAnswer, SourceState } from './coverage.ts';
import { isCarriable } from './coverage-xml.ts';
import { foldName } from './name-folding.ts';
import type { Source, SourceAnswer } from './sources/source.ts';

/** What the hub knows of the person itself, to see whom an answer is about. */
export interface PersonFacts {
  readonly residentRef: string;
  readonly name: {
    readonly kanji?: string | undefined;
    readonly kana?: string | undefined;
    readonly latin?: string | undefined;
    readonly alias?: string | undefined;
    readonly former?: string | undefined;
  };
  /** 1 male, 2 female, 3 not given. */
  readonly sex: 1 | 2 | 3;
  readonly birthDate: string;
}

/** For the log: which body, and what went wrong. Nothing that it said. */
export interface SourceFault {
  readonly source: string;
  readonly code: 'SOURCE_SILENT' | 'SOURCE_GARBLED' | 'SOURCE_REFUSED' | 'ANOTHER_PERSON' | 'UNEXPECTED';
}

export interface BrokerOptions {
  readonly sources: readonly Source[];
  /** Further ones for data of this type, as they are registered at the moment of the question. */
  readonly registered?: (type: string) => Promise<readonly Source[]>;
  readonly links: {
    isLinked(residentRef: string, party: string): Promise<boolean>;
    pseudonymFor(residentRef: string, party: string): Promise<string>;
  };
  /** For sources that name no time of their own. */
  readonly deadlineMs?: number;
  /** The end of an attempt at one source; by the clock unless handed in. */
  readonly deadline?: (source: Source) => AbortSignal;
  readonly onFault?: (fault: SourceFault) => void;
}

type Outcome = { readonly state: SourceState; readonly coverages: CoverageAnswer['coverages'] };

/**
 * Asks all bodies that are linked with a resident, at once and each under its own deadline, so that the whole takes as
 * long as the slowest one and one that hangs or talks nonsense never hides what another one said. Values pass through
 * memory only.
 */
export function createBroker(options: BrokerOptions) {
  const { sources, registered = async () => [], links, deadlineMs = 1_500, onFault = () => undefined } = options;
  const { deadline = (source: Source) => AbortSignal.timeout(source.deadlineMs ?? deadlineMs) } = options;

  /** `type` is what the answer is for: bodies may be registered for some types only. */
  async function ask(
    person: PersonFacts,
    { purpose, type }: { readonly purpose: string; readonly type: string },
  ): Promise<CoverageAnswer> {
    const all = [...sources, ...(await registered(type))];
    const outcomes = await Promise.all(all.map((source) => askOne(source, person, purpose)));
    const asked = outcomes.filter((outcome) => outcome !== undefined);
    return { coverages: asked.flatMap(({ coverages }) => coverages), sources: asked.map(({ state }) => state) };
  }

  /** Undefined for a body that the resident is not linked with: it is not asked and learns nothing. */
  async function askOne(source: Source, person: PersonFacts, purpose: string): Promise<Outcome | undefined> {
    const { id, name } = source;
    if (!(await links.isLinked(person.residentRef, id))) return undefined;
    const subject = await links.pseudonymFor(person.residentRef, id);
    const signal = deadline(source);
    try {
      const request = { type: 'coverage', subject, purpose, requestId: randomText(16, 'hex'), signal } as const;
      const answer = await beforeAbort(() => source.fetch(request), signal);
      return judge(source, answer, { ...person, subject });
    } catch (error) {
      const code = faultOf(error, signal);
      onFault({ source: id, code });
      return { state: { id, name, state: stateOf[code] }, coverages: [] };
    }
  }

  /** One coverage of somebody else spoils the whole answer: who mixes up persons once cannot be relied on for the rest. */
  function judge({ id, name }: Source, answer: SourceAnswer, person: PersonFacts & { subject: string }): Outcome {
    const usable =
      Math.abs(answer.asOf) <= lastInstant &&
      answer.coverages.length <= coveragesMax &&
      answer.coverages.every(isCarriable);
    const own = answer.subject === person.subject && answer.coverages.every((coverage) => isAbout(coverage, person));
    if (!usable || !own) {
      onFault({ source: id, code: usable ? 'ANOTHER_PERSON' : 'SOURCE_GARBLED' });
      return { state: { id, name, state: 'garbled' }, coverages: [] };
    }
    const coverages = answer.coverages.map((coverage) => ({ ...coverage, source: id }));
    return { state: { id, name, state: 'answered', asOf: answer.asOf }, coverages };
  }

  return { ask };
}

export type Broker = ReturnType<typeof createBroker>;

/** ECMA-262 21.4.1.1: beyond this a time value is no date. */
const lastInstant = 8.64e15;
const coveragesMax = 50;

const stateOf = {
  SOURCE_SILENT: 'silent',
  SOURCE_GARBLED: 'garbled',
  SOURCE_REFUSED: 'refused',
  UNEXPECTED: 'garbled',
} as const satisfies Record<string, SourceState['state']>;

function faultOf(error: unknown, signal: AbortSignal): keyof typeof stateOf {
  if (signal.aborted) return 'SOURCE_SILENT';
  const code = error instanceof HubError ? error.code : undefined;
  if (code === 'SOURCE_SILENT' || code === 'SOURCE_GARBLED' || code === 'SOURCE_REFUSED') return code;
  return 'UNEXPECTED';
}

/** Ends with the deadline even where the source does not heed its signal; what it says later is not listened to. */
async function beforeAbort<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([run(), ended]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Whether a coverage is of this person: birth date, sex where both sides give one, and one of the person's names. The
 * pseudonym alone would not show a body's own mix-up, and a name and birth date alone would join homonyms.
 */
export function isAbout(
  coverage: { readonly name: string; readonly sex: 1 | 2 | 3; readonly birthDate: string },
  person: Omit<PersonFacts, 'residentRef'>,
): boolean {
  if (coverage.birthDate !== person.birthDate) return false;
  if (coverage.sex !== person.sex && coverage.sex !== 3 && person.sex !== 3) return false;
  const folded = foldName(coverage.name);
  return Object.values(person.name).some((name) => name !== undefined && foldName(name) === folded);
}
