import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { createSeal, type Seal, sealInfo, sealUnder } from '../lib/seal.ts';
import { secretVersionOf, type VersionedSecret } from './card-key-versions.ts';
import { CardError } from './errors.ts';

/** HMAC-SHA-256 (FIPS 198-1) under a key whose keeper does not give it out; 32 bytes. */
export interface MacKey {
  readonly mac: (data: Uint8Array) => Uint8Array;
}

/**
 * The secrets of the card key service, wherever they are kept. An HMAC is all that the service asks of one: every key
 * of a card is HKDF-SHA-256 with an empty salt and one block of output, so that a keeper of the extracted key is enough
 * and files and a token give the same cards.
 */
export interface CardKeys {
  /** The versions that were there from the start; the extracted keys. */
  readonly first: Readonly<Record<VersionedSecret, ReadonlyMap<number, MacKey>>>;
  /** Names cards. */
  readonly index: MacKey;
  /** Seals what the store keeps, for one purpose. */
  readonly sealFor: (purpose: string) => Seal;
  /** Makes the secret of a version; returns what the store keeps of it, of which nobody else has any use. */
  readonly make: (version: string) => string;
  readonly open: (version: string, kept: string) => MacKey;
  /** Ed25519 public key of a station whose key lies beside the hub, called `local`: a trial's, which also sets first PINs. */
  readonly station?: KeyObject | undefined;
}

/** RFC 5869 2.2 with an empty salt. */
export const extract = (secret: Uint8Array): Uint8Array =>
  createHmac('sha256', Buffer.alloc(32)).update(secret).digest();

/** RFC 5869 2.3, the first block: up to 32 bytes. */
export function expand(extracted: MacKey, info: Uint8Array, length: number): Uint8Array {
  return extracted.mac(Buffer.concat([info, Buffer.from([1])])).subarray(0, length);
}

/** A key in this process. Node makes a KeyObject slowly, so it is made once. */
export function macKey(secret: Uint8Array): MacKey {
  const key = createSecretKey(secret);
  return { mac: (data) => createHmac('sha256', key).update(data).digest() };
}

/** Secrets as they lie in files; each 32 bytes. */
export interface CardSecrets {
  /** By key version. */
  readonly cardMasters: ReadonlyMap<number, Uint8Array>;
  readonly oprfMaster: Uint8Array;
  readonly indexKey: Uint8Array;
  readonly wrappingKey: Uint8Array;
  readonly station?: KeyObject | undefined;
}

/** What a token keeps of a version's secret. */
export const extractedKey = (secret: Uint8Array): MacKey => macKey(extract(secret));

const inToken = 'pkcs11:';
export const keptInToken = (kept: string): boolean => kept.startsWith(inToken);

/** Keys in this process. Later versions lie in the store, sealed. */
export function softwareCardKeys(secrets: CardSecrets): CardKeys {
  const { cardMasters, oprfMaster, indexKey, wrappingKey, station } = secrets;
  const seal = createSeal(wrappingKey, 'card-key-version');
  return {
    first: {
      'card-master': new Map([...cardMasters].map(([version, secret]) => [version, extractedKey(secret)])),
      'pin-oprf': new Map([[1, extractedKey(oprfMaster)]]),
    },
    index: macKey(indexKey),
    sealFor: (purpose) => createSeal(wrappingKey, purpose),
    make: (version) => seal.seal(randomBytes(32), version),
    open: (version, kept) => extractedKey(versionSecret(secrets, version, kept)),
    station,
  };
}

/** The secret of a version that was made in software. */
export function versionSecret({ wrappingKey }: Pick<CardSecrets, 'wrappingKey'>, version: string, kept: string) {
  if (keptInToken(kept))
    throw new CardError('KEY_SERVICE_UNAVAILABLE', `${version} was made in a token, and the settings name none`);
  return createSeal(wrappingKey, 'card-key-version').open(kept, version);
}

/** The part of a token that keys are used through; `lib/pkcs11` is one. */
export interface KeyToken {
  readonly find: (label: string, id?: string) => (MacKey & { readonly id: string }) | undefined;
  readonly generate: (label: string) => MacKey & { readonly id: string };
}

/** Labels of the keys that are in a token from the start. Index and first versions; the key that seals is extracted too. */
export const tokenLabels = {
  cardMaster: secretVersionOf('card-master', 1),
  oprfMaster: secretVersionOf('pin-oprf', 1),
  indexKey: 'card-index',
  wrappingKey: 'card-wrapping',
} as const;

/**
 * Keys in a token, which does every HMAC. The sealing key is derived in it anew at each use and forgotten after: that
 * is the one value that leaves the token, it opens public keys of PINs and no more, and what files sealed still opens.
 */
export function tokenCardKeys(token: KeyToken, station?: KeyObject): CardKeys {
  const demand = (label: string, id?: string): MacKey => {
    const key = token.find(label, id);
    if (!key) throw new CardError('KEY_SERVICE_UNAVAILABLE', `the token has no key "${label}"`);
    return key;
  };
  const wrapping = demand(tokenLabels.wrappingKey);
  return {
    first: {
      'card-master': new Map([[1, demand(tokenLabels.cardMaster)]]),
      'pin-oprf': new Map([[1, demand(tokenLabels.oprfMaster)]]),
    },
    index: demand(tokenLabels.indexKey),
    sealFor: (purpose) => sealUnder(() => createSecretKey(expand(wrapping, Buffer.from(sealInfo(purpose)), 32))),
    // The id tells apart what two processes made at the same time; only one of them gets into the store.
    make: (version) => keepInToken(token.generate(version)),
    open: (version, kept) => {
      if (!keptInToken(kept))
        throw new CardError(
          'KEY_SERVICE_UNAVAILABLE',
          `${version} is not in the token: "sanuki keys token import" takes it there`,
        );
      return demand(version, kept.slice(inToken.length));
    },
    station,
  };
}

/** What the store keeps of a version that is in a token: where it is. */
export const keepInToken = ({ id }: { readonly id: string }): string => `${inToken}${id}`;
