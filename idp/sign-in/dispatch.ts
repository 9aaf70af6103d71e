import { decideLevel, type Level, type RequestedAuthnContext } from '../../federation/index.ts';
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
  | { readonly step: 'card'; readonly level: Level }
  | { readonly step: 'respond'; readonly contextClass: string }
  | { readonly step: 'refuse'; readonly reason: 'NO_PASSIVE' | 'NO_AUTHN_CONTEXT' };

/**
 * Pure: what has to happen next for this demand with this session. Every step of the sign-in comes back here; no step
 * calls another. `reachable` are the levels that a card can reach here, where that is not the usual. (SAML Core 3.4.1: ForceAuthn, IsPassive, RequestedAuthnContext; OIDC Core 3.1.2.1: prompt, max_age, acr_values.)
 */
export function nextStep(
  demand: SignInDemand,
  session: Pick<SsoSession, 'level' | 'authenticatedAt'> | undefined,
  now: number,
  reachable?: readonly Level[],
): Step {
  const usable = session && isRecentEnough(demand, session, now) ? session : undefined;
  const decision = decideLevel({
    requested: demand.context,
    required: demand.required,
    level: usable?.level,
    ...(reachable ? { reachable } : {}),
  });
  if ('answer' in decision) return { step: 'respond', contextClass: decision.answer };
  if ('impossible' in decision) return { step: 'refuse', reason: 'NO_AUTHN_CONTEXT' };
  return demand.passive ? { step: 'refuse', reason: 'NO_PASSIVE' } : { step: 'card', level: decision.needs };
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
