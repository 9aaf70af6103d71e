import {
  type AttributeType,
  attributeTypes,
  type ConsentType,
  decideRelease,
  decideTypeRelease,
  type Purpose,
  type ReleasableAttribute,
  type ReleaseDecision,
  type ReleaseRefusal,
  releasable,
  type TypeReleaseRequest,
  verifiedIdentity,
} from '../../attribute-service/index.ts';
import type { StaffLook } from '../attributes/staff.ts';

export type RowReason =
  | 'always'
  | 'in the contract'
  | ReleaseDecision['withheld'][number]['reason']
  | 'no value'
  | 'staff: silent'
  | 'staff: no entry'
  | 'staff: no directory'
  | 'staff: not at a counter'
  | 'no key to hold'
  | 'not offered'
  | 'asked at the time'
  | 'presented at a counter'
  | 'consent given'
  | ReleaseRefusal;

/** One attribute, whether the party gets it, and why. `later`: not with the sign-in, but it may ask for it. */
export interface ReleaseRow {
  readonly attribute: string;
  readonly outcome: 'released' | 'withheld' | 'later';
  readonly reason: RowReason;
  readonly values?: readonly string[];
  readonly purpose?: Purpose;
}

export interface ReleaseFacts {
  readonly contract: readonly string[];
  /** Values that stand in the answer, by the word of the contract. */
  readonly values: Readonly<Partial<Record<ReleasableAttribute, readonly string[]>>>;
  /** Undefined when the directory was not asked. */
  readonly staff: StaffLook['outcome'] | undefined;
  /** Whether the answer carries the way to the resident's data. */
  readonly bootstrap: boolean;
  readonly counter: boolean;
  /** Whether a party like this can be told how somebody was proofed. */
  readonly identity: boolean;
  readonly level: string;
  readonly consentFor: (type: ConsentType, purpose: Purpose) => Pick<TypeReleaseRequest, 'consent' | 'standing'>;
}

/** Every attribute there is, in the order of the catalogue, with the release policy's own reasons. */
export function releaseRows(facts: ReleaseFacts): ReleaseRow[] {
  const { released, withheld } = decideRelease({
    contract: facts.contract,
    // All that can be asked for, so that what the contract lacks is told too.
    requested: [...new Set([...releasable, ...facts.contract])],
  });
  return [
    ...releasable.flatMap((attribute) => (released.includes(attribute) ? [releasedRow(attribute, facts)] : [])),
    ...withheld.map(({ attribute, reason }) => ({ attribute, outcome: 'withheld' as const, reason })),
    ...attributeTypes.flatMap((type) => typeRows(type, facts)),
    ...identityRows(facts),
  ];
}

function releasedRow(attribute: ReleasableAttribute, { values, staff, counter }: ReleaseFacts): ReleaseRow {
  const given = values[attribute] ?? [];
  if (given.length > 0)
    return {
      attribute,
      outcome: 'released',
      reason: attribute === 'pseudonym' ? 'always' : 'in the contract',
      values: given,
    };
  const ofStaff = attribute.startsWith('staff');
  if (ofStaff && counter) return { attribute, outcome: 'withheld', reason: 'staff: not at a counter' };
  const fault = ofStaff && staff !== undefined && staff !== 'found' ? (`staff: ${staff}` as const) : 'no value';
  return { attribute, outcome: 'withheld', reason: fault };
}

/** What another body holds is asked for later, for one purpose at a time: a row for each. */
function typeRows(type: AttributeType, facts: ReleaseFacts): ReleaseRow[] {
  const { contract, bootstrap } = facts;
  const attribute = type.id;
  if (!contract.includes(attribute)) return [{ attribute, outcome: 'withheld', reason: 'NOT_IN_CONTRACT' }];
  if (!bootstrap) return [{ attribute, outcome: 'withheld', reason: 'no key to hold' }];
  return purposeRows(type, facts);
}

/** What the card office found out: asked for by the claims parameter, which no test sign-in sends. */
function identityRows(facts: ReleaseFacts): ReleaseRow[] {
  const attribute = verifiedIdentity.id;
  if (!facts.contract.includes(attribute)) return [{ attribute, outcome: 'withheld', reason: 'NOT_IN_CONTRACT' }];
  if (!facts.identity) return [{ attribute, outcome: 'withheld', reason: 'not offered' }];
  return purposeRows(verifiedIdentity, facts);
}

function purposeRows(type: ConsentType, { contract, level, counter, consentFor }: ReleaseFacts): ReleaseRow[] {
  const attribute = type.id;
  return type.purposes.map((purpose) => {
    const request = { contract, type, purpose, level, session: 'live', presented: counter } as const;
    const decision = decideTypeRelease({ ...request, ...consentFor(type, purpose) });
    const row = { attribute, purpose };
    if (!decision.released)
      return decision.askable
        ? { ...row, outcome: 'later', reason: 'asked at the time' }
        : { ...row, outcome: 'withheld', reason: decision.reason };
    return {
      ...row,
      outcome: 'later',
      reason: decision.basis === 'consent' ? 'consent given' : 'presented at a counter',
    };
  });
}
