import type { Context, Middleware } from 'koa';
import type { ClientMetadata, Interaction, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { ConsentRequests } from '../../attribute-service/index.ts';
import type { AccountLinks, KeyRing, ProviderRecord, ProviderRegistry } from '../../federation/index.ts';
import type { Log } from '../../lib/log.ts';
import type { Seal } from '../../lib/seal.ts';
import type { Storage } from '../../storage/index.ts';
import { sendRefusal } from '../app.ts';
import type { Bootstrap } from '../attributes/bootstrap.ts';
import type { StaffOf } from '../attributes/staff.ts';
import type { Audit } from '../audit.ts';
import type { CounterPresentations } from '../counter-presentations.ts';
import type { KeyUses } from '../key-use.ts';
import type { PageFrame } from '../page-frame.ts';
import type { Testing } from '../playground/admission.ts';
import type { Sessions } from '../session.ts';
import type { SignInDemand } from '../sign-in/dispatch.ts';
import type { Interactions } from '../sign-in/interaction.ts';
import type { Responder } from '../sign-in/routes.ts';
import { noteRefusal } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';
import type { NoteVisit } from '../visits.ts';
import { type ApiTokens, apiPrompt, createApiTokens } from './api-access.ts';
import { mayBeFound } from './certificate-binding.ts';
import { clientKeyOf } from './client-key.ts';
import { type Counter, counterRequestOf, createCounter, levelAtCounter } from './counter.ts';
import type { Identity } from './identity.ts';
import { createIdentityConsent, type IdentityConsent, identityPrompt } from './identity-consent.ts';
import { createLiveProvider } from './live-provider.ts';
import { createOfficers, type Officers } from './officer.ts';
import { demandOf } from './policy.ts';
import { createOidcProvider } from './provider.ts';
import { redirectOrigins } from './redirect-origins.ts';
import { type ApiAgreement, createApiAgreement, finishOidcInteraction, refuseOidcInteraction } from './resume.ts';
import { codeOf, noteAnswersOf, noteRequest, noteSentError, noteShownError, oidcTrace } from './trace.ts';

export interface OidcMountOptions {
  readonly issuer: string;
  readonly storage: Storage;
  readonly sessions: Sessions;
  readonly interactions: Interactions;
  readonly presentations: CounterPresentations;
  readonly registry: ProviderRegistry;
  readonly clientSecrets: Seal;
  readonly links: AccountLinks;
  readonly noteVisit: NoteVisit;
  readonly keys: KeyRing;
  readonly audit: Audit;
  readonly keyUses: Pick<KeyUses, 'note'>;
  readonly log: Log;
  readonly frame: PageFrame;
  readonly sessionCookie: string;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  readonly staffOf: StaffOf;
  readonly bootstrapFor: Bootstrap['bootstrapFor'];
  readonly identity: Identity;
  readonly consentRequests: Pick<ConsentRequests, 'open'>;
  /** Who may sign in at a client that is not approved. */
  readonly testing: Testing;
  readonly now: () => number;
}

/** The OIDC provider behind the hub's guards, and how it goes on after the card. */
export function mountOidc(options: OidcMountOptions): {
  middleware: Middleware;
  responder: Responder;
  apiTokens: ApiTokens;
  apiAgreement: ApiAgreement;
  routes: IdentityConsent['routes'];
} {
  const { registry, presentations, links, frame, sessionCookie, now } = options;
  const provider = () => live().provider;
  const identityConsent = createIdentityConsent({ ...options, provider });
  const live = createLiveProvider(options.keys.oidcVersion, () => providerFor({ ...options, identityConsent }));
  const counter = createCounter({ provider, registry, presentations, links, stylesheet: frame.stylesheet, now });
  const middleware: Middleware = async (ctx, next) => {
    const { client_id: clientId } = ctx.query;
    if (typeof clientId === 'string' && (await registry.counterTerminal(clientId))) hideCookie(ctx, sessionCookie);
    if (ctx.path.startsWith('/oidc/') && !ctx.path.startsWith('/oidc/authorize/')) noteRequest(ctx);
    await live().middleware(ctx, next);
    noteSentError(ctx as unknown as KoaContextWithOIDC);
    afterAnswer(ctx as unknown as KoaContextWithOIDC, options);
  };
  const apiTokens = createApiTokens(provider, options);
  const apiAgreement = createApiAgreement(provider);
  const responder = responderOf(provider, counter, options);
  return { middleware, responder, apiTokens, apiAgreement, routes: identityConsent.routes };
}

/**
 * A counter's request meets no session. The provider looks the session up before it knows who asks, and writes it back;
 * without the cookie it sees a browser at which nobody is signed in, and leaves the one that is there alone.
 */
function hideCookie({ req }: Context, name: string): void {
  const others = req.headers.cookie?.split(';').filter((pair) => pair.split('=')[0]?.trim() !== name);
  if (others) req.headers.cookie = others.join(';');
}

type WithConsent = OidcMountOptions & { readonly identityConsent: IdentityConsent };

function providerFor(options: WithConsent): Provider {
  const clients = createClients(options.clientSecrets, options.testing);
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
    findClient: async (clientId) => {
      const record = await registry.get('oidc', clientId);
      return record && mayBeFound(record) ? clients(record) : undefined;
    },
    mayAnswer: async (clientId, residentRef) => {
      const record = await registry.get('oidc', clientId);
      return record?.status === 'approved' || (!!record && options.testing.isTester(record, residentRef));
    },
    contractOf: async (clientId) => (await registry.get('oidc', clientId))?.contract.attributes ?? [],
    pseudonymFor: (residentRef, sector) => links.pseudonymFor(residentRef, `oidc:${sector}`),
    noteVisit: options.noteVisit,
    displayNameOf: options.displayNameOf,
    openInteraction: (ctx, interaction) => openInteraction(ctx, interaction, { ...options, officers }),
    onCode: async ({ clientId, residentRef, atCounter }) => {
      const party = `oidc:${clientId}`;
      await options.audit.record({
        type: 'sso.oidc',
        result: 'ok',
        provider: party,
        pseudonym: await links.pseudonymFor(residentRef, party),
        ...(atCounter ? { detail: { counter: true } } : {}),
      });
    },
    staffOf: options.staffOf,
    registry,
    bootstrapFor: options.bootstrapFor,
    identity: options.identity,
    renderError: (ctx, out, error) => {
      const trace = noteShownError(ctx, { error: out.error, reason: out.error_description, told: 'page' });
      log.info({ trace, code: out.error, reason: out.error_description, detail: error.message }, 'refused');
      sendRefusal(ctx, frame, { code: codeOf(out.error), trace, status: ctx.status });
    },
    now,
  });
  // Never the error object: its cause may hold a key.
  noteAnswersOf(provider);
  provider.on('server_error', (ctx, error) => log.error({ path: ctx.path, reason: error.message }, 'OIDC failed'));
  return provider;
}

