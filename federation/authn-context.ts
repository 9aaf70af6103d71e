/**
 * Levels of sign-in: a partial order with our own URIs, which serve as SAML authentication context class and OIDC acr
 * alike. One table says which levels meet a requested class under each comparison (SAML Core 3.3.2.2.1).
 */
export const levels = [
  'urn:x-sanuki:ac:card',
  'urn:x-sanuki:ac:card-pin',
  'urn:x-sanuki:ac:card-pin-bound',
  'urn:x-sanuki:ac:passkey',
] as const;
export type Level = (typeof levels)[number];

/** Possession of the card only: registered counter terminals. */
export const card: Level = 'urn:x-sanuki:ac:card';
/** Card and PIN: two factors. */
export const cardPin: Level = 'urn:x-sanuki:ac:card-pin';
/** Card, PIN and an origin-bound key: resists phishing. */
export const cardPinBound = 'urn:x-sanuki:ac:card-pin-bound' as const satisfies Level;
/** A user-verified passkey of a proofed resident; beside the card levels, above none of them. */
export const passkey = 'urn:x-sanuki:ac:passkey' as const satisfies Level;

export const smartcard = 'urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard';
export const refedsMfa = 'https://refeds.org/profile/mfa';
export const unspecified = 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified';

export type Comparison = 'exact' | 'minimum' | 'better' | 'maximum';

export interface RequestedAuthnContext {
  readonly comparison: Comparison;
  /** In the provider's order of preference. */
  readonly classRefs: readonly string[];
  /** OIDC acr_values: a wish. What cannot be reached is answered with what there is. */
  readonly voluntary?: boolean | undefined;
}

export type LevelDecision =
  | { readonly answer: string }
  /** `orPasskey`: a passkey would do as well as the card. */
  | { readonly needs: Level; readonly orPasskey?: true }
  | { readonly impossible: true };

/** Which levels meet a class, per comparison; what is missing is met by none. SmartcardPKI is absent: the card holds no PKI key. */
const table: Readonly<Record<string, Readonly<Record<Comparison, readonly Level[]>>>> = {
  [card]: {
    exact: [card, cardPin, cardPinBound],
    minimum: [card, cardPin, cardPinBound],
    better: [cardPin, cardPinBound],
    maximum: [card, cardPin, cardPinBound],
  },
  [cardPin]: {
    exact: [cardPin, cardPinBound],
    minimum: [cardPin, cardPinBound],
    better: [cardPinBound],
    maximum: [card, cardPin, cardPinBound],
  },
  [cardPinBound]: {
    exact: [cardPinBound],
    minimum: [cardPinBound],
    better: [],
    maximum: [card, cardPin, cardPinBound],
  },
  [passkey]: { exact: [passkey], minimum: [passkey], better: [], maximum: [passkey] },
  [smartcard]: {
    exact: [card, cardPin, cardPinBound],
    minimum: [card, cardPin, cardPinBound],
    better: [cardPin, cardPinBound],
    maximum: [card, cardPin, cardPinBound],
  },
  [refedsMfa]: {
    exact: [cardPin, cardPinBound, passkey],
    minimum: [cardPin, cardPinBound, passkey],
    better: [cardPinBound],
    maximum: [card, cardPin, cardPinBound, passkey],
  },
  [unspecified]: { exact: levels, minimum: levels, better: levels, maximum: levels },
};

/** The highest level a `maximum` of this class may be answered with; a stronger session is told as this, and its amr stays true. */
const ceiling: Readonly<Record<string, readonly Level[]>> = {
  [card]: [card],
  [cardPin]: [cardPin, card],
  [cardPinBound]: [cardPinBound, cardPin, card],
  [passkey]: [passkey],

  [refedsMfa]: [passkey, cardPin, card],
};

/** What a session at a card level can truthfully be called. */
const includes: Readonly<Record<Level, readonly Level[]>> = {
  [card]: [card],
  [cardPin]: [cardPin, card],
  [cardPinBound]: [cardPinBound, cardPin, card],
  [passkey]: [passkey],
};

/** Levels that a new sign-in reaches at this hub, the usual one first. */
export const reachableLevels: readonly Level[] = [cardPin, cardPinBound, passkey];
/** Levels that a registered counter reaches: nobody's own key is there. */
export const counterLevels: readonly Level[] = [cardPin];

