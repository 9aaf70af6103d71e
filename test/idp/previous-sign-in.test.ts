import { expect } from 'chai';
import { newTab, openSignOutWorld, type SignOutWorld } from './sign-out-world.ts';
import { attributeIn, signInAt, type TestBrowser } from './world.ts';

const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1';
const desk = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36';

describe('the sign-in before this one (R68)', function () {
  this.timeout(60_000);
  let world: SignOutWorld;
  beforeEach(async () => {
    world = await openSignOutWorld();
  });
  afterEach(() => world.close());

  /** A browser that says what it is. */
  function tabOf(userAgent: string): TestBrowser {
    const tab = newTab();
    const request = (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set('user-agent', userAgent);
      return tab.request(url, { ...init, headers });
    };
    return { ...tab, request };
  }
  const account = (rest = '') => `${world.hub.origin}/account${rest}`;
  async function signIn(tab: TestBrowser, pin = world.first.pin): Promise<TestBrowser> {
    world.first.card.power();
    await tab.visit(await signInAt(tab, (await tab.visit(account())).url, { ...world.first, pin }));
    return tab;
  }
  async function previousOn(tab: TestBrowser, language = 'ja'): Promise<string> {
    const html = await (await tab.request(account(), { headers: { 'accept-language': language } })).text();
    return attributeIn(html, /<section [^>]*id="previous"[^>]*>(.*?)<\/section>/s);
  }

  it('is told with time, kind of device, service and failures since; of the first one there is none', async () => {
    const first = await signIn(tabOf(phone));
    expect(await previousOn(first)).to.include('これより前のログインの記録はありません');
    const second = await signIn(tabOf(desk));
    expect(await previousOn(second))
      .to.include('iPhone（Safari）')
      .and.include('このサイト')
      .and.include('ありません')
      .and.match(/令和\d+年\d+月\d+日 \d+:\d\d/);
    await signIn(tabOf(desk), '907351').catch(() => undefined);
    await signIn(tabOf(desk), '907351').catch(() => undefined);
    const service = tabOf(phone);
    await world.oidcSignIn(service, world.clients.told);
    const third = await signIn(tabOf(desk));
    expect(await previousOn(third))
      .to.include('toldサービス')
      .and.include('iPhone')
      .and.include('ありません');
    expect(await previousOn(service), 'two wrong PINs before it')
      .to.include('✖ 2回')
      .and.include('Windows');
    expect(await previousOn(third, 'en'))
      .to.include('told service')
      .and.include('Failures since then');
  });

  it('stays what it was as long as the sign-in lasts, also when a link is undone and the sign-in goes on anew', async () => {
    const tab = await signIn(tabOf(phone));
    await world.oidcSignIn(tab, world.clients.told);
    const own = await signIn(tabOf(desk));
    const told = await previousOn(own);
    await signIn(tabOf(phone));
    expect(await previousOn(own), 'not moved by a later one').to.equal(told);
    await world.oidcSignIn(own, world.clients.told);
    const [link] = await world.hub.links.linksOf('r1');
    const page = await (await own.request(account(`/services/unlink?service=${link?.id}`))).text();
    const sent = await own.request(account('/services/unlink'), {
      method: 'POST',
      body: new URLSearchParams({ csrf: attributeIn(page, /name="csrf" value="([^"]+)"/), service: link?.id ?? '' }),
      headers: { origin: world.hub.origin },
    });
    expect(sent.status).to.equal(303);
    expect(await previousOn(own)).to.equal(told);
  });

  it('gives a thief with card and PIN away, who cannot hide by reading the page', async () => {
    await signIn(tabOf(desk));
    const thief = await signIn(tabOf(phone));
    await previousOn(thief);
    expect(await previousOn(await signIn(tabOf(desk)))).to.include('iPhone');
    const other = newTab();
    await other.visit(await signInAt(other, (await other.visit(account())).url, world.second));
    expect(await previousOn(other), 'another resident sees nothing of it').to.include('これより前のログインの記録');
  });

  it('keeps no address and no version of a browser', async () => {
    await signIn(tabOf(desk));
    const own = await signIn(tabOf(phone));
    const value = (await own.jar.getCookies(world.hub.origin)).find(
      ({ key }) => key === world.hub.sessionCookie,
    )?.value;
    const { at, ...kept } = (await world.hub.sessions.byCookie(value))?.previous ?? {};
    expect(at).to.be.a('number');
    expect(kept).to.deep.equal({ browser: { system: 'windows', program: 'chrome' } });
  });
});