/**
 * Only an approved registration is a client, or one that is tested; a suspended one is unknown to every endpoint from
 * the next request on. A secret is opened once per version of its registration.
 */
function createClients(clientSecrets: Seal, { isTested }: Testing) {
  const opened = new WeakMap<ProviderRecord, ClientMetadata>();
  return async (record: ProviderRecord | undefined): Promise<ClientMetadata | undefined> => {
    if (!record?.oidc || !(record.status === 'approved' || (await isTested(record)))) return undefined;
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
  // Whoever is told of a sign-out is told which session it was, so its ID tokens name it too (Back-Channel Logout 2.1).
  const named = metadata.backchannel_logout_uri === undefined ? {} : { backchannel_logout_session_required: true };
  return { ...(metadata as unknown as ClientMetadata), ...named, ...secret };
}

async function openInteraction(
  ctx: KoaContextWithOIDC,
  parked: Interaction,
  { officers, identityConsent, interactions, registry, now }: WithConsent & { readonly officers: Officers },
): Promise<string> {
  if (parked.prompt.name === apiPrompt) return `/admin/api-access/${parked.uid}`;
  if (parked.prompt.name === identityPrompt) return identityConsent.ask(ctx, parked);
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
  const { id } = await interactions.open({ ...common, demand, ...more, trace: oidcTrace(ctx).park() });
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
function afterAnswer(ctx: KoaContextWithOIDC, options: OidcMountOptions): void {
  const { log } = options;
  const provider = ctx.oidc?.client ? `oidc:${ctx.oidc.client.clientId}` : undefined;
  if (ctx.oidc && ctx.status >= 400 && !ctx.response.is('html')) {
    const { error, error_description: reason } = (ctx.body ?? {}) as Record<string, string | undefined>;
    const trace = noteShownError(ctx, { error: error ?? String(ctx.status), reason, told: 'program' });
    ctx.set('sanuki-trace', trace);
    log.info({ trace, code: error, path: ctx.path, provider }, 'refused');
  }
  if (ctx.response.is('html')) allowFormTo(ctx);
  if (ctx.oidc?.client && ctx.status < 400) noteClientKey(ctx.oidc, options);
}

/** Behind the answer: nobody waits for it. */
function noteClientKey({ client, body }: KoaContextWithOIDC['oidc'], { registry, keyUses, log }: OidcMountOptions) {
  const assertion = body?.client_assertion;
  if (client?.clientAuthMethod !== 'private_key_jwt' || typeof assertion !== 'string') return;
  const { clientId } = client;
  clientKeyOf(registry, clientId, assertion)
    .then((fingerprint) => fingerprint && keyUses.note(`oidc:${clientId}`, fingerprint))
    .catch((err: unknown) => log.error({ err }, 'the key of a client could not be told'));
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

function responderOf(
  provider: () => Provider,
  counter: Counter,
  { audit }: Pick<OidcMountOptions, 'audit'>,
): Responder {
  const uidOf = (memory: Readonly<Record<string, unknown>>) => String(memory.uid);
  return {
    async respond(ctx, interaction, session) {
      ctx.status = 303;
      ctx.redirect(
        await finishOidcInteraction(provider(), uidOf(interaction.memory), { session, trace: interaction.trace.code }),
      );
    },
    present: counter.respond,
    async refuse(ctx, interaction, reason) {
      const error = errorOf[reason.code] ?? 'access_denied';
      await audit.record({ type: 'sso.oidc', result: 'refused', provider: interaction.providerId, code: reason.code });
      noteRefusal(traceOf(ctx), { error: reason, told: 'party' });
      if (interaction.sessionless) return counter.refuse(ctx, interaction, error);
      ctx.status = 303;
      ctx.redirect(
        await refuseOidcInteraction(provider(), uidOf(interaction.memory), { error, trace: interaction.trace.code }),
      );
    },
  };
}
