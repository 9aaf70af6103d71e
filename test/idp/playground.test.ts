import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import * as samlify from 'samlify';
import {
  buildAuthnRequest,
  buildSpMetadata,
  consumeResponse,
  createReplayGuard,
  decodePost,
  encodePost,
  encodeRedirect,
  type KeyRing,
  type Level,
  parseClientMetadata,
  parseIdentityProviderMetadata,
  type UsedId,
  usedIdCollection,
} from '../../federation/index.ts';
import { decryptElement, elementsOf, readXml, verificationKeyFromCertificate, writeXml } from '../../lib/xml/index.ts';
import { createMemoryStorage, openEmbeddedStorage } from '../../storage/index.ts';
import { newPeerRing } from '../peer-keys.ts';
import { refusal } from '../refusal.ts';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';
import { attributeIn, browser, issueCard, signInAt } from './world.ts';

type Own = Awaited<ReturnType<AdminWorld['signedIn']>>;

const [entityId, acsUrl] = ['https://library.example/sp', 'https://library.example/acs'];
const callback = 'http://127.0.0.1:9/callback';

const withCoverage = { attributes: ['displayName', 'coverage'] };

describe('test sign-in', () => {
  let world: AdminWorld;
  let registrar: Own;
  let keys: KeyRing;

  before(async () => {
    world = await startAdminWorld();
    registrar = await world.signedIn('registrar');
    keys = await newPeerRing('library.example');
    await registerSaml();
    await registerOidc();
  });
  after(() => world.close());

  const certificate = () => keys.active('saml').certificate ?? '';
  const name = { ja: '図書館', en: 'Library' };

  async function registerSaml(options: SamlOptions = {}) {
    const { settings = {}, status = 'pending', key = entityId, validMs, requiredLevel } = options;
    const written = buildSpMetadata({ entityId: key, acsUrl, certificate: certificate(), name });
    const until = validMs && new Date(world.now() + validMs).toISOString();
    const metadata = until ? written.replace(' entityID=', ` validUntil="${until}" entityID=`) : written;
    return world.registry.register({
      protocol: 'saml',
      key,
      name,
      status,
      contract: { attributes: ['displayName', 'staffRole', 'coverage'] },
      settings,
      requiredLevel,
      saml: { metadata },
    });
  }
  interface SamlOptions {
    readonly requiredLevel?: Level;
    readonly settings?: object;
    readonly status?: 'pending' | 'approved' | 'suspended';
    readonly key?: string;
    readonly validMs?: number;
  }

  function registerOidc(more: object = {}, key = 'loans', { attributes, ...besides }: Besides = withCoverage) {
    const json = { client_id: key, redirect_uris: [callback], ...more };
    const { secret = '', ...made } = parseClientMetadata(json, { allowHttp: true });
    return world.registry.register({
      protocol: 'oidc',
      key,
      name: { ja: '貸出', en: 'Loans' },
      status: 'pending',
      contract: { attributes },
      settings: {},
      ...besides,
      ...(made.counter ? { counter: made.counter } : {}),
      oidc: { metadata: made.metadata, sealedSecret: world.clientSecrets.seal(Buffer.from(secret), `oidc:${key}`) },
    });
  }

  interface Besides {
    readonly attributes: readonly string[];
    readonly requiredLevel?: Level;
  }

  const pageOf = (id: string) => `/admin/provider?${new URLSearchParams({ id })}`;

  /** Presses the button at the provider's page; the address of the card prompt, or the refusal. */
  async function press(own: Own, id: string, fields: Record<string, string> = {}, headers: object = {}) {
    const csrf = csrfIn(await world.textOf(own, pageOf(id))) || csrfIn(await world.textOf(own, '/admin/providers/new'));
    return world.post(own, '/admin/provider/test', { csrf, id, what: 'registration', ...fields }, headers);
  }

  /** The whole way, with the card of this person. */
  async function test(own: Own, id: string, person: Parameters<AdminWorld['signedIn']>[0] = 'registrar', more = {}) {
    const pressed = await press(own, id, more);
    const prompt = new URL(pressed.headers.get('location') ?? '', world.origin).href;
    const next = await signInAt(own, prompt, cardOf(person));
    const response = await own.request(next, { headers: { 'accept-language': 'en' } });
    return { response, next, html: await response.text() };
  }

  function cardOf(person: Parameters<AdminWorld['signedIn']>[0]) {
    const card = world.cards.get(person);
    if (!card) throw new TypeError('no card');
    return card;
  }

  /** Everything in the store, so that what a preview leaves behind shows. */
  async function counted() {
    const storage = openEmbeddedStorage({ file: `${world.data}/hub.sqlite` });
    const count = async (collection: string) =>
      (await storage.collection<{ id: string }>({ name: collection }).find({ limit: 1000 })).records.length;
    const names = ['account-link', 'sso-session', 'sign-in-interaction', 'oidc-grant', 'oidc-access-token'];
    const counts = Object.fromEntries(
      await Promise.all([...names, 'oidc-authorization-code', 'used-id'].map(async (one) => [one, await count(one)])),
    );
    await storage.close();
    return counts;
  }

  const preIn = (html: string, summary: string) =>
    attributeIn(html, new RegExp(`<summary>${summary}</summary><pre class="document">([^<]*)</pre>`))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>');
  const rowOf = (html: string, word: string) =>
    new RegExp(`<tr role="row"><td role="cell">(?:(?!<tr).)*<div>${word}</div>.*?</tr>`, 's').exec(html)?.[0] ?? '';

  it('shows what a SAML service would be sent, each attribute with its reason, and why it is refused now', async () => {
    const { response, html } = await test(registrar, `saml:${entityId}`);
    expect(response.status, html).to.equal(200);
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(html).to.include('Real sign-ins are refused now').and.include('It is not approved yet');
    expect(rowOf(html, 'name')).to.include('バス セイジ').and.include('It is in the contract');
    expect(rowOf(html, 'role of staff')).to.include('not given').and.include('no staff directory is set up');
    expect(rowOf(html, 'licence of staff')).to.include('It is not in the contract');
    expect(rowOf(html, 'health insurance coverage')).to.include('if it asks').and.include('asked for consent');
    expect(html, 'encrypted for whom').to.include('aes256-gcm, rsa-oaep-mgf1p').and.include('Encrypted for the key');
    expect(preIn(html, 'Response \\(as sent\\)')).to.include('EncryptedAssertion').and.not.include('バス セイジ');
    const inside = preIn(html, 'Assertion \\(before encryption\\)');
    expect(inside).to.include('バス セイジ').and.include(`<saml:Audience>${entityId}</saml:Audience>`);
    expect(html).to.include('an example');
  });

  it('shows the claims of an OpenID Connect service, and where its code would go', async () => {
    const { html } = await test(registrar, 'oidc:loans');
    expect(html).to.include(`${callback}?code=…`);
    expect(rowOf(html, 'name')).to.include('バス セイジ');
    const idToken = JSON.parse(preIn(html, 'What the ID token says'));
    expect(idToken).to.include({ aud: 'loans', iss: world.origin, acr: 'urn:x-sanuki:ac:card-pin' });
    expect(JSON.parse(preIn(html, 'Answer of UserInfo'))).to.deep.equal({ sub: idToken.sub, name: 'バス セイジ' });
    expect(rowOf(html, 'health insurance coverage'), 'it has no key').to.include('no key');
  });

  it('tries a counter terminal as its counter would ask, and a service with a key to ask with', async () => {
    const jwks = { keys: [{ ...keys.active('saml').publicKey.export({ format: 'jwk' }) }] };
    const counter = { facility: { ja: '春日みなと医院', en: 'Kasuga clinic' }, terminal: '1' };
    const json = { token_endpoint_auth_method: 'private_key_jwt', jwks, sanuki_counter: counter };
    await registerOidc(json, 'counter', { attributes: ['displayName', 'staffRole', 'eligibility'] });
    const { html } = await test(registrar, 'oidc:counter');
    expect(rowOf(html, 'role of staff')).to.include('everybody is there as a patient');
    expect(rowOf(html, 'insurance eligibility')).to.include('Presenting the card at the counter is the consent');
    expect(html).to.include('Fingerprint of the key');
  });

  it('tries a change that waits beside what is live', async () => {
    const key = 'https://changing.example/sp';
    await registerSaml({ key, status: 'approved' });
    const form = csrfIn(await world.textOf(registrar, '/admin/providers/new'));
    const metadata = buildSpMetadata({ entityId: key, acsUrl, certificate: certificate(), name });
    const path = `/admin/provider/edit?${new URLSearchParams({ id: `saml:${key}` })}`;
    const change = { csrf: form, protocol: 'saml', seen: '0', do: 'save', nameJa: '図', nameEn: 'L', metadata };
    expect((await world.upload(registrar, path, { ...change, contract: [] })).status).to.equal(303);
    const live = await test(registrar, `saml:${key}`);
    expect(live.html).to.include('Real sign-ins are taken now');
    expect(rowOf(live.html, 'name')).to.include('バス セイジ');
    const changed = await test(registrar, `saml:${key}`, 'registrar', { what: 'revision' });
    expect(rowOf(changed.html, 'name')).to.include('not in the contract').and.not.include('バス セイジ');
    expect((await press(registrar, `saml:${entityId}`, { what: 'revision' })).status, 'none waits').to.equal(409);
  });

  it('says of a suspended service, of expired metadata and of signed requests how a real request would fare', async () => {
    await registerSaml({ key: 'https://stopped.example/sp', status: 'suspended' });
    expect((await test(registrar, 'saml:https://stopped.example/sp')).html).to.include('It is suspended');
    await registerSaml({
      key: 'https://signing.example/sp',
      status: 'approved',
      settings: { requireSignedRequests: true },
    });
    expect((await test(registrar, 'saml:https://signing.example/sp')).html).to.include(
      'without a signature are refused',
    );
    const key = 'https://old.example/sp';
    const record = await registerSaml({ key, status: 'approved', validMs: 40_000 });
    world.pass(45_000);
    const { html } = await test(registrar, record.id);
    expect(html).to.include('Its metadata has expired').and.include('バス セイジ');
  });

  it('leaves nothing behind: no link, participant, session, code, grant or token, also for another’s card', async () => {
    const before = await counted();
    const { html } = await test(registrar, `saml:${entityId}`, 'resident');
    await test(registrar, 'oidc:loans', 'resident');
    expect(await counted()).to.deep.equal(before);
    expect(html).to.include('バス セイジ');
    const { url } = await registrar.visit(`${world.origin}/admin`);
    expect(new URL(url).pathname, 'the console is still the registrar’s').to.equal('/admin');
    expect(await world.textOf(registrar, '/admin')).to.include(world.ids.get('registrar'));
  });

  it('shows the pseudonym that is there, and makes none for a first visit', async () => {
    const known = await world.links.pseudonymFor('approver', `saml:${entityId}`);
    const { html } = await test(registrar, `saml:${entityId}`, 'approver');
    expect(rowOf(html, 'pseudonym')).to.include(known);
    expect(html).to.not.include('an example');
    await test(registrar, `saml:${entityId}`);
    expect(await world.links.isLinked('registrar', `saml:${entityId}`)).to.equal(false);
  });

  it('is answered once: the page is gone at a reload, and another browser never gets it', async () => {
    const { next, html } = await test(registrar, `saml:${entityId}`);
    expect(html).to.include('バス セイジ');
    const again = await registrar.request(next);
    expect([again.status, await again.text()].join())
      .to.match(/^404/)
      .and.not.include('バス セイジ');
    // Knows the address of a test sign-in under way, and lacks the browser’s own secret.
    const { headers } = await press(registrar, `saml:${entityId}`);
    const prompt = new URL(headers.get('location') ?? '', world.origin).href;
    await registrar.request(prompt);
    const other = await world.signedIn('manager');
    expect((await other.request(prompt)).status).to.equal(403);
  });

  it('leads back to the service when it is cancelled', async () => {
    const { headers } = await press(registrar, `saml:${entityId}`);
    const prompt = new URL(headers.get('location') ?? '', world.origin).href;
    const html = await world.textOf(registrar, prompt, 'en');
    expect(html).to.include('Library').and.include('Nothing is sent to the service');
    const cancelled = await world.post(registrar, `${prompt}/cancel`, { csrf: csrfIn(html) });
    expect(cancelled.headers.get('location')).to.equal(pageOf(`saml:${entityId}`));
  });

  it('is audited with who, what and the names of what would be released, and no value', async () => {
    await test(registrar, `saml:${entityId}`);
    const [event] = (await world.audited('provider.test')).filter(({ result }) => result === 'ok');
    expect(event).to.include({ actor: world.ids.get('registrar'), provider: `saml:${entityId}` });
    expect(event?.detail).to.deep.equal({ what: 'registration', released: ['pseudonym', 'displayName'] });
    const everything = JSON.stringify(await world.audited('provider.test')) + world.logged.join('');
    expect(everything).to.not.include('バス');
  });

  describe('under attack', () => {
    /** Our own service-provider role in the party’s place, with everything the party has. */
    const consume = (xml: string, requestId: string, idp: Awaited<ReturnType<typeof hubMetadata>>) =>
      consumeResponse(decodePost(new URLSearchParams(encodePost('SAMLResponse', xml)), 'SAMLResponse'), {
        entityId: 'https://control.example/sp',
        acsUrl,
        requestId,
        idp,
        decryptionKeys: [keys.active('saml').privateKey],
        replay: createReplayGuard({ used: createMemoryStorage().collection<UsedId>(usedIdCollection) }),
        now: world.now(),
      });
    const hubXml = async () => (await fetch(`${world.origin}/saml/metadata`)).text();
    const hubMetadata = async () => parseIdentityProviderMetadata(await hubXml(), { now: world.now() });

    /** A live answer and a previewed one of the same approved service. */
    async function answers(settings: object) {
      const key = 'https://control.example/sp';
      await registerSaml({ key, status: 'approved', settings });
      const id = `_${randomBytes(8).toString('hex')}`;
      const destination = `${world.origin}/saml/sso`;
      const request = await buildAuthnRequest({ id, issuer: key, destination, acsUrl, now: world.now() });
      const url = await encodeRedirect(destination, { name: 'SAMLRequest', xml: request, key: keys.samlKey() });
      const html = await (await registrar.visit(url)).response.text();
      const live = Buffer.from(attributeIn(html, /name="SAMLResponse" value="([^"]+)"/), 'base64').toString();
      const shown = await test(registrar, `saml:${key}`);
      const preview = preIn(shown.html, 'Response \\(as sent\\)').replaceAll(/>\n\s*</g, '><');
      const requestId = /InResponseTo="([^"]+)"/.exec(preview)?.[1] ?? '';
      return { live, id, preview, requestId };
    }

    it('the Response copied from the page is worth nothing at the party, even one whose request it names', async () => {
      const { live, id, preview, requestId } = await answers({});
      const idp = await hubMetadata();
      expect((await consume(live, id, idp)).attributes['urn:oid:2.16.840.1.113730.3.1.241']).to.deep.equal([
        'バス セイジ',
      ]);
      expect(await refusal(consume(preview, requestId, idp)), 'by the signature alone').to.equal('SIGNATURE_WRONG');
      const ownKey = { ...idp, signingKeys: [embeddedKeyOf(await innerOf(preview))] };
      expect((await consume(preview, requestId, ownKey)).contextClass, 'whole and current otherwise').to.be.a('string');
    });

    const innerOf = async (xml: string) => {
      const response = readXml(Buffer.from(xml));
      const encrypted = elementsOf(response).find((child) => child.name === 'EncryptedAssertion');
      const [data] = encrypted ? elementsOf(encrypted) : [];
      if (!data) throw new TypeError('the preview is not encrypted');
      return writeXml(decryptElement(data, [keys.active('saml').privateKey]));
    };
    const embeddedKeyOf = (assertion: string) =>
      verificationKeyFromCertificate(/X509Certificate>([^<]+)</.exec(assertion)?.[1] ?? '');

    it('samlify refuses it too, and takes the live one', async () => {
      const { live, preview } = await answers({ encryptAssertion: false });
      samlify.setSchemaValidator({ validate: async () => 'the kernel’s own tests judge the schema' });
      const metadata = (await world.registry.samlProvider('https://control.example/sp')).record.saml?.metadata ?? '';
      const party = samlify.ServiceProvider({ metadata });
      const hub = samlify.IdentityProvider({ metadata: await hubXml() });
      const take = (xml: string) => party.parseLoginResponse(hub, 'post', { body: encodePost('SAMLResponse', xml) });
      expect((await take(live)).extract.nameID).to.be.a('string');
      const refused = await take(preview).then(
        () => 'taken',
        (error: unknown) => String(error),
      );
      expect(refused).to.match(/SIGNATURE|signature|CERT/i);
    });

    it('nothing on the page of an OpenID Connect service opens UserInfo or the token endpoint', async () => {
      const { html } = await test(registrar, 'oidc:loans');
      const { origin } = world;
      expect(html, 'no JWT').to.not.match(/eyJ[\w-]+\.eyJ/);
      const texts = [preIn(html, 'What the ID token says'), preIn(html, 'Answer of UserInfo')];
      const candidates = texts.flatMap((json) => Object.values(JSON.parse(json)).map(String));
      expect(candidates).to.not.be.empty;
      for (const authorization of candidates.map((value) => `Bearer ${encodeURIComponent(value)}`))
        expect((await fetch(`${origin}/oidc/userinfo`, { headers: { authorization } })).status).to.equal(401);
    });

    it('auditor, operator and a resident without account get nowhere, and it is audited', async () => {
      await issueCard(world, { residentRef: 'op', number: '9999999999999' }).then((card) => operators.push(card));
      await world.administrators.grant({
        residentRef: 'op',
        roles: ['operator'],
        until: world.now() + 1000_000,
        invitedBy: 'command',
      });
      const [auditor, resident] = [
        await world.signedIn('auditor'),
        await world.signedIn('resident', `${world.origin}/account`),
      ];
      expect(await world.textOf(auditor, pageOf(`saml:${entityId}`))).to.not.include('試験ログイン');
      expect((await post(auditor)).status, 'auditor').to.equal(403);
      expect((await post(resident)).status, 'no account').to.equal(404);
      const tab = browser();
      const prompt = await tab.visit(`${world.origin}/admin`);
      await tab.visit(await signInAt(tab, prompt.url, operators[0] ?? cardOf('registrar')));
      expect((await post(tab)).status, 'operator').to.equal(403);
      const refused = (await world.audited('provider.test')).filter(({ result }) => result === 'refused');
      expect(refused.map(({ code }) => code)).to.deep.equal(['NOT_YOUR_ROLE', 'NOT_YOUR_ROLE']);
    });
    const operators: Awaited<ReturnType<typeof issueCard>>[] = [];
    const post = (own: Pick<Own, 'request'>, fields = {}, headers = {}) =>
      world.post(own, '/admin/provider/test', { id: `saml:${entityId}`, what: 'registration', ...fields }, headers);

    it('a form from elsewhere opens nothing', async () => {
      expect((await press(registrar, `saml:${entityId}`, {}, { origin: 'https://evil.example' })).status).to.equal(403);
      expect((await post(registrar, { csrf: 'x' })).status, 'no token').to.equal(403);
      const manager = await world.signedIn('manager');
      const csrf = csrfIn(await world.textOf(manager, '/admin/providers/new'));
      expect((await post(registrar, { csrf })).status, 'the token of another sign-in').to.equal(403);
    });

    /** The card is read; then this happens at the console; then the page is asked for. */
    async function between(happens: (own: Own) => Promise<unknown>) {
      const own = await world.signedIn('manager');
      const { headers } = await press(own, `saml:${entityId}`);
      const next = await signInAt(own, new URL(headers.get('location') ?? '', world.origin).href, cardOf('resident'));
      await happens(own);
      const response = await own.request(next);
      return { status: response.status, location: response.headers.get('location'), html: await response.text() };
    }

    it('a registrar at whose browser somebody else has signed in meanwhile sees nothing of the card', async () => {
      const approver = await world.signedIn('approver');
      const { status, html } = await between(async (own) => {
        const stolen = (await approver.jar.getCookies(world.origin)).find(({ key }) => key === world.sessionCookie);
        if (stolen) await own.jar.setCookie(stolen, world.origin);
      });
      expect([status, html].join()).to.match(/^403/).and.not.include('バス セイジ');
    });

    it('whose session has ended is asked for the card again and sees nothing', async () => {
      const ended = await between((own) => own.jar.setCookie(`${world.sessionCookie}=gone`, world.origin));
      expect(ended.status).to.equal(303);
      expect(ended.location).to.match(/^\/sign-in\//);
    });

    it('an administrator who was revoked while the card was read sees nothing', async () => {
      const { status, html } = await between(() =>
        world.administrators.revoke(world.ids.get('manager') ?? '', 'command'),
      );
      expect([status, html].join()).to.match(/^404/).and.not.include('バス セイジ');
    });
  });

  describe('of a service that demands more', () => {
    it('shows what it would get of a resident who has the passkey too, by either protocol', async () => {
      for (const requiredLevel of ['urn:x-sanuki:ac:card-pin-bound', 'urn:x-sanuki:ac:passkey'] as const) {
        await registerSaml({ key: 'https://strict.example/sp', requiredLevel });
        await registerOidc({}, 'strict', { attributes: ['displayName'], requiredLevel });
        for (const id of ['saml:https://strict.example/sp', 'oidc:strict'])
          expect((await test(registrar, id)).html, id)
            .to.include(requiredLevel)
            .and.include('Here it is taken as shown');
      }
    });
  });
});
