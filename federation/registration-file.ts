import { createHash } from 'node:crypto';
import { z } from 'zod';
import { levels } from './authn-context.ts';
import type { MetadataSource, ProviderRecord, ProviderSettings, Registration } from './entity-registry.ts';
import { FederationError } from './errors.ts';
import { parseBody } from './id-wsf/body.ts';
import { apiScopes, feedName } from './oidc/api-access.ts';
import { parseClientMetadata } from './oidc/client-metadata.ts';
import { parseServiceProviderMetadata } from './saml/metadata.ts';
import { offeredAttribute } from './saml/offered-attributes.ts';

const settings = z.strictObject({
  encryptAssertion: z.boolean().optional(),
  signResponse: z.boolean().optional(),
  keyTransport: z.enum(['rsa-oaep-mgf1p', 'rsa-oaep-sha256']).optional(),
  contentEncryption: z.enum(['aes128-gcm', 'aes256-gcm']).optional(),
  allowCreateStrict: z.boolean().optional(),
  requireSignedRequests: z.boolean().optional(),
}) satisfies z.ZodType<ProviderSettings>;

const text = z.string().trim().min(1).max(200);
const names = z.strictObject({ ja: text, en: text });

const status = z
  .enum(['approved', 'pending', 'suspended'])
  .optional()
  .describe('What it should be. Left out: as it is, and for a new one approved as soon as somebody may.');

const common = {
  name: names.optional().describe('As residents read it; otherwise the names in the metadata.'),
  status,
  attributes: z.array(z.string().min(1).max(200)).max(100).describe('The contract: attributes and purposes.'),
  settings: settings.optional(),
  requiredLevel: z.enum(levels).optional().describe('The least level of sign-in, whatever a request asks.'),
  logo: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'SHA-256 in hex of a picture that was uploaded in the console')
    .optional(),
  source: z
    .strictObject({ address: z.url().max(2000), fetchedAt: z.iso.datetime().optional() })
    .optional()
    .describe('Where the metadata can be fetched again.'),
};

const DeclaredSaml = z.strictObject({
  protocol: z.literal('saml'),
  entityID: z.string().min(1).max(1024),
  ...common,
  metadata: z.string().describe('The XML as the provider gave it.'),
});

const DeclaredClient = z.strictObject({
  protocol: z.literal('oidc'),
  client_id: z.string().min(1).max(255),
  ...common,
  counter: z.strictObject({ facility: names, terminal: z.string().trim().min(1).max(100) }).optional(),
  api: z
    .strictObject({
      scopes: z.array(z.enum(apiScopes)).min(1).max(apiScopes.length),
      feed: z
        .string()
        .regex(feedName)
        .optional()
        .describe('With a scope of events: id of the register or body for which the program tells.'),
    })
    .optional()
    .describe('The client calls the administration API, with no more than these scopes.'),
  metadata: z
    .record(z.string(), z.unknown())
    .refine((members) => !('client_secret' in members), 'a client secret does not belong in a file: the hub makes it')
    .describe('Members of RFC 7591, without client_id and client_secret.'),
});

/** A body is given nothing, so there is no contract. */
const DeclaredBody = z.strictObject({
  protocol: z.literal('id-wsf'),
  providerID: z.string().min(1).max(1024),
  name: names.describe('As residents read it beside its data.'),
  status,
  metadata: z.record(z.string(), z.unknown()).describe('address, publicKey (PEM), types, deadlineMs.'),
});

const Declaration = z.discriminatedUnion('protocol', [DeclaredSaml, DeclaredClient, DeclaredBody]);

/** A declaration without what only a person decides: its status. */
export const DeclaredContent = z.discriminatedUnion('protocol', [
  DeclaredSaml.omit({ status: true }),
  DeclaredClient.omit({ status: true }),
  DeclaredBody.omit({ status: true }),
]);

const File = z.strictObject({ providers: z.array(Declaration).max(10_000) });

export type ProviderDeclaration = z.output<typeof Declaration>;

export function declaredKey(declared: ProviderDeclaration): string {
  if (declared.protocol === 'id-wsf') return declared.providerID;
  return declared.protocol === 'saml' ? declared.entityID : declared.client_id;
}

export const declaredId = (declared: ProviderDeclaration): string => `${declared.protocol}:${declaredKey(declared)}`;

/** Reads the declarative form of registrations; the refusal names every unknown or wrong member. */
export function parseDeclarations(raw: unknown): ProviderDeclaration[] {
  const parsed = File.safeParse(raw);
  if (!parsed.success)
    throw new FederationError('DECLARATION_INVALID', `the file is not usable:\n${z.prettifyError(parsed.error)}`);
  const seen = new Set<string>();
  for (const id of parsed.data.providers.map(declaredId)) {
    if (seen.has(id)) throw new FederationError('DECLARATION_INVALID', `${id} stands in the file twice`);
    seen.add(id);
  }
  return parsed.data.providers;
}

/** A record in its declarative form, without any secret; reading it back makes the same registration. */
export function declarationOf({ protocol, key, name, status, contract, ...record }: Registration): ProviderDeclaration {
  if (protocol === 'id-wsf') return { protocol, providerID: key, name, status, metadata: { ...record.idWsf } };
  const { requiredLevel, logo, source } = record;
  const shared = {
    name,
    status,
    attributes: [...contract.attributes],
    ...settingsOf(record.settings),
    ...(requiredLevel ? { requiredLevel } : {}),
    ...(logo ? { logo } : {}),
    ...(source ? { source: declaredSource(source) } : {}),
  };
  if (protocol === 'saml') return { protocol, entityID: key, ...shared, metadata: record.saml?.metadata ?? '' };
  const { client_id: _id, ...metadata } = record.oidc?.metadata ?? {};
  const counter = record.counter ? { counter: record.counter } : {};
  const api = record.api ? { api: { ...record.api, scopes: [...record.api.scopes] } } : {};
  return { protocol, client_id: key, ...shared, ...counter, ...api, metadata };
}

