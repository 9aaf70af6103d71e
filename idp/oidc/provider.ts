import {
  type Adapter,
  type Client,
  type ClientMetadata,
  type Configuration,
  errors,
  type Interaction,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import { discoveryEprAttribute } from '../../attribute-service/index.ts';
import {
  card,
  cardPin,
  cardPinBound,
  type ProviderRegistry,
  passkey,
  refedsMfa,
  smartcard,
} from '../../federation/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import type { Storage } from '../../storage/index.ts';
import type { Bootstrap } from '../attributes/bootstrap.ts';
import { type StaffOf, staffClaims } from '../attributes/staff.ts';
import { type CounterPresentations, counterSeconds, isCounterGrant } from '../counter-presentations.ts';
import type { Sessions } from '../session.ts';
import type { NoteVisit } from '../visits.ts';
import { createRecords } from './adapter.ts';
import { agreedScopes, apiResource, apiResourceOf } from './api-access.ts';
import { bootstrapClaim, type TokenOrigin } from './bootstrap-claim.ts';
import { mutualTls } from './certificate-binding.ts';
import type { Identity } from './identity.ts';
import { officerParameter } from './officer.ts';
import { interactionPolicy } from './policy.ts';
import { releasedBy, staffReleased } from './release.ts';
import { createSessionView } from './session-view.ts';
import { oidcTrace } from './trace.ts';

/** What the OIDC side needs to know of the rest of the hub. */
export interface OidcProviderOptions {
  readonly issuer: string;
  readonly storage: Storage;
  readonly sessions: Sessions;
  readonly jwks: NonNullable<Configuration['jwks']>;
  readonly cookies: { readonly session: string; readonly secure: boolean };
  /** The approved registration of a client with what its contract releases, or undefined. */
  readonly findClient: (clientId: string) => Promise<ClientMetadata | undefined>;
  readonly contractOf: (clientId: string) => Promise<readonly string[]>;
  readonly pseudonymFor: (residentRef: string, sector: string) => Promise<string>;
  readonly noteVisit: NoteVisit;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  readonly staffOf: StaffOf;
  readonly registry: Pick<ProviderRegistry, 'approved' | 'get' | 'apiAccess'>;
  /** Whether this resident may be told of to this client. */
  readonly mayAnswer: (clientId: string, residentRef: string) => Promise<boolean>;
  readonly bootstrapFor: Bootstrap['bootstrapFor'];
  /** Opens a sign-in of the hub, or a question to the resident; returns the page's path. */
  readonly openInteraction: (ctx: KoaContextWithOIDC, interaction: Interaction) => Promise<string>;
  readonly isCounter: (clientId: string) => Promise<boolean>;
  readonly identity: Identity;
  readonly presentations: CounterPresentations;
  /** A code is about to leave: the record of the sign-on becomes durable together with it, in one commit. */
  readonly onCode: (code: { clientId: string; residentRef: string; atCounter: boolean }) => Promise<void>;
  readonly renderError: NonNullable<Configuration['renderError']>;
  readonly fetch?: NonNullable<Configuration['fetch']>;
  readonly now: () => number;
}

type IntrospectionPolicy = NonNullable<NonNullable<Configuration['features']>['introspection']>['allowedPolicy'];
type AccessTokenTtl = Extract<
  NonNullable<NonNullable<Configuration['ttl']>['AccessToken']>,
  (...args: never[]) => number
>;

export function createOidcProvider(options: OidcProviderOptions): Provider {
  const provider = new Provider(options.issuer, {
    ...protocolConfiguration(options),
    adapter: createAdapter(options, async (grantId) => revokeGrant(provider, grantId)),
    findAccount: async (ctx, residentRef, token) => accountOf(options, residentRef, { ctx, token }),
    pairwiseIdentifier: async (_ctx, residentRef, client) => options.pseudonymFor(residentRef, sectorOf(client)),
    loadExistingGrant: (ctx) => grantFor(ctx, options),
    interactions: {
      policy: interactionPolicy({
        ...options,
        requiredLevelOf: async (clientId) => (await options.registry.get('oidc', clientId))?.requiredLevel,
      }),
      url: options.openInteraction,
    },
    renderError: options.renderError,
  });
  return provider;
}

/**
 * OIDC Core 8.1 lets clients of one host share subjects; here every registration is its own sector, because no two
 * providers may hold the same identifier of a resident.
 */
const sectorOf = (client: Client): string => client.clientId;

/**
 * RFC 7662 2.1: a party asks about its own tokens, and servers that take tokens about others', while whoever they were
 * given to is registered. A counter's token is its own terminal's business alone.
 */
const mayIntrospect: NonNullable<IntrospectionPolicy> = async ({ oidc }, client, token) => {
  if (client.clientId === token.clientId) return true;
  // The administration API looks its tokens up itself; nobody else takes them.
  if ('aud' in token && token.aud !== undefined) return false;
  if (client.clientAuthMethod === 'none' || ('grantId' in token && isCounterGrant(token.grantId))) return false;
  return (await oidc.provider.Client.find(token.clientId ?? '')) !== undefined;
};

/** The token of a counter ends with the presentation behind it, and says so. */
const accessTokenSeconds: AccessTokenTtl = ({ oidc }, { grantId }) => {
  const grantEnds = isCounterGrant(grantId) ? oidc.entities.Grant?.exp : undefined;
  if (grantEnds === undefined) return 600;
  return Math.max(1, Math.min(counterSeconds, grantEnds - Math.floor(Date.now() / 1000)));
};

/** What is the same everywhere: what is offered, and where. */
const fixedConfiguration = {
  features: {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    introspection: { enabled: true, allowedPolicy: mayIntrospect },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    mTLS: mutualTls,
    // Only the hub's own sign-out ends a session, of parties of both protocols together; the provider announces it and
    // writes `sid` into ID tokens, and calls nobody.
    rpInitiatedLogout: { enabled: false },
    backchannelLogout: { enabled: true },
  },
  routes: {
    authorization: '/oidc/authorize',
    token: '/oidc/token',
    userinfo: '/oidc/userinfo',
    jwks: '/oidc/jwks',
    introspection: '/oidc/introspect',
    revocation: '/oidc/revoke',
    pushed_authorization_request: '/oidc/par',
  },
} as const satisfies Configuration;

/** What does not depend on a request: protocol choices (OAuth 2.1: code with PKCE only), lifetimes, cookies, paths. */
function protocolConfiguration({ jwks, cookies, fetch, ...options }: OidcProviderOptions): Configuration {
  const cookie = { httpOnly: true, sameSite: 'lax', secure: cookies.secure, path: '/' } as const;
  return {
    jwks,
    ...(fetch ? { fetch } : {}),
    // Cookie values are 256-bit random and looked up by hash; a signature over them would add nothing.
    cookies: {
      names: { session: cookies.session, interaction: 'sanuki-hub-oidc-interaction', resume: 'sanuki-hub-oidc-resume' },
      long: cookie,
      short: cookie,
      keys: [],
    },
    responseTypes: ['code'],
    extraParams: [officerParameter],
    pkce: { required: () => true },
    subjectTypes: ['pairwise'],
    // What a sign-in here can be called today.
    acrValues: [card, cardPin, cardPinBound, passkey, smartcard, refedsMfa],
    scopes: ['openid', 'profile', 'staff', 'attributes', 'offline_access'],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      profile: ['name'],
      staff: Object.values(staffClaims),
      attributes: [discoveryEprAttribute],
      acr: null,
      amr: null,
      auth_time: null,
      sid: null,
      iss: null,
      ...options.identity.offered.claims,
    },
    clientDefaults: { id_token_signed_response_alg: 'ES256', subject_type: 'pairwise' },
    rotateRefreshToken: true,
    expiresWithSession: () => true,
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      ClientCredentials: 600,
      IdToken: 600,
      Interaction: 900,
      Session: 12 * 3600,
      Grant: 12 * 3600,
      RefreshToken: 12 * 3600,
    },
    ...fixedConfiguration,
    discovery: { end_session_endpoint: `${options.issuer}/oidc/end-session`, ...options.identity.offered.metadata },
    features: { ...fixedConfiguration.features, resourceIndicators: apiResource(options) },
  };
}

