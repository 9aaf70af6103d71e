/** The linter for OIDC client metadata (RFC 7591 2, OIDC Registration 2). */
import type { JsonWebKey } from 'node:crypto';
import { checkJwk } from '../key-check.ts';
import {
  addressFindings,
  isLoopback,
  logoFindings,
  nameFindings,
  namesFindings,
  urlOf,
} from '../presentation-check.ts';
import type { CheckContext, DraftKey, ReadDraft, RegistrationDraft } from '../registration-draft.ts';
import { type Finding, finding } from '../registration-finding.ts';
import { apiFaults } from './api-access.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Undefined where it is no JSON object: the parser says why. */
export function checkClientMetadata(
  json: unknown,
  { name, ...context }: CheckContext & Pick<RegistrationDraft, 'name'>,
): ReadDraft | undefined {
  if (!isTree(json)) return undefined;
  const { keys, findings: keyFindings } = keysOf(json);
  const clientId = textOf(json.client_id);
  return {
    key: clientId,
    keys,
    counter: 'sanuki_counter' in json,
    findings: [
      ...(json.client_id === undefined ? [finding('CLIENT_ID_CHOSEN', 'client_id')] : []),
      ...redirectFindings(json, context),
      ...('backchannel_logout_uri' in json
        ? addressFindings(textOf(json.backchannel_logout_uri) ?? '', 'backchannel_logout_uri', context)
        : []),
      ...methodFindings(json),
      ...secretFindings(json),
      ...keyFindings,
      ...namesFindings({ ...namesIn(json), ...name }, (language) => `client_name#${language}`),
      ...('logo_uri' in json ? logoFindings(String(textOf(json.logo_uri) ?? ''), 'logo_uri', context) : []),
      ...counterFindings(json),
      ...apiFindings(json),
    ],
  };
}

const japanese = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** OIDC Registration 2.1. An untagged name stands for the language it is written in. */
function namesIn(json: Tree) {
  const [plain, ja, en] = [json.client_name, json['client_name#ja'], json['client_name#en']].map(textOf);
  const isJapanese = plain !== undefined && japanese.test(plain);
  return { ja: ja ?? (isJapanese ? plain : undefined), en: en ?? (isJapanese ? undefined : plain) };
}

const responseParameters = ['code', 'state', 'iss', 'error', 'error_description', 'response'];

function redirectFindings(json: Tree, context: CheckContext): Finding[] {
  const native = json.application_type === 'native';
  return (['redirect_uris', 'post_logout_redirect_uris'] as const).flatMap((member) => {
    const uris = textsOf(json[member]);
    return uris.flatMap((uri, at) => {
      const where = `${member}[${at}]`;
      if (uris.indexOf(uri) < at) return [finding('REDIRECT_REPEATED', where, { value: uri })];
      return [
        ...(native ? nativeFindings(uri, where) : addressFindings(uri, where, context)),
        ...queryFindings(uri, where),
      ];
    });
  });
}

