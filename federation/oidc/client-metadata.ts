import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CounterTerminal } from '../entity-registry.ts';
import { FederationError } from '../errors.ts';
import { type ApiAccess, apiFaults, apiScopes, feedName } from './api-access.ts';

const facilityName = z.string().trim().min(1).max(200);

/** Members of RFC 7591 and OIDC Registration that a party may set; anything else is refused by name, never ignored. */
const Metadata = z.strictObject({
  client_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'visible ASCII characters only')
    .optional(),
  client_secret: z.string().min(16, 'at least 16 characters').max(1024).optional(),
  client_name: z.string().min(1).max(200).optional(),
  'client_name#ja': z.string().min(1).max(200).optional(),
  'client_name#en': z.string().min(1).max(200).optional(),
  redirect_uris: z.array(z.string()).min(1).max(50).optional(),
  post_logout_redirect_uris: z.array(z.string()).max(50).optional(),
  backchannel_logout_uri: z.string().max(2000).optional(),
  backchannel_logout_session_required: z.boolean().optional(),
  response_types: z.array(z.literal('code')).max(1).optional(),
  grant_types: z
    .array(z.enum(['authorization_code', 'refresh_token', 'client_credentials']))
    .min(1)
    .optional(),
  application_type: z.enum(['web', 'native']).optional(),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .optional(),
  jwks: z
    .looseObject({
      keys: z
        .array(z.looseObject({ kty: z.string() }))
        .min(1)
        .max(20),
    })
    .optional(),
  scope: z.string().max(1000).optional(),
  id_token_signed_response_alg: z.enum(['ES256', 'RS256', 'PS256']).optional(),
  subject_type: z.literal('pairwise').optional(),
  default_max_age: z.int().min(0).optional(),
  require_auth_time: z.boolean().optional(),
  default_acr_values: z.array(z.string()).max(10).optional(),
  contacts: z.array(z.email()).max(10).optional(),
  client_uri: z.url().optional(),
  logo_uri: z.url().optional(),
  policy_uri: z.url().optional(),
  tos_uri: z.url().optional(),
  /** RFC 8705 3.4: access tokens are good over a connection with the client's certificate only. */
  tls_client_certificate_bound_access_tokens: z.boolean().optional(),
  /** Ours: thumbprints of the certificates that the client's connections may show, beside those of the keys in `jwks`. */
  sanuki_tls: z
    .strictObject({
      certificates: z
        .array(z.string().regex(/^[\w-]{43}$/, 'SHA-256 of the certificate, base64url (x5t#S256)'))
        .min(1)
        .max(20),
    })
    .optional(),
  /** Ours: the registration is one terminal at a counter. */
  sanuki_counter: z
    .strictObject({
      facility: z.union([facilityName, z.strictObject({ ja: facilityName, en: facilityName })]),
      terminal: z.string().trim().min(1).max(100),
    })
    .optional(),
  /** Ours: the client calls the administration API, with no more than these scopes. */
  sanuki_api: z
    .strictObject({
      scopes: z.array(z.enum(apiScopes)).min(1).max(apiScopes.length),
      feed: z.string().regex(feedName).optional(),
    })
    .optional(),
});

/** What a scope asks for, in the words of the release policy. */
const attributesOfScope: Readonly<Record<string, readonly string[]>> = {
  profile: ['displayName'],
  staff: ['staffRole', 'staffLicence', 'staffFacility'],
};

