import { randomBytes } from 'node:crypto';
import { createKeyRing, type KeyRecord, keyCollection } from '../federation/index.ts';
import { createSeal } from '../lib/seal.ts';
import { createMemoryStorage } from '../storage/index.ts';

/** A peer's own key, with a certificate that it signed itself. */
export async function newPeerRing(commonName: string) {
  const ring = createKeyRing({
    keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'peer'),
    commonName,
    trial: true,
    purposes: ['saml'],
  });
  await ring.ensure();
  return ring;
}

/** The same as PEM. */
export async function newKeyPair(commonName = 'peer.example') {
  const ring = await newPeerRing(commonName);
  const { privateKey, certificate = '' } = ring.active('saml');
  const lines = certificate.match(/.{1,64}/g)?.join('\n') ?? '';
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
