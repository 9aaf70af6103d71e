import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Seal } from '../lib/seal.ts';
import type { KeyState, RingKey } from './key-moves.ts';
import type { KeyPurpose } from './key-ring.ts';

/** A key as it rests in the store. */
export interface StoredKey extends RingKey {
  /** The private part, sealed under the master key; erased with the key's last signature. */
  readonly sealed?: string | undefined;
  /** SubjectPublicKeyInfo, base64 DER. */
  readonly publicKey: string;
  /** Base64 DER, for SAML. */
  readonly certificate?: string | undefined;
}

export interface HubKey {
  readonly id: string;
  readonly state: KeyState;
  /** None: the key signs no more. */
  readonly privateKey?: KeyObject | undefined;
  readonly publicKey: KeyObject;
  readonly certificate?: string | undefined;
  readonly since: number;
  readonly until?: number | undefined;
}

export interface KeyMaterialOptions {
  readonly seal: Seal;
  /** Name in the certificates: our entityID's host. */
  readonly commonName: string;
  readonly now: () => number;
}

const makeKeyPair = promisify(generateKeyPair);

/** Makes keys for the store, and opens what is in it. */
export function createKeyMaterial({ seal, commonName, now }: KeyMaterialOptions) {
  /** The `nth` key of a purpose; its id is the kid of what it signs, and is never used again. */
  async function make(purpose: KeyPurpose, nth: number): Promise<StoredKey> {
    const { privateKey } = await (purpose === 'oidc-es256'
      ? makeKeyPair('ec', { namedCurve: 'prime256v1' })
      : makeKeyPair('rsa', { modulusLength: 2048 }));
    const id = `${purpose}-${nth}`;
    const certificate = purpose === 'saml' ? await selfSigned(privateKey, commonName, now()) : undefined;
    return {
      id,
      state: 'active',
      since: now(),
      sealed: seal.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), id),
      publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
      ...(certificate ? { certificate } : {}),
    };
  }

  function open({ sealed, publicKey, ...key }: StoredKey): HubKey {
    const spki = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return { ...key, publicKey: spki, ...(sealed === undefined ? {} : { privateKey: openPrivate(sealed, key.id) }) };
  }

  function openPrivate(sealed: string, id: string): KeyObject {
    return createPrivateKey({ key: seal.open(sealed, id), format: 'der', type: 'pkcs8' });
  }

  return { make, open, openPrivate };
}

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
