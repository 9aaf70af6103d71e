import { randomBytes } from 'node:crypto';
import { createKeyRing, type KeyRecord, keyCollection } from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { startApache } from './apache.ts';

/** A key with its certificate, as PEM, for a peer. */
export async function newKeyPair() {
  const ring = createKeyRing({
    keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'peer'),
    commonName: 'peer.example',
    trial: true,
    purposes: ['saml'],
  });
  await ring.ensure();
  const { privateKey, certificate = '' } = ring.active('saml');
  const lines = certificate.match(/.{1,64}/g)?.join('\n') ?? '';
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** Apache whose one page is protected by mod_auth_mellon against a hub; its metadata is at `/mellon/metadata`. */
export async function startMellon(hubMetadata: string) {
  const keys = await newKeyPair();
  return startApache({
    modules: ['auth_mellon'],
    files: {
      'sp.key': keys.privateKey,
      'sp.crt': keys.certificate,
      'idp.xml': await (await fetch(hubMetadata)).text(),
    },
    configuration: ({ folder: at, origin }) =>
      `<Location />\n AuthType Mellon\n MellonEnable auth\n MellonSecureCookie Off\n MellonCookieSameSite Lax\n MellonUser NAME_ID\n MellonEndpointPath /mellon\n MellonSPentityId ${origin}/mellon/metadata\n MellonSPPrivateKeyFile ${at}/sp.key\n MellonSPCertFile ${at}/sp.crt\n MellonIdPMetadataFile ${at}/idp.xml\n MellonAuthnContextClassRef urn:x-sanuki:ac:card-pin\n</Location>`,
  });
}