function createAdapter(
  options: OidcProviderOptions,
  revoke: (grantId: string) => Promise<void>,
): NonNullable<Configuration['adapter']> {
  const { storage, sessions, presentations, findClient, pseudonymFor: subjectFor, onCode, noteVisit, now } = options;
  const records = (model: string) => createRecords({ storage, model, revokeGrant: revoke, now });
  return (model: string) => {
    if (model === 'Session')
      return createSessionView({ sessions, anonymous: records('AnonymousSession'), subjectFor, noteVisit, now });
    const adapter = records(model);
    if (model === 'Client') return { ...adapter, find: findClient };
    if (model === 'Grant') return withPresentations(adapter, presentations);
    if (model !== 'AuthorizationCode') return adapter;
    const upsert: Adapter['upsert'] = async (id, payload, expiresIn) => {
      const { clientId = '', accountId: residentRef = '', grantId } = payload;
      const recorded = onCode({ clientId, residentRef, atCounter: isCounterGrant(grantId) });
      await Promise.all([adapter.upsert(id, payload, expiresIn), recorded]);
    };
    return { ...adapter, upsert };
  };
}

/** A counter's grant is there as long as its presentation, as others are as long as their session; and the two end together. */
function withPresentations(adapter: Adapter, presentations: CounterPresentations): Adapter {
  return {
    ...adapter,
    async find(id) {
      if (isCounterGrant(id) && !(await presentations.live(id))) return undefined;
      return adapter.find(id);
    },
    async destroy(id) {
      await Promise.all([adapter.destroy(id), isCounterGrant(id) ? presentations.end(id) : undefined]);
    },
  };
}

