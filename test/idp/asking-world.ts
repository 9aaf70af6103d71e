import { randomBytes } from 'node:crypto';
import { createConsumer, discoveryEprAttribute } from '../../attribute-service/consumer/index.ts';
import {
  buildAuthnRequest,
  buildSpMetadata,
  cardPin,
  consumeResponse,
  createKeyRing,
  createReplayGuard,
  decodePost,
  encodeRedirect,
  type KeyRecord,
  keyCollection,
  parseIdentityProviderMetadata,
  type UsedId,
  usedIdCollection,
} from '../../federation/index.ts';
import { type FetchLimits, postBytes } from '../../lib/outgoing.ts';
import { createSeal } from '../../lib/seal.ts';
import type { XmlElement } from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { attributeIn, type TestHub } from './world.ts';

export const selfView = 'urn:x-sanuki:purpose:self-view';

/** A party with real keys that signs in over SAML and asks the hub for data. */
export async function partyOf(name: string) {
  const storage = createMemoryStorage();
  const keys = createKeyRing({
    keys: storage.collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'x'),
    commonName: 'party.example',
    trial: true,
    purposes: ['saml'],
  });
  await keys.ensure();
  const replay = createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) });
  const [entityId, acsUrl] = [`https://portal.example/saml/${name}`, `https://portal.example/saml/acs/${name}`];
  return { keys, replay, entityId, acsUrl };
}

export type AskingParty = Awaited<ReturnType<typeof partyOf>>;
type Hub = Pick<TestHub, 'hub' | 'registry' | 'sessions' | 'sessionCookie' | 'origin'>;

/** What such a party and its resident do at a hub, over HTTP. */
export function askingAt(hub: Hub) {
  /** Approved, with coverage in its contract. */
  async function register({ keys, ...party }: AskingParty) {
    const name = { ja: 'ポータル', en: 'Portal' };
    const certificate = keys.active('saml').certificate ?? '';
    await hub.registry.register({
      protocol: 'saml',
      key: party.entityId,
      name,
      status: 'approved',
      contract: { attributes: ['coverage'] },
      settings: {},
      saml: { metadata: buildSpMetadata({ ...party, certificate, name }) },
    });
  }

  async function signIn({ residentRef = 'r1', cardId = 'c1' } = {}) {
    const presented = { residentRef, cardId, level: cardPin, amr: ['hwk', 'pin'], at: Date.now() };
    const { cookie, session } = await hub.sessions.start(presented);
    return { cookie: `${hub.sessionCookie}=${cookie}`, session };
  }

  const metadataOf = async () =>
    parseIdentityProviderMetadata(await (await fetch(`${hub.origin}/saml/metadata`)).text(), { now: Date.now() });

  /** What the sign-in hands the party. */
  async function bootstrapFor(party: AskingParty, cookie: string): Promise<XmlElement> {
    const id = `_${randomBytes(8).toString('hex')}`;
    const destination = `${hub.origin}/saml/sso`;
    const request = { id, issuer: party.entityId, destination, acsUrl: party.acsUrl, now: Date.now() };
    const xml = await buildAuthnRequest(request);
    const url = await encodeRedirect(destination, { name: 'SAMLRequest', xml, key: party.keys.samlKey() });
    const html = await (await fetch(url, { headers: { cookie } })).text();
    const field = attributeIn(html, /name="SAMLResponse" value="([^"]*)"/);
    const { elements } = await consumeResponse(
      decodePost(new URLSearchParams({ SAMLResponse: field }), 'SAMLResponse'),
      {
        entityId: party.entityId,
        acsUrl: party.acsUrl,
        requestId: id,
        idp: await metadataOf(),
        decryptionKeys: party.keys.published('saml').flatMap(({ privateKey }) => privateKey ?? []),
        replay: party.replay,
        now: Date.now(),
      },
    );
    const reference = elements[discoveryEprAttribute];
    if (!reference) throw new Error('no bootstrap');
    return reference;
  }

  function consumerOf(party: AskingParty, tls?: FetchLimits['tls']) {
    return createConsumer({
      providerId: party.entityId,
      key: party.keys.samlKey(),
      hub: async () => {
        const { entityId: providerId, signingKeys: keys } = await metadataOf();
        return { providerId, keys };
      },
      post: (address, { action, body: text, signal }) =>
        postBytes(address, {
          body: text,
          contentType: 'text/xml; charset=utf-8',
          headers: { SOAPAction: `"${action}"` },
          acceptStatus: [200, 400, 403, 500, 503],
          allowLoopback: true,
          tls,
          signal,
        }),
    });
  }

  const ask = (party: AskingParty, bootstrap: XmlElement, more: object = {}, tls?: FetchLimits['tls']) =>
    consumerOf(party, tls).query(bootstrap, { type: 'coverage', purpose: selfView, ...more });

  const agree = (
    { entityId }: AskingParty,
    { id, residentRef, expiresAt }: { readonly id: string; readonly residentRef: string; readonly expiresAt: number },
  ) =>
    hub.hub.attributes.consents.give({
      residentRef,
      party: `saml:${entityId}`,
      purpose: selfView,
      types: ['coverage'],
      textVersion: '1',
      period: 'session',
      session: { id, endsAt: expiresAt },
    });

  return { register, signIn, bootstrapFor, ask, agree };
}
