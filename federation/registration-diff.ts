import { createHash, X509Certificate } from 'node:crypto';
import { HubError } from '../lib/errors.ts';
import { isLevel, meetsLevel } from './authn-context.ts';
import type { Registration } from './entity-registry.ts';
import { type IdWsfBody, keyIn, pemOf } from './id-wsf/body.ts';
import { checkJwk, dayOf, keyFingerprint } from './key-check.ts';
import { levelWords } from './level-words.ts';
import { legible, type Words } from './registration-finding.ts';
import { parseServiceProviderMetadata, type SingleLogoutService } from './saml/metadata.ts';

/** One difference between two registrations, as an approver reads it. */
export interface RegistrationChange {
  readonly field: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** It alters whom the hub believes, where answers go or what is in them (protocols 7: approved again by somebody else). */
  readonly trust: boolean;
  readonly words: Words;
}

export type RegistrationDiff = readonly RegistrationChange[];

/** The sides of a comparison: a record as well as a registration that is not stored yet. */
type Side = Omit<Registration, 'trial'>;

interface Field {
  readonly label: Words;
  readonly trust: boolean;
}

const field = (ja: string, en: string, trust = true): Field => ({ label: { ja, en }, trust });

const fields: Readonly<Record<string, Field>> = {
  status: field('状態', 'status', false),
  'name.ja': field('表示名（日本語）', 'display name (Japanese)', false),
  'name.en': field('表示名（英語）', 'display name (English)', false),
  attributes: field('渡してよい項目', 'attribute'),
  counter: field('窓口の端末', 'counter terminal'),
  api: field('管理APIの権限', 'scope at the administration API'),
  requiredLevel: field('必要なログインの強さ', 'required level of sign-in'),
  logo: field('ロゴ', 'logo'),
  source: field('メタデータの取得元', 'address that the metadata is fetched from'),
  'settings.encryptAssertion': field('ログイン結果の暗号化', 'encryption of assertions'),
  'settings.signResponse': field('応答全体への署名', 'signature over the whole response'),
  'settings.keyTransport': field('鍵の暗号化の方式', 'key transport'),
  'settings.contentEncryption': field('内容の暗号化の方式', 'content encryption'),
  'settings.allowCreateStrict': field('AllowCreate の厳密な扱い', 'strict AllowCreate'),
  'settings.requireSignedRequests': field('署名のない依頼の拒否', 'refusal of unsigned requests'),
  acs: field('ログイン結果の受け口', 'address for answers (ACS)'),
  logoutService: field('ログアウトの受け口', 'address for sign-out'),
  signingKey: field('署名の鍵', 'signing key'),
  encryptionKey: field('暗号の鍵', 'encryption key'),
  requestsSigned: field('依頼への署名の約束', 'promise to sign requests'),
  nameIdFormat: field('NameID の形式', 'NameID format', false),
  requestedAttribute: field('メタデータが求める属性', 'attribute asked for in the metadata', false),
  encryptionMethod: field('暗号方式', 'encryption method', false),
  validUntil: field('メタデータの期限', 'end of the metadata', false),
  document: field('メタデータの文面（意味は同じ）', 'text of the metadata (same meaning)', false),
  unreadable: field('メタデータ（読み取れません）', 'metadata (cannot be read)'),
  secret: field('クライアントの秘密', 'client secret'),
  jwk: field('鍵', 'key'),
  redirect_uris: field('戻り先のアドレス', 'redirect address'),
  post_logout_redirect_uris: field('ログアウト後のアドレス', 'address after sign-out'),
  backchannel_logout_uri: field('ログアウトの受け口', 'address for sign-out'),
  backchannel_logout_session_required: field('ログアウトの通知に sid を求める', 'sid demanded in logout tokens'),
  token_endpoint_auth_method: field('クライアントの認証方法', 'client authentication'),
  grant_types: field('グラントの種類', 'grant type'),
  tls_client_certificate_bound_access_tokens: field(
    'トークンをTLSの証明書に結ぶ',
    'tokens bound to the TLS certificate',
  ),
  sanuki_tls: field('接続に使うTLSの証明書', 'TLS certificates of its connections'),
  bodyAddress: field('照会先のアドレス', 'address that is asked'),
  bodyKey: field('機関の鍵', 'key of the body'),
  bodyType: field('尋ねる情報', 'data it is asked for'),
  deadlineMs: field('待つ時間（ミリ秒）', 'time that an answer is waited for (ms)', false),
  certificateEnd: field('証明書の期限', 'end of the certificate', false),
  client_name: field('クライアント名', 'client name', false),
  contacts: field('連絡先', 'contact', false),
  client_uri: field('サービスのアドレス', 'home page', false),
  logo_uri: field('ロゴのアドレス', 'logo address', false),
  policy_uri: field('方針のアドレス', 'policy page', false),
  tos_uri: field('規約のアドレス', 'terms page', false),
};

