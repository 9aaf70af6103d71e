import { expect } from 'chai';
import { cardPinBound } from '../../federation/index.ts';
import { bindAt, cardAt, device, pageAt, useAt } from './passkey-world.ts';
import { demand } from './sign-on-world.ts';
import { newTab, openSignOutWorld, type SignOutWorld } from './sign-out-world.ts';
import { attributeIn, signInAt, type TestBrowser } from './world.ts';

const byText = (one: string, other: string) => (one < other ? -1 : 1);

describe('notices of the resident', function () {
  this.timeout(60_000);
  let world: SignOutWorld;
  beforeEach(async () => {
    world = await openSignOutWorld();
  });
  afterEach(() => world.close());

  const account = (rest = '') => `${world.hub.origin}/account${rest}`;
  const noticesOf = async (residentRef = 'r1') =>
    (await world.hub.credential.notices.list(residentRef, { limit: 200 })).records;
  const kindsOf = async (residentRef = 'r1') => (await noticesOf(residentRef)).map(({ kind }) => kind);
  const read = async (tab: Pick<TestBrowser, 'request'>, rest = '', language = 'ja') =>
    (await tab.request(account(rest), { headers: { 'accept-language': language } })).text();
  const csrfIn = (html: string) => attributeIn(html, /name="csrf" value="([^"]+)"/);

  async function signedIn(tab: TestBrowser = newTab(), who = world.first) {
    await tab.visit(await signInAt(tab, (await tab.visit(account())).url, who));
    return tab;
  }

  async function signOut(tab: TestBrowser) {
    const cookies = await tab.jar.getCookies(world.hub.origin);
    const value = cookies.find(({ key }) => key === world.hub.sessionCookie)?.value;
    await world.hub.signOut.end((await world.hub.sessions.byCookie(value))?.id ?? '', { reason: 'resident' });
  }

  const post = (tab: Pick<TestBrowser, 'request'>, fields: Record<string, string>, headers: object = {}) =>
    tab.request(account('/notices/read'), {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: world.hub.origin, ...headers },
    });

  describe('are written where it happens, once', () => {
    it('of a browser that was never signed in with, and of no other sign-in with it', async () => {
      const tab = await signedIn();
      await signOut(tab);
      await signedIn(tab);
      expect(await kindsOf()).to.deep.equal(['new-device']);
      await signedIn();
      expect(await kindsOf(), 'a second browser').to.deep.equal(['new-device', 'new-device']);
      await signOut(tab);
      await signedIn(tab, world.second);
      expect(await kindsOf('r2'), 'another resident in a known browser').to.deep.equal(['new-device']);
    });

    it('of a first sign-in at a service, by both protocols, and of no later one', async () => {
      const tab = newTab();
      const visit = async () => {
        await world.samlSignIn(tab, world.saml.soap);
        await world.oidcSignIn(tab, world.clients.told);
      };
      await visit();
      const parties = async () =>
        new Set((await noticesOf()).flatMap(({ kind, party }) => (kind === 'new-link' ? [party] : [])));
      const both = new Set(['oidc:told', `saml:${world.saml.soap.entityId}`]);
      expect(await parties()).to.deep.equal(both);
      expect((await kindsOf()).toSorted(byText)).to.deep.equal(['new-device', 'new-link', 'new-link']);
      await visit();
      await signOut(tab);
      await visit();
      expect(await kindsOf(), 'also in a new session').to.have.length(3);
    });

    it('and a repeated sign-on in a session writes neither link nor browser nor notice', async () => {
      const tab = newTab();
      await world.samlSignIn(tab, world.saml.soap);
      const [link] = await world.hub.links.linksOf('r1');
      const before = await noticesOf();
      await new Promise((resolve) => setTimeout(resolve, 5));
      await world.samlSignIn(tab, world.saml.soap);
      expect(await world.hub.links.linksOf('r1')).to.deep.equal([link]);
      expect(await noticesOf()).to.deep.equal(before);
      expect(link?.lastSignInAt).to.be.a('number');
    });

    it('of a passkey that was bound or removed; the services that stood on it are told', async () => {
      const [tab, own] = [newTab(), device()];
      await demand(world.hub, 'saml', world.saml.soap.entityId, cardPinBound);
      await bindAt(tab, await cardAt(tab, await pageAt(tab, account('/authenticators')), world.first), own);
      await useAt(tab, await pageAt(tab, await world.saml.soap.startUrl()), own);
      const told = () => world.servers.told.filter(({ party }) => party === 'soap');
      expect(told()).to.deep.equal([]);
      const [bound] = await world.hub.ceremonies.ofResident('r1');
      const other = await signedIn();
      const html = await read(other, '/authenticators');
      const sent = await other.request(account(`/authenticators/${bound?.id}/remove`), {
        method: 'POST',
        body: new URLSearchParams({ csrf: csrfIn(html) }),
        headers: { origin: world.hub.origin },
      });
      expect(sent.status).to.equal(303);
      expect(told(), 'from another browser').to.have.length(1);
      expect((await tab.request(account())).status, 'and its session is over').to.equal(303);
      expect((await other.request(account())).status, 'and no other one').to.equal(200);
      expect((await kindsOf()).filter((kind) => kind.startsWith('passkey'))).to.deep.equal([
        'passkey-removed',
        'passkey-bound',
      ]);
    });

    it('of a copied passkey; the services that stood on it are told', async () => {
      const [tab, own] = [newTab(), device()];
      await demand(world.hub, 'saml', world.saml.soap.entityId, cardPinBound);
      await bindAt(tab, await cardAt(tab, await pageAt(tab, account('/authenticators')), world.first), own);
      const copy = device();
      copy.take(own.key());
      await useAt(tab, await pageAt(tab, await world.saml.soap.startUrl()), own);
      const thief = newTab();
      const page = await cardAt(thief, await pageAt(thief, await world.saml.soap.startUrl()), world.first);
      const refused = await useAt(thief, page, copy).then(
        () => 'in',
        (error: unknown) => (error as { code?: string }).code,
      );
      expect(refused).to.equal('PASSKEY_COPIED');
      expect((await kindsOf()).filter((kind) => kind === 'passkey-copied')).to.have.length(1);
      expect(world.servers.told.filter(({ party }) => party === 'soap')).to.have.length(1);
    });
  });

  describe('are shown', () => {
    it('newest first with what they are about; the count goes when the resident has read them', async () => {
      const tab = newTab();
      await world.samlSignIn(tab, world.saml.soap);
      const html = await read(tab, '/notices');
      expect(html.indexOf('「soapサービス」に初めてログインしました')).to.be.lessThan(
        html.indexOf('初めての端末でログインしました'),
      );
      expect(html.match(/class="new"/g)).to.have.length(2);
      expect(await read(tab), 'the page that opened marks nothing').to.include('新しいお知らせが2件あります');
      const to = attributeIn(html, /name="to" value="([^"]+)"/);
      await world.hub.credential.notices.notify('r1', 'pin-changed');
      expect((await post(tab, { csrf: csrfIn(html), to })).status).to.equal(303);
      expect(await read(tab), 'what came meanwhile stays new').to.include('新しいお知らせが1件あります');
      const again = await read(tab, '/notices', 'en');
      expect(again.match(/class="new"/g)).to.have.length(1);
      expect(again).to.include('First sign-in at “soap service”');
      await post(tab, { csrf: csrfIn(again), to: attributeIn(again, /name="to" value="([^"]+)"/) });
      expect(await read(tab)).to.not.include('新しいお知らせが');
      await post(tab, { csrf: csrfIn(again), to });
      expect(await read(tab), 'an older page does not turn it back').to.not.include('新しいお知らせが');
    });

    it('in pages', async () => {
      const tab = await signedIn();
      for (let at = 0; at < 12; at++) await world.hub.credential.notices.notify('r1', 'card-expiring', { days: at });
      const first = await read(tab, '/notices');
      const next = attributeIn(first, /href="\/account(\/notices\?after=[^"]+)"/);
      const second = await read(tab, next);
      const daysIn = (html: string) => [...html.matchAll(/あと(\d+)日/g)].map(([, days]) => Number(days));
      expect([...daysIn(first), ...daysIn(second)]).to.deep.equal([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
      expect(second).to.include('新しいお知らせに戻る').and.not.include('前のお知らせを見る');
    });
  });

  describe('under attack', () => {
    it('are marked as read by nobody but their resident, and by no other site', async () => {
      const [victim, attacker] = [await signedIn(), await signedIn(newTab(), world.second)];
      const html = await read(victim, '/notices');
      const [csrf, to] = [csrfIn(html), attributeIn(html, /name="to" value="([^"]+)"/)];
      for (const [fields, headers] of [
        [{ csrf, to }, { origin: 'https://evil.example' }],
        [{ csrf: '', to }, {}],
        [{ csrf: csrfIn(await read(attacker, '/notices')), to }, {}],
      ] as const)
        expect((await post(victim, fields, headers)).status).to.equal(403);
      await post(attacker, { csrf: csrfIn(await read(attacker, '/notices')), to });
      expect(await read(victim)).to.include('新しいお知らせが1件あります');
      expect(await read(attacker), 'a foreign one moves nothing').to.include('新しいお知らせが1件あります');
      await post(victim, { csrf, to: '999999999999999-AAAAAAAAAAAA' });
      expect(await read(victim), 'nor does one that is not there').to.include('新しいお知らせが1件あります');
    });

    it('show a script in a service’s name as text, and take no address for a place to go on from', async () => {
      const tab = newTab();
      await world.samlSignIn(tab, world.saml.soap);
      const known = await world.hub.registry.get('saml', world.saml.soap.entityId);
      if (!known) throw new Error('not registered');
      const { id: _id, version: _version, registeredAt: _at, updatedAt: _updated, ...record } = known;
      const script = '<script>alert(1)</script>$&';
      await world.hub.registry.register({ ...record, name: { ja: script, en: script } });
      expect(await read(tab, '/notices'))
        .to.include('「&lt;script>alert(1)&lt;/script>$&amp;」')
        .and.not.include('<script>alert');
      expect((await tab.request(account('/notices?after=../../x'))).status).to.equal(200);
    });
  });
});
