import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { Seal } from '../lib/seal.ts';
import type { SigningKey } from '../lib/xml/index.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import { FederationError } from './errors.ts';

export type KeyPurpose = 'saml' | 'oidc-es256' | 'oidc-rsa';

/** A key of the hub; the private part rests sealed under the master key. */
export interface KeyRecord extends StoredRecord {
  readonly purpose: KeyPurpose;
  /** next: announced; active: signs; retired: announced for what it signed. */
  readonly state: 'next' | 'active' | 'retired';
  readonly sealed: string;
  /** Base64 DER, for SAML. */
  readonly certificate?: string | undefined;
  /** Made by a trial hub; production refuses it. */
  readonly trial: boolean;
  readonly createdAt: number;
}

export const keyCollection: CollectionDefinition = { name: 'key', indexes: [['purpose']] };

export interface HubKey {
  readonly id: string;
  readonly state: KeyRecord['state'];
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly certificate?: string | undefined;
}

export interface KeyRingOptions {
  readonly keys: Collection<KeyRecord>;
  readonly seal: Seal;
  /** Name in the certificates: our entityID's host. */
  readonly commonName: string;
  readonly trial: boolean;
  /** What keys are for; a relying party needs the SAML one only. */
  readonly purposes?: readonly KeyPurpose[];
  readonly now?: () => number;
}

const makeKeyPair = promisify(generateKeyPair);
const allPurposes: readonly KeyPurpose[] = ['saml', 'oidc-es256', 'oidc-rsa'];

/**
 * The hub's signing keys. KeyObjects are made once, at the start: nothing changes a key while hubs run, and of two first
 * starts at once both end with the same keys. Whatever is to change them later has to make every process `load`.
 */
export function createKeyRing({
  keys,
  seal,
  commonName,
  trial,
  purposes = allPurposes,
  now = Date.now,
}: KeyRingOptions) {
  let ring = new Map<KeyPurpose, readonly HubKey[]>();

  /** Makes what is missing at the first start; of two first starts one key wins, because the first of a purpose has a fixed id. */
  async function ensure(): Promise<void> {
    for (const purpose of purposes) {
      const { records } = await keys.find({ where: { purpose } });
      if (records.length === 0) await insertFirst(purpose);
    }
    await load();
  }

  async function insertFirst(purpose: KeyPurpose): Promise<void> {
    const { privateKey } = await (purpose === 'oidc-es256'
      ? makeKeyPair('ec', { namedCurve: 'prime256v1' })
      : makeKeyPair('rsa', { modulusLength: 2048 }));
    const id = `${purpose}-1`;
    const sealed = seal.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), id);
    const certificate = purpose === 'saml' ? await selfSigned(privateKey, commonName, now()) : undefined;
    const record: KeyRecord = {
      id,
      purpose,
      state: 'active',
      sealed,
      ...(certificate ? { certificate } : {}),
      trial,
      createdAt: now(),
    };
    try {
      await keys.insert(record);
    } catch (error) {
      if (!(await keys.get(id))) throw error;
    }
  }

  async function load(): Promise<void> {
    const { records } = await keys.find({ limit: 1000 });
    if (!trial && records.some((record) => record.trial))
      throw new FederationError('KEY_RING_EMPTY', 'production refuses keys that a trial made');
    const opened = records.map((record) => ({ purpose: record.purpose, key: open(record) }));
    ring = new Map(
      purposes.map((purpose) => [purpose, opened.filter((one) => one.purpose === purpose).map(({ key }) => key)]),
    );
  }

  function open({ id, state, sealed, certificate }: KeyRecord): HubKey {
    const privateKey = createPrivateKey({ key: seal.open(sealed, id), format: 'der', type: 'pkcs8' });
    return { id, state, privateKey, publicKey: createPublicKey(privateKey), certificate };
  }

  function active(purpose: KeyPurpose): HubKey {
    const key = ring.get(purpose)?.find(({ state }) => state === 'active');
    if (!key) throw new FederationError('KEY_RING_EMPTY', `no active key for ${purpose}`);
    return key;
  }

  const published = (purpose: KeyPurpose): readonly HubKey[] => ring.get(purpose) ?? [];

  /** The key SAML messages are signed with: RSA-SHA256, which every deployed stack reads. */
  function samlKey(): SigningKey {
    const { privateKey, certificate = '' } = active('saml');
    return { privateKey, algorithm: 'rsa-sha256', certificate };
  }

  /** Private JWKs for the OIDC provider, the signing one of each kind first. */
  function oidcKeys(): JsonWebKey[] {
    return (['oidc-es256', 'oidc-rsa'] as const).flatMap((purpose) =>
      [active(purpose), ...published(purpose).filter(({ state }) => state !== 'active')].map(({ id, privateKey }) => ({
        ...privateKey.export({ format: 'jwk' }),
        kid: id,
        use: 'sig',
      })),
    );
  }

  return { ensure, load, active, published, samlKey, oidcKeys };
}

export type KeyRing = ReturnType<typeof createKeyRing>;

const tenYearsMs = 10 * 365 * 24 * 3600 * 1000;

/** SAML peers want a certificate around the key; only the key in it counts. The library is read only when one is made. */
async function selfSigned(privateKey: KeyObject, commonName: string, now: number): Promise<string> {
  // tsyringe inside the library asks for this polyfill.
  await import('reflect-metadata');
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const keys = {
    privateKey: await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    name: [{ CN: [commonName] }],
    notBefore: new Date(now - 24 * 3600 * 1000),
    notAfter: new Date(now + tenYearsMs),
    signingAlgorithm: algorithm,
    keys,
  });
  return Buffer.from(certificate.rawData).toString('base64');
}
