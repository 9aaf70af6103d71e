import {
  cardPin,
  cardPinBound,
  decideLevel,
  type Level,
  type LevelDecision,
  passkey,
  type RequestedAuthnContext,
} from '../../federation/index.ts';
import type { SsoSession } from '../session.ts';

/** What a provider asks of a sign-in, in the words both protocols share. */
export interface SignInDemand {
  /** SAML ForceAuthn, OIDC prompt=login or max_age=0. */
  readonly fresh: boolean;
  /** SAML IsPassive, OIDC prompt=none. */
  readonly passive: boolean;
  /** OIDC max_age in ms. */
  readonly maxAgeMs?: number | undefined;
  readonly context?: RequestedAuthnContext | undefined;
  /** The least level by the provider's registration, whatever it asks for. Named always, so that no way in forgets it. */
  readonly required: Level | undefined;
  /** When the demand arrived: a card presented after it is fresh. */
  readonly at: number;
}

export type Step =
  /** `orPasskey`: a passkey would do as well. */
  | { readonly step: 'card'; readonly level: Level; readonly orPasskey?: true }
  /** The resident's bound key, beside the card and the PIN that the session has. */
  | { readonly step: 'key' }
  | { readonly step: 'passkey' }
  | { readonly step: 'respond'; readonly contextClass: string }
  | { readonly step: 'refuse'; readonly reason: 'NO_PASSIVE' | 'NO_AUTHN_CONTEXT' };

type SessionFacts = Pick<SsoSession, 'level' | 'authenticatedAt'>;

/**
 * Pure: what has to happen next for this demand with this session. Every step of the sign-in comes back here; no step
 * calls another. `reachable` are the levels that a card can reach here, where that is not the usual. (SAML Core 3.4.1: ForceAuthn, IsPassive, RequestedAuthnContext; OIDC Core 3.1.2.1: prompt, max_age, acr_values.)
 */
export function nextStep(
  demand: SignInDemand,
  session: SessionFacts | undefined,
  now: number,
  reachable?: readonly Level[],
): Step {
  const usable = session && isRecentEnough(demand, session, now) ? session : undefined;
  const decision = decideFor(demand, usable?.level, reachable);
  if ('answer' in decision) return { step: 'respond', contextClass: decision.answer };
  if ('impossible' in decision) return { step: 'refuse', reason: 'NO_AUTHN_CONTEXT' };
  if (demand.passive) return { step: 'refuse', reason: 'NO_PASSIVE' };
  const { needs: level, orPasskey } = decision;
  if (level === passkey) return { step: 'passkey' };
  if (level === cardPinBound && usable && isCardRecent(usable, now)) return { step: 'key' };
  return { step: 'card', level, ...(orPasskey ? { orPasskey } : {}) };
}

/** OIDC Core 5.5.1.1: a wish is not worth a refusal, so where no page may be shown it is answered with what there is. */
function decideFor(demand: SignInDemand, level: string | undefined, reachable?: readonly Level[]): LevelDecision {
  const { context, required } = demand;
  const common = { required, level, ...(reachable ? { reachable } : {}) };
  const decision = decideLevel({ ...common, requested: context });
  return 'needs' in decision && demand.passive && context?.voluntary ? decideLevel(common) : decision;
}

/** Card, PIN and key make one level only together: what was presented longer ago than this is presented again. */
export const recentCardMs = 15 * 60_000;

/** Whether the key alone makes the level, and whether a passkey may be bound (R157). */
export function isCardRecent({ level, authenticatedAt }: SessionFacts, now: number): boolean {
  return (level === cardPin || level === cardPinBound) && now - authenticatedAt <= recentCardMs;
}

/** Why the session that is there, or is not, does not do: what a trace says about a card that is asked for. */
export function reasonForCard(
  demand: SignInDemand,
  session: Pick<SsoSession, 'authenticatedAt'> | undefined,
  now: number,
): 'no session' | 'fresh sign-in demanded' | 'session too old' | 'level too low' {
  if (!session) return 'no session';
  if (demand.fresh && session.authenticatedAt < demand.at) return 'fresh sign-in demanded';
  return isRecentEnough(demand, session, now) ? 'level too low' : 'session too old';
}

function isRecentEnough(demand: SignInDemand, session: Pick<SsoSession, 'authenticatedAt'>, now: number): boolean {
  if (demand.fresh && session.authenticatedAt < demand.at) return false;
  return demand.maxAgeMs === undefined || now - session.authenticatedAt <= demand.maxAgeMs;
}