/** A setting or member without an entry of its own counts as one that alters trust. */
const fieldOf = (name: string): Field => fields[name] ?? field(name, name);

/** What a registration says, as field -> values; several values are a set. */
type Facts = ReadonlyMap<string, readonly string[]>;

/**
 * The difference between a registration and what is to take its place, in words; pure. Without a `before` it is new and
 * without an `after` removed. A client secret is compared by the caller, who can open the seal.
 */
export function diffRegistrations(
  before: Side | undefined,
  after: Side | undefined,
  { secretChanged = false }: { secretChanged?: boolean } = {},
): RegistrationDiff {
  const [old, fresh] = [factsOf(before), factsOf(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  const changes = names.flatMap((name) => changesOf(name, old.get(name) ?? [], fresh.get(name) ?? []));
  const found = secretChanged ? [...changes, change('secret', 'changed')] : changes;
  // A document that reads the same in another spelling is told only where nothing else tells of it.
  const telling = found.filter((one) => one.field !== 'document');
  return telling.some((one) => documentFields.has(one.field)) || !before || !after ? telling : found;
}

const documentFields = new Set([
  'bodyKey',
  'certificateEnd',
  'acs',
  'logoutService',
  'signingKey',
  'encryptionKey',
  'requestsSigned',
  'nameIdFormat',
  'requestedAttribute',
  'encryptionMethod',
  'validUntil',
  'unreadable',
]);

/** Such a change waits for a second person, however it arrives. */
export const isTrustChanging = (diff: RegistrationDiff): boolean => diff.some(({ trust }) => trust);

function changesOf(name: string, before: readonly string[], after: readonly string[]): RegistrationChange[] {
  const removed = before.filter((value) => !after.includes(value));
  const added = after.filter((value) => !before.includes(value));
  const [from, to] = [removed[0], added[0]];
  if (before.length === 1 && after.length === 1 && from !== undefined && to !== undefined)
    return [change(name, 'changed', from, to)];
  return [
    ...removed.map((value) => change(name, 'removed', value)),
    ...added.map((value) => change(name, 'added', undefined, value)),
  ];
}

function change(name: string, kind: RegistrationChange['kind'], before?: string, after?: string): RegistrationChange {
  const { label, trust } = fieldOf(name);
  return {
    field: name,
    kind,
    before,
    after,
    trust: name === 'requiredLevel' ? !isRaised(before, after) : trust,
    words: wordsOf(label, kind, [shown(name, before), shown(name, after)]),
  };
}

/** More than before is demanded of residents; nobody is believed who was not believed before. */
function isRaised(before: string | undefined, after: string | undefined): boolean {
  if (after === undefined || !isLevel(after)) return false;
  return before === undefined || (isLevel(before) && meetsLevel(after, before));
}

function wordsOf(label: Words, kind: RegistrationChange['kind'], [from, to]: readonly (Words | undefined)[]): Words {
  const [old, fresh] = [quoted(from), quoted(to)];
  if (kind === 'added') return { ja: `${label.ja}${fresh.ja}が加わります。`, en: `${label.en}${fresh.en} is added.` };
  if (kind === 'removed') return { ja: `${label.ja}${old.ja}がなくなります。`, en: `${label.en}${old.en} goes.` };
  if (!from) return { ja: `${label.ja}が変わります。`, en: `${label.en} changes.` };
  return {
    ja: `${label.ja}が${old.ja}から${fresh.ja}に変わります。`,
    en: `${label.en} changes from${old.en} to${fresh.en}.`,
  };
}

const quoted = (value: Words | undefined): Words =>
  value ? { ja: `「${value.ja}」`, en: ` “${value.en}”` } : { ja: '', en: '' };

const answers: Readonly<Record<string, Words>> = {
  true: { ja: 'はい', en: 'yes' },
  false: { ja: 'いいえ', en: 'no' },
};

/** A value as it stands in a line; the hash of a picture says nothing to anybody, the pages show the picture. */
function shown(name: string, value: string | undefined): Words | undefined {
  if (value === undefined || name === 'logo') return undefined;
  if (name === 'requiredLevel' && isLevel(value)) return levelWords[value];
  const answer = name.startsWith('settings.') ? answers[value] : undefined;
  return answer ?? { ja: legible(value), en: legible(value) };
}

function factsOf(side: Side | undefined): Facts {
  if (!side) return new Map();
  const { name, status, contract, settings, counter, api, saml, oidc, idWsf, requiredLevel, logo, source } = side;
  const single = (value: string | undefined) => (value === undefined ? [] : [value]);
  const settled = Object.entries(settings).filter(([, value]) => value !== undefined);
  return new Map<string, readonly string[]>([
    ['status', [status]],
    ['name.ja', [name.ja]],
    ['name.en', [name.en]],
    ['attributes', [...new Set(contract.attributes)]],
    ...settled.map(([key, value]) => [`settings.${key}`, [String(value)]] as const),
    ['counter', counter ? [`${counter.facility.ja} / ${counter.facility.en} / ${counter.terminal}`] : []],
    ['api', api ? [...api.scopes, ...(api.feed === undefined ? [] : [`feed: ${api.feed}`])] : []],
    ['requiredLevel', single(requiredLevel)],
    ['logo', single(logo)],
    ['source', single(source?.address)],
    ...(saml ? samlFacts(saml.metadata) : []),
    ...(oidc ? oidcFacts(oidc.metadata) : []),
    ...(idWsf ? bodyFacts(idWsf) : []),
  ]);
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

type Entry = readonly [string, readonly string[]];

function samlFacts(xml: string): Entry[] {
  const document: Entry = ['document', [digestOf(xml)]];
  try {
    // Whether it is current is no matter of the comparison.
    const metadata = parseServiceProviderMetadata(xml, { now: 0, allowHttp: true });
    const { assertionConsumerServices, signingKeys, encryptionKey, validUntil } = metadata;
    return [
      document,
      [
        'acs',
        assertionConsumerServices.map(({ location, binding, index, isDefault }) =>
          [location, binding.split(':').at(-1), `index ${index}`, isDefault ? 'default' : ''].filter(Boolean).join(' '),
        ),
      ],
      ['logoutService', metadata.singleLogoutServices.map(logoutWords)],
      ['signingKey', [...new Set(signingKeys.map(({ fingerprint }) => fingerprint))]],
      ['encryptionKey', encryptionKey ? [encryptionKey.fingerprint] : []],
      ['requestsSigned', [String(metadata.authnRequestsSigned)]],
      ['nameIdFormat', metadata.nameIdFormats],
      ['requestedAttribute', metadata.requestedAttributes],
      [
        'encryptionMethod',
        metadata.encryptionMethods.map(({ uri, digest }) => [uri, digest].filter(Boolean).join(' ')),
      ],
      ['validUntil', validUntil === undefined ? [] : [new Date(validUntil).toISOString()]],
    ];
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return [['unreadable', [digestOf(xml)]]];
  }
}

const logoutWords = ({ location, responseLocation, binding }: SingleLogoutService): string =>
  [location, binding.split(':').at(-1), responseLocation === location ? '' : responseLocation]
    .filter(Boolean)
    .join(' ');

function bodyFacts({ address, publicKey, types, deadlineMs }: IdWsfBody): Entry[] {
  const key = keyIn(publicKey);
  const isCertificate = pemOf(publicKey)?.label === 'CERTIFICATE';
  const end = isCertificate ? [dayOf(new X509Certificate(publicKey).validToDate.getTime())] : [];
  return [
    ['document', [digestOf(publicKey)]],
    ['bodyAddress', [address]],
    ['bodyKey', key ? [keyFingerprint(key)] : []],
    ['bodyType', types],
    ['deadlineMs', [String(deadlineMs)]],
    ['certificateEnd', end],
  ];
}

function oidcFacts(metadata: Readonly<Record<string, unknown>>): Entry[] {
  return Object.entries(metadata)
    .filter(([member, value]) => member !== 'client_id' && value !== undefined)
    .map(([member, value]) => {
      if (member === 'jwks') return ['jwk', keysOf(value)] as const;
      return [member, Array.isArray(value) ? value.map(textOf) : [textOf(value)]] as const;
    });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A key by its fingerprint; its use and name are part of what it may be used for. */
function keysOf(jwks: unknown): string[] {
  const keys: unknown = isTree(jwks) ? jwks.keys : undefined;
  return (Array.isArray(keys) ? (keys as unknown[]) : [jwks]).map((jwk) => {
    const mark = isTree(jwk) ? checkJwk(jwk, '').key?.fingerprint : undefined;
    if (!isTree(jwk) || mark === undefined) return digestOf(JSON.stringify(jwk));
    return [mark, jwk.use, jwk.kid, jwk.alg].filter((part) => typeof part === 'string').join(' ');
  });
}

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
