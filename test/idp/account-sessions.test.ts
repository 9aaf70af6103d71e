import { expect } from 'chai';
import { newTab, openSignOutWorld, type SignOutWorld } from './sign-out-world.ts';
import { attributeIn, signInAt, type TestBrowser } from './world.ts';

const edge = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0';
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605 Version/26.0 Safari/604.1';

describe('the resident’s sign-ins over all browsers (R52)', function () {
  this.timeout(60_000);
  let world: SignOutWorld;
  before(async () => {
    world = await openSignOutWorld();
  });
  after(() => world.close());
  afterEach(async () => {
    for (const residentRef of ['r1', 'r2'])
      await world.hub.signOut.endAll({ residentRef }, { reason: 'administrator' });
  });

  const page = () => `${world.hub.origin}/account/sessions`;

  /** A browser of a kind. */
  function tabOf(userAgent: string): TestBrowser {
    const tab = newTab();
    const request = (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set('user-agent', userAgent);
      return tab.request(url, { ...init, headers });
    };
    return { ...tab, request };
  }

  async function signedIn(tab: TestBrowser, who = world.first) {
    const { url } = await tab.visit(page());
    await tab.visit(await signInAt(tab, url, who));
    return tab;
  }

  const read = async (tab: Pick<TestBrowser, 'request'>, language = 'ja', url = page()) =>
    (await tab.request(url, { headers: { 'accept-language': language } })).text();
  const csrfIn = (html: string) => attributeIn(html, /name="csrf" value="([^"]+)"/);
  const idsIn = (html: string) => [...html.matchAll(/name="session" value="([^"]+)"/g)].map(([, id = '']) => id);

  const post = (tab: Pick<TestBrowser, 'request'>, act: string, fields: Record<string, string>, headers: object = {}) =>
    tab.request(`${page()}/${act}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: world.hub.origin, ...headers },
    });
  const isIn = async (tab: TestBrowser) => (await tab.request(page())).status === 200;
  const soapWord = () => world.servers.told.filter(({ party }) => party === 'soap').length;

  it('are listed: this one first, since when, how, on what, and where they led', async () => {
    const [here, there] = [await signedIn(tabOf(edge)), await signedIn(tabOf(iphone))];
    await world.samlSignIn(there, world.saml.soap);
    const html = await read(here);
    expect(idsIn(html)).to.have.length(2);
    expect(html.indexOf('今お使いの端末')).to.be.lessThan(html.indexOf('iPhone（Safari）'));
    for (const words of ['Windows のパソコン（Edge）', 'iPhone（Safari）', 'soapサービス', 'カードと暗証番号'])
      expect(html).to.include(words);
    expect(await read(here, 'en'))
      .to.include('Windows computer (Edge)')
      .and.include('soap service');
    expect(html, 'no address of the network').to.not.include('127.0.0.1');
    expect(await read(here, 'ja', `${world.hub.origin}/account`)).to.include('href="/account/sessions"');
  });

  it('are ended one by one, and the services of that one are told, with their results', async () => {
    const [here, there] = [await signedIn(tabOf(edge)), await signedIn(tabOf(iphone))];
    await world.samlSignIn(there, world.saml.soap);
    await world.oidcSignIn(there, world.clients.deaf);
    const html = await read(here);
    const before = soapWord();
    const sent = await post(here, 'end', { csrf: csrfIn(html), session: idsIn(html)[1] ?? '' });
    expect(sent.status).to.equal(303);
    expect(soapWord()).to.equal(before + 1);
    expect(await isIn(there)).to.equal(false);
    expect(await isIn(here), 'and no other one').to.equal(true);
    const ended = new URL(sent.headers.get('location') ?? '', page()).href;
    const told = await read(here, 'en', ended);
    expect(told).to.match(/soap service<\/dt><dd><span data-outcome="confirmed"/);
    expect(told).to.match(/deaf service<\/dt><dd><span data-outcome="no-endpoint"/);
    expect(told).to.include('Some services have not confirmed');
    const other = await signedIn(newTab(), world.second);
    expect(await read(other, 'en', ended), 'told to its resident only').to.not.include('data-outcome');
  });

  it('end all at once, this one last, and the page says what became of every service', async () => {
    const [here, there] = [await signedIn(tabOf(edge)), await signedIn(tabOf(iphone))];
    await world.samlSignIn(there, world.saml.soap);
    await world.oidcSignIn(here, world.clients.told);
    const sent = await post(here, 'end-all', { csrf: csrfIn(await read(here)) });
    const location = new URL(sent.headers.get('location') ?? '', page()).href;
    expect(new URL(location).pathname).to.match(/^\/sign-out\//);
    const html = await read(here, 'en', location);
    for (const name of ['soap', 'told'])
      expect(html).to.match(new RegExp(`${name} service</dt><dd><span data-outcome="confirmed"`));
    expect([await isIn(here), await isIn(there)]).to.deep.equal([false, false]);
  });

  it('end here as the sign-out does, through the parties that only this browser reaches', async () => {
    const here = await signedIn(tabOf(edge));
    await world.samlSignIn(here, world.saml.front);
    const html = await read(here);
    const sent = await post(here, 'end', { csrf: csrfIn(html), session: idsIn(html)[0] ?? '' });
    const location = new URL(sent.headers.get('location') ?? '', page()).href;
    expect(await read(here, 'en', location)).to.include('id="hop"');
    expect(await isIn(here)).to.equal(false);
  });

  describe('under attack', () => {
    it('never name another resident’s: refused as one that is not there, and it goes on', async () => {
      const [victim, attacker] = [await signedIn(newTab()), await signedIn(newTab(), world.second)];
      const [foreign = ''] = idsIn(await read(victim));
      const html = await read(attacker);
      expect(html).to.not.include(foreign);
      const csrf = csrfIn(html);
      const [sent, missing] = [
        await post(attacker, 'end', { csrf, session: foreign }),
        await post(attacker, 'end', { csrf, session: 'AAAAAAAAAAAAAAAAAAAAAA' }),
      ];
      expect([sent.status, missing.status]).to.deep.equal([404, 404]);
      await post(attacker, 'end-all', { csrf });
      expect(await isIn(victim)).to.equal(true);
      expect(await isIn(attacker)).to.equal(false);
    });

    it('are not ended by another site, without a token, with another sign-in’s token, or by a stranger', async () => {
      const [own, second] = [await signedIn(newTab()), await signedIn(newTab())];
      const [csrf, others] = [csrfIn(await read(own)), csrfIn(await read(second))];
      const [session = ''] = idsIn(await read(second));
      for (const act of ['end', 'end-all']) {
        for (const [token, headers] of [
          [csrf, { origin: 'https://evil.example' }],
          [csrf, { origin: 'null' }],
          ['', {}],
          [others, {}],
        ] as const)
          expect((await post(own, act, { csrf: token, session }, headers)).status, act).to.equal(403);
        const stranger = await post(newTab(), act, { csrf, session });
        expect(stranger.headers.get('location')).to.match(/^\/sign-in\//);
      }
      expect([await isIn(own), await isIn(second)]).to.deep.equal([true, true]);
    });

    it('show a script in the browser’s own words nowhere', async () => {
      const own = await signedIn(tabOf('<script>alert(1)</script> Windows NT Firefox/1'));
      expect(await read(own))
        .to.include('Windows のパソコン（Firefox）')
        .and.not.include('alert(1)');
      const { sessions } = world.hub;
      const kept = (await sessions.sessionsOf({ residentRef: 'r1' })).map(({ browser }) => browser);
      expect(kept).to.deep.equal([{ system: 'windows', program: 'firefox' }]);
    });
  });
});
