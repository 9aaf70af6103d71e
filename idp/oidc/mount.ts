import type { Context, Middleware } from 'koa';
import mount from 'koa-mount';
import type { ClientMetadata, Interaction, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { AccountLinks, KeyRing, ProviderRecord, ProviderRegistry } from '../../federation/index.ts';
import type { Log } from '../../lib/log.ts';
import type { Seal } from '../../lib/seal.ts';
import type { Storage } from '../../storage/index.ts';
import { newTrace, sendRefusal } from '../app.ts';
import type { Bootstrap } from '../attributes/bootstrap.ts';
import type { StaffOf } from '../attributes/staff.ts';
import type { Audit } from '../audit.ts';
import type { CounterPresentations } from '../counter-presentations.ts';
import type { PageFrame } from '../page-frame.ts';
import type { Sessions } from '../session.ts';
import type { SignInDemand } from '../sign-in/dispatch.ts';
import type { Interactions } from '../sign-in/interaction.ts';
import type { Responder } from '../sign-in/routes.ts';
import { type Counter, counterRequestOf, createCounter, levelAtCounter } from './counter.ts';
import { createOfficers, type Officers } from './officer.ts';
import { demandOf } from './policy.ts';
import { createOidcProvider } from './provider.ts';
import { redirectOrigins } from './redirect-origins.ts';
import { finishOidcInteraction, refuseOidcInteraction } from './resume.ts';

export interface OidcMountOptions {
  readonly issuer: string;
  readonly storage: Storage;
  readonly sessions: Sessions;
  readonly interactions: Interactions;
  readonly presentations: CounterPresentations;
  readonly registry: ProviderRegistry;
  readonly clientSecrets: Seal;
  readonly links: AccountLinks;
  readonly keys: KeyRing;
  readonly audit: Audit;
  readonly log: Log;
  readonly frame: PageFrame;
  readonly sessionCookie: string;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  readonly staffOf: StaffOf;
  readonly bootstrapFor: Bootstrap['bootstrapFor'];
  readonly now: () => number;
}

/** The OIDC provider behind the hub's guards, and how it goes on after the card. */
export function mountOidc(options: OidcMountOptions): {
  middleware: Middleware;
  responder: Responder;
  counter: Pick<Counter, 'respond'>;
} {
  const { registry, presentations, links, frame, sessionCookie, now } = options;
  const provider = providerFor(options);
  const counter = createCounter({ provider, registry, presentations, links, stylesheet: frame.stylesheet, now });
  const inner = mount(provider);
  const middleware: Middleware = async (ctx, next) => {
    const { client_id: clientId } = ctx.query;
    if (typeof clientId === 'string' && (await registry.counterTerminal(clientId))) hideCookie(ctx, sessionCookie);
    await inner(ctx, next);
    afterAnswer(ctx as unknown as KoaContextWithOIDC, options);
  };
  return { middleware, responder: responderOf(provider, counter), counter };
}

/**
 * A counter's request meets no session. The provider looks the session up before it knows who asks, and writes it back;
 * without the cookie it sees a browser at which nobody is signed in, and leaves the one that is there alone.
 */
function hideCookie({ req }: Context, name: string): void {
  const others = req.headers.cookie?.split(';').filter((pair) => pair.split('=')[0]?.trim() !== name);
  if (others) req.headers.cookie = others.join(';');
}

function providerFor(options: OidcMountOptions): Provider {
  const clients = createClients(options.clientSecrets);
  const officers = createOfficers(options);
  const { issuer, storage, sessions, presentations, registry, links, keys, frame, log, sessionCookie, now } = options;
  const provider = createOidcProvider({
    issuer,
    storage,
    sessions,
    presentations,
    isCounter: async (clientId) => (await registry.counterTerminal(clientId)) !== undefined,
    jwks: { keys: keys.oidcKeys() },
    cookies: { session: sessionCookie, secure: issuer.startsWith('https:') },
    findClient: async (clientId) => clients(await registry.get('oidc', clientId)),
    contractOf: async (clientId) => (await registry.get('oidc', clientId))?.contract.attributes ?? [],
    pseudonymFor: (residentRef, sector) => links.pseudonymFor(residentRef, `oidc:${sector}`),
    displayNameOf: options.displayNameOf,
    openInteraction: (ctx, interaction) => openInteraction(ctx, interaction, { ...options, officers }),
    onCode: (clientId, atCounter) =>
      options.audit.record({
        type: 'sso.oidc',
        result: 'ok',
        provider: `oidc:${clientId}`,
        ...(atCounter ? { detail: { counter: true } } : {}),
      }),
    staffOf: options.staffOf,
    registry,
    bootstrapFor: options.bootstrapFor,
    renderError: (ctx, out, error) => {
      const trace = newTrace();
      log.info({ trace, code: out.error, reason: out.error_description, detail: error.message }, 'refused');
      sendRefusal(ctx, frame, { code: `OIDC_${out.error.toUpperCase()}`, trace, status: ctx.status });
    },
    now,
  });
  // Never the error object: its cause may hold a key.
  provider.on('server_error', (ctx, error) => log.error({ path: ctx.path, reason: error.message }, 'OIDC failed'));
  return provider;
}

/**
 * Only an approved registration is a client; a suspended one is unknown to every endpoint from the next request on. A
 * secret is opened once per version of its registration.
 */
function createClients(clientSecrets: Seal) {
  const opened = new WeakMap<ProviderRecord, ClientMetadata>();
  return (record: ProviderRecord | undefined): ClientMetadata | undefined => {
    if (!record?.oidc || record.status !== 'approved') return undefined;
    const client = opened.get(record) ?? clientOf(record, record.oidc, clientSecrets);
    opened.set(record, client);
    return client;
  };
}

function clientOf(
  record: ProviderRecord,
  oidc: NonNullable<ProviderRecord['oidc']>,
  clientSecrets: Seal,
): ClientMetadata {
  const { metadata, sealedSecret } = oidc;
  const secret =
    sealedSecret === undefined ? {} : { client_secret: clientSecrets.open(sealedSecret, record.id).toString() };
  return { ...(metadata as unknown as ClientMetadata), ...secret };
}

async function openInteraction(
  ctx: KoaContextWithOIDC,
  parked: Interaction,
  { officers, interactions, registry, now }: OidcMountOptions & { readonly officers: Officers },
): Promise<string> {
  const clientId = ctx.oidc.client?.clientId ?? '';
  const demand = demandOf(ctx, (await registry.get('oidc', clientId))?.requiredLevel, now());
  const terminal = await registry.counterTerminal(clientId);
  const more = terminal ? await takeOver(ctx, parked, demand, officers) : { memory: { uid: parked.uid } };
  const common = {
    protocol: 'oidc',
    providerId: `oidc:${clientId}`,
    partyKey: clientId,
    requestId: parked.uid,
  } as const;
  const { id } = await interactions.open({ ...common, demand, ...more });
  return `/sign-in/${id}`;
}

/**
 * A counter's request leaves the provider for good: with its record its way back is gone, which would go on with
 * whoever is signed in at the browser. A pushed request counts once (RFC 9126 7.3), so it is used up here.
 */
async function takeOver(ctx: KoaContextWithOIDC, parked: Interaction, demand: SignInDemand, officers: Officers) {
  await parked.destroy();
  await ctx.oidc.entities.PushedAuthorizationRequest?.consume();
  const level = levelAtCounter(demand);
  if (!level) throw new TypeError('the policy lets no such request through');
  return { memory: { counter: await counterRequestOf(ctx, officers) }, sessionless: { level } };
}

/** A refusal gets a trace code that leads to the log. */
function afterAnswer(ctx: KoaContextWithOIDC, { log }: OidcMountOptions): void {
  const provider = ctx.oidc?.client ? `oidc:${ctx.oidc.client.clientId}` : undefined;
  if (ctx.oidc && ctx.status >= 400 && !ctx.response.is('html')) {
    const trace = newTrace();
    ctx.set('sanuki-trace', trace);
    const { error } = (ctx.body ?? {}) as { error?: unknown };
    log.info({ trace, code: error, path: ctx.path, provider }, 'refused');
  }
  if (ctx.response.is('html')) allowFormTo(ctx);
}

/** form_post answers: the page may post to this client's registered addresses and nowhere else. */
function allowFormTo(ctx: KoaContextWithOIDC): void {
  const origins = redirectOrigins(ctx.oidc?.client?.redirectUris ?? []);
  const policy = String(ctx.response.get('content-security-policy'));
  ctx.set(
    'content-security-policy',
    policy.replace("form-action 'self'", `form-action ${["'self'", ...origins].join(' ')}`),
  );
}

/** OIDC Core 3.1.2.6 and RFC 6749 4.1.2.1: how the hub's refusals are called there. */
const errorOf: Readonly<Record<string, string>> = {
  NO_PASSIVE: 'login_required',
  NO_AUTHN_CONTEXT: 'unmet_authentication_requirements',
};

function responderOf(provider: Provider, counter: Counter): Responder {
  const uidOf = (memory: Readonly<Record<string, unknown>>) => String(memory.uid);
  return {
    async respond(ctx, interaction, session) {
      ctx.status = 303;
      ctx.redirect(await finishOidcInteraction(provider, uidOf(interaction.memory), session));
    },
    async refuse(ctx, interaction, reason) {
      const error = errorOf[reason.code] ?? 'access_denied';
      if (interaction.sessionless) return counter.refuse(ctx, interaction, error);
      ctx.status = 303;
      ctx.redirect(await refuseOidcInteraction(provider, uidOf(interaction.memory), error));
    },
  };
}
