import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Seal } from '../lib/seal.ts';
import type { SigningKey } from '../lib/xml/index.ts';
import type { Collection, CollectionDefinition } from '../storage/index.ts';
import { FederationError } from './errors.ts';
import { createKeyMaterial, type HubKey, type StoredKey } from './key-material.ts';
import type { RingRecord } from './key-rotation.ts';

/** What a signing key of the hub is for. */
export type KeyPurpose = 'saml' | 'oidc-es256' | 'oidc-rsa';

/**
 * The signing keys of one purpose. They are one record, so that a move from one active key to the next is
 * one write: no reader sees two active keys or none, and no crash leaves a move half done.
 */
export interface KeyRecord extends RingRecord<StoredKey> {
  /** Made by a trial hub; production refuses it. */
  readonly trial: boolean;
}

export const keyCollection: CollectionDefinition = { name: 'key', readMostly: true };

/** The key that signs. */
export type ActiveKey = HubKey & { readonly privateKey: KeyObject };

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

const allPurposes: readonly KeyPurpose[] = ['saml', 'oidc-es256', 'oidc-rsa'];

interface OpenedRing {
  readonly version: number;
  readonly keys: readonly HubKey[];
}

/** The hub's signing keys. KeyObjects are made once per move; `load` reads what was moved since, in whatever process. */
export function createKeyRing({
  keys,
  seal,
  commonName,
  trial,
  purposes = allPurposes,
  now = Date.now,
}: KeyRingOptions) {
  const rings = new Map<KeyPurpose, OpenedRing>();
  const material = createKeyMaterial({ seal, commonName, now });

  /** Makes what is missing at the first start; of two first starts one wins. */
  async function ensure(): Promise<void> {
    for (const purpose of purposes) {
      if (!(await keys.get(purpose))) await insertFirst(purpose);
      // Taken into the ring, its private part must not outlive the key.
      if (await keys.get(`${purpose}-1`)) await keys.take(`${purpose}-1`);
    }
    await load();
  }

  async function insertFirst(purpose: KeyPurpose): Promise<void> {
    const first = (await keptFrom(keys, purpose, material)) ?? { ...(await material.make(purpose, 1)), trial };
    const { trial: madeByTrial, ...key } = first;
    try {
      await keys.insert({ id: purpose, version: 1, made: 1, keys: [key], trial: madeByTrial });
    } catch (error) {
      if (!(await keys.get(purpose))) throw error;
    }
  }

  /** Cheap where nothing was moved: it is asked before every request. */
  async function load(): Promise<void> {
    for (const purpose of purposes) {
      const record = await keys.get(purpose);
      // Of two looks at once the one that read less must not win.
      if (!record || record.version <= (rings.get(purpose)?.version ?? 0)) continue;
      if (!trial && record.trial)
        throw new FederationError('KEY_RING_EMPTY', 'production refuses keys that a trial made');
      rings.set(purpose, { version: record.version, keys: record.keys.map(material.open) });
    }
  }

  const published = (purpose: KeyPurpose): readonly HubKey[] => rings.get(purpose)?.keys ?? [];

  function active(purpose: KeyPurpose): ActiveKey {
    const key = published(purpose).find((one): one is ActiveKey => one.state === 'active' && !!one.privateKey);
    if (!key) throw new FederationError('KEY_RING_EMPTY', `no active key for ${purpose}`);
    return key;
  }

  /** The key SAML messages are signed with: RSA-SHA256, which every deployed stack reads. */
  function samlKey(): SigningKey {
    const { privateKey, certificate = '' } = active('saml');
    return { privateKey, algorithm: 'rsa-sha256', certificate };
  }

  /** Changes with every move of an OIDC key. */
  const oidcVersion = (): string => oidcPurposes.map((purpose) => rings.get(purpose)?.version ?? 0).join('.');

  const oidcPublished = () =>
    oidcPurposes.flatMap((purpose) => [
      active(purpose),
      ...published(purpose).filter(({ state }) => state !== 'active'),
    ]);

  /** JWKs for the OIDC provider, the signing one of each kind first; only that one is more than its public part. */
  const oidcKeys = (): JsonWebKey[] =>
    oidcPublished().map(({ id, state, privateKey, publicKey }) => ({
      ...(state === 'active' && privateKey ? privateKey.export({ format: 'jwk' }) : publishedOnly(publicKey)),
      kid: id,
      use: 'sig',
    }));

  /** What the JWKS says. */
  const oidcPublicKeys = (): (JsonWebKey & { kty: string; kid: string })[] =>
    oidcPublished().map(({ id, publicKey }) => {
      const { kty = '', ...key } = publicKey.export({ format: 'jwk' });
      return { kty, ...key, kid: id, use: 'sig' };
    });

  return { ensure, load, active, published, samlKey, oidcVersion, oidcKeys, oidcPublicKeys };
}

export type KeyRing = ReturnType<typeof createKeyRing>;

const oidcPurposes = ['oidc-es256', 'oidc-rsa'] as const;

/**
 * The provider wants private members in every JWK, publishes and verifies with the public ones alone, and signs with the
 * first key of a kind. What stands here can be imported by nothing, so that no other key of ours ever signs.
 */
function publishedOnly(publicKey: KeyObject): JsonWebKey {
  const jwk = publicKey.export({ format: 'jwk' });
  const members = jwk.kty === 'RSA' ? ['d', 'p', 'q', 'dp', 'dq', 'qi'] : ['d'];
  return { ...jwk, ...Object.fromEntries(members.map((member) => [member, 'none'])) };
}

/** Until keys could roll, each was a record of its own under this id. */
interface LoneKey {
  readonly sealed: string;
  readonly certificate?: string | undefined;
  readonly trial: boolean;
  readonly createdAt: number;
}

/** A store of that time keeps its keys: partners hold them. */
async function keptFrom(
  keys: Collection<KeyRecord>,
  purpose: KeyPurpose,
  { openPrivate }: Pick<ReturnType<typeof createKeyMaterial>, 'openPrivate'>,
): Promise<(StoredKey & { readonly trial: boolean }) | undefined> {
  const id = `${purpose}-1`;
  const lone = (await keys.get(id)) as unknown as LoneKey | undefined;
  if (!lone) return undefined;
  const { sealed, certificate, trial, createdAt } = lone;
  const publicKey = createPublicKey(openPrivate(sealed, id)).export({ type: 'spki', format: 'der' }).toString('base64');
  return { id, state: 'active', since: createdAt, sealed, publicKey, ...(certificate ? { certificate } : {}), trial };
}
