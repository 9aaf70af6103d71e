import {
  type Collection,
  type CollectionDefinition,
  type Page,
  StorageError,
  type StoredRecord,
} from '../storage/index.ts';
import type { Level } from './authn-context.ts';
import { FederationError } from './errors.ts';
import { bodyDocumentOf, type IdWsfBody, parseBody } from './id-wsf/body.ts';
import type { ApiAccess } from './oidc/api-access.ts';
import type { ProviderProtocol, SignInProtocol } from './provider-protocol.ts';
import { parseServiceProviderMetadata, type ServiceProviderMetadata } from './saml/metadata.ts';

export type ProviderStatus = 'pending' | 'approved' | 'suspended';

/** What may differ from provider to provider; everything has a safe default. */
export interface ProviderSettings {
  /** Encrypt assertions; by default whenever the metadata has an encryption key. */
  readonly encryptAssertion?: boolean | undefined;
  /** Sign the Response beside the Assertion. */
  readonly signResponse?: boolean | undefined;
  /** Key transport where the metadata names none; the default is what older stacks read. */
  readonly keyTransport?: 'rsa-oaep-mgf1p' | 'rsa-oaep-sha256' | undefined;
  readonly contentEncryption?: 'aes128-gcm' | 'aes256-gcm' | undefined;
  /** Refuse AllowCreate="false" at a first visit instead of taking the approved registration as the agreement. */
  readonly allowCreateStrict?: boolean | undefined;
  /** Refuse unsigned requests even where the metadata does not promise signatures. */
  readonly requireSignedRequests?: boolean | undefined;
}

/**
 * A reader at a counter, where staff have a patient in front of them. Each terminal is a registration of its own, so
 * that one can be suspended without the others.
 */
export interface CounterTerminal {
  /** Where it stands, in the words the patient reads. */
  readonly facility: { readonly ja: string; readonly en: string };
  /** Name of the terminal within the facility. */
  readonly terminal: string;
}

/** Where the metadata can be fetched again. It says where to look, and never what to believe. */
export interface MetadataSource {
  readonly address: string;
  /** ms since 1970; only while the metadata says what the address gave then, and nobody has changed it since. */
  readonly fetchedAt?: number | undefined;
}

