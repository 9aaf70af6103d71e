import { isDay } from '../lib/time.ts';
import { copayOn } from './copay.ts';
import type { CoverageAnswer, EligibilityAnswer } from './coverage.ts';
import { AttributeError } from './errors.ts';

type Sourced = CoverageAnswer['coverages'][number];

export interface EligibilityQuestion {
  /** YYYY-MM-DD, checked by `checkTargetDate`. */
  readonly date: string;
  /** The insurer that the person or their certificate states. */
  readonly statedInsurer?: string | undefined;
}

export type EligibilityDecision = Pick<EligibilityAnswer, 'validity' | 'date' | 'coverages'>;

/**
 * What can truthfully be said at a counter about one day (QualificationValidity of the eligibility interface).
 *
 * A body that did not answer may hold a coverage, so its silence never turns into "none" or "ended". One valid coverage
 * beside a silent body is `unconfirmed` too: after a change of insurer the old body goes on saying "valid" until it
 * hears of the loss, and what the silent one would say decides between 1 and 5 (R104: on an outage never as valid).
 * Two valid ones stay 5: a further answer could only add to them.
 */
export function decideEligibility(answer: CoverageAnswer, question: EligibilityQuestion): EligibilityDecision {
  const { date, statedInsurer } = question;
  const valid = distinct(answer.coverages.filter((coverage) => isValidOn(coverage, date)));
  const decision = (validity: EligibilityAnswer['validity'], coverages: readonly Sourced[]): EligibilityDecision => ({
    validity,
    date,
    coverages: coverages.map((coverage) => withRatio(coverage, date)),
  });
  const [one, another] = valid;
  if (another) return decision('5', valid);
  if (!everyBodyAnswered(answer)) return decision('unconfirmed', valid);
  if (!one) return decideWithoutValid(answer.coverages, question, decision);
  if (statedInsurer !== undefined && one.insurerNumber !== statedInsurer)
    return decision('3', lastEnded(answer.coverages, date, statedInsurer));
  // 6 only where the insurer itself marks it: valid with them, and not yet entered in the national register.
  return decision(one.registrationPending ? '6' : '1', [one]);
}

function decideWithoutValid(
  coverages: readonly Sourced[],
  { date, statedInsurer }: EligibilityQuestion,
  decision: (validity: '2' | '4', coverages: readonly Sourced[]) => EligibilityDecision,
): EligibilityDecision {
  const ended = lastEnded(coverages, date, statedInsurer);
  const [last] = ended.length > 0 ? ended : lastEnded(coverages, date);
  return last ? decision('2', [last]) : decision('4', []);
}

/** Without any body asked, nothing was answered either. */
export const everyBodyAnswered = ({ sources }: Pick<CoverageAnswer, 'sources'>): boolean =>
  sources.length > 0 && sources.every(({ state }) => state === 'answered');

/** Qualification counts, not the dates printed on a certificate: those may run out while the coverage goes on. */
export function isValidOn(
  { qualifiedOn, disqualifiedOn }: Pick<Sourced, 'qualifiedOn' | 'disqualifiedOn'>,
  date: string,
) {
  return qualifiedOn <= date && (disqualifiedOn === undefined || date < disqualifiedOn);
}

function lastEnded(coverages: readonly Sourced[], date: string, insurer?: string): readonly Sourced[] {
  const ended = coverages.filter(
    ({ insurerNumber, disqualifiedOn }) =>
      (insurer === undefined || insurerNumber === insurer) && disqualifiedOn !== undefined && disqualifiedOn <= date,
  );
  return ended.toSorted((a, b) => ((a.disqualifiedOn ?? '') < (b.disqualifiedOn ?? '') ? 1 : -1)).slice(0, 1);
}

/** The same coverage told by two bodies, or in two widths of letters, is one. */
function distinct(coverages: readonly Sourced[]): readonly Sourced[] {
  const keyOf = ({ insurerNumber, symbol, number, branch, qualifiedOn }: Sourced) =>
    JSON.stringify([insurerNumber, symbol ?? '', number, branch ?? '', qualifiedOn]).normalize('NFKC');
  return [...new Map(coverages.map((coverage) => [keyOf(coverage), coverage])).values()];
}

/** The insurer's own ratio, else the standard one of the person's age on that day. */
function withRatio(coverage: Sourced, date: string): Sourced {
  if (coverage.copay !== undefined || coverage.withheld?.copay) return coverage;
  const copay = copayOn(coverage.birthDate, date);
  return copay === undefined ? coverage : { ...coverage, copay };
}

const yearsBack = 5;

/** R99: any day of the past five years up to today; both are YYYY-MM-DD. */
export function checkTargetDate(date: string, today: string): void {
  const oldest = `${Number(today.slice(0, 4)) - yearsBack}${today.slice(4)}`;
  if (!isDay(date) || date > today || date < oldest)
    throw new AttributeError('DATE_OUT_OF_RANGE', `the target date is no day of the past ${yearsBack} years`);
}
