import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  buildAuthnRequest,
  buildIdpMetadata,
  buildSpMetadata,
  createKeyRing,
  createProviderRegistry,
  createReplayGuard,
  encodeRedirect,
  type KeyRecord,
  keyCollection,
  type ProviderRecord,
  type ProviderSettings,
  providerCollection,
  type UsedId,
  usedIdCollection,
} from '../../../federation/index.ts';
import { createSeal } from '../../../lib/seal.ts';
import { createMemoryStorage } from '../../../storage/index.ts';

export const now = Date.UTC(2026, 10, 24, 5, 0, 0);
export const idp = { entityId: 'https://idp.example/saml/metadata', ssoUrl: 'https://idp.example/saml/sso' };
export const slo = { sloUrl: 'https://idp.example/saml/slo', sloSoapUrl: 'https://idp.example/saml/slo/soap' };
export const sp = { entityId: 'https://portal.example/saml', acsUrl: 'https://portal.example/saml/acs' };

const hubKeys = createKeyRing({
  keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
  seal: createSeal(randomBytes(32), 'keys'),
  commonName: 'idp.example',
  trial: true,
  now: () => now,
});
const partyKeys = createKeyRing({
  keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
  seal: createSeal(randomBytes(32), 'keys'),
  commonName: 'portal.example',
  trial: true,
  now: () => now,
});
export const stranger = {
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  algorithm: 'rsa-sha256',
} as const;

/** An identity provider and one registered service provider with real keys, over the memory engine. */
export async function setUp({
  settings = {},
  metadata = (xml: string) => xml,
}: {
  settings?: ProviderSettings;
  metadata?: (xml: string) => string;
} = {}) {
  if (!hubKeys.published('saml').length) await Promise.all([hubKeys.ensure(), partyKeys.ensure()]);
  const storage = createMemoryStorage({ now: () => now });
  const registry = createProviderRegistry({
    providers: storage.collection<ProviderRecord>(providerCollection),
    allowHttp: false,
    now: () => now,
  });
  const replay = createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) });
  const certificate = partyKeys.active('saml').certificate ?? '';
  const name = { ja: 'ポータル', en: 'Portal' };
  const xml = metadata(buildSpMetadata({ ...sp, certificate, name }));
  await registry.register({
    protocol: 'saml',
    key: sp.entityId,
    name,
    status: 'approved',
    contract: { attributes: [] },
    settings,
    saml: { metadata: xml },
  });
  const partyKey = partyKeys.samlKey();
  const hubKey = hubKeys.samlKey();

  async function redirectQuery(
    options: Partial<Parameters<typeof buildAuthnRequest>[0]> = {},
    {
      key = partyKey,
      unsigned = false,
      change = (text: string) => text,
      relayState = undefined as string | undefined,
    } = {},
  ) {
    const request = await buildAuthnRequest({
      id: `_${randomBytes(8).toString('hex')}`,
      issuer: sp.entityId,
      destination: idp.ssoUrl,
      acsUrl: sp.acsUrl,
      now,
      ...options,
    });
    const url = await encodeRedirect(idp.ssoUrl, {
      name: 'SAMLRequest',
      xml: change(request),
      ...(unsigned ? {} : { key }),
      relayState,
    });
    return url.slice(url.indexOf('?') + 1);
  }

  const idpMetadata = await buildIdpMetadata({
    ...idp,
    ...slo,
    certificates: [hubKeys.active('saml').certificate ?? ''],
    name: { ja: 'ログイン', en: 'Sign-in' },
    key: hubKey,
    now,
  });
  return {
    registry,
    replay,
    partyKey,
    hubKey,
    redirectQuery,
    idpMetadata,
    spMetadata: xml,
    context: { registry, replay, destination: idp.ssoUrl, now },
  };
}