export interface ClientRegistration {
  readonly clientId: string;
  /** Shown once, to whoever registers; sealed in the store. */
  readonly secret?: string | undefined;
  readonly name: { readonly ja: string; readonly en: string };
  /** What the scopes ask for, in the words of the release policy. */
  readonly attributes: readonly string[];
  readonly counter?: CounterTerminal | undefined;
  readonly api?: ApiAccess | undefined;
  /**
   * For the OIDC provider: without the secret, and without scopes, because the contract decides what is released and a
   * request for more is answered with less instead of with an error.
   */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Reads the metadata of an OIDC party (RFC 7591 2, OIDC Registration 2). Refusals name the member and the rule. Code
 * with PKCE is the only grant that starts with a resident; subjects are pairwise always.
 */
export function parseClientMetadata(json: unknown, { allowHttp }: { allowHttp: boolean }): ClientRegistration {
  const parsed = Metadata.safeParse(json);
  if (!parsed.success)
    throw new FederationError(
      'CLIENT_METADATA_INVALID',
      `the client metadata is not usable:\n${z.prettifyError(parsed.error)}`,
      { cause: parsed.error },
    );
  const {
    client_id,
    client_secret,
    client_name,
    'client_name#ja': ja,
    'client_name#en': en,
    scope = '',
    sanuki_counter,
    sanuki_api,
    ...members
  } = parsed.data;
  const native = members.application_type === 'native';
  const grantTypes = members.grant_types ?? ['authorization_code'];
  const interactive = grantTypes.includes('authorization_code');
  if (interactive && !members.redirect_uris) throw invalid('"redirect_uris" is missing: where do answers go?');
  for (const uri of members.redirect_uris ?? []) checkRedirectUri(uri, { native, allowHttp });
  for (const uri of members.post_logout_redirect_uris ?? []) checkRedirectUri(uri, { native, allowHttp });
  if (members.backchannel_logout_uri !== undefined) checkLogoutUri(members.backchannel_logout_uri, allowHttp);
  const method = members.token_endpoint_auth_method ?? 'client_secret_basic';
  if (method === 'private_key_jwt' && !members.jwks) throw invalid('private_key_jwt needs "jwks" with the public keys');
  if (members.jwks?.keys.some((key) => 'd' in key || key.kty === 'oct'))
    throw invalid('"jwks" holds a private or symmetric key: send public keys only, and replace the one that was sent');
  if (sanuki_counter) checkCounter(method, members.grant_types);
  checkApi(sanuki_api, { method, grantTypes, counter: sanuki_counter !== undefined });
  const clientId = client_id ?? randomUUID();
  const name = client_name ?? ja ?? en ?? clientId;
  const needsSecret = method.startsWith('client_secret');
  return {
    clientId,
    secret: needsSecret ? (client_secret ?? randomBytes(32).toString('base64url')) : undefined,
    name: { ja: ja ?? name, en: en ?? name },
    ...(sanuki_counter ? { counter: counterOf(sanuki_counter) } : {}),
    ...(sanuki_api ? { api: { ...sanuki_api, scopes: [...new Set(sanuki_api.scopes)] } } : {}),
    attributes: scope.split(' ').flatMap((name) => attributesOfScope[name] ?? []),
    metadata: {
      ...members,
      client_id: clientId,
      client_name: name,
      token_endpoint_auth_method: method,
      grant_types: grantTypes,
      response_types: interactive ? ['code'] : [],
      subject_type: 'pairwise',
    },
  };
}

/** A terminal has to show who it is, and a patient's presentation ends with the visit. */
function checkCounter(method: string, grantTypes: readonly string[] | undefined): void {
  if (method === 'none') throw invalid('a counter terminal needs a way to authenticate itself: a secret or a key');
  if (grantTypes?.includes('refresh_token')) throw invalid('a counter terminal gets no refresh tokens');
}

/** RFC 6749 4.4: a client acts in its own name at the administration API and nowhere else. */
function checkApi(
  api: z.output<typeof Metadata>['sanuki_api'],
  client: { readonly method: string; readonly grantTypes: readonly string[]; readonly counter: boolean },
): void {
  const own = client.grantTypes.includes('client_credentials');
  if (!api && own) throw invalid('client_credentials is for clients of the administration API ("sanuki_api") alone');
  if (!api && !client.grantTypes.includes('authorization_code'))
    throw invalid('"grant_types" leaves no way to a token');
  const [fault] = api ? apiFaults({ scopes: api.scopes, feed: api.feed, ...client }) : [];
  if (fault) throw invalid(`a client of the administration API cannot have ${fault.join(': ')}`);
}

function counterOf({ facility, terminal }: NonNullable<z.output<typeof Metadata>['sanuki_counter']>): CounterTerminal {
  return { facility: typeof facility === 'string' ? { ja: facility, en: facility } : facility, terminal };
}

const invalid = (message: string) => new FederationError('CLIENT_METADATA_INVALID', message);
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Compared as a string later (RFC 9700 2.1), so it has to be plain: https, no fragment, no user name. */
function checkRedirectUri(uri: string, { native, allowHttp }: { native: boolean; allowHttp: boolean }): void {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || uri.includes('#') || url.username !== '' || url.password !== '' || uri.includes('*'))
    throw invalid(
      `the redirect address ${JSON.stringify(uri)} has to be absolute, without fragment, user name or wildcard`,
    );
  if (url.protocol === 'https:') return;
  // RFC 8252 7.1, 7.3: apps use a scheme of their own in reverse domain form, or loopback.
  if (native && (/^[a-z][a-z0-9+-]*\.[a-z0-9+.-]+:$/.test(url.protocol) || loopback.has(url.hostname))) return;
  if (allowHttp && url.protocol === 'http:') return;
  throw invalid(`the redirect address ${JSON.stringify(uri)} has to be https`);
}

/** Back-Channel Logout 1.0 2.2: called by the hub itself, so an address on the web and nothing else. */
function checkLogoutUri(uri: string, allowHttp: boolean): void {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const isWeb = url?.protocol === 'https:' || (allowHttp && url?.protocol === 'http:');
  if (!isWeb || uri.includes('#') || url.username !== '' || url.password !== '')
    throw invalid(
      `the "backchannel_logout_uri" ${JSON.stringify(uri)} has to be an https address without fragment or user name`,
    );
}
