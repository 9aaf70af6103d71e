import { interactionPolicy as basePolicy, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { type Level, requestedFromAcr } from '../../federation/index.ts';
import { nextStep, type SignInDemand, type Step } from '../sign-in/dispatch.ts';
import { noteDecision } from '../traces/notes.ts';
import { apiAccessPrompt, demandAtApi } from './api-access.ts';
import { levelAtCounter } from './counter.ts';
import { type IdentityPromptOptions, identityConsentPrompt } from './identity-consent.ts';
import { oidcTrace } from './trace.ts';

/** The demand of an authorization request in the hub's words (OIDC Core 3.1.2.1, 5.5.1.1). */
export function demandOf(ctx: KoaContextWithOIDC, required: Level | undefined, now: number): SignInDemand {
  const { params, claims } = ctx.oidc;
  const maxAge =
    typeof params?.max_age === 'string' || typeof params?.max_age === 'number' ? Number(params.max_age) : undefined;
  const acr = claims.id_token?.acr as { essential?: boolean; value?: string; values?: string[] } | undefined;
  return demandAtApi(ctx, {
    fresh: ctx.oidc.prompts.has('login') || maxAge === 0,
    passive: ctx.oidc.prompts.has('none'),
    maxAgeMs: maxAge === undefined || Number.isNaN(maxAge) ? undefined : maxAge * 1000,
    context: requestedFromAcr(acr),
    required,
    at: now,
  });
}

type OidcSession = NonNullable<KoaContextWithOIDC['oidc']['session']>;
const levels = new WeakMap<OidcSession, string>();

/** The session's own level, also after this request's answer was put in its place. */
function levelOf(session: OidcSession): string {
  const level = levels.get(session) ?? session.acr ?? '';
  levels.set(session, level);
  return level;
}

function stepOf(ctx: KoaContextWithOIDC, required: Level | undefined, now: number): Step {
  const { session, result } = ctx.oidc;
  const demand = demandOf(ctx, required, now);
  const state = session?.accountId
    ? { level: levelOf(session), authenticatedAt: (session.loginTs ?? 0) * 1000 }
    : undefined;
  // Answered in this very request: what the card gave is what there is, else an unreachable level would loop.
  // A wish that the resident did without is not asked for again.
  const passive = demand.passive || demand.context?.voluntary === true;
  const judged = result?.login ? { ...demand, fresh: false, maxAgeMs: undefined, passive } : demand;
  const step = nextStep(judged, state, now);
  noteDecision(oidcTrace(ctx), { step, demand: judged, session: state, at: now });
  return step;
}

const unreachable = () =>
  new errors.UnmetAuthenticationRequirements('the requested authentication level cannot be reached here');

export interface PolicyOptions extends IdentityPromptOptions {
  /** The least level that a client's registration demands, read anew each time. */
  readonly requiredLevelOf: (clientId: string) => Promise<Level | undefined>;
  readonly now: () => number;
}

/** Whether the card has to be presented for this request. */
async function needsCard(
  ctx: KoaContextWithOIDC,
  { isCounter, requiredLevelOf, now }: PolicyOptions,
): Promise<boolean> {
  const clientId = ctx.oidc.client?.clientId ?? '';
  const required = await requiredLevelOf(clientId);
  // At a counter always: who is signed in at the browser is not who stands in front of it.
  if (await isCounter(clientId)) {
    if (!levelAtCounter(demandOf(ctx, required, now()))) throw unreachable();
    return true;
  }
  const step = stepOf(ctx, required, now());
  if (step.step === 'refuse' && step.reason === 'NO_AUTHN_CONTEXT') throw unreachable();
  if (step.step !== 'respond') return true;
  // The ID token names the class that was asked for and is met, as a SAML answer does; the ledger keeps the level.
  if (ctx.oidc.session?.accountId) ctx.oidc.session.acr = step.contextClass;
  return false;
}

/**
 * The policy of oidc-provider with its own judgement of sessions, ages and levels taken out: the hub's dispatcher
 * decides, for both protocols alike.
 */
export function interactionPolicy(options: PolicyOptions) {
  const policy = basePolicy.base();
  const login = policy.get('login');
  if (!login) throw new TypeError('oidc-provider has no login prompt');
  for (const reason of ['login_prompt', 'no_session', 'max_age', 'essential_acrs', 'essential_acr'])
    login.checks.remove(reason);
  login.checks.add(
    new basePolicy.Check('hub_card', 'the resident has to present the card', 'login_required', (ctx) =>
      needsCard(ctx, options),
    ),
    0,
  );
  // An approved contract is the agreement, but for what the card office found out about the resident.
  policy.remove('consent');
  policy.add(apiAccessPrompt());
  policy.add(identityConsentPrompt(options));
  return policy;
}
