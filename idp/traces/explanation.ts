import type { Text } from '../../web/index.ts';
import { guidanceFor } from './guidance.ts';
import type { Guidance } from './guidance-kinds.ts';
import type { TraceStep } from './step.ts';
import { isAnswered, type TraceRecord } from './store.ts';

export interface Explanation extends Guidance {
  readonly state: 'answered' | 'refused' | 'open' | 'left';
  /** The refusal that counts: the last one, unless an answer came after it. */
  readonly code: string | undefined;
  /** After a wrong PIN. */
  readonly remainingTries: number | undefined;
  /** The party as it named itself, registered or not. */
  readonly provider: string | undefined;
  readonly protocol: string | undefined;
  readonly steps: readonly TraceStep[];
  readonly omitted: number;
  /** The first steps were not kept (see the bounds in `store.ts`). */
  readonly beginningMissing: boolean;
}

/** A page of the hub was asked for; a party's request that cannot be read leaves nobody's name. */
export const isOwnPage = ({ protocol }: Pick<Explanation, 'protocol'>): boolean =>
  protocol === undefined || protocol === 'hub' || protocol === 'http';

const text = (ja: string, en: string): Text => ({ ja, en });
const nothing = text('センターですることはありません。', 'There is nothing for staff to do.');

const states: Readonly<Record<'answered' | 'open' | 'left', Guidance>> = {
  answered: {
    whom: 'service',
    what: text(
      'ログインは成功し、サービスに答えを返しました。',
      'The sign-in succeeded, and the answer went to the service.',
    ),
    caller: text(
      'ログインは終わっています。サービスの画面に問題があるときは、サービスの窓口にお問い合わせいただいてください。',
      'The sign-in is done. If the page of the service shows a problem, the service has to help.',
    ),
    staff: text(
      'サービスの側で断られたときは、番号と、答えを返した時刻をサービスの管理者に伝えてください。',
      'If the service refused the answer, give it the reference and the time of the answer.',
    ),
  },
  open: {
    whom: 'resident',
    what: text('ログインの途中です。', 'The sign-in is under way.'),
    caller: text('画面の案内のとおりに進めていただいてください。', 'Please go on as the page says.'),
    staff: nothing,
  },
  left: {
    whom: 'resident',
    what: text('ログインは、終わらないまま時間が過ぎました。', 'The sign-in was left unfinished, and has expired.'),
    caller: text(
      'サービスの画面から、もう一度ログインしていただいてください。',
      'Please ask the caller to start again at the service.',
    ),
    staff: nothing,
  },
};

/** What the steps come to. Pure; `signInMs` is how long a started sign-in may stay unfinished. */
export function explain(
  { steps, omitted }: Pick<TraceRecord, 'steps' | 'omitted'>,
  { now, signInMs }: { readonly now: number; readonly signInMs: number },
): Explanation {
  const request = steps.find(({ kind }) => kind === 'request');
  const textIn = (name: 'provider' | 'protocol') => {
    const value = request?.facts[name];
    return typeof value === 'string' ? value : undefined;
  };
  const refusal = steps.findLast(({ kind }) => kind === 'refused')?.facts;
  const tries = isAnswered(steps) ? undefined : refusal?.remainingTries;
  const common = {
    remainingTries: typeof tries === 'number' ? tries : undefined,
    provider: textIn('provider'),
    protocol: textIn('protocol'),
    steps,
    omitted,
    beginningMissing: request === undefined,
  };
  if (isAnswered(steps)) return { ...common, ...states.answered, state: 'answered', code: undefined };
  const code = refusal?.code;
  if (typeof code === 'string') return { ...common, ...guidanceFor(code), state: 'refused', code };
  const state = now - (steps[0]?.at ?? 0) > signInMs ? 'left' : 'open';
  return { ...common, ...states[state], state, code: undefined };
}
