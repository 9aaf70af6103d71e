import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { parseSettings } from '../../config/index.ts';
import {
  buildAuthnRequest,
  buildSpMetadata,
  cardPin,
  consumeResponse,
  createKeyRing,
  createReplayGuard,
  decodePost,
  encodePost,
  encodeRedirect,
  type KeyRecord,
  keyCollection,
  type UsedId,
  usedIdCollection,
} from '../../federation/index.ts';
import { startHub } from '../../idp/main.ts';
import { createLog } from '../../lib/log.ts';
import { createSeal } from '../../lib/seal.ts';
import {
  attributeOf,
  childrenNamed,
  dsNamespace,
  readXml,
  textOf,
  verificationKeyFromCertificate,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { activeCard } from '../card-auth/active-card.ts';
import { freePort } from '../ports.ts';

const sp = { entityId: 'https://portal.example/saml', acsUrl: 'https://portal.example/saml/acs' };

describe('the hub over HTTP', () => {
  let hub: Awaited<ReturnType<typeof startHub>>;
  let folder = '';
  let origin = '';
  let port = 0;
  const storage = createMemoryStorage();
  const partyKeys = createKeyRing({
    keys: storage.collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'x'),
    commonName: 'portal.example',
    trial: true,
  });
  const logged: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-hub-'));
    port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const settings = parseSettings({
      profile: 'trial',
      origin,
      listen: { port },
      data: folder,
      service: {
        name: { ja: 'ログイン', en: 'Sign-in' },
        operator: { ja: '運営者', en: 'Operator' },
        support: { phone: '0120-000-000', hours: { ja: '平日', en: 'Weekdays' } },
      },
    });
    const destination = new Writable({
      write(chunk, _encoding, done) {
        logged.push(String(chunk));
        done();
      },
    });
    hub = await startHub({
      settings,
      log: createLog({ name: 'hub', destination }),
    });
    await hub.credential.residents.insert({
      id: 'r1',
      name: { kana: 'バス セイジ' },
      sex: 1,
      birthDate: '1960-10-10',
      synthetic: true,
    });
    await hub.credential.cards.insert(activeCard({ id: 'c1', residentRef: 'r1' }));
    await partyKeys.ensure();
    const name = { ja: 'ポータル', en: 'Portal' };
    const metadata = buildSpMetadata({ ...sp, certificate: partyKeys.active('saml').certificate ?? '', name });
    await hub.registry.register({
      protocol: 'saml',
      key: sp.entityId,
      name,
      status: 'approved',
      contract: { attributes: ['displayName'] },
      settings: {},
      saml: { metadata },
    });
  });
  after(async () => {
    await hub.close();
    await rm(folder, { recursive: true });
  });

  async function request(options: Partial<Parameters<typeof buildAuthnRequest>[0]> = {}) {
    const id = `_${randomBytes(8).toString('hex')}`;
    const xml = await buildAuthnRequest({
      id,
      issuer: sp.entityId,
      destination: `${origin}/saml/sso`,
      acsUrl: sp.acsUrl,
      now: Date.now(),
      ...options,
    });
    return {
      id,
      xml,
      url: await encodeRedirect(`${origin}/saml/sso`, {
        name: 'SAMLRequest',
        xml,
        relayState: 'r',
        key: partyKeys.samlKey(),
      }),
    };
  }

  const fieldOf = (html: string, name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`)
      .exec(html)?.[1]
      ?.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))) ?? '';

  const idpKeys = async () => {
    const root = readXml(Buffer.from(await (await fetch(`${origin}/saml/metadata`)).text()));
    const certificates: string[] = [];
    const visit = (element: XmlElement) => {
      for (const certificate of childrenNamed(element, dsNamespace, 'X509Certificate'))
        certificates.push(textOf(certificate));
      for (const child of element.children) if (typeof child !== 'string') visit(child);
    };
    visit(root);
    return {
      entityId: attributeOf(root, 'entityID') ?? '',
      signingKeys: certificates.map(verificationKeyFromCertificate),
    };
  };

  async function signedIn(): Promise<string> {
    const { cookie } = await hub.sessions.start({
      residentRef: 'r1',
      cardId: 'c1',
      level: cardPin,
      amr: ['hwk', 'pin'],
      at: Date.now(),
    });
    return `${hub.sessionCookie}=${cookie}`;
  }

  it('answers a signed Redirect request of a resident with a session by a form that the party accepts', async () => {
    const cookie = await signedIn();
    const { id, url } = await request();
    const response = await fetch(url, { headers: { cookie } });
    const html = await response.text();
    expect(response.status, html).to.equal(200);
    expect(html).to.include(`action="${sp.acsUrl}"`);
    expect(fieldOf(html, 'RelayState')).to.equal('r');
    expect(response.headers.get('content-security-policy')).to.include("form-action 'self' https://portal.example;");
    const message = decodePost(new URLSearchParams({ SAMLResponse: fieldOf(html, 'SAMLResponse') }), 'SAMLResponse');
    const replay = createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) });
    const subject = await consumeResponse(message, {
      ...sp,
      requestId: id,
      idp: await idpKeys(),
      decryptionKeys: [partyKeys.active('saml').privateKey],
      replay,
      now: Date.now(),
    });
    expect(subject.contextClass).to.equal(cardPin);
    expect(subject.nameId.value).to.equal(await hub.links.pseudonymFor('r1', `saml:${sp.entityId}`));
    expect(subject.attributes['urn:oid:2.16.840.1.113730.3.1.241']).to.deep.equal(['バス セイジ']);
  });

  it('sends a resident without a session to the sign-in, by either binding', async () => {
    const { url } = await request();
    const byRedirect = await fetch(url, { redirect: 'manual' });
    expect([byRedirect.status, byRedirect.headers.get('location')?.startsWith('/sign-in/')]).to.deep.equal([303, true]);
    const xml = await buildAuthnRequest(
      { id: '_post1', issuer: sp.entityId, destination: `${origin}/saml/sso`, acsUrl: sp.acsUrl, now: Date.now() },
      partyKeys.samlKey(),
    );
    const byPost = await fetch(`${origin}/saml/sso`, {
      method: 'POST',
      body: new URLSearchParams(encodePost('SAMLRequest', xml)),
      redirect: 'manual',
    });
    expect(byPost.status).to.equal(303);
  });

  it('tells a passive request NoPassive instead of showing a page', async () => {
    const { url } = await request({ isPassive: true });
    const html = await (await fetch(url)).text();
    expect(Buffer.from(fieldOf(html, 'SAMLResponse'), 'base64').toString()).to.include('status:NoPassive');
  });

  it('refuses by a page with a trace code, an honest status and no form: unknown provider, unregistered address, garbage', async () => {
    const unknown = await request({ issuer: 'https://unknown.example' });
    const elsewhere = await request({ acsUrl: 'https://evil.example/acs' });
    const cases = [
      [unknown.url, 404],
      [elsewhere.url, 403],
      [`${origin}/saml/sso`, 400],
      [`${origin}/saml/sso?SAMLRequest=%00%00`, 400],
      [`${origin}/nowhere`, 404],
    ] as const;
    for (const [url, status] of cases) {
      const response = await fetch(url, { redirect: 'manual' });
      const html = await response.text();
      expect(response.status, url.slice(0, 60)).to.equal(status);
      expect(html).to.not.include('<form');
      const trace = /<code>([0-9A-F]{10})<\/code>/.exec(html)?.[1] ?? '';
      expect(trace).to.not.equal('');
      expect(
        logged.some((line) => line.includes(trace)),
        'the trace code leads to the log',
      ).to.equal(true);
    }
  });

  it('refuses other hosts, methods, media types and large bodies', async () => {
    const post = (body: string, type: string) =>
      fetch(`${origin}/saml/sso`, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await post('{}', 'application/json')).status).to.equal(415);
    expect((await post(`SAMLRequest=${'A'.repeat(600_000)}`, 'application/x-www-form-urlencoded')).status).to.equal(
      413,
    );
    expect((await fetch(`${origin}/saml/sso`, { method: 'DELETE' })).status).to.equal(405);
    expect((await fetch(`http://localhost:${port}/healthz`)).status, 'the issuer is fixed').to.equal(421);
    expect(await (await fetch(`${origin}/healthz`)).json()).to.deep.equal({ status: 'ok' });
  });

  it('sends its security headers with pages and refusals alike', async () => {
    for (const path of ['/healthz', '/nowhere']) {
      const { headers } = await fetch(`${origin}${path}`);
      expect(headers.get('content-security-policy'))
        .to.include("default-src 'none'")
        .and.include("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('referrer-policy')).to.equal('no-referrer');
    }
  });

  it('logs neither cookies nor pseudonyms nor names', async () => {
    const all = logged.join('');
    const pseudonym = await hub.links.pseudonymFor('r1', `saml:${sp.entityId}`);
    for (const secret of [pseudonym, 'バス', hub.sessionCookie]) expect(all).to.not.include(secret);
  });

  it('refuses to start in production on keys that a trial made', async () => {
    const settings = parseSettings({
      origin: 'https://id.example.jp',
      listen: { port: await freePort(), behindProxy: { trusted: ['127.0.0.1'] } },
      data: folder,
      service: {
        name: { ja: 'ログイン', en: 'Sign-in' },
        operator: { ja: '運営者', en: 'Operator' },
        support: { phone: '0120-000-000', hours: { ja: '平日', en: 'Weekdays' } },
      },
    });
    const start = startHub({
      settings,
      log: createLog({ name: 'hub', level: 'silent' }),
    });
    expect(await start.catch((error: Error) => error.message)).to.include('keys that a trial made');
  });

  for (const [what, plant] of [
    [
      'synthetic residents',
      (one: typeof hub) =>
        one.credential.residents.insert({ id: 'p1', name: {}, sex: 3, birthDate: '2000-01-01', synthetic: true }),
    ],
    ['software cards', (one: typeof hub) => one.credential.cards.insert(activeCard({ id: 'c9', residentRef: 'p1' }))],
  ] as const) {
    it(`refuses to start in production on a store with ${what}, whoever put them there`, async () => {
      const data = await mkdtemp(join(tmpdir(), 'sanuki-production-'));
      const text = { ja: 'ログイン', en: 'Sign-in' };
      const start = async () =>
        startHub({
          settings: parseSettings({
            origin: 'https://id.example.jp',
            listen: { port: await freePort(), behindProxy: { trusted: ['127.0.0.1'] } },
            data,
            service: { name: text, operator: text, support: { phone: '0120', hours: text } },
          }),
          log: createLog({ name: 'hub', level: 'silent' }),
        });
      const first = await start();
      await plant(first);
      await first.close();
      expect(await start().catch((error: { code?: string }) => error.code)).to.equal('START_REFUSED');
      await rm(data, { recursive: true });
    });
  }
});
