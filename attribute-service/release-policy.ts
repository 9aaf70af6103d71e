/**
 * Release policy: which attributes of a resident one provider may see. A pure decision with reasons, so that the
 * test sign-in, the trace and the resident's history can show the same answer.
 */

/** Attributes the hub itself can release; data held by other bodies comes with the attribute catalogue. */
export const releasable = ['pseudonym', 'displayName'] as const;
export type ReleasableAttribute = (typeof releasable)[number];

export interface ReleaseRequest {
  /** What the provider's approved contract lists. */
  readonly contract: readonly string[];
  /** What this request asks for; undefined asks for all that the contract lists. */
  readonly requested?: readonly string[];
}

export interface ReleaseDecision {
  readonly released: readonly ReleasableAttribute[];
  readonly withheld: readonly {
    readonly attribute: string;
    readonly reason: 'not in the contract' | 'not asked for' | 'unknown attribute';
  }[];
}

/** The pseudonym always goes to an approved provider; everything else only as far as contract and request agree. */
export function decideRelease({ contract, requested }: ReleaseRequest): ReleaseDecision {
  const released: ReleasableAttribute[] = ['pseudonym'];
  const withheld: ReleaseDecision['withheld'][number][] = [];
  for (const attribute of new Set([...contract, ...(requested ?? [])])) {
    if (attribute === 'pseudonym') continue;
    if (!isReleasable(attribute)) withheld.push({ attribute, reason: 'unknown attribute' });
    else if (!contract.includes(attribute)) withheld.push({ attribute, reason: 'not in the contract' });
    else if (requested && !requested.includes(attribute)) withheld.push({ attribute, reason: 'not asked for' });
    else released.push(attribute);
  }
  return { released, withheld };
}

function isReleasable(attribute: string): attribute is ReleasableAttribute {
  return releasable.some((known) => known === attribute);
}
