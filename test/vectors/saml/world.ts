import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createProviderRegistry,
  createReplayGuard,
  type ProviderRecord,
  providerCollection,
  type SamlProvider,
  type UsedId,
  usedIdCollection,
} from '../../../federation/index.ts';
import { type SigningKey, verificationKeyFromCertificate } from '../../../lib/xml/index.ts';
import { createMemoryStorage } from '../../../storage/index.ts';
import { root } from '../../root.ts';

export const folder = join(root, 'test/vectors/saml');
export const keyKinds = ['rsa', 'ec'] as const;
export type KeyKind = (typeof keyKinds)[number];

const keyFolder = join(folder, 'test-keys');
const algorithms = { rsa: 'rsa-sha256', ec: 'ecdsa-p256-sha256' } as const;
const known = new Map<string, ReturnType<typeof openKey>>();

function openKey(kind: KeyKind, owner: string) {
  const path = join(keyFolder, `${owner}-${kind}.json`);
  const { key, certificate } = JSON.parse(readFileSync(path, 'utf8')) as { key: string; certificate: string };
  const privateKey = createPrivateKey(key);
  const signing: SigningKey = { privateKey, algorithm: algorithms[kind], certificate };
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey, certificate, signing, publicPem, verification: verificationKeyFromCertificate(certificate) };
}

/** Test keys of a party and of a stranger; made when they are missing. */
export function keysOf(kind: KeyKind) {
  const open = (owner: string) => {
    const name = `${owner}-${kind}`;
    const found = known.get(name) ?? openKey(kind, owner);
    known.set(name, found);
    return found;
  };
  return { owner: open('owner'), stranger: open('stranger') };
}

export async function makeKeys(selfSigned: (key: KeyObject, kind: KeyKind) => Promise<string>): Promise<void> {
  mkdirSync(keyFolder, { recursive: true });
  for (const kind of keyKinds) {
    for (const owner of ['owner', 'stranger']) {
      const path = join(keyFolder, `${owner}-${kind}.json`);
      if (existsSync(path)) continue;
      const { privateKey } =
        kind === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 2048 })
          : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
      writeFileSync(
        path,
        `${JSON.stringify({ note: 'a test key, published with the tests', key, certificate: await selfSigned(privateKey, kind) }, undefined, 1)}\n`,
      );
    }
  }
}

const now = Date.UTC(2026, 9, 1, 0, 0, 0);
const idp = { entityId: 'https://idp.example/saml/metadata', ssoUrl: 'https://idp.example/saml/sso' };
const sp = {
  entityId: 'https://portal.example/saml',
  acsUrl: 'https://portal.example/saml/acs',
  // Registered as well, so that a forged request differs in nothing else.
  otherAcsUrl: 'https://portal.example/other/acs',
};

function metadataOf(certificate: string): string {
  const acs = (location: string, index: number) =>
    `<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${location}" index="${index}"/>`;
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${sp.entityId}"><md:SPSSODescriptor AuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>${acs(sp.acsUrl, 0)}${acs(sp.otherAcsUrl, 1)}</md:SPSSODescriptor></md:EntityDescriptor>`;
}

/** A registry that knows the party with its key of this kind, and a fresh replay guard. */
async function ground(kind: KeyKind) {
  const storage = createMemoryStorage({ now: () => now });
  const registry = createProviderRegistry({
    providers: storage.collection<ProviderRecord>(providerCollection),
    allowHttp: false,
    now: () => now,
  });
  await registry.register({
    protocol: 'saml',
    key: sp.entityId,
    name: { ja: 'ポータル', en: 'Portal' },
    status: 'approved',
    contract: { attributes: [] },
    settings: {},
    saml: { metadata: metadataOf(keysOf(kind).owner.certificate) },
  });
  return { registry, replay: createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) }) };
}

export const world = {
  now,
  idp,
  sp,
  requestId: '_request-1',
  resident: 'pairwise-0f2c9b',
  ground,
  provider: async (kind: KeyKind): Promise<SamlProvider> => (await ground(kind)).registry.samlProvider(sp.entityId),
};
