/**
 * Release policy: which attributes of a resident one provider may see. Pure decisions with reasons, so that the test
 * sign-in, the trace and the resident's history can show the same answer.
 */
import { decideLevel } from '../federation/index.ts';
import { attributeTypeOf, attributeTypes, type ConsentType, isPurpose, verifiedIdentity } from './catalogue.ts';
import type { AttributeErrorCode } from './errors.ts';

/**
 * Attributes the hub itself can release at sign-on. Those of staff are their employer's data about a function, not
 * about a person's life: the contract is enough, and no resident is asked.
 */
export const releasable = ['pseudonym', 'displayName', 'staffRole', 'staffLicence', 'staffFacility'] as const;
export type ReleasableAttribute = (typeof releasable)[number];

/** What a contract may list: attribute -> purposes it may be used for; those that the hub itself releases need none. */
export const contractTerms = {
  attributes: Object.fromEntries<readonly string[]>([
    ...releasable.map((attribute) => [attribute, []] as const),
    ...[...attributeTypes, verifiedIdentity].map(({ id, purposes }) => [id, purposes] as const),
  ]),
} as const;

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
    // What other bodies hold is asked for by the attribute service, and is no matter of a sign-on.
    if (attribute === 'pseudonym' || attributeTypeOf(attribute) || isPurpose(attribute)) continue;
    // Told at sign-on, but never without being asked: `decideTypeRelease` has it.
    if (attribute === verifiedIdentity.id) continue;
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

/** R152: marks of a protected person. */
export type Protection = 'hideAddress' | 'blockSelfView';

export interface TypeReleaseRequest {
  /** The approved contract: ids of attribute types, and purposes where it narrows those of the catalogue. */
  readonly contract: readonly string[];
  readonly type: ConsentType;
  readonly purpose: string | undefined;
  /** Level of the sign-in that the request rests on. */
  readonly level: string | undefined;
  /** Whether the resident is signed in at this moment. */
  readonly session: 'live' | 'ended';
  /** The resident's consent for this party, type and purpose. */
  readonly consent: 'given' | 'withdrawn' | 'expired' | 'none';
  /** The consent was given for a period and not for one sign-in only. */
  readonly standing: boolean;
  /** The resident presented the card at a counter for this type and purpose. */
  readonly presented: boolean;
  readonly protection?: readonly Protection[] | undefined;
}

export type ReleaseRefusal = Extract<
  AttributeErrorCode,
  'NOT_IN_CONTRACT' | 'PURPOSE_REFUSED' | 'LEVEL_TOO_LOW' | 'PERSON_PROTECTED' | 'SESSION_ENDED' | 'CONSENT_MISSING'
>;

export type TypeReleaseDecision =
  | { readonly released: true; readonly basis: 'consent' | 'presentation' }
  | {
      readonly released: false;
      readonly reason: ReleaseRefusal;
      /** Asking the resident could change it. */
      readonly askable: boolean;
    };

const refuse = (reason: ReleaseRefusal, askable = false): TypeReleaseDecision => ({ released: false, reason, askable });

/** Whether a party may be given one type of data now; R54: only as contract, purpose and consent agree. */
export function decideTypeRelease(request: TypeReleaseRequest): TypeReleaseDecision {
  const { contract, type, purpose, level, protection = [] } = request;
  if (!contract.includes(type.id)) return refuse('NOT_IN_CONTRACT');
  if (!isPurposeAgreed(contract, type, purpose)) return refuse('PURPOSE_REFUSED');
  if (!('answer' in decideLevel({ requested: { comparison: 'minimum', classRefs: [type.level] }, level })))
    return refuse('LEVEL_TOO_LOW');
  if (purpose === 'urn:x-sanuki:purpose:self-view' && protection.includes('blockSelfView'))
    return refuse('PERSON_PROTECTED');
  return type.consent === 'presentation' ? decideByPresentation(request) : decideByConsent(request);
}

/** R129: a purpose that the catalogue has for the type; a contract that lists purposes allows no others. */
function isPurposeAgreed(contract: readonly string[], type: ConsentType, purpose: string | undefined): boolean {
  if (!isPurpose(purpose) || !type.purposes.includes(purpose)) return false;
  const listed = contract.filter(isPurpose);
  return listed.length === 0 || listed.includes(purpose);
}

/** Nobody can be asked here: the agreement is the card on the counter's reader, or there is none. */
const decideByPresentation = ({ presented }: TypeReleaseRequest): TypeReleaseDecision =>
  presented ? { released: true, basis: 'presentation' } : refuse('CONSENT_MISSING');

/** Without a live session only a standing consent counts, and nobody is there to be asked for another. */
function decideByConsent({ session, consent, standing }: TypeReleaseRequest): TypeReleaseDecision {
  if (consent === 'given' && (session === 'live' || standing)) return { released: true, basis: 'consent' };
  return session === 'live' ? refuse('CONSENT_MISSING', true) : refuse('SESSION_ENDED');
}