/** Whether a sign-in at this level is enough where that one is the least (SAML Core 3.3.2.2.1, minimum). */
export const meetsLevel = (level: Level, least: Level): boolean => includes[level].includes(least);

export const isLevel = (text: string): text is Level => levels.some((level) => level === text);

export interface LevelRequest {
  readonly requested?: RequestedAuthnContext | undefined;
  /** The least that the provider's registration demands, whatever is requested. */
  readonly required?: Level | undefined;
  /** Level of the live session; undefined without one. */
  readonly level?: string | undefined;
  /** Levels a new sign-in can reach here, the usual one first. */
  readonly reachable?: readonly Level[];
}

/**
 * One decision for both protocols: answer with this class, present a credential that reaches this level, or say that
 * the request cannot be met (SAML NoAuthnContext, OIDC unmet_authentication_requirements).
 */
export function decideLevel({ requested, required, level, ...request }: LevelRequest): LevelDecision {
  // A session below what is required is none here, and a sign-in that would end below it is not asked for.
  const isEnough = (one: Level) => required === undefined || meetsLevel(one, required);
  const session = levels.find((known) => known === level && isEnough(known));
  const reachable = (request.reachable ?? reachableLevels).filter(isEnough);
  if (!requested || requested.classRefs.length === 0) {
    // Who names no level means the card: a passkey counts where request or registration accepts it by name.
    const isMeant = (one: Level) => one !== passkey || required === passkey;
    return session && isMeant(session) ? { answer: session } : need(reachable.filter(isMeant));
  }
  for (const classRef of session ? requested.classRefs : []) {
    const answer = session && answerFor(classRef, requested.comparison, session);
    if (answer !== undefined) return { answer };
  }
  const within = reachable.filter((candidate) =>
    requested.classRefs.some((classRef) => answerFor(classRef, requested.comparison, candidate) !== undefined),
  );
  if (within.length > 0) return need(within);
  return requested.voluntary ? decideLevel({ level, required, reachable }) : { impossible: true };
}

/** Of several levels that would do, the card's usual one; a passkey beside it. */
function need(wanted: readonly Level[]): LevelDecision {
  const [usual] = wanted;
  if (usual === undefined) return { impossible: true };
  return usual !== passkey && wanted.includes(passkey) ? { needs: usual, orPasskey: true } : { needs: usual };
}

/** The class to answer with when this level meets the requested class. */
function answerFor(classRef: string, comparison: Comparison, level: Level): string | undefined {
  // Names are the party's: "constructor" is no class.
  if (!Object.hasOwn(table, classRef) || !table[classRef]?.[comparison].includes(level)) return undefined;
  if (classRef === unspecified) return level;
  if (comparison === 'maximum' && classRef !== smartcard)
    return ceiling[classRef]?.find((candidate) => includes[level].includes(candidate));
  if (comparison === 'exact' || !levels.some((known) => known === classRef))
    return comparison === 'better' ? level : classRef;
  return level;
}

/**
 * OIDC Core 5.5.1.1: `acr` of the claims request, or acr_values as oidc-provider hands them on. What a party wrote in
 * another shape than the specification's names no class.
 */
export function requestedFromAcr(
  acr: { essential?: unknown; value?: unknown; values?: unknown } | null | undefined,
): RequestedAuthnContext | undefined {
  const named: readonly unknown[] = Array.isArray(acr?.values) ? acr.values : [];
  const classRefs = (acr?.value === undefined ? named : [acr.value]).filter((name) => typeof name === 'string');
  if (classRefs.length === 0) return undefined;
  return { comparison: 'exact', classRefs, voluntary: acr?.essential !== true };
}

/**
 * What a patient can be asked for at a registered counter. The card alone is enough only where that level is the
 * party's first wish by its own name, and its registration demands no more; every other wish, and none, means card and
 * PIN.
 */
export function reachableAtCounter(requested: RequestedAuthnContext | undefined, required?: Level): readonly Level[] {
  const isEnough = required === undefined || meetsLevel(card, required);
  return requested?.classRefs[0] === card && isEnough ? [card] : counterLevels;
}
