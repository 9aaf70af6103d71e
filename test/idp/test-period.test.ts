import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { discoveryEprAttribute } from '../../attribute-service/index.ts';
import {
  buildAuthnRequest,
  buildSpMetadata,
  encodeRedirect,
  type KeyRing,
  messagePartyOf,
  parseClientMetadata,
} from '../../federation/index.ts';
import { newPeerRing } from '../peer-keys.ts';
import { refusal } from '../refusal.ts';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';
import { attributeIn, browser, signInAt, type TestBrowser } from './world.ts';

type Own = Awaited<ReturnType<AdminWorld['signedIn']>>;
type Person = Parameters<AdminWorld['signedIn']>[0];

const callback = 'http://127.0.0.1:9/callback';
const acsUrl = 'https://library.example/acs';

describe('a test period', () => {
  let world: AdminWorld;
  let registrar: Own;
  let keys: KeyRing;
  let entityId = '';
  let clientId = '';
  let made = 0;

  before(async () => {
    keys = await newPeerRing('library.example');
  });

  /** A pending provider of each protocol, both with a contract for data and a key to ask with. */
  beforeEach(async () => {
    world = await startAdminWorld();
    registrar = await world.signedIn('registrar');
    made += 1;
    [entityId, clientId] = [`https://library.example/sp/${made}`, `loans-${made}`];
    const name = { ja: '図書館', en: 'Library' };
    const certificate = keys.active('saml').certificate ?? '';
    const jwks = { keys: [{ ...keys.active('saml').publicKey.export({ format: 'jwk' }) }] };
    const json = { client_id: clientId, redirect_uris: [callback], token_endpoint_auth_method: 'none', jwks };
    const common = { name, status: 'pending', contract: { attributes: ['displayName', 'coverage'] } } as const;
    await world.registry.register({
      ...common,
      protocol: 'saml',
      key: entityId,
      settings: { encryptAssertion: false },
      saml: { metadata: buildSpMetadata({ entityId, acsUrl, certificate, name }) },
    });
    await world.registry.register({
      ...common,
      protocol: 'oidc',
      key: clientId,
      settings: {},
      oidc: { metadata: parseClientMetadata(json, { allowHttp: true }).metadata },
    });
  });
  afterEach(() => world.close());

  const saml = () => `saml:${entityId}`;
  const oidc = () => `oidc:${clientId}`;
  const pageOf = (id: string) => `/admin/provider?${new URLSearchParams({ id })}`;

  async function press(own: Own, id: string, what: 'open' | 'close', headers = {}, more = {}) {
    const csrf = csrfIn(await world.textOf(own, '/admin/providers/new')) || csrfIn(await world.textOf(own, pageOf(id)));
    return world.post(own, '/admin/provider/test-period', { csrf, id, do: what, ...more }, headers);
  }

  /** The party's request; where the browser ends, and what it read there. */
  async function visitSaml(tab: Pick<TestBrowser, 'visit' | 'request'>, person?: Person) {
    const destination = `${world.origin}/saml/sso`;
    const id = `_${randomBytes(8).toString('hex')}`;
    const xml = await buildAuthnRequest({ id, issuer: entityId, destination, acsUrl, now: world.now() });
    const url = await encodeRedirect(destination, { name: 'SAMLRequest', xml, key: keys.samlKey() });
    const end = await go(tab, url, person);
    const answer = attributeIn(end.html, /name="SAMLResponse" value="([^"]+)"/);
    return { ...end, xml: Buffer.from(answer, 'base64').toString() };
  }

  async function visitOidc(tab: Pick<TestBrowser, 'visit' | 'request'>, person?: Person) {
    const verifier = randomBytes(32).toString('base64url');
    const parameters = new URLSearchParams({
      client_id: clientId,
      redirect_uri: callback,
      response_type: 'code',
      scope: 'openid profile attributes',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const end = await go(tab, `${world.origin}/oidc/authorize?${parameters}`, person);
    const code = end.left === undefined ? null : new URL(end.left).searchParams.get('code');
    const redeem = () =>
      fetch(`${world.origin}/oidc/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: code ?? '',
          code_verifier: verifier,
          client_id: clientId,
          redirect_uri: callback,
        }),
      });
    return { ...end, code, redeem };
  }

  async function go(tab: Pick<TestBrowser, 'visit' | 'request'>, url: string, person: Person | undefined) {
    let end = await tab.visit(url);
    const card = person && world.cards.get(person);
    if (card && new URL(end.url).pathname.startsWith('/sign-in/'))
      end = await tab.visit(await signInAt(tab as TestBrowser, end.url, card));
    return { status: end.response.status, left: end.left, html: await end.response.text() };
  }

  const userInfo = (token: string) =>
    fetch(`${world.origin}/oidc/userinfo`, { headers: { authorization: `Bearer ${token}` } });

  /** Nobody is told of, and nobody has become known: no answer, no code, no pseudonym. */
  async function refusedAtBoth(tab: Pick<TestBrowser, 'visit' | 'request'>, person: Person, label: string) {
    const answer = await visitSaml(tab, person);
    expect([answer.status, answer.xml], label).to.deep.equal([403, '']);
    expect(answer.html, label).to.include('PROVIDER_NOT_APPROVED');
    const end = await visitOidc(tab, person);
    expect([end.status >= 400, end.left, end.code], label).to.deep.equal([true, undefined, null]);
    for (const party of [saml(), oidc()]) expect(await world.links.isLinked(person, party), label).to.equal(false);
  }

  async function openBoth() {
    for (const id of [saml(), oidc()]) expect((await press(registrar, id, 'open')).status).to.equal(303);
  }

  it('lets its tester, and no data of other bodies, through to a pending service of either protocol', async () => {
    await refusedAtBoth(registrar, 'registrar', 'not opened yet');
    await openBoth();
    const { xml } = await visitSaml(registrar);
    expect(xml).to.include('status:Success').and.include('バス セイジ').and.not.include(discoveryEprAttribute);
    const { redeem } = await visitOidc(registrar);
    const tokens = await (await redeem()).json();
    const told = await (await userInfo(tokens.access_token)).json();
    expect(told).to.include({ name: 'バス セイジ' }).and.not.have.property(discoveryEprAttribute);
    for (const id of [entityId, oidc()])
      expect(await refusal(messagePartyOf(world.registry, id)), 'no query is taken').to.equal('PROVIDER_NOT_APPROVED');
    const [event] = await world.audited('sso.saml');
    expect(event?.detail).to.include({ test: true });
  });

  it('is seen at the service’s page, audited, and ended by its tester', async () => {
    await openBoth();
    expect(await world.textOf(registrar, pageOf(saml()), 'en'))
      .to.include('Under test')
      .and.include('End the test');
    const [opened] = await world.audited('provider.test.open');
    expect(opened).to.include({ actor: world.ids.get('registrar'), provider: saml(), result: 'ok' });
    for (const id of [saml(), oidc()]) await press(registrar, id, 'close');
    await refusedAtBoth(registrar, 'registrar', 'closed');
    expect(await world.audited('provider.test.close')).to.have.length(2);
  });

  it('refuses every other resident, with a session or a card, and another administrator', async () => {
    await openBoth();
    await refusedAtBoth(browser(), 'resident', 'by card');
    await refusedAtBoth(await world.signedIn('resident', `${world.origin}/account`), 'resident', 'by session');
    await refusedAtBoth(await world.signedIn('approver'), 'approver', 'another administrator');
  });

  it('takes its tokens and codes along when it ends', async () => {
    await openBoth();
    const { redeem } = await visitOidc(registrar);
    const { access_token: token } = await (await redeem()).json();
    const late = await visitOidc(registrar);
    expect((await userInfo(token)).status).to.equal(200);
    await press(registrar, oidc(), 'close');
    expect((await userInfo(token)).status).to.equal(401);
    expect((await late.redeem()).status, 'a code of the last moment').to.be.within(400, 401);
    // Somebody else’s period: the client is taken again, and still not for what this tester was given.
    await press(await world.signedIn('manager'), oidc(), 'open');
    expect((await userInfo(token)).status).to.equal(401);
    expect((await late.redeem()).status).to.be.within(400, 401);
  });

  it('ends after an hour', async () => {
    await openBoth();
    world.pass(3_600_000);
    await refusedAtBoth(await world.signedIn('registrar'), 'registrar', 'an hour later');
  });

  it('ends with the tester’s account', async () => {
    await openBoth();
    await world.administrators.revoke(world.ids.get('registrar') ?? '', 'command');
    await refusedAtBoth(registrar, 'registrar', 'revoked');
  });

  it('ends when the registration is changed, and when it is suspended', async () => {
    await openBoth();
    for (const [protocol, key] of [
      ['saml', entityId],
      ['oidc', clientId],
    ] as const) {
      const record = await world.registry.get(protocol, key);
      if (record) await world.registry.setStatus(record.id, 'pending');
    }
    await refusedAtBoth(registrar, 'registrar', 'changed');
    await openBoth();
    for (const id of [saml(), oidc()]) await world.registry.setStatus(id, 'suspended');
    await refusedAtBoth(registrar, 'registrar', 'suspended');
  });

  it('is opened by nobody else: not by an auditor, not by a forged form, not for what is live', async () => {
    const [auditor, resident] = [
      await world.signedIn('auditor'),
      await world.signedIn('resident', `${world.origin}/account`),
    ];
    expect((await press(auditor, saml(), 'open')).status).to.equal(403);
    expect((await press(resident, saml(), 'open')).status).to.equal(404);
    expect((await press(registrar, saml(), 'open', { origin: 'https://evil.example' })).status).to.equal(403);
    expect((await press(registrar, saml(), 'open', {}, { csrf: 'x' })).status).to.equal(403);
    await world.registry.setStatus(saml(), 'approved');
    expect((await press(registrar, saml(), 'open')).status).to.equal(409);
    expect(await world.audited('provider.test.open')).to.deep.equal([]);
  });
});