/** The registration of one provider: a service of either sign-in protocol, or a body that holds data. */
export interface ProviderRecord extends StoredRecord {
  /** The protocol, a colon and the key. */
  readonly id: string;
  readonly protocol: ProviderProtocol;
  /** entityID, client_id or providerID. */
  readonly key: string;
  readonly name: { readonly ja: string; readonly en: string };
  readonly status: ProviderStatus;
  /** What the provider may be given beside the pseudonym. */
  readonly contract: { readonly attributes: readonly string[] };
  readonly settings: ProviderSettings;
  /** The least level of sign-in that it is answered with, whatever its requests ask. */
  readonly requiredLevel?: Level | undefined;
  /** SHA-256 (hex) of the picture that stands beside the name; the hub keeps the picture itself. */
  readonly logo?: string | undefined;
  readonly source?: MetadataSource | undefined;
  readonly saml?: { readonly metadata: string } | undefined;
  readonly oidc?:
    | { readonly metadata: Readonly<Record<string, unknown>>; readonly sealedSecret?: string | undefined }
    | undefined;
  /** ID-WSF only: how the hub asks it. It is given nothing, and nobody signs in at it. */
  readonly idWsf?: IdWsfBody | undefined;
  /** OIDC only: its requests are answered by the card of whoever stands there, and never from a session. */
  readonly counter?: CounterTerminal | undefined;
  readonly api?: ApiAccess | undefined;
  /** Marks registrations of the trial, which production refuses. */
  readonly trial?: boolean | undefined;
  /** Administrators who had a hand in what stands here; none of them may approve it. */
  readonly authors?: readonly string[] | undefined;
  /** Number of the set-up link by which the provider's own engineer sent it. */
  readonly via?: string | undefined;
  readonly registeredAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

export const providerCollection: CollectionDefinition = {
  name: 'provider',
  indexes: [['protocol'], ['status']],
  readMostly: true,
};

export type Registration = Omit<ProviderRecord, 'id' | 'registeredAt' | 'updatedAt' | 'version'>;

export interface ProviderRegistryOptions {
  readonly providers: Collection<ProviderRecord>;
  /** Trial: addresses over http on loopback are allowed. */
  readonly allowHttp: boolean;
  readonly now?: () => number;
}

/** A SAML provider that may be answered, with its metadata read. */
export interface SamlProvider {
  readonly record: ProviderRecord;
  readonly metadata: ServiceProviderMetadata;
}

/** Decides about a record that is not approved. */
type Exception = (record: ProviderRecord) => Promise<boolean>;

const parsedMax = 1000;

/** The provider registry: read through to the store, so that what another process registers counts at the next request. */
export function createProviderRegistry({ providers, allowHttp, now = Date.now }: ProviderRegistryOptions) {
  /**
   * Metadata is parsed once per text; the least recently used one goes. Not once per version: a registration that was
   * removed and made anew, here or by another process, begins its versions again.
   */
  const parsed = new Map<string, { text: string; metadata: ServiceProviderMetadata }>();

  /**
   * Adds a provider, or replaces the one with the same protocol and key. With a `version` only that one is replaced (0:
   * only added), so that of two people who went out from the same version one is refused and nothing is lost.
   */
  async function register(
    registration: Registration,
    { version }: { version?: number | undefined } = {},
  ): Promise<ProviderRecord> {
    const id = `${registration.protocol}:${registration.key}`;
    if (registration.saml) checkOwnEntityId(registration);
    if ((registration.counter || registration.api) && registration.protocol !== 'oidc')
      throw new FederationError('CLIENT_METADATA_INVALID', 'only an OIDC registration is a counter or calls the API');
    checkBodyRegistration(registration);
    await checkName(registration);
    const at = now();
    const record: ProviderRecord = { ...registration, id, registeredAt: at, updatedAt: at, version: 1 };
    const replaced = await providers.update(id, (current) => {
      checkVersion(current.version, version);
      // Who had a hand in it stays known, whoever replaces it: nobody gets to approve their own work by a detour.
      const authors = record.authors ?? current.authors;
      const kept = { registeredAt: current.registeredAt, version: current.version + 1 };
      return { ...record, ...kept, ...(authors ? { authors } : {}) };
    });
    if (replaced) return replaced;
    checkVersion(0, version);
    return add(record);
  }

  /** Of two who add the same one at once, in whatever process, one is told that the other was first. */
  async function add(record: ProviderRecord): Promise<ProviderRecord> {
    try {
      await providers.insert(record);
    } catch (cause) {
      if (!(cause instanceof StorageError && cause.code === 'ALREADY_EXISTS')) throw cause;
      throw new FederationError('PROVIDER_CHANGED', 'somebody added the registration in the meantime: look again', {
        cause,
      });
    }
    try {
      // Once more, because the other kind may have been added between the first look and the insert.
      await checkName(record);
    } catch (error) {
      await providers.take(record.id);
      throw error;
    }
    return record;
  }

  /** ID-WSF SB 5.5: entityIDs and the providerIDs of bodies are one space; whoever had both could be asked for the other. */
  async function checkName({ protocol, key }: Registration): Promise<void> {
    const other = ({ saml: 'id-wsf', 'id-wsf': 'saml', oidc: undefined } as const)[protocol];
    if (other && (await get(other, key)))
      throw new FederationError('PROVIDER_NAME_TAKEN', 'a registration of another kind has this identifier');
  }

  function checkVersion(found: number, expected: number | undefined): void {
    if (expected !== undefined && found !== expected)
      throw new FederationError('PROVIDER_CHANGED', 'somebody changed the registration in the meantime: look again');
  }

  function checkOwnEntityId({ saml, key }: Registration): void {
    const { entityId } = parseServiceProviderMetadata(saml?.metadata ?? '', { now: now(), allowHttp });
    if (entityId !== key)
      throw new FederationError('METADATA_INVALID', 'the metadata is of another entityID than the registration');
  }

  /** A body is nothing else beside, and nothing else is a body: no record can be taken for a party that signs in or asks. */
  function checkBodyRegistration({ protocol, key, idWsf, saml, oidc, contract }: Registration): void {
    if (protocol === 'id-wsf' ? saml || oidc || contract.attributes.length > 0 : idWsf)
      throw new FederationError('BODY_INVALID', 'a body is registered by itself, and nothing is released to it');
    if (protocol === 'id-wsf') parseBody(bodyDocumentOf({ key, idWsf }), { allowHttp });
  }

  function get(protocol: ProviderProtocol, key: string): Promise<ProviderRecord | undefined> {
    return providers.get(`${protocol}:${key}`);
  }

  /** `orElse` may admit a record that is not approved; without it nothing else is. */
  async function approved(protocol: SignInProtocol, key: string, orElse?: Exception): Promise<ProviderRecord> {
    const record = await get(protocol, key);
    if (!record) throw new FederationError('PROVIDER_UNKNOWN', 'no provider is registered under this name');
    if (record.status !== 'approved' && !(await orElse?.(record)))
      throw new FederationError('PROVIDER_NOT_APPROVED', `the provider is ${record.status}`);
    return record;
  }

  /** The terminal of an approved counter registration; suspended or removed it is none from the next request on. */
  async function counterTerminal(clientId: string): Promise<CounterTerminal | undefined> {
    const record = await get('oidc', clientId);
    return record?.status === 'approved' ? record.counter : undefined;
  }

  /** What an approved client may do at the administration API; suspended or removed it is nothing from the next request on. */
  async function apiAccess(clientId: string): Promise<ApiAccess | undefined> {
    const record = await get('oidc', clientId);
    return record?.status === 'approved' ? record.api : undefined;
  }

  async function samlProvider(entityId: string, orElse?: Exception): Promise<SamlProvider> {
    const record = await approved('saml', entityId, orElse);
    const known = parsed.get(record.id);
    const text = record.saml?.metadata ?? '';
    const metadata =
      known?.text === text ? known.metadata : parseServiceProviderMetadata(text, { now: now(), allowHttp });
    if (metadata.validUntil !== undefined && metadata.validUntil <= now())
      throw new FederationError('METADATA_EXPIRED', 'the metadata of the provider has expired');
    parsed.delete(record.id);
    parsed.set(record.id, { text, metadata });
    if (parsed.size > parsedMax) parsed.delete(parsed.keys().next().value ?? '');
    return { record, metadata };
  }

  function list(
    page: {
      limit?: number;
      after?: string;
      where?: { readonly status: ProviderStatus } | { readonly protocol: ProviderProtocol };
    } = {},
  ): Promise<Page<ProviderRecord>> {
    return providers.find(page);
  }

  /** Bodies that may be asked now, from the store itself: one that was suspended a moment ago is not among them. */
  async function approvedBodies(): Promise<readonly ProviderRecord[]> {
    const bodies: ProviderRecord[] = [];
    let after: string | undefined;
    do {
      const page = await providers.find({ where: { protocol: 'id-wsf' }, ...(after === undefined ? {} : { after }) });
      bodies.push(...page.records.filter(({ status }) => status === 'approved'));
      after = page.next;
    } while (after !== undefined);
    return bodies;
  }

  /** Touches nothing else, so that a provider with outdated metadata can be stopped too. With a `version` as `register`. */
  function setStatus(
    id: string,
    status: ProviderStatus,
    { version }: { version?: number | undefined } = {},
  ): Promise<ProviderRecord | undefined> {
    return providers.update(id, (current) => {
      checkVersion(current.version, version);
      return { ...current, status, updatedAt: now(), version: current.version + 1 };
    });
  }

  function remove(id: string): Promise<ProviderRecord | undefined> {
    return providers.take(id);
  }

  return { register, get, approved, counterTerminal, apiAccess, samlProvider, approvedBodies, list, setStatus, remove };
}

export type ProviderRegistry = ReturnType<typeof createProviderRegistry>;
