import type { Proofing } from '../office/approvals.ts';

/** A member of what is asked for or answered (OpenID Connect for Identity Assurance, "IDA"). */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

/** What the office knows of a resident for certain, in full: what a party gets of it is what it asked for. */
export interface VerifiedPerson {
  readonly verification: JsonObject;
  readonly claims: JsonObject;
}

/** IDA 6.1: both parts are there, the trust framework is among what is asked, and so is a claim at least. */
export function isVerifiedClaimsRequest(
  asked: unknown,
): asked is { readonly verification: JsonObject; readonly claims: JsonObject } {
  if (!isObject(asked) || !isObject(asked.verification) || !isObject(asked.claims)) return false;
  const isMember = (value: Json | undefined) => value === null || isObject(value);
  if (!isMember(asked.verification.trust_framework)) return false;
  const wanted = Object.values(asked.claims);
  return wanted.length > 0 && wanted.every(isMember);
}

/**
 * What is answered, or nothing (IDA, data not matching requirements): where a demand on the verification is not met, all
 * of it is left out; where one on a claim is not, that claim. Nothing that was not asked for is in it.
 */
export function answerVerifiedClaims(
  asked: unknown,
  { verification: known, claims: values }: VerifiedPerson,
  now: number,
): { readonly verification: JsonObject; readonly claims: JsonObject } | undefined {
  if (!isVerifiedClaimsRequest(asked)) return undefined;
  const verification = partOf(asked.verification, known, now);
  if (!isObject(verification)) return undefined;
  const claims = Object.entries(asked.claims).flatMap(([name, demand]) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value !== undefined && isMet(demand, value, now) ? [[name, value] as const] : [];
  });
  return claims.length > 0 ? { verification, claims: Object.fromEntries(claims) } : undefined;
}

const unmet = Symbol('a demand that is not met');

/** The asked members of what is known; what is not known is left out, unless a value of it was demanded. */
function partOf(asked: Json, known: Json | undefined, now: number): Json | typeof unmet | undefined {
  if (isDemand(asked)) return known !== undefined && isMet(asked, known, now) ? known : unmet;
  if (asked === null || known === undefined) return known ?? (hasDemand(asked) ? unmet : undefined);
  if (isList(asked)) return elementsOf(asked, known, now);
  if (!isObject(asked) || !isObject(known)) return unmet;
  const { essential: _essential, ...members } = asked;
  // An element that is asked for with nothing in it is asked for as a whole.
  if (Object.keys(members).length === 0) return known;
  const parts = Object.entries(members).map(([name, member]) => {
    const value = Object.hasOwn(known, name) ? known[name] : undefined;
    return [name, partOf(member, value, now)] as const;
  });
  if (parts.some(([, part]) => part === unmet)) return unmet;
  return Object.fromEntries(parts.filter((part): part is readonly [string, Json] => part[1] !== undefined));
}

/** Each entry stands for the elements that meet it; one that no element meets is a demand that is not met. */
function elementsOf(asked: readonly Json[], known: Json, now: number): Json | typeof unmet {
  if (!isList(known)) return unmet;
  const found = asked.map((entry) =>
    known.map((element: Json) => partOf(entry, element, now)).filter((part): part is Json => part !== unmet && !!part),
  );
  return found.every((parts) => parts.length > 0) ? found.flat() : unmet;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const isDemand = (asked: Json): boolean =>
  isObject(asked) && ['value', 'values', 'max_age'].some((name) => Object.hasOwn(asked, name));

/** Deeper than anything that is known, it counts as one that cannot be met. */
const deepest = 8;
const hasDemand = (asked: Json, depth = 0): boolean =>
  depth > deepest ||
  isDemand(asked) ||
  (typeof asked === 'object' && asked !== null && Object.values(asked).some((part) => hasDemand(part, depth + 1)));

/** IDA 6.3.1: `max_age` is in seconds, and about a time. */
function isMet(demand: Json | undefined, value: Json, now: number): boolean {
  if (!isObject(demand)) return true;
  const { value: one, values, max_age: maxAge } = demand;
  if (one !== undefined && one !== value) return false;
  if (values !== undefined && !(Array.isArray(values) && values.includes(value))) return false;
  if (maxAge === undefined) return true;
  return typeof maxAge === 'number' && typeof value === 'string' && now - Date.parse(value) <= maxAge * 1000;
}

/** IDA predefined values. Two papers without a photograph are of no one kind, so no document is named for them. */
const documents: Readonly<Record<Proofing['evidence'], string | undefined>> = {
  'my-number-card': 'jp_individual_number_card',
  'driving-licence': 'jp_drivers_license',
  passport: 'passport',
  'residence-card': 'jp_residency_card_for_foreigner',
  'two-papers': undefined,
};

/** To the minute: finer, it would be a mark by which parties know that they speak of the same person. */
const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/**
 * How it was verified. How the document was looked at (in person or a copy) is not on record, so no method is claimed
 * for it; and no id of the process, which would be the same for every party.
 */
export function verificationOf(
  { at, askedAt, evidence, validation }: Pick<Proofing, 'at' | 'askedAt' | 'evidence' | 'validation'>,
  trustFramework: string,
): JsonObject {
  const document = documents[evidence];
  return {
    trust_framework: trustFramework,
    time: timeOf(at),
    assurance_process: { procedure: validation },
    evidence: [
      ...(document ? [{ type: 'document', document_details: { type: document } }] : []),
      {
        type: 'electronic_record',
        check_details: [{ check_method: 'data', time: timeOf(askedAt) }],
        record: { type: 'population_register' },
      },
    ],
  };
}

/** IDA 9: what the discovery document says. */
export const verifiedClaimsMetadata = (trustFramework: string) => ({
  verified_claims_supported: true,
  trust_frameworks_supported: [trustFramework],
  evidence_supported: ['document', 'electronic_record'],
  documents_supported: Object.values(documents).filter((document) => document !== undefined),
  electronic_records_supported: ['population_register'],
  claims_in_verified_claims_supported: ['name', 'name#ja-Kana-JP', 'birthdate', 'gender', 'address'],
});
