import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  type SignatureAlgorithm,
  type SigningKey,
  type VerificationKey,
  verificationKey,
} from '../../../lib/xml/index.ts';

const rsaPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256Pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const p384Pair = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });

export interface TestKey {
  readonly signing: SigningKey;
  readonly verification: VerificationKey;
  readonly publicPem: string;
}

export function keyOf(algorithm: SignatureAlgorithm, pair = rsaPair): TestKey {
  const publicKey = createPublicKey(pair.privateKey);
  return {
    signing: { privateKey: pair.privateKey, algorithm },
    verification: verificationKey(publicKey),
    publicPem: String(publicKey.export({ type: 'spki', format: 'pem' })),
  };
}

export const rsaKey = keyOf('rsa-sha256');
export const ecKey = keyOf('ecdsa-p256-sha256', p256Pair);
export const strangerKey = keyOf('rsa-sha256', generateKeyPairSync('rsa', { modulusLength: 2048 }));

/** One key of every algorithm that may be signed with. */
export const allKeys: readonly TestKey[] = [
  rsaKey,
  keyOf('rsa-sha384'),
  keyOf('rsa-sha512'),
  keyOf('rsa-pss-sha256'),
  keyOf('rsa-pss-sha384'),
  keyOf('rsa-pss-sha512'),
  ecKey,
  keyOf('ecdsa-p384-sha384', p384Pair),
];
