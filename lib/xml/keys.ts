import { createHash, createPublicKey, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { type Algorithm, algorithms, type SignatureAlgorithm } from './algorithms.ts';
import { derFromRaw, rawFromDer } from './ecdsa-form.ts';
import { XmlError } from './errors.ts';

const signOnPool = promisify(sign);

/** A key to sign with; the KeyObject is made once per key. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly algorithm: SignatureAlgorithm;
  /** Base64 DER, put into KeyInfo for peers that want it; ours ignores it. */
  readonly certificate?: string;
}

/** A key to verify with, from a provider's registration: never from a message. */
export interface VerificationKey {
  readonly publicKey: KeyObject;
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly fingerprint: string;
}

export function verificationKey(publicKey: KeyObject): VerificationKey {
  const details = publicKey.asymmetricKeyDetails;
  const type = publicKey.asymmetricKeyType;
  const strong =
    type === 'rsa'
      ? (details?.modulusLength ?? 0) >= 2048
      : type === 'ec' && /^(prime256v1|secp384r1)$/.test(details?.namedCurve ?? '');
  if (!strong) throw new XmlError('KEY_REFUSED', 'the key is neither RSA of 2048 bits or more nor on P-256 or P-384');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { publicKey, fingerprint: createHash('sha256').update(der).digest('base64url') };
}

/** From the base64 DER certificate of a metadata document; only its key counts, as SAML metadata has it. */
export function verificationKeyFromCertificate(base64: string): VerificationKey {
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(
      new X509Certificate(Buffer.from(base64, 'base64')).publicKey.export({ type: 'spki', format: 'pem' }),
    );
  } catch (cause) {
    throw new XmlError('KEY_REFUSED', 'the certificate cannot be read', { cause });
  }
  return verificationKey(publicKey);
}

/** Raw signature over octets (the HTTP-Redirect binding, SAML Bindings 3.4.4.1). RSA runs on the thread pool. */
export async function signOctets(octets: Uint8Array, { privateKey, algorithm }: SigningKey): Promise<Buffer> {
  const { hash, options, rawBytes }: Algorithm = algorithms[algorithm];
  if (rawBytes !== undefined) return rawFromDer(sign(hash, octets, privateKey), rawBytes);
  return signOnPool(hash, octets, options ? { key: privateKey, ...options } : privateKey);
}

/** Tries every key of the right type; resolves to the fingerprint of the one that fits. Algorithm and key type are compared first. */
export function verifyOctets(
  octets: Uint8Array,
  signature: Uint8Array,
  algorithmUri: string,
  keys: readonly VerificationKey[],
): string {
  const algorithm: Algorithm | undefined = Object.values<Algorithm>(algorithms).find(({ uri }) => uri === algorithmUri);
  if (!algorithm)
    throw new XmlError('ALGORITHM_REFUSED', 'the signature algorithm is not accepted', {
      detail: { algorithm: algorithmUri },
    });
  const { hash, options, rawBytes } = algorithm;
  const candidates = keys.filter(({ publicKey }) => algorithm.fits(publicKey));
  const form = formOf(signature, rawBytes);
  const fitting = candidates.find(
    ({ publicKey }) => form && verify(hash, octets, options ? { key: publicKey, ...options } : publicKey, form),
  );
  if (fitting) return fitting.fingerprint;
  const detail = { algorithm: algorithmUri, fingerprintsTried: candidates.map(({ fingerprint }) => fingerprint) };
  throw new XmlError('SIGNATURE_WRONG', 'the signature fits none of the registered keys', { detail });
}

/** As OpenSSL wants it; undefined for an ECDSA signature of another length, DER among them. */
function formOf(signature: Uint8Array, rawBytes: number | undefined): Uint8Array | undefined {
  if (rawBytes === undefined) return signature;
  return signature.byteLength === rawBytes ? derFromRaw(signature) : undefined;
}
