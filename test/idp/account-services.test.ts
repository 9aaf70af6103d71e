import { expect } from 'chai';
import { newTab, openSignOutWorld, type SignOutWorld } from './sign-out-world.ts';
import { attributeIn, signInAt, type TestBrowser } from './world.ts';

describe('the services linked to a resident (R49)', function () {
  this.timeout(60_000);
  let world: SignOutWorld;
  beforeEach(async () => {
    world = await openSignOutWorld();
  });
  afterEach(() => world.close());

  const page = (rest = '') => `${world.hub.origin}/account/services${rest}`;
  const told = 'oidc:told';
  const read = async (tab: Pick<TestBrowser, 'request'>, rest = '', language = 'ja') =>
    (await tab.request(page(rest), { headers: { 'accept-language': language } })).text();
  const csrfIn = (html: string) => attributeIn(html, /name="csrf" value="([^"]+)"/);
  const linkOf = async (party: string, residentRef = 'r1') =>
    (await world.hub.links.linksOf(residentRef)).find((link) => link.party === party);

  const userInfo = async (token: string) => {
    const address = world.clients.told.serverMetadata().userinfo_endpoint ?? '';
    return (await fetch(address, { headers: { authorization: `Bearer ${token}` } })).status;
  };

  const consent = (party: string) =>
    world.hub.attributes.consents.give({
      residentRef: 'r1',
      party,
      purpose: 'urn:x-sanuki:purpose:self-view',
      types: ['coverage'],
      period: '1-year',
      textVersion: 't1',
      session: { id: 's', endsAt: Date.now() + 1e9 },
    });

  const post = (tab: Pick<TestBrowser, 'request'>, fields: Record<string, string>, headers: object = {}) =>
    tab.request(page('/unlink'), {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: world.hub.origin, ...headers },
    });

  async function unlink(tab: TestBrowser, party: string) {
    const { id = '' } = (await linkOf(party)) ?? {};
    const html = await read(tab, `/unlink?service=${id}`);
    return post(tab, { csrf: csrfIn(html), service: id });
  }

  it('are listed with since when, the last sign-in, what the contract gives, and consents; bodies apart', async () => {
    const tab = newTab();
    await world.samlSignIn(tab, world.saml.soap);
    await world.oidcSignIn(tab, world.clients.told);
    await world.hub.links.pseudonymFor('r1', 'nhi');
    const known = await world.hub.registry.get('oidc', 'told');
    if (!known) throw new Error('not registered');
    const { id: _id, version: _version, registeredAt: _at, updatedAt: _updated, ...record } = known;
    await world.hub.registry.register({ ...record, contract: { attributes: ['displayName', 'coverage'] } });
    const { id } = await consent(told);
    const html = await read(tab);
    for (const words of [
      'soapサービス',
      'toldサービス',
      '氏名',
      '健康保険の加入情報',
      '番号（仮名）だけ',
      `#consent-${id}`,
    ])
      expect(html).to.include(words);
    expect(html.match(/最後にログインした日時<\/dt><dd>令和/g)).to.have.length(2);
    const english = await read(tab, '', 'en');
    expect(english).to.include('Undo the link').and.include('The number only');
    expect(html, 'the pseudonym is for the party').to.not.include((await linkOf(told))?.pseudonym);
  });

  it('are left one by one: consents, sign-ins and tokens of that one end, it is told, and the pseudonym waits', async () => {
    const [tab, other] = [newTab(), newTab()];
    await world.samlSignIn(tab, world.saml.soap);
    const tokens = await world.oidcSignIn(tab, world.clients.told);
    await world.samlSignIn(other, world.saml.soap);
    await Promise.all([consent(told), consent(`saml:${world.saml.soap.entityId}`)]);
    const pseudonym = (await linkOf(told))?.pseudonym ?? '';
    expect(await read(tab, `/unlink?service=${(await linkOf(told))?.id}`)).to.include('取っておき');
    expect(await userInfo(tokens.access_token)).to.equal(200);
    const sent = await unlink(tab, told);
    expect(sent.status).to.equal(303);
    const states = (await world.hub.attributes.consents.list('r1')).map(({ consent: { party }, state }) => [
      party,
      state,
    ]);
    expect(Object.fromEntries(states)).to.deep.equal({
      [told]: 'withdrawn',
      [`saml:${world.saml.soap.entityId}`]: 'given',
    });
    expect(await userInfo(tokens.access_token)).to.equal(401);
    expect(world.servers.told.filter(({ party }) => party === 'told')).to.have.length(1);
    expect(await world.hub.links.residentOf(told, pseudonym)).to.equal(undefined);
    const html = await read(tab, new URL(sent.headers.get('location') ?? '', page()).search);
    expect(html).to.include('「toldサービス」とのつながりを解きました').and.include('解いたつながり');
    expect(html.match(/つながりを解く：/g), 'the other one stays').to.have.length(1);
    expect((await other.request(page())).status, 'also where that one was not used').to.equal(200);
    const again = await world.oidcSignIn(tab, world.clients.told);
    expect(again.claims()?.sub, 'the same person, for the party that keeps the records').to.equal(pseudonym);
    const news = (await world.hub.credential.notices.list('r1')).records.filter(({ party }) => party === told);
    expect(
      news.map(({ kind }) => kind),
      'told again',
    ).to.deep.equal(['new-link', 'link-removed', 'new-link']);
  });

  describe('under attack', () => {
    it('are left by their resident only: a foreign link is as one that is not there', async () => {
      const [victim, attacker] = [newTab(), newTab()];
      await world.oidcSignIn(victim, world.clients.told);
      await world.samlSignIn(attacker, world.saml.soap, world.second);
      const foreign = (await linkOf(told))?.id ?? '';
      const own = (await linkOf(`saml:${world.saml.soap.entityId}`, 'r2'))?.id ?? '';
      const csrf = csrfIn(await read(attacker, `/unlink?service=${own}`));
      expect((await attacker.request(page(`/unlink?service=${foreign}`))).status).to.equal(404);
      expect((await post(attacker, { csrf, service: foreign })).status).to.equal(404);
      expect((await post(attacker, { csrf, service: 'x' })).status).to.equal(404);
      expect(await world.hub.links.isLinked('r1', told)).to.equal(true);
      expect(await read(attacker, `?unlinked=${foreign}`))
        .to.not.include('解きました')
        .and.not.include('toldサービス');
    });

    it('are not left by another site, without a token, with another sign-in’s, by a link, or by a stranger', async () => {
      const [tab, second] = [newTab(), newTab()];
      await world.oidcSignIn(tab, world.clients.told);
      await second.visit(await signInAt(second, (await second.visit(page())).url, world.first));
      const service = (await linkOf(told))?.id ?? '';
      const csrf = csrfIn(await read(tab, `/unlink?service=${service}`));
      const others = csrfIn(await read(second, `/unlink?service=${service}`));
      for (const [token, headers] of [
        [csrf, { origin: 'https://evil.example' }],
        ['', {}],
        [others, {}],
      ] as const)
        expect((await post(tab, { csrf: token, service }, headers)).status).to.equal(403);
      expect((await post(newTab(), { csrf, service })).headers.get('location')).to.match(/^\/sign-in\//);
      expect(await world.hub.links.isLinked('r1', told)).to.equal(true);
    });

    it('of data are not left by this way: whoever finds the id of a body’s link gets nothing by it', async () => {
      const tab = newTab();
      await world.oidcSignIn(tab, world.clients.told);
      await world.hub.links.pseudonymFor('r1', 'nhi');
      const csrf = csrfIn(await read(tab, `/unlink?service=${(await linkOf(told))?.id}`));
      expect((await post(tab, { csrf, service: (await linkOf('nhi'))?.id ?? '' })).status).to.equal(404);
      expect(await world.hub.links.isLinked('r1', 'nhi')).to.equal(true);
    });
  });
});
