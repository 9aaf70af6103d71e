import { constants, type KeyObject } from 'node:crypto';

/** Digest URIs (XML Encryption 1.1 section 5.8). SHA-1 and MD5 are absent on purpose. */
export const digests = {
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
} as const;

type Digest = keyof typeof digests;

export interface Algorithm {
  readonly uri: string;
  readonly hash: Digest;
  readonly digest: Digest;
  /** Beside the key; PSS only, because a bare key costs Node half the time of one with options. */
  readonly options?: Readonly<Record<string, string | number>>;
  /** ECDSA: octets of r and s side by side. */
  readonly rawBytes?: number;
  readonly fits: (key: KeyObject) => boolean;
}

const more = 'http://www.w3.org/2001/04/xmldsig-more#';
const pss = 'http://www.w3.org/2007/05/xmldsig-more#';
const isRsa = (key: KeyObject) => key.asymmetricKeyType === 'rsa';
const isOn = (curve: string) => (key: KeyObject) =>
  key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve;

const rsa = (hash: Digest): Algorithm => ({
  uri: `${more}rsa-${hash}`,
  hash,
  digest: hash,
  fits: isRsa,
});

/** The salt is as long as the digest; Node's own default when signing is the longest possible, which others refuse. */
const rsaPss = (hash: Digest, saltLength: number): Algorithm => ({
  uri: `${pss}${hash}-rsa-MGF1`,
  hash,
  digest: hash,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
  fits: isRsa,
});

/** XML signatures carry r and s raw, of a fixed length (`ecdsa-form.ts`). */
const ecdsa = (hash: Digest, curve: string, rawBytes: number): Algorithm => ({
  uri: `${more}ecdsa-${hash}`,
  hash,
  digest: hash,
  rawBytes,
  fits: isOn(curve),
});

/** Every accepted signature algorithm; HMAC, DSA and whatever rests on SHA-1 or MD5 are refused by absence. */
export const algorithms = {
  'rsa-sha256': rsa('sha256'),
  'rsa-sha384': rsa('sha384'),
  'rsa-sha512': rsa('sha512'),
  'rsa-pss-sha256': rsaPss('sha256', 32),
  'rsa-pss-sha384': rsaPss('sha384', 48),
  'rsa-pss-sha512': rsaPss('sha512', 64),
  'ecdsa-p256-sha256': ecdsa('sha256', 'prime256v1', 64),
  'ecdsa-p384-sha384': ecdsa('sha384', 'secp384r1', 96),
} as const satisfies Record<string, Algorithm>;

export type SignatureAlgorithm = keyof typeof algorithms;

export function signatureUriOf(algorithm: SignatureAlgorithm): string {
  return algorithms[algorithm].uri;
}

/** URIs of all of them. */
export const signatureUris: readonly string[] = Object.values(algorithms).map(({ uri }) => uri);