/** RFC 8252 7: https that the app claims, loopback, or a scheme in reverse domain form. */
function nativeFindings(uri: string, where: string): Finding[] {
  const url = urlOf(uri);
  if (url && /^[a-z][a-z0-9+-]*\.[a-z0-9+.-]+:$/.test(url.protocol) && !/[#*\s]/.test(uri))
    return [finding('REDIRECT_SCHEME', where, { value: uri })];
  if (url?.protocol === 'http:' && isLoopback(url))
    return addressFindings(uri, where, { allowHttp: true }).filter(({ code }) => code === 'ADDRESS_UNSAFE');
  return addressFindings(uri, where, { allowHttp: false });
}

function queryFindings(uri: string, where: string): Finding[] {
  const query = urlOf(uri)?.searchParams;
  return responseParameters.some((name) => query?.has(name))
    ? [finding('REDIRECT_PARAMETER', where, { value: uri })]
    : [];
}

function methodFindings(json: Tree): Finding[] {
  const where = 'token_endpoint_auth_method';
  const method = json[where];
  if (method === 'none')
    return [finding('AUTH_METHOD_NONE', where, { severity: json.application_type === 'native' ? 'note' : 'warning' })];
  if (method === 'client_secret_post') return [finding('AUTH_METHOD_POST', where)];
  return method === 'private_key_jwt' && !isTree(json.jwks) ? [finding('JWKS_MISSING', 'jwks')] : [];
}

const guessable = /secret|password|passwd|changeme|example|qwerty|12345|abcde/i;

/** OIDC Core 16.19. The hub cannot measure chance, only see its absence. */
function secretFindings({ client_secret }: Tree): Finding[] {
  const secret = textOf(client_secret);
  if (secret === undefined) return [];
  const letters = new Set(secret).size;
  if (secret.length < 16) return [finding('SECRET_WEAK', 'client_secret')];
  return secret.length < 32 || letters < 8 || guessable.test(secret)
    ? [finding('SECRET_WEAK', 'client_secret', { severity: 'warning' })]
    : [];
}

function keysOf(json: Tree): { keys: DraftKey[]; findings: Finding[] } {
  const findings: Finding[] = 'jwks_uri' in json ? [finding('JWKS_BY_ADDRESS', 'jwks_uri')] : [];
  const keys: DraftKey[] = [];
  const entries: unknown[] = isTree(json.jwks) && Array.isArray(json.jwks.keys) ? json.jwks.keys : [];
  for (const [at, jwk] of entries.entries()) {
    const where = `jwks.keys[${at}]`;
    if (!isTree(jwk)) continue;
    if ('d' in jwk || 'k' in jwk || jwk.kty === 'oct') {
      findings.push(finding('JWKS_PRIVATE', where));
      continue;
    }
    const checked = checkJwk(jwk as JsonWebKey, where);
    findings.push(...checked.findings);
    const use = jwk.use === 'sig' ? 'signing' : jwk.use === 'enc' ? 'encryption' : undefined;
    if (checked.key) keys.push({ fingerprint: checked.key.fingerprint, where, use });
  }
  return { keys, findings };
}

function counterFindings(json: Tree): Finding[] {
  const counter = json.sanuki_counter;
  if (!isTree(counter)) return [];
  const { facility, terminal } = counter;
  const names = isTree(facility) ? [textOf(facility.ja), textOf(facility.en)] : [textOf(facility)];
  return [
    ...(json.token_endpoint_auth_method === 'none'
      ? [finding('COUNTER_REFUSED', 'token_endpoint_auth_method', { value: 'none' })]
      : []),
    ...(textsOf(json.grant_types).includes('refresh_token')
      ? [finding('COUNTER_REFUSED', 'grant_types', { value: 'refresh_token' })]
      : []),
    ...names.flatMap((name) => nameFindings(name ?? '', 'sanuki_counter.facility')),
    ...nameFindings(textOf(terminal) ?? '', 'sanuki_counter.terminal'),
    ...(typeof facility === 'string'
      ? [finding('NAME_MISSING', 'sanuki_counter.facility', { value: japanese.test(facility) ? 'en' : 'ja' })]
      : []),
  ];
}

function apiFindings(json: Tree): Finding[] {
  const grantTypes = Array.isArray(json.grant_types) ? textsOf(json.grant_types) : ['authorization_code'];
  if (!isTree(json.sanuki_api))
    return grantTypes.includes('client_credentials')
      ? [finding('API_REFUSED', 'grant_types', { value: 'client_credentials' })]
      : [];
  const scopes = textsOf(json.sanuki_api.scopes);
  const method = textOf(json.token_endpoint_auth_method) ?? '';
  const feed = textOf(json.sanuki_api.feed);
  const faults = apiFaults({ scopes, feed, method, grantTypes, counter: 'sanuki_counter' in json });
  return [
    finding('API_CLIENT', 'sanuki_api', { value: scopes.join(' ') }),
    ...faults.map(([where, value]) => finding('API_REFUSED', where, { value })),
  ];
}
