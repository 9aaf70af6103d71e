/** Makes the test keys of the vectors, once. Run with: node --import tsx test/vectors/saml/make-keys.ts */
import 'reflect-metadata';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';
import { type KeyKind, makeKeys } from './world.ts';

const algorithms = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;

async function selfSigned(key: KeyObject, kind: KeyKind): Promise<string> {
  const algorithm = algorithms[kind];
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=test key',
    notBefore: new Date(Date.UTC(2026, 0, 1)),
    notAfter: new Date(Date.UTC(2056, 0, 1)),
    signingAlgorithm: algorithm,
    keys: {
      privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
      publicKey: await crypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    },
  });
  return Buffer.from(certificate.rawData).toString('base64');
}

await makeKeys(selfSigned);
