import { createHash, randomBytes } from 'node:crypto';
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
import type { TestHub } from './world.ts';

const portal = { entityId: 'https://portal.example/saml', acsUrl: 'https://portal.example/saml/acs' };
const name = { ja: 'ポータル', en: 'Portal' };
const common = { name, status: 'approved', settings: {}, contract: { attributes: [] } } as const;
export const portalId = `saml:${portal.entityId}`;
export const callback = 'http://127.0.0.1:9/callback';

/** A SAML portal and an OIDC client, as far as they ask a hub; neither listens anywhere. */
export async function createTestServices() {
  const keys = createKeyRing({
    keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'x'),
    commonName: 'portal.example',
    trial: true,
    purposes: ['saml'],
  });
  await keys.ensure();
  const asked = { client_id: 'phr', redirect_uris: [callback], client_name: 'PHR' };
  const { secret = '', metadata } = parseClientMetadata(asked, { allowHttp: true });
  const authorization = `Basic ${Buffer.from(`phr:${secret}`).toString('base64')}`;

  async function registerSaml({ registry }: Pick<TestHub, 'registry'>, party = portal): Promise<void> {
    const { certificate = '' } = keys.active('saml');
    const saml = { metadata: buildSpMetadata({ ...party, certificate, name }) };
    await registry.register({ ...common, protocol: 'saml', key: party.entityId, saml });
  }

  async function register(hub: Pick<TestHub, 'registry' | 'clientSecrets'>): Promise<void> {
    await registerSaml(hub);
    const sealedSecret = hub.clientSecrets.seal(Buffer.from(secret), 'oidc:phr');
    await hub.registry.register({ ...common, protocol: 'oidc', key: 'phr', oidc: { metadata, sealedSecret } });
  }

  /** A signed AuthnRequest by Redirect that was never sent before. */
  async function samlRequest(origin: string): Promise<string> {
    const [id, destination] = [`_${randomBytes(16).toString('hex')}`, `${origin}/saml/sso`];
    const { entityId: issuer, acsUrl } = portal;
    const xml = await buildAuthnRequest({ id, issuer, destination, acsUrl, now: Date.now() });
    return encodeRedirect(destination, { name: 'SAMLRequest', xml, relayState: 'r', key: keys.samlKey() });
  }

  /** An authorization request, and what redeems the code of its answer. */
  function codeRequest(origin: string) {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: 'phr',
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      state: 's',
      nonce: 'n',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const redeem = (code: string) => ({
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        code_verifier: verifier,
      }).toString(),
    });
    return { url: `${origin}/oidc/authorize?${query}`, redeem };
  }

  return { register, registerSaml, samlRequest, codeRequest };
}

export type TestServices = Awaited<ReturnType<typeof createTestServices>>;