function settingsOf(given: ProviderSettings): { settings?: ProviderSettings } {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return set.length === 0 ? {} : { settings: Object.fromEntries(set) };
}

const declaredSource = ({ address, fetchedAt }: MetadataSource) => ({
  address,
  ...(fetchedAt === undefined ? {} : { fetchedAt: new Date(fetchedAt).toISOString() }),
});

/** What a registration is made of, before it has a status. */
export type Made = Omit<Registration, 'status' | 'trial'> & { readonly secret?: string | undefined };

/** What is said of a provider beside its document; what is not given stays out, or is taken from the document. */
export type Given = Partial<Pick<Made, 'name' | 'contract' | 'settings' | 'requiredLevel' | 'logo' | 'source'>>;

type Unless<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The members that no document has. */
const besides = ({ settings: chosen, requiredLevel, logo, source }: Unless<Given>) => ({
  settings: chosen ?? {},
  ...(requiredLevel ? { requiredLevel } : {}),
  ...(logo ? { logo } : {}),
  ...(source ? { source } : {}),
});

/** SAML metadata and OIDC client metadata as registrations: names and contract from the document unless they are given. */
export function registrationFromSaml(
  xml: string,
  { now, allowHttp, ...given }: { now: number; allowHttp: boolean } & Given,
): Made {
  const { entityId, names: displayed, requestedAttributes } = parseServiceProviderMetadata(xml, { now, allowHttp });
  const name = displayed.ja ?? displayed.en ?? Object.values(displayed)[0] ?? entityId;
  const attributes = [...new Set(requestedAttributes.flatMap((asked) => offeredAttribute(asked) ?? []))];
  return {
    protocol: 'saml',
    key: entityId,
    name: given.name ?? { ja: displayed.ja ?? name, en: displayed.en ?? name },
    contract: given.contract ?? { attributes },
    ...besides(given),
    saml: { metadata: xml },
  };
}

export function registrationFromClient(json: unknown, { allowHttp, ...given }: { allowHttp: boolean } & Given): Made {
  const { clientId, secret, name, attributes, counter, api, metadata } = parseClientMetadata(json, { allowHttp });
  return {
    protocol: 'oidc',
    key: clientId,
    name: given.name ?? name,
    contract: given.contract ?? { attributes },
    ...besides(given),
    ...(counter ? { counter } : {}),
    ...(api ? { api } : {}),
    oidc: { metadata },
    secret,
  };
}

/** A body as a registration; its names stand nowhere in what it gives. */
export function registrationFromBody(
  json: unknown,
  { allowHttp, name }: { allowHttp: boolean } & Partial<Pick<Made, 'name'>>,
): Made {
  const { providerId: key, body } = parseBody(json, { allowHttp });
  const shared = { contract: { attributes: [] }, settings: {} };
  return { protocol: 'id-wsf', key, name: name ?? { ja: key, en: key }, ...shared, idWsf: body };
}

/** What a declaration asks for; refused where its metadata is of another provider. */
export function registrationFromDeclaration(
  declared: ProviderDeclaration,
  { now, allowHttp }: { now: number; allowHttp: boolean },
): Made {
  if (declared.protocol === 'id-wsf')
    return registrationFromBody(documentOf(declared), { allowHttp, name: declared.name });
  const { settings: chosen, requiredLevel, logo, source } = declared;
  const given = {
    ...(declared.name ? { name: declared.name } : {}),
    contract: { attributes: declared.attributes },
    ...besides({ settings: chosen, requiredLevel, logo, source: source && sourceFrom(source) }),
  };
  if (declared.protocol === 'oidc') return registrationFromClient(clientMetadataOf(declared), { allowHttp, ...given });
  const made = registrationFromSaml(declared.metadata, { now, allowHttp, ...given });
  if (made.key !== declared.entityID)
    throw new FederationError('METADATA_INVALID', `the metadata is of ${made.key}, not of ${declared.entityID}`);
  return made;
}

const sourceFrom = ({ address, fetchedAt }: { address: string; fetchedAt?: string | undefined }): MetadataSource => ({
  address,
  ...(fetchedAt === undefined ? {} : { fetchedAt: Date.parse(fetchedAt) }),
});

/** A declared client as a party would send it. */
export function clientMetadataOf({
  client_id,
  counter,
  api,
  metadata,
}: Extract<ProviderDeclaration, { protocol: 'oidc' }>): Record<string, unknown> {
  return {
    ...metadata,
    client_id,
    ...(counter ? { sanuki_counter: counter } : {}),
    ...(api ? { sanuki_api: api } : {}),
  };
}

/** What a declared provider would send to be registered: XML, or JSON that was read. */
export function documentOf(declared: ProviderDeclaration): string | Record<string, unknown> {
  if (declared.protocol === 'saml') return declared.metadata;
  if (declared.protocol === 'oidc') return clientMetadataOf(declared);
  return { ...declared.metadata, providerID: declared.providerID };
}

/** A mark of what a registration says, without its secret: the same for the same content, for the audit trail. */
export function registrationDigest(record: ProviderRecord | Registration | undefined): string {
  if (!record) return 'none';
  return createHash('sha256')
    .update(sorted(declarationOf(record)))
    .digest('hex');
}

/** JSON with sorted members. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`).join(',')}}`;
}
