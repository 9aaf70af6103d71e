import type { Coverage } from './coverage.ts';

/** Days from `from` to `to`, both included; still open without `to`. */
export interface Period {
  readonly from: string;
  readonly to?: string | undefined;
}

export interface CoverageAlerts {
  /** Days without coverage between two coverages, or since the last one ended. */
  readonly gaps: readonly Period[];
  /** Days with more than one coverage. */
  readonly overlaps: readonly (Period & { readonly insurers: readonly string[] })[];
}

type Span = Pick<Coverage, 'insurerNumber' | 'qualifiedOn' | 'disqualifiedOn'>;

/**
 * R120: compares a person's coverages over all insurers up to today. It says nothing about the time before the first
 * one, and its caller shows it only when every body has answered. Dates are YYYY-MM-DD.
 */
export function compareCoveragePeriods(coverages: readonly Span[], today: string): CoverageAlerts {
  const spans = coverages
    .filter(({ qualifiedOn, disqualifiedOn }) => qualifiedOn <= today && qualifiedOn < (disqualifiedOn ?? '9999'))
    .toSorted((a, b) => (a.qualifiedOn < b.qualifiedOn ? -1 : 1));
  return { gaps: gapsOf(spans, today), overlaps: overlapsOf(spans) };
}

function gapsOf(spans: readonly Span[], today: string): Period[] {
  const gaps: Period[] = [];
  const [first] = spans;
  /** The first day not covered so far; undefined when a coverage is open. */
  let uncovered = first?.qualifiedOn;
  for (const { qualifiedOn, disqualifiedOn } of spans) {
    if (uncovered === undefined) break;
    if (uncovered < qualifiedOn) gaps.push({ from: uncovered, to: dayBefore(qualifiedOn) });
    if (disqualifiedOn === undefined || disqualifiedOn > uncovered) uncovered = disqualifiedOn;
  }
  if (uncovered !== undefined && uncovered <= today) gaps.push({ from: uncovered });
  return gaps;
}

function overlapsOf(spans: readonly Span[]): CoverageAlerts['overlaps'][number][] {
  return spans.flatMap((later, at) =>
    spans.slice(0, at).flatMap((earlier) => {
      if (earlier.disqualifiedOn !== undefined && earlier.disqualifiedOn <= later.qualifiedOn) return [];
      const [end] = [earlier.disqualifiedOn, later.disqualifiedOn].filter((day) => day !== undefined).toSorted();
      const insurers = [earlier.insurerNumber, later.insurerNumber];
      return [{ from: later.qualifiedOn, to: end === undefined ? undefined : dayBefore(end), insurers }];
    }),
  );
}

const dayBefore = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
