import {
  type AccessToken,
  type ClientCredentials,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  type Provider,
} from 'oidc-provider';
import {
  type ApiScope,
  cardPin,
  certificateThumbprint,
  type ProviderRegistry,
  personScopes,
} from '../../federation/index.ts';
import type { Connection } from '../listeners/arrival.ts';
import { comesByOwnConnection } from '../listeners/party-certificate.ts';
import type { SignInDemand } from '../sign-in/dispatch.ts';

/** The administration API as a resource (RFC 8707): audience of its tokens, and where it is served. */
export const apiResourceOf = (issuer: string): string => `${issuer}/api/admin/v1`;

/** The prompt at which an administrator agrees to what a program is going to do in their name. */
export const apiPrompt = 'api_access';

type ApiRegistry = Pick<ProviderRegistry, 'apiAccess' | 'get'>;

export interface ApiResourceOptions {
  readonly issuer: string;
  readonly registry: ApiRegistry;
}

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

const machineAsks = ({ oidc }: KoaContextWithOIDC) => oidc.params?.grant_type === 'client_credentials';

/** Scopes of a registration that a token can carry: a program's own token never those that need a person. */
const scopesFor = (scopes: readonly ApiScope[], machine: boolean): readonly ApiScope[] =>
  machine ? scopes.filter((scope) => !personScopes.includes(scope)) : scopes;

/**
 * The one resource that tokens can be asked for. Opaque tokens, looked up in process: what is revoked, suspended or
 * narrowed counts at the next request, and nothing that was handed out is worth more than what is registered now.
 */
export function apiResource({ issuer, registry }: ApiResourceOptions): ResourceIndicators {
  const resource = apiResourceOf(issuer);
  return {
    enabled: true,
    // A program's token is for the API or for nothing: without this it could be asked for resident scopes.
    defaultResource: async (ctx, _client, oneOf) => oneOf ?? (machineAsks(ctx) ? resource : undefined) ?? [],
    useGrantedResource: async () => true,
    async getResourceServerInfo(ctx, identifier, client) {
      const api = identifier === resource ? await registry.apiAccess(client.clientId) : undefined;
      if (!api) throw new errors.InvalidTarget('the client is not registered for this resource');
      return {
        scope: scopesFor(api.scopes, machineAsks(ctx)).join(' '),
        audience: resource,
        accessTokenFormat: 'opaque',
      };
    },
  };
}

/** Whether this authorization request wants a token for the API. */
const asksForApi = ({ oidc }: KoaContextWithOIDC): boolean =>
  Object.hasOwn(oidc.resourceServers ?? {}, apiResourceOf(oidc.issuer));

/** What the request asks for, as far as the client is registered for it. */
export function askedScopes({ oidc }: KoaContextWithOIDC): string[] {
  const offered = oidc.resourceServers?.[apiResourceOf(oidc.issuer)]?.scope?.split(' ') ?? [];
  return offered.filter((scope) => oidc.requestParamScopes.has(scope));
}

/** R157: who lets a program decide has shown the card lately, with the PIN, whatever the program asks for. */
const lately = 30 * 60_000;

export function demandAtApi(ctx: KoaContextWithOIDC, demand: SignInDemand): SignInDemand {
  if (!asksForApi(ctx)) return demand;
  const context = { comparison: 'minimum', classRefs: [cardPin] } as const;
  return { ...demand, context, maxAgeMs: Math.min(demand.maxAgeMs ?? lately, lately) };
}

/** Asked at every authorization: an agreement of the past gives no program a token behind somebody's back. */
export function apiAccessPrompt() {
  const { Prompt, Check } = interactionPolicy;
  return new Prompt(
    { name: apiPrompt, requestable: false },
    (ctx) => ({ scopes: askedScopes(ctx) }),
    new Check('hub_api', 'the administrator has to agree', 'consent_required', (ctx) => {
      return askedScopes(ctx).length > 0 && agreedScopes(ctx).length === 0;
    }),
  );
}

/** What was agreed to at the page of this very request. */
export function agreedScopes({ oidc }: KoaContextWithOIDC): string[] {
  const result: Readonly<Record<string, unknown>> = { ...oidc.result };
  const { scopes = [] } = (result[apiPrompt] ?? {}) as { scopes?: readonly string[] };
  return [...scopes];
}

/** A token at the API, with what it is worth at this moment. */
export type ApiToken = {
  readonly clientId: string;
  readonly scopes: readonly ApiScope[];
  readonly feed?: string | undefined;
} & ({ readonly kind: 'client' } | { readonly kind: 'person'; readonly residentRef: string });

export function createApiTokens(provider: () => Provider, { issuer, registry }: ApiResourceOptions) {
  const resource = apiResourceOf(issuer);

  /** Undefined for what is no token here, or not over this connection (RFC 8705 3). */
  async function find(value: string, connection: Connection): Promise<ApiToken | undefined> {
    const { AccessToken, Client, ClientCredentials, Grant } = provider();
    const token = (await AccessToken.find(value)) ?? (await ClientCredentials.find(value));
    // A token for UserInfo has no audience; a token of another resource has another one.
    if (!token?.isValid || token.aud !== resource || token.clientId === undefined) return undefined;
    if (!isBoundTo(token, connection)) return undefined;
    const client = await Client.find(token.clientId);
    const record = await registry.get('oidc', token.clientId);
    const api = await registry.apiAccess(token.clientId);
    if (!client || !api || !record || !comesByOwnConnection(record, connection)) return undefined;
    const machine = token.kind === 'ClientCredentials';
    const scopes = scopesFor(api.scopes, machine).filter((scope) => token.scopes.has(scope));
    const common = { clientId: token.clientId, scopes, feed: api.feed };
    if (!isPersons(token))
      return client.grantTypeAllowed('client_credentials') ? { kind: 'client', ...common } : undefined;
    const grant = await Grant.find(token.grantId ?? '');
    const whole = grant?.clientId === token.clientId && grant.accountId === token.accountId;
    return whole ? { kind: 'person', residentRef: token.accountId, ...common } : undefined;
  }

  return { find };
}

/** RFC 8705 3.1: the certificate that the client had when the token was issued. */
function isBoundTo(token: AccessToken | ClientCredentials, { certificate }: Connection): boolean {
  const bound = token['x5t#S256'];
  return bound === undefined || (certificate !== undefined && bound === certificateThumbprint(certificate));
}

const isPersons = (token: AccessToken | ClientCredentials): token is AccessToken => token.kind === 'AccessToken';

export type ApiTokens = ReturnType<typeof createApiTokens>;
