import { createPrivateKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buildAuthnRequest, buildSpMetadata, encodeRedirect } from '../../federation/index.ts';
import { newKeyPair } from '../peer-keys.ts';
import { type AdminWorld, startAdminWorld } from './admin-world.ts';
import { registerClient } from './counter-world.ts';
import { attributeIn } from './world.ts';

export const sp = { entityId: 'https://portal.example/saml', acsUrl: 'https://portal.example/saml/acs' };

/** A service that signs its requests: what it registers, and the key it signs with. */
export async function newSamlParty() {
  const { privateKey, certificate } = await newKeyPair('portal.example');
  const base64 = certificate.replaceAll(/-----[^-]+-----|\s/g, '');
  const metadata = buildSpMetadata({ ...sp, certificate: base64, name: { ja: 'ポータル', en: 'Portal' } });
  return { metadata, key: { privateKey: createPrivateKey(privateKey), algorithm: 'rsa-sha256' } as const };
}

/** The console with a party of each protocol, both of which may be given the name. */
export async function startExplainWorld(more: object = {}) {
  const world = await startAdminWorld({ more: { traces: { perSource: { points: 1000 } }, ...more } });
  const { metadata, key } = await newSamlParty();
  await world.registry.register({
    protocol: 'saml',
    key: sp.entityId,
    name: { ja: 'ポータル', en: 'Portal' },
    status: 'approved',
    contract: { attributes: ['displayName'] },
    settings: {},
    saml: { metadata },
  });
  const clinic = await registerClient(asHub(world), 'clinic', { redirect_uris: ['http://127.0.0.1:9/callback'] });

  const requestOf = (options: object) => ({
    id: `_${randomBytes(8).toString('hex')}`,
    issuer: sp.entityId,
    destination: `${world.origin}/saml/sso`,
    acsUrl: sp.acsUrl,
    now: world.now(),
    ...options,
  });

  /** Signed in the message, as HTTP-POST carries it. */
  const samlMessage = async (options: object = {}) =>
    Buffer.from(await buildAuthnRequest(requestOf(options), key)).toString('base64');

  interface Asked {
    readonly relayState?: string;
    readonly signer?: typeof key;
    readonly [option: string]: unknown;
  }

  async function samlUrl({ relayState, signer = key, ...options }: Asked = {}) {
    const xml = await buildAuthnRequest(requestOf(options));
    const message = { name: 'SAMLRequest', xml, key: signer, relayState } as const;
    return encodeRedirect(`${world.origin}/saml/sso`, message);
  }

  /** The raw table, as whoever holds the store reads it. */
  function stored(): string {
    const database = new DatabaseSync(join(world.data, 'hub.sqlite'), { readOnly: true });
    const rows = database.prepare('SELECT id, body FROM "c_sign-in-trace"').all();
    database.close();
    return JSON.stringify(rows);
  }

  return { ...world, clinic, samlUrl, samlMessage, stored };
}

const asHub = (world: AdminWorld) => world as unknown as Parameters<typeof registerClient>[0];

export type ExplainWorld = Awaited<ReturnType<typeof startExplainWorld>>;
/** The code on a page of the hub: the prompt's, or a refusal's. */
export const codeOn = (html: string) => attributeIn(html, /<code[^>]*>([0-9A-F]{10})<\/code>/);