/** Ends everything that hangs on a grant. */
async function revokeGrant(provider: Provider, grantId: string): Promise<void> {
  const models = [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode];
  await Promise.all(models.map((model) => model.revokeByGrantId(grantId)));
  await (await provider.Grant.find(grantId))?.destroy();
}

async function accountOf(
  options: OidcProviderOptions,
  residentRef: string,
  { ctx, token }: { readonly ctx: KoaContextWithOIDC; readonly token: TokenOrigin | undefined },
) {
  const { displayNameOf, contractOf, staffOf, identity } = options;
  const name = await displayNameOf(residentRef);
  if (name === undefined) return undefined;
  const clientId = ctx.oidc.client?.clientId ?? '';
  // Everything about a resident goes through here: authorization, code, refresh, UserInfo.
  if (!(await options.mayAnswer(clientId, residentRef))) return refuseAccount(token);
  const contract = () => contractOf(clientId);
  // Who stands at a counter is there as a patient, whoever they are at work.
  const staff = async () => (isCounterGrant(token?.grantId) ? undefined : staffOf(residentRef));
  return {
    accountId: residentRef,
    claims: async (use: string, scope: string, asked: object) => ({
      sub: residentRef,
      name,
      ...(await staffReleased({ use, scope, asked }, { contract, staff })),
      ...(await bootstrapClaim({ use, scope, asked }, { clientId, token }, options)),
      ...(await identity.claimsFor({ asked }, { clientId, residentRef, token })),
    }),
  };
}

/** At the authorization endpoint as a client that is unknown, with a page of ours: the party hears nothing. */
function refuseAccount(token: TokenOrigin | undefined): undefined {
  if (token) return undefined;
  const refusal = new errors.InvalidClient(
    'client is invalid',
    'the provider is only tested, and not by this resident',
  );
  throw Object.assign(refusal, { allow_redirect: false });
}

/** Links are made silently until consent opens: the session's one grant is extended by what the release policy allows. */
async function grantFor(ctx: KoaContextWithOIDC, { contractOf, isCounter }: OidcProviderOptions) {
  const { client, session, provider } = ctx.oidc;
  if (!client || !session?.accountId || (await isCounter(client.clientId))) return undefined;
  const { Grant } = provider;
  // One id per session and client: of two first visits at once neither may outdate the other's code.
  const jti = sha256('sanuki-oidc-grant:', session.uid, '\n', client.clientId).toString('base64url');
  const existing = await Grant.find(jti);
  const identity = { jti, clientId: client.clientId, accountId: session.accountId };
  const grant = existing ?? new Grant(identity);
  const { scopes, claims } = releasedBy(await contractOf(client.clientId));
  const asked = [...ctx.oidc.requestParamOIDCScopes];
  const wanted = asked.filter((scope) => ['offline_access', ...scopes].includes(scope));
  oidcTrace(ctx).note('release', () => ({
    released: wanted,
    withheld: asked.filter((scope) => !wanted.includes(scope)).map((scope) => `${scope}: not in the contract`),
  }));
  const missing = wanted.filter((scope) => !grant.getOIDCScopeFiltered(new Set([scope])));
  const known = new Set(grant.getOIDCClaims());
  const agreed = agreedScopes(ctx);
  if (agreed.length > 0) grant.addResourceScope(apiResourceOf(ctx.oidc.issuer), agreed.join(' '));
  else if (missing.length === 0 && existing && claims.every((claim) => known.has(claim))) return grant;
  if (missing.length > 0) grant.addOIDCScope(missing.join(' '));
  grant.addOIDCClaims(claims);
  await grant.save();
  return grant;
}
