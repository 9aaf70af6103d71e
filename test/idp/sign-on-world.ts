import { randomBytes } from 'node:crypto';
import * as oidc from 'openid-client';
import {
  buildAuthnRequest,
  buildSpMetadata,
  createKeyRing,
  encodeRedirect,
  type KeyRecord,
  keyCollection,
  parseClientMetadata,
} from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { attributeIn, issueCard, startTestHub, type TestHub } from './world.ts';

export const sp = { entityId: 'https://portal.example/saml', acsUrl: 'https://portal.example/saml/acs' };
export const callback = 'http://127.0.0.1:9/callback';

/** A hub with one card and a party of each protocol. */
export async function openParties(options: Parameters<typeof startTestHub>[0] = {}) {
  const hub = await startTestHub(options);
  const issued = await issueCard(hub);
  const partyKeys = createKeyRing({
    keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'x'),
    commonName: 'portal.example',
    trial: true,
  });
  await partyKeys.ensure();
  const name = { ja: 'ポータル', en: 'Portal' };
  const metadata = buildSpMetadata({ ...sp, certificate: partyKeys.active('saml').certificate ?? '', name });
  await hub.registry.register({
    protocol: 'saml',
    key: sp.entityId,
    name,
    status: 'approved',
    contract: { attributes: [] },
    settings: { encryptAssertion: false },
    saml: { metadata },
  });
  const clients = await Promise.all(['phr', 'clinic'].map((clientId) => registerClient(hub, clientId)));
  return { hub, issued, partyKeys, clients };
}

export type Parties = Awaited<ReturnType<typeof openParties>>;

async function registerClient({ registry, clientSecrets, origin }: TestHub, clientId: string) {
  const registration = parseClientMetadata(
    { client_id: clientId, redirect_uris: [callback], scope: 'openid profile', client_name: clientId },
    { allowHttp: true },
  );
  const { secret = '', name, attributes, metadata } = registration;
  await registry.register({
    protocol: 'oidc',
    key: clientId,
    name,
    status: 'approved',
    contract: { attributes },
    settings: {},
    oidc: { metadata, sealedSecret: clientSecrets.seal(Buffer.from(secret), `oidc:${clientId}`) },
  });
  return oidc.discovery(new URL(origin), clientId, secret, undefined, { execute: [oidc.allowInsecureRequests] });
}

export async function authorizationUrl(config: oidc.Configuration, more: Record<string, string> = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const parameters = {
    redirect_uri: callback,
    scope: 'openid profile',
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  };
  const url = oidc.buildAuthorizationUrl(config, parameters).href;
  const redeem = (left: string) =>
    oidc.authorizationCodeGrant(config, new URL(left), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    });
  return { url, redeem };
}

export async function samlUrl({ hub, partyKeys }: Parties, more: object = {}) {
  const xml = await buildAuthnRequest({
    id: `_${randomBytes(8).toString('hex')}`,
    issuer: sp.entityId,
    destination: `${hub.origin}/saml/sso`,
    acsUrl: sp.acsUrl,
    now: Date.now(),
    ...more,
  });
  return encodeRedirect(`${hub.origin}/saml/sso`, { name: 'SAMLRequest', xml, key: partyKeys.samlKey() });
}

export const samlAnswer = (html: string) =>
  Buffer.from(attributeIn(html, /name="SAMLResponse" value="([^"]+)"/), 'base64').toString();
