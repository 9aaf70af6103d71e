import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
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
import { postBytes } from '../../lib/outgoing.ts';
import { createSeal } from '../../lib/seal.ts';
import type { XmlElement } from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { activeCard } from '../card-auth/active-card.ts';
import { attributeIn, startTestHub, type TestHub } from './world.ts';

const entityId = 'https://portal.example/saml';
const acsUrl = 'https://portal.example/saml/acs';
const selfView = 'urn:x-sanuki:purpose:self-view';
const secretNumber = '77418526';

/** A party with real keys that signs in over SAML and asks the hub for data. */
async function partyOf(name: string) {
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
  return { keys, replay, entityId: `${entityId}/${name}`, acsUrl: `${acsUrl}/${name}` };
}

describe('attributes over the hub’s SOAP endpoint', () => {
  let hub: TestHub;
  let portal: Awaited<ReturnType<typeof partyOf>>;
  let other: Awaited<ReturnType<typeof partyOf>>;
  /** How the body behaves: by default it answers about whom it is asked. */
  let behave: (subject: string) => object;
  const body = createServer((request, response) => {
    request.resume().on('end', () => {
      const [, payload = ''] = (request.headers.authorization ?? '').split('.');
      const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(behave(sub)));
    });
  });

  const coverage = {
    insurerNumber: '370015',
    insurerName: '市の国保',
    number: secretNumber,
    relation: 1,
    certificateClass: '01',
    name: '国分 大地',
    sex: 1,
    birthDate: '1990-11-30',
    qualifiedOn: '2010-02-22',
  };
  const honest = (subject: string) => ({ subject, asOf: new Date().toISOString(), coverages: [coverage] });

  before(async () => {
    body.listen(0, '127.0.0.1');
    await once(body, 'listening');
    const { port } = body.address() as { port: number };
    const source = { id: 'nhi', name: { ja: '市の国保', en: 'City NHI' }, kind: 'json' };
    hub = await startTestHub({ more: { sources: [{ ...source, address: `http://127.0.0.1:${port}/coverage` }] } });
    [portal, other] = await Promise.all([partyOf('one'), partyOf('two')]);
    for (const { keys, ...party } of [portal, other]) {
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
    const person = { name: { kanji: '国分 大地' }, sex: 1, birthDate: '1990-11-30', synthetic: true } as const;
    await hub.credential.residents.insert({ id: 'r1', ...person });
    await hub.credential.cards.insert(activeCard({ id: 'c1', residentRef: 'r1' }));
    await hub.links.pseudonymFor('r1', 'nhi');
  });
  after(async () => {
    await hub.close();
    body.closeAllConnections();
    body.close();
  });
  beforeEach(() => {
    behave = honest;
  });

  async function signIn() {
    const presented = { residentRef: 'r1', cardId: 'c1', level: cardPin, amr: ['hwk', 'pin'], at: Date.now() };
    const { cookie, session } = await hub.sessions.start(presented);
    return { cookie: `${hub.sessionCookie}=${cookie}`, session };
  }

  const metadataOf = async () =>
    parseIdentityProviderMetadata(await (await fetch(`${hub.origin}/saml/metadata`)).text(), { now: Date.now() });

  /** What the sign-in hands the party. */
  async function bootstrapFor(party: typeof portal, cookie: string): Promise<XmlElement> {
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
        decryptionKeys: party.keys.published('saml').map(({ privateKey }) => privateKey),
        replay: party.replay,
        now: Date.now(),
      },
    );
    const reference = elements[discoveryEprAttribute];
    if (!reference) throw new Error('no bootstrap');
    return reference;
  }

  function consumerOf(party: typeof portal) {
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
          signal,
        }),
    });
  }

  const ask = (party: typeof portal, bootstrap: XmlElement, more: object = {}) =>
    consumerOf(party).query(bootstrap, { type: 'coverage', purpose: selfView, ...more });

  async function agree(session: { readonly id: string; readonly expiresAt: number }) {
    return hub.hub.attributes.consents.give({
      residentRef: 'r1',
      party: `saml:${portal.entityId}`,
      purpose: selfView,
      types: ['coverage'],
      textVersion: '1',
      period: 'session',
      session: { id: session.id, endsAt: session.expiresAt },
    });
  }

  it('are asked for with consent, given, logged, and gone with the consent at the next request', async () => {
    const { cookie, session } = await signIn();
    const bootstrap = await bootstrapFor(portal, cookie);
    expect(await ask(portal, bootstrap)).to.deep.equal({ kind: 'refused', code: 'ActionNotAuthorized' });
    const asked = await ask(portal, bootstrap, { redirect: true });
    expect(asked.kind === 'interaction' && asked.url).to.match(new RegExp(`^${hub.origin}/consent/[\\w-]+$`));
    const consent = await agree(session);
    const answer = await ask(portal, bootstrap);
    expect(answer.kind === 'answer' && answer.coverage?.coverages.map(({ number }) => number)).to.deep.equal([
      secretNumber,
    ]);
    await hub.hub.attributes.consents.withdraw('r1', consent.id);
    expect(await ask(portal, bootstrap)).to.deep.equal({ kind: 'refused', code: 'ActionNotAuthorized' });
    const { accesses } = await hub.hub.attributes.accessLog.accessesOf('r1');
    expect(accesses.map(({ result }) => result)).to.deep.equal(['withheld', 'released', 'withheld', 'withheld']);
    expect(accesses[1]).to.include({ party: `saml:${portal.entityId}`, purpose: selfView, consent: consent.id });
  });

  it('end with the session and with the card, whatever tokens are still out', async () => {
    const { cookie, session } = await signIn();
    const bootstrap = await bootstrapFor(portal, cookie);
    await agree(session);
    expect((await ask(portal, bootstrap)).kind).to.equal('answer');
    await hub.sessions.end(session.id);
    expect(await ask(portal, bootstrap)).to.deep.equal({ kind: 'refused', code: 'InappropriateCredentials' });
  });

  it('are not for a party that came by another one’s bootstrap, nor does it hold anything that names the resident', async () => {
    const { cookie, session } = await signIn();
    const bootstrap = await bootstrapFor(portal, cookie);
    await agree(session);
    expect(await ask(other, bootstrap)).to.deep.equal({ kind: 'refused', code: 'InappropriateCredentials' });
    const pseudonyms = await Promise.all(
      [`saml:${portal.entityId}`, `saml:${other.entityId}`, 'nhi'].map((party) => hub.links.pseudonymFor('r1', party)),
    );
    const { writeXml } = await import('../../lib/xml/index.ts');
    for (const identifier of ['r1<', 'c1<', ...pseudonyms]) expect(writeXml(bootstrap)).to.not.include(identifier);
  });

  it('of another person never come through, and of a body that is silent never hide the page', async () => {
    const { cookie, session } = await signIn();
    const bootstrap = await bootstrapFor(portal, cookie);
    await agree(session);
    const stateNow = async () => {
      const answer = await ask(portal, bootstrap);
      if (answer.kind !== 'answer') throw new Error(answer.kind);
      return [answer.coverage?.coverages.length, answer.coverage?.sources.map(({ state }) => state)];
    };
    behave = (subject) => ({ ...honest(subject), coverages: [{ ...coverage, birthDate: '1990-11-29' }] });
    expect(await stateNow()).to.deep.equal([0, ['garbled']]);
    behave = () => honest('somebody-else');
    expect(await stateNow()).to.deep.equal([0, ['garbled']]);
    behave = () => ({ nonsense: true });
    expect(await stateNow()).to.deep.equal([0, ['garbled']]);
    behave = honest;
    expect(await stateNow()).to.deep.equal([1, ['answered']]);
  });

  it('leave no value in the store or the log, and every access leaves a mark', async () => {
    const { cookie, session } = await signIn();
    const bootstrap = await bootstrapFor(portal, cookie);
    await agree(session);
    expect((await ask(portal, bootstrap)).kind).to.equal('answer');
    const files = ['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFileSync(join(hub.data, name)));
    for (const held of [...files, Buffer.from(hub.logged.join(''))]) {
      expect(held.includes(secretNumber), 'a value of the body').to.equal(false);
      expect(held.includes('市の国保"'), 'a value of the body').to.equal(false);
    }
    expect(files.some((held) => held.includes(selfView))).to.equal(true);
  });

  it('garbage, a foreign envelope and an oversized message are refused as such, signed, without a 5xx', async () => {
    const post = (text: string, type = 'text/xml') =>
      fetch(`${hub.origin}/soap`, { method: 'POST', headers: { 'content-type': type }, body: text });
    for (const text of ['', '<', '<a/>', '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"/>']) {
      const response = await post(text);
      expect(response.status, text).to.be.within(400, 499);
      expect(await response.text()).to.include('IDStarMsgNotUnderstood');
      expect(response.headers.get('sanuki-trace')).to.match(/^[0-9A-F]{10}$/);
    }
    expect((await post('{}', 'application/json')).status).to.equal(415);
    expect((await post('a'.repeat(300_000))).status).to.equal(413);
    expect((await fetch(`${hub.origin}/soap`)).status).to.equal(405);
  });
});
