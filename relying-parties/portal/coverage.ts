import {
  AttributeError,
  type CoverageAlerts,
  type CoverageAnswer,
  compareCoveragePeriods,
  everyBodyAnswered,
} from '../../attribute-service/index.ts';
import type { Attributes } from '../attributes.ts';
import type { SignedIn } from '../sign-ins.ts';

/** What the portal can show of a resident's coverage at this moment. Nothing of it outlives the page. */
export type CoverageView =
  | { readonly state: 'answered'; readonly answer: CoverageAnswer }
  | { readonly state: 'consent'; readonly url: string }
  | { readonly state: 'refused'; readonly code: string }
  | { readonly state: 'silent'; readonly code: string };

/** Asks at every view, because only the answer of this moment is true and consent may have been withdrawn since the last. */
export async function askCoverage(
  attributes: Attributes,
  { bootstrap }: Pick<SignedIn, 'bootstrap'>,
  /** MessageID of the question that the resident was just asked about. */
  resendOf?: string,
): Promise<CoverageView> {
  if (bootstrap === undefined) return { state: 'refused', code: 'NO_BOOTSTRAP' };
  try {
    const reply = await attributes.query(bootstrap, {
      type: 'coverage',
      purpose: 'urn:x-sanuki:purpose:self-view',
      redirect: true,
      ...(resendOf === undefined ? {} : { resendOf }),
    });
    if (reply.kind === 'interaction') return { state: 'consent', url: reply.url };
    if (reply.kind === 'refused') return { state: 'refused', code: reply.code };
    return reply.coverage ? { state: 'answered', answer: reply.coverage } : { state: 'silent', code: 'HUB_GARBLED' };
  } catch (error) {
    if (!(error instanceof AttributeError)) throw error;
    return { state: error.outcome === 'unavailable' ? 'silent' : 'refused', code: error.code };
  }
}

export type SourcedCoverage = CoverageAnswer['coverages'][number];
export type Tense = 'present' | 'past' | 'future';

export function tenseOf({ qualifiedOn, disqualifiedOn }: SourcedCoverage, today: string): Tense {
  if (qualifiedOn > today) return 'future';
  return disqualifiedOn !== undefined && disqualifiedOn <= today ? 'past' : 'present';
}

const rank: Readonly<Record<Tense, number>> = { present: 0, future: 1, past: 2 };

/** What counts today first, then the newest. */
export function inReadingOrder({ coverages }: CoverageAnswer, today: string): readonly SourcedCoverage[] {
  return coverages.toSorted(
    (a, b) => rank[tenseOf(a, today)] - rank[tenseOf(b, today)] || (a.qualifiedOn < b.qualifiedOn ? 1 : -1),
  );
}

/** R120. With a body missing, a gap may be its silence and nothing else. */
export function alertsOf(answer: CoverageAnswer, today: string): CoverageAlerts {
  return everyBodyAnswered(answer) ? compareCoveragePeriods(answer.coverages, today) : { gaps: [], overlaps: [] };
}

/**
 * Where [同意する] leads: the hub's own consent page, with the way back to ours. An address elsewhere is refused, since
 * the resident would give their consent, or more, to a page that only looks like the hub's.
 */
export function consentAddress(url: string, { hubOrigin, returnTo }: { hubOrigin: string; returnTo: string }): string {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address?.origin !== hubOrigin)
    throw new AttributeError('HUB_GARBLED', 'the hub asks for consent at an address that is not its own');
  address.searchParams.set('ReturnToURL', returnTo);
  return address.href;
}
