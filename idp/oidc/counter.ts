import type { Context } from 'koa';
import {
  type AuthorizationCode,
  type ClaimsParameter,
  type Client,
  errors,
  type Grant,
  type KoaContextWithOIDC,
  type Provider,
} from 'oidc-provider';
import type { CardAuthentication, CardLevel } from '../../card-auth/index.ts';
import { type AccountLinks, type ProviderRegistry, reachableAtCounter } from '../../federation/index.ts';
import { type CounterPresentations, counterSeconds } from '../counter-presentations.ts';
import { HubPageError } from '../errors.ts';
import { sendPostForm } from '../post-form.ts';
import { nextStep, type SignInDemand } from '../sign-in/dispatch.ts';
import type { Interaction } from '../sign-in/interaction.ts';
import { traceOf } from '../traces/trace.ts';
import { type Officers, officerParameter } from './officer.ts';
import { releasedBy } from './release.ts';
import { codeOf } from './trace.ts';

/** An authorization request of a counter as it waits for the patient's card: all that its code will carry. */
interface CounterRequest {
  readonly redirectUri: string;
  readonly responseMode: string;
  readonly state?: string | undefined;
  readonly nonce?: string | undefined;
  readonly codeChallenge?: string | undefined;
  readonly codeChallengeMethod?: string | undefined;
  readonly scope: string;
  readonly claims: ClaimsParameter;
  readonly dpopJkt?: string | undefined;
  /** The only patient the terminal wants an answer about (OIDC Core 3.1.2.1 id_token_hint, 5.5.1 sub). */
  readonly subjects: readonly string[];
  /** Who sits at the counter: about them it gets no answer. */
  readonly officer?: string | undefined;
}

/** C-503, for the party's words; the error code alone also stands for a patient who went away. */
export const ownCard = 'own card of the officer';

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** How an answer made here can travel. */
const responseModes: readonly string[] = ['query', 'fragment', 'form_post'];

/** The request of this context, after the provider has checked it. */
export async function counterRequestOf({ oidc }: KoaContextWithOIDC, officers: Officers): Promise<CounterRequest> {
  const params = oidc.params ?? {};
  const { responseMode = 'query' } = oidc;
  if (!responseModes.includes(responseMode))
    throw new errors.InvalidRequest('a counter is not answered by this response_mode');
  const officerToken = text(params[officerParameter]);
  const wanted = [oidc.entities.IdTokenHint?.payload.sub, oidc.claims.id_token?.sub?.value];
  return {
    redirectUri: String(params.redirect_uri),
    responseMode,
    state: text(params.state),
    nonce: text(params.nonce),
    codeChallenge: text(params.code_challenge),
    codeChallengeMethod: text(params.code_challenge_method),
    scope: text(params.scope) ?? '',
    claims: oidc.claims,
    dpopJkt: text(params.dpop_jkt),
    subjects: wanted.filter((subject) => subject !== undefined).map(String),
    ...(officerToken === undefined ? {} : { officer: await officers.residentOf(officerToken) }),
  };
}

const presentable: readonly CardLevel[] = ['urn:x-sanuki:ac:card', 'urn:x-sanuki:ac:card-pin'];

/** What a counter's patient has to present, or undefined where the demanded level cannot be reached. */
export function levelAtCounter(demand: SignInDemand): CardLevel | undefined {
  const step = nextStep(
    { ...demand, passive: false },
    undefined,
    demand.at,
    reachableAtCounter(demand.context, demand.required),
  );
  return step.step === 'card' ? presentable.find((level) => level === step.level) : undefined;
}

export interface CounterOptions {
  readonly provider: () => Provider;
  readonly registry: ProviderRegistry;
  readonly presentations: CounterPresentations;
  readonly links: AccountLinks;
  readonly stylesheet: string;
  readonly now: () => number;
}

/**
 * How a counter's request is answered: its code is made here, from the parked request and the card alone. The
 * provider's own way from sign-in to code leads through the browser's session and is not taken.
 */
