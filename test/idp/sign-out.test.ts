import { expect } from 'chai';
import { createLocalJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { decodeRedirect, nameIdFormats } from '../../federation/index.ts';
import { openCardOfficeBeside, openGround } from '../../idp/index.ts';
import { bye, newTab, openSignOutWorld, type SignOutWorld } from './sign-out-world.ts';
import { attributeIn, type TestBrowser } from './world.ts';

const statusOf = (url: string) => {
  const { octets, relayState } = decodeRedirect(new URL(url).search.slice(1), 'SAMLResponse');
  return { codes: [...octets.toString().matchAll(/status:(\w+)"/g)].map(([, code]) => code), relayState };
};

describe('one sign-out for both protocols', function () {
  this.timeout(60_000);
  let world: SignOutWorld;
  beforeEach(async () => {
    world = await openSignOutWorld();
  });
  afterEach(() => world.close());

  const outcomes = (html: string) =>
    Object.fromEntries(
      [...html.matchAll(/<dt>(\w+) service<\/dt><dd><span data-outcome="([\w-]+)"/g)].map(([, name, outcome]) => [
        name,
        outcome,
      ]),
    );
  const english = { headers: { accept: 'text/html', 'accept-language': 'en' } };

  async function pressSignOut(tab: TestBrowser, asked = `${world.hub.origin}/sign-out`) {
    const html = await (await tab.request(asked, english)).text();
    const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="[^"]*"/g)].map(([tag, name = '']) => [
      name,
      attributeIn(tag, /value="([^"]*)"/),
    ]);
    const body = new URLSearchParams(Object.fromEntries(fields) as Record<string, string>);
    const headers = { origin: world.hub.origin };
    const response = await tab.request(`${world.hub.origin}/sign-out`, { method: 'POST', body, headers });
    return new URL(response.headers.get('location') ?? '', world.hub.origin).href;
  }

  /** The browser in the chain: parties that only it reaches answer when they are asked to. */
  async function follow(tab: TestBrowser, start: string, silent: readonly string[] = []) {
    let at = start;
    const visited: string[] = [];
    for (let step = 0; step < 12; step++) {
      const response = await tab.request(at, english);
      const location = response.headers.get('location');
      if (location) {
        const next = new URL(location, at);
        if (next.origin !== world.hub.origin) return { html: '', left: next.href, visited, at };
        at = next.href;
        continue;
      }
      const html = await response.text();
      const hop = /id="hop"[^>]*(?:href|action)="([^"]+)"/.exec(html)?.[1];
      if (!hop) return { html, left: attributeIn(html, /action="([^"]+)" id="answer"/), visited, at };
      const url = new URL(attributeIn(html, /id="hop"[^>]*(?:href|action)="([^"]+)"/));
      const party = [...world.servers.samlParties.values()].find(({ sloUrl }) => url.href.startsWith(sloUrl));
      if (!party) throw new Error('a hop to nobody');
      visited.push(party.name);
      if (silent.includes(party.name)) continue;
      const xml = url.search
        ? decodeRedirect(url.search.slice(1), 'SAMLRequest').octets.toString()
        : Buffer.from(attributeIn(html, /name="SAMLRequest" value="([^"]+)"/), 'base64').toString();
      const relayState = url.searchParams.get('RelayState') ?? attributeIn(html, /name="RelayState" value="([^"]+)"/);
      at = await party.answerFront(/ ID="([^"]+)"/.exec(xml)?.[1] ?? '', relayState);
    }
    throw new Error('the chain does not end');
  }

  async function signInEverywhere(tab: TestBrowser) {
    const { saml, clients, samlSignIn, oidcSignIn } = world;
    const subjects = {
      soap: await samlSignIn(tab, saml.soap),
      front: await samlSignIn(tab, saml.front),
      posting: await samlSignIn(tab, saml.posting),
    };
    return { ...subjects, told: await oidcSignIn(tab, clients.told) };
  }

  it('starts at the hub’s own page: everybody is told, the page says who confirmed', async () => {
    const tab = newTab();
    const { told } = await signInEverywhere(tab);
    const { html, visited } = await follow(tab, await pressSignOut(tab));
    expect(outcomes(html)).to.deep.equal({
      soap: 'confirmed',
      front: 'confirmed',
      posting: 'confirmed',
      told: 'confirmed',
    });
    expect(html).to.include('Every service has confirmed');
    expect(visited).to.have.members(['front', 'posting']);
    expect(await world.isSignedIn(tab)).to.equal(false);
    expect((await oidc.tokenIntrospection(world.clients.told, told.access_token)).active).to.equal(false);
    const records = world.servers.told.map(({ party }) => party);
    expect(records).to.have.members(['soap', 'told']);
  });

  it('ends the session in the store before the first party hears of it', async () => {
    const tab = newTab();
    const { told } = await signInEverywhere(tab);
    world.servers.manners.set('told', 'slow').set('soap', 'slow');
    const ending = pressSignOut(tab);
    while (world.servers.told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await oidc.tokenIntrospection(world.clients.told, told.access_token)).active).to.equal(false);
    await ending;
  });

  it('sends a logout token as the specification has it (Back-Channel Logout 2.4)', async () => {
    const tab = newTab();
    const tokens = await world.oidcSignIn(tab, world.clients.told);
    await pressSignOut(tab);
    const [message] = world.servers.told;
    const token = new URLSearchParams(message?.body).get('logout_token') ?? '';
    const jwks = await (await fetch(`${world.hub.origin}/oidc/jwks`)).json();
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
      issuer: world.hub.origin,
      audience: 'told',
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'exp', 'jti', 'sub', 'sid', 'events'],
    });
    const claims = tokens.claims();
    expect([payload.sub, payload.sid]).to.deep.equal([claims?.sub, claims?.sid]);
    expect(payload.events).to.deep.equal({ 'http://schemas.openid.net/event/backchannel-logout': {} });
    expect(payload).to.not.have.property('nonce');
  });

  it('answers the SAML party that asked: Success when all confirmed, and RelayState', async () => {
    const tab = newTab();
    const { front } = await signInEverywhere(tab);
    const { left } = await follow(
      tab,
      await world.saml.front.logoutUrl(front.nameId, { sessionIndex: front.sessionIndex }),
    );
    expect(statusOf(left ?? '')).to.deep.equal({ codes: ['Success'], relayState: 'back' });
    expect(await world.isSignedIn(tab)).to.equal(false);
  });

  it('tells the resident first where somebody did not confirm, then the party: PartialLogout', async () => {
    const tab = newTab();
    const { front } = await signInEverywhere(tab);
    await world.oidcSignIn(tab, world.clients.deaf);
    world.servers.manners.set('told', 'slow').set('soap', 'refusing');
    const { html, at } = await follow(tab, await world.saml.front.logoutUrl(front.nameId), ['posting']);
    expect(outcomes(html)).to.deep.equal({
      soap: 'failed',
      front: 'confirmed',
      posting: 'not-reached',
      told: 'pending',
      deaf: 'no-endpoint',
    });
    expect(html).to.include('Close every window').and.include('Back to “front service”');
    const { left } = await follow(tab, `${at}/continue`);
    expect(statusOf(left ?? '').codes).to.deep.equal(['Success', 'PartialLogout']);
  });

  it('goes back to the OIDC party with its state (RP-Initiated Logout 1.0 3)', async () => {
    const tab = newTab();
    const { told } = await signInEverywhere(tab);
    const url = oidc.buildEndSessionUrl(world.clients.told, {
      id_token_hint: told.id_token ?? '',
      post_logout_redirect_uri: bye,
      state: 'x y',
    });
    expect((await follow(tab, url.href)).left).to.equal(`${bye}?state=x+y`);
    expect(await world.isSignedIn(tab)).to.equal(false);
  });

  it('works by SOAP without a browser, and says that parties which need one were not reached', async () => {
    const tab = newTab();
    const { soap } = await signInEverywhere(tab);
    const { status, text } = await world.saml.soap.logoutSoap(soap.nameId, { sessionIndex: soap.sessionIndex });
    expect([status, text.includes('status:PartialLogout')]).to.deep.equal([200, true]);
    expect(await world.isSignedIn(tab)).to.equal(false);
    const again = await world.saml.soap.logoutSoap(soap.nameId);
    expect(again.text, 'over already').to.include('status:Success').and.not.include('Partial');
  });

  it('tells a party again that did not answer, also after the page, and keeps what became of it', async () => {
    const tab = newTab();
    await signInEverywhere(tab);
    world.servers.manners.set('told', 'broken');
    const page = await pressSignOut(tab);
    expect(outcomes((await follow(tab, page)).html).told).to.equal('pending');
    world.servers.manners.set('told', 'good');
    const id = page.split('/').at(-1) ?? '';
    const deadline = Date.now() + 25_000;
    while ((await world.hub.signOut.signOuts.get(id))?.told['oidc:told']?.outcome !== 'confirmed') {
      if (Date.now() > deadline) throw new Error('not told again');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(outcomes((await follow(tab, page)).html).told).to.equal('confirmed');
  });

  it('ends by card and by administrator, with everybody told', async () => {
    const tab = newTab();
    await signInEverywhere(tab);
    await world.hub.credential.cards.move(world.first.cardId, 'suspended', 'LOST');
    expect(world.servers.told.map(({ party }) => party)).to.have.members(['soap', 'told']);
    await world.hub.credential.cards.move(world.first.cardId, 'active', 'REQUEST', 'second-officer');
    expect(await world.isSignedIn(tab), 'also when the card is found again').to.equal(false);
    const [one, two] = [newTab(), newTab()];
    await world.oidcSignIn(one, world.clients.told);
    await world.oidcSignIn(two, world.clients.told);
    const ended = await world.hub.signOut.endAll({ residentRef: 'r1' }, { reason: 'administrator', actor: 'a1' });
    expect(ended.map(({ told }) => told['oidc:told']?.outcome)).to.deep.equal(['confirmed', 'confirmed']);
    expect([await world.isSignedIn(one), await world.isSignedIn(two)]).to.deep.equal([false, false]);
  });

  it('ends by a card that the command beside the hub stopped, and the hub tells everybody', async () => {
    const tab = newTab();
    await signInEverywhere(tab);
    const aMinuteAgo = () => Date.now() - 60_000;
    const ground = await openGround({ settings: world.hub.settings, now: aMinuteAgo });
    try {
      await openCardOfficeBeside(ground, world.hub.settings, aMinuteAgo).cards.move(
        world.first.cardId,
        'suspended',
        'LOST',
      );
    } finally {
      await ground.close();
    }
    expect(await world.isSignedIn(tab)).to.equal(false);
    await world.hub.signOut.retry();
    const deadline = Date.now() + 30_000;
    while (world.servers.told.length < 2) {
      if (Date.now() > deadline) throw new Error('nobody was told');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await world.hub.credential.cards.move(world.first.cardId, 'active', 'REQUEST', 'second-officer');
    expect(await world.isSignedIn(tab), 'also when the card is found again').to.equal(false);
  });

  it('names a transient NameID all session long, so that a later sign-out finds it', async () => {
    const tab = newTab();
    const { saml, first, samlSignIn } = world;
    const visits = [];
    for (let at = 0; at < 2; at++) visits.push(await samlSignIn(tab, saml.front, first, nameIdFormats.transient));
    expect(visits[0]).to.deep.equal(visits[1]);
    const { left } = await follow(tab, await saml.front.logoutUrl(visits[1]?.nameId ?? { value: '', format: '' }));
    expect(statusOf(left ?? '').codes).to.deep.equal(['Success']);
  });

  it('finishes what a process began that died between the end of the session and the first word', async () => {
    const tab = newTab();
    await signInEverywhere(tab);
    const [session] = await world.hub.sessions.sessionsOf({ residentRef: 'r1' });
    const how = { signOut: 'begun', reason: 'resident', at: Date.now() - 60_000 } as const;
    await world.hub.sessions.end(session?.id ?? '', how);
    expect(await world.isSignedIn(tab)).to.equal(false);
    await world.hub.signOut.retry();
    const told = (await world.hub.signOut.signOuts.get('begun'))?.told ?? {};
    expect(Object.values(told).map(({ outcome }) => outcome)).to.deep.equal(Array(4).fill('pending'));
    const deadline = Date.now() + 30_000;
    while (world.servers.told.length < 2) {
      if (Date.now() > deadline) throw new Error('nobody was told');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });

  it('takes the word of a party that answers after it was given up', async () => {
    const tab = newTab();
    const { front } = world.saml;
    await world.samlSignIn(tab, front);
    const page = await pressSignOut(tab);
    const hop = await (await tab.request(page)).text();
    const url = new URL(attributeIn(hop, /id="hop"[^>]*href="([^"]+)"/));
    expect(outcomes((await follow(tab, page)).html)).to.deep.equal({ front: 'not-reached' });
    const id = / ID="([^"]+)"/.exec(decodeRedirect(url.search.slice(1), 'SAMLRequest').octets.toString())?.[1] ?? '';
    const late = await front.answerFront(id, url.searchParams.get('RelayState') ?? '');
    expect(outcomes((await follow(tab, late)).html)).to.deep.equal({ front: 'confirmed' });
  });

  describe('an attacker', () => {
    it('who has copied the session’s cookie, or planted one, has nothing after the sign-out (session fixation)', async () => {
      const [tab, thief] = [newTab(), newTab()];
      await world.samlSignIn(tab, world.saml.front);
      const [cookie] = (await tab.jar.getCookies(world.hub.origin)).filter(
        ({ key }) => key === world.hub.sessionCookie,
      );
      await thief.jar.setCookie(cookie?.cookieString() ?? '', world.hub.origin);
      const page = await pressSignOut(tab);
      await follow(tab, page);
      expect(await world.isSignedIn(thief)).to.equal(false);
      expect(await (await thief.request(page, english)).text(), 'the page is the first browser’s').to.not.include(
        'front service',
      );
      await tab.jar.setCookie(cookie?.cookieString() ?? '', world.hub.origin);
      await world.samlSignIn(tab, world.saml.front);
      expect(await world.isSignedIn(thief), 'also when the victim signs in with it').to.equal(false);
    });

    it('who is a party and holds another party’s NameID signs nobody out', async () => {
      const tab = newTab();
      const { soap, front } = await signInEverywhere(tab);
      for (const nameId of [soap.nameId, { ...soap.nameId, spNameQualifier: front.nameId.spNameQualifier }]) {
        const { left } = await follow(newTab(), await world.saml.front.logoutUrl(nameId));
        expect(statusOf(left ?? '').codes).to.deep.equal(['Requester', 'UnknownPrincipal']);
        expect((await world.saml.front.logoutSoap(nameId)).text).to.include('UnknownPrincipal');
      }
      expect(await world.isSignedIn(tab)).to.equal(true);
    });

    it('who is a party and puts another resident’s SessionIndex to a NameID of its own ends nothing', async () => {
      const [tab, other] = [newTab(), newTab()];
      const mine = await world.samlSignIn(tab, world.saml.front);
      const theirs = await world.samlSignIn(other, world.saml.front, world.second);
      const url = await world.saml.front.logoutUrl(mine.nameId, { sessionIndex: theirs.sessionIndex });
      expect(statusOf((await follow(newTab(), url)).left ?? '').codes).to.include('UnknownPrincipal');
      expect([await world.isSignedIn(tab), await world.isSignedIn(other)]).to.deep.equal([true, true]);
    });

    it('with a recorded, old, unsigned or misdirected request gets a page and nothing else', async () => {
      const tab = newTab();
      const { front } = await signInEverywhere(tab);
      const { logoutUrl } = world.saml.front;
      const once = await logoutUrl(front.nameId, { sessionIndex: '_nobody' });
      await tab.request(once);
      const unsigned = (await logoutUrl(front.nameId)).replace(/&SigAlg=.*/, '');
      for (const url of [
        once,
        unsigned,
        await logoutUrl(front.nameId, { now: Date.now() - 3600_000 }),
        await logoutUrl(front.nameId, { destination: 'https://other.example/slo' }),
        (await logoutUrl(front.nameId)).replace('RelayState=back', 'RelayState=evil'),
      ]) {
        const response = await tab.request(url);
        expect([response.status, await response.text()].join(' ')).to.match(/^40[03] .*SIGN_OUT_REFUSED/s);
      }
      expect(await world.isSignedIn(tab)).to.equal(true);
    });

    it('who is a party and sends its own request without the resident’s browser reads no other NameID and no service', async () => {
      const tab = newTab();
      const { front, posting, soap } = await signInEverywhere(tab);
      const spy = newTab();
      const { left, visited, at } = await follow(spy, await world.saml.front.logoutUrl(front.nameId));
      expect(visited).to.deep.equal([]);
      expect(statusOf(left ?? '').codes).to.deep.equal(['Success', 'PartialLogout']);
      await spy.request(at);
      for (const { nameId } of [posting, soap]) expect(spy.traffic.join('\n')).to.not.include(nameId.value);
      expect(spy.traffic.join('\n')).to.not.include('posting service');
    });

    it('who sets a link or a form somewhere signs nobody out: a page asks, and the form has a token (logout CSRF)', async () => {
      const tab = newTab();
      const { told } = await signInEverywhere(tab);
      const other = newTab();
      const others = await world.oidcSignIn(other, world.clients.told, world.second);
      const endSession = `${world.hub.origin}/oidc/end-session`;
      for (const query of [
        '',
        `?client_id=told&post_logout_redirect_uri=${encodeURIComponent(bye)}`,
        `?id_token_hint=${others.id_token}`,
        `?id_token_hint=${told.id_token?.slice(0, -4)}AAAA`,
        `?id_token_hint=${told.access_token}`,
      ]) {
        const html = await (await tab.request(`${endSession}${query}`, english)).text();
        expect(html, query).to.include('Sign out of all services?').and.include('soap service');
      }
      const form = { method: 'POST', body: new URLSearchParams({ csrf: 'guessed' }) };
      const headers = { origin: world.hub.origin };
      expect((await tab.request(`${world.hub.origin}/sign-out`, { ...form, headers })).status).to.equal(403);
      expect(
        (await tab.request(`${world.hub.origin}/sign-out`, { ...form, headers: { origin: 'https://evil.example' } }))
          .status,
      ).to.equal(403);
      expect(await world.isSignedIn(tab)).to.equal(true);
    });

    it('who names a party in a link does not make it count as signed out: it is told as the others are', async () => {
      const tab = newTab();
      await world.oidcSignIn(tab, world.clients.told);
      const link = `${world.hub.origin}/oidc/end-session?client_id=told&post_logout_redirect_uri=${encodeURIComponent(bye)}`;
      world.servers.manners.set('told', 'refusing');
      const { html } = await follow(tab, await pressSignOut(tab, link));
      expect(outcomes(html)).to.deep.equal({ told: 'failed' });
    });

    it('who bends where a sign-out leads gets no redirect: the address is registered, to the letter', async () => {
      const tab = newTab();
      const { told } = await signInEverywhere(tab);
      for (const evil of ['https://evil.example/', `${bye}/`, `${bye}?x=1`, bye.toUpperCase()]) {
        const url = `${world.hub.origin}/oidc/end-session?id_token_hint=${told.id_token}&post_logout_redirect_uri=${encodeURIComponent(evil)}`;
        expect((await tab.request(url)).status, evil).to.equal(403);
      }
      const twice = `${world.hub.origin}/oidc/end-session?id_token_hint=${told.id_token}&state=a&state=b`;
      expect((await tab.request(twice)).status).to.equal(403);
      expect(await world.isSignedIn(tab)).to.equal(true);
    });

    it('between the hub and a party forges no confirmation, and answers no request that is not open', async () => {
      const tab = newTab();
      await signInEverywhere(tab);
      world.servers.manners.set('soap', 'forging');
      const page = await pressSignOut(tab);
      expect(outcomes((await follow(tab, page)).html).soap).to.equal('failed');
      const invented = await world.saml.front.answerFront('_invented', page.split('/').at(-1) ?? '');
      expect((await tab.request(invented)).status).to.equal(403);
    });

    it('finds no NameID, token or session in the log', async () => {
      const tab = newTab();
      const { front, told } = await signInEverywhere(tab);
      world.servers.manners.set('soap', 'refusing');
      await follow(tab, await world.saml.front.logoutUrl(front.nameId));
      const log = world.hub.logged.join('\n');
      for (const secret of [front.nameId.value, front.sessionIndex, told.id_token, told.claims()?.sub, 'logout_token'])
        expect(log).to.not.include(String(secret));
    });
  });
});