export function createCounter(options: CounterOptions) {
  const { registry, now } = options;
  const requestOf = ({ memory }: Interaction) => memory.counter as CounterRequest;

  async function respond(ctx: Context, interaction: Interaction, presented: CardAuthentication): Promise<void> {
    const request = requestOf(interaction);
    const client = await terminalOf(interaction, options);
    if (!(await isWanted(request, client, presented, options))) return deny(ctx, request, { error: 'login_required' });
    if (presented.residentRef === request.officer)
      return deny(ctx, request, { error: 'access_denied', error_description: ownCard });
    const { contract, requiredLevel: required } = await registry.approved('oidc', client.clientId);
    // The card is as fresh as can be; what it reached is what there is, for the registration as it is now.
    const demand = { ...interaction.demand, fresh: false, passive: false, maxAgeMs: undefined, required };
    const step = nextStep(demand, { level: presented.level, authenticatedAt: presented.at }, now());
    if (step.step !== 'respond') return deny(ctx, request, { error: 'unmet_authentication_requirements' });
    const code = await mintCode({ request, client, presented, acr: step.contextClass, ...contract }, options);
    return send(ctx, request, { code });
  }

  async function refuse(ctx: Context, interaction: Interaction, error: string): Promise<void> {
    await terminalOf(interaction, options);
    send(ctx, requestOf(interaction), { error });
  }

  /** The card was right, and the answer is still no. */
  function deny(ctx: Context, request: CounterRequest, answer: { error: string; error_description?: string }): void {
    const { error, error_description: reason } = answer;
    traceOf(ctx).note('refused', { code: codeOf(error), reason, told: 'party' });
    send(ctx, request, { error, ...(reason === undefined ? {} : { error_description: reason }) });
  }

  /** By the response mode of the request, with `state` and `iss` (RFC 9207). */
  function send(ctx: Context, { redirectUri, responseMode, state }: CounterRequest, answer: Record<string, string>) {
    traceOf(ctx).note('answer', { to: redirectUri, responseMode, error: answer.error });
    const fields = { ...answer, ...(state === undefined ? {} : { state }), iss: options.provider().issuer };
    if (responseMode === 'form_post') return sendPostForm(ctx, { action: redirectUri, fields }, options.stylesheet);
    const url = new URL(redirectUri);
    if (responseMode === 'fragment') url.hash = new URLSearchParams(fields).toString();
    else for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
    ctx.set('cache-control', 'no-store');
    ctx.status = 303;
    ctx.redirect(url.href);
  }

  return { respond, refuse };
}

export type Counter = ReturnType<typeof createCounter>;

/** The terminal as it is registered now, which may be another than when the request was parked. */
async function terminalOf(interaction: Interaction, { provider, registry }: CounterOptions): Promise<Client> {
  const { partyKey, memory } = interaction;
  const [client, terminal] = await Promise.all([provider().Client.find(partyKey), registry.counterTerminal(partyKey)]);
  if (!client || !terminal || !client.redirectUriAllowed((memory.counter as CounterRequest).redirectUri))
    throw new HubPageError('PROVIDER_NOT_APPROVED', 'the registration of the terminal was changed or withdrawn');
  return client;
}

async function isWanted(
  { subjects }: CounterRequest,
  client: Client,
  { residentRef }: CardAuthentication,
  { links }: CounterOptions,
): Promise<boolean> {
  if (subjects.length === 0) return true;
  const subject = await links.pseudonymFor(residentRef, `oidc:${client.clientId}`);
  return subjects.every((wanted) => wanted === subject);
}

interface Mint {
  readonly request: CounterRequest;
  readonly client: Client;
  readonly presented: CardAuthentication;
  readonly acr: string;
  readonly attributes: readonly string[];
}

/** Only the code leads to grant and presentation, and it leaves after all of them are durable. */
async function mintCode(
  { request, client, presented, acr, attributes }: Mint,
  { provider, presentations }: CounterOptions,
): Promise<string> {
  const { AuthorizationCode, Grant } = provider();
  const { id: grantId } = await presentations.open(client.clientId, presented);
  const { scopes, claims } = releasedBy(attributes);
  const scope = request.scope.split(' ').filter((asked) => scopes.includes(asked));
  const identity = { accountId: presented.residentRef, clientId: client.clientId };
  const grant = new Grant({ ...identity, jti: grantId, expiresIn: counterSeconds } as GrantProperties);
  grant.addOIDCScope(scope);
  grant.addOIDCClaims(claims);
  const code = new AuthorizationCode({
    client,
    accountId: presented.residentRef,
    acr,
    amr: [...presented.amr],
    authTime: Math.floor(presented.at / 1000),
    claims: request.claims,
    codeChallenge: request.codeChallenge,
    codeChallengeMethod: request.codeChallengeMethod,
    dpopJkt: request.dpopJkt,
    expiresWithSession: false,
    grantId,
    nonce: request.nonce,
    redirectUri: request.redirectUri,
    scope: scope.join(' '),
  } as CodeProperties);
  const [value] = await Promise.all([code.save(), grant.save()]);
  return value;
}

type GrantProperties = ConstructorParameters<typeof Grant>[0];
type CodeProperties = ConstructorParameters<typeof AuthorizationCode>[0];
