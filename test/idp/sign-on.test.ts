import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import * as oidc from 'openid-client';
import { cardPin, refedsMfa, smartcard } from '../../federation/index.ts';
import { type SessionCookie, sessionCookieCollection } from '../../idp/session.ts';
import { type JournalRecord, openEmbeddedStorage } from '../../storage/index.ts';
import { authorizationUrl, callback, openParties, type Parties, samlAnswer, samlUrl } from './sign-on-world.ts';
import { attributeIn, browser, signInAt, startTestHub, type TestBrowser } from './world.ts';

describe('limits per address', () => {
  it('hold behind a proxy against a visitor who invents X-Forwarded-For entries, and say when to come back', async () => {
    const hub = await startTestHub({
      listen: { behindProxy: { trusted: ['127.0.0.1', '::1'] } },
      more: { limits: { pages: { points: 3 } } },
    });
    const visit = (forwarded: string) => fetch(hub.origin, { headers: { 'x-forwarded-for': forwarded } });
    for (const invented of ['1.1.1.1', '2.2.2.2', '3.3.3.3'])
      expect((await visit(`${invented}, 9.9.9.9`)).status).to.equal(200);
    const refused = await visit('4.4.4.4, 9.9.9.9');
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '60']);
    expect((await visit('4.4.4.4, 8.8.8.8')).status, 'another visitor').to.equal(200);
    expect(
      (await fetch(`${hub.origin}/healthz`, { headers: { 'x-forwarded-for': '9.9.9.9' } })).status,
      'machines have their own',
    ).to.equal(200);
    await hub.close();
  });
});

describe('one sign-in for both protocols', () => {
  let world: Parties;
  before(async () => {
    world = await openParties();
  });
  after(() => world.hub.close());

  async function signInByOidc(tab: TestBrowser, more: Record<string, string> = {}, config = world.clients[0]) {
    if (!config) throw new TypeError('no client');
    const { url, redeem } = await authorizationUrl(config, more);
    const prompt = await tab.visit(url);
    expect(new URL(prompt.url).pathname, await prompt.response.clone().text()).to.match(/^\/sign-in\//);
    const done = await tab.visit(await signInAt(tab, prompt.url, world.issued));
    return redeem(done.left ?? '');
  }

  it('signs in by card at a SAML party, then at OIDC parties without a prompt, each with its own pseudonym', async () => {
    const tab = browser();
    const prompt = await tab.visit(await samlUrl(world));
    expect(await prompt.response.clone().text()).to.include('ポータル');
    const answered = await tab.visit(await signInAt(tab, prompt.url, world.issued));
    const xml = samlAnswer(await answered.response.text());
    expect(xml).to.include(`<saml:AuthnContextClassRef>${cardPin}</saml:AuthnContextClassRef>`);
    const subjects = [/<saml:NameID[^>]*>([^<]+)</.exec(xml)?.[1]];
    for (const config of world.clients) {
      const { url, redeem } = await authorizationUrl(config);
      const { left } = await tab.visit(url);
      const tokens = await redeem(left ?? '');
      const claims = tokens.claims();
      expect(claims?.acr).to.equal(cardPin);
      expect(claims?.amr).to.deep.equal(['hwk', 'pin']);
      expect(claims?.auth_time).to.be.a('number');
      const userInfo = await oidc.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
      expect(userInfo.name).to.equal('バス セイジ');
      subjects.push(claims?.sub);
    }
    expect(new Set(subjects).size).to.equal(3);
  });

  it('starts as well at an OIDC party, and SAML follows without a prompt', async () => {
    const tab = browser();
    const tokens = await signInByOidc(tab);
    expect(tokens.claims()?.sub).to.be.a('string');
    const { response } = await tab.visit(await samlUrl(world));
    expect(samlAnswer(await response.text())).to.include('status:Success');
  });

  it('records every sign-on in the journal before its answer leaves', async () => {
    const tab = browser();
    const tokens = await signInByOidc(tab);
    await tab.visit(await samlUrl(world));
    const storage = openEmbeddedStorage({ file: join(world.hub.data, 'hub.sqlite') });
    const { records } = await storage.collection<JournalRecord>({ name: 'journal-audit' }).find({ limit: 1000 });
    const types = records.map(({ entry }) => entry.type);
    expect(types).to.include.members(['auth.start', 'auth.ok', 'sso.oidc', 'sso.saml']);
    expect(records.findLast(({ entry }) => entry.type === 'sso.oidc')?.entry).to.include({
      provider: 'oidc:phr',
      pseudonym: tokens.claims()?.sub,
      result: 'ok',
    });
    await storage.close();
  });

  it('serves many first visits at once, at one client and at two: every code is good', async () => {
    const tab = browser();
    const prompt = await tab.visit(await samlUrl(world));
    await tab.visit(await signInAt(tab, prompt.url, world.issued));
    const visits = [...world.clients, ...world.clients, ...world.clients].map((config) => authorizationUrl(config));
    const tokens = await Promise.all(
      visits.map(async (visit) => {
        const { url, redeem } = await visit;
        return redeem((await tab.visit(url)).left ?? '');
      }),
    );
    expect(new Set(tokens.map((token) => token.claims()?.sub)).size).to.equal(2);
  });

  it('asks for the card again on prompt=login, max_age=0 and ForceAuthn, and keeps the pseudonym', async () => {
    const tab = browser();
    const first = await signInByOidc(tab);
    const again = await signInByOidc(tab, { prompt: 'login' });
    expect(again.claims()?.sub).to.equal(first.claims()?.sub);
    await signInByOidc(tab, { max_age: '0' });
    const { url } = await tab.visit(await samlUrl(world, { forceAuthn: true }));
    expect(new URL(url).pathname).to.match(/^\/sign-in\//);
  });

  it('answers prompt=none: a code with a session, login_required without, unmet levels as such', async () => {
    const [config] = world.clients;
    if (!config) throw new TypeError('no client');
    const silent = async (tab: TestBrowser, more = {}) => {
      const { left = '' } = await tab.visit((await authorizationUrl(config, { prompt: 'none', ...more })).url);
      return new URL(left).searchParams;
    };
    expect((await silent(browser())).get('error')).to.equal('login_required');
    const tab = browser();
    await signInByOidc(tab);
    expect((await silent(tab)).get('code')).to.be.a('string');
    const essential = JSON.stringify({
      id_token: { acr: { essential: true, value: 'urn:x-sanuki:ac:card-pin-bound' } },
    });
    expect((await silent(tab, { claims: essential })).get('error'), 'a page could').to.equal('login_required');
    const unknown = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:example:unknown' } } });
    expect((await silent(tab, { claims: unknown })).get('error')).to.equal('unmet_authentication_requirements');
    expect((await silent(tab, { acr_values: 'urn:x-sanuki:ac:card-pin-bound' })).get('code'), 'a wish only').to.be.a(
      'string',
    );
  });

  it('gives a new cookie at every sign-in, and the one before dies after a moment for other tabs (session fixation)', async () => {
    const tab = browser();
    const cookieOf = async () =>
      (await tab.jar.getCookies(world.hub.origin)).find(({ key }) => key === 'sanuki-hub-session')?.value ?? '';
    const visit = async () =>
      tab.visit(await signInAt(tab, (await tab.visit(await samlUrl(world, { forceAuthn: true }))).url, world.issued));
    await visit();
    const first = await cookieOf();
    const { id } = (await world.hub.sessions.byCookie(first)) ?? {};
    await visit();
    const second = await cookieOf();
    expect([first === second, (await world.hub.sessions.byCookie(second))?.id]).to.deep.equal([false, id]);
    const forgotten = openEmbeddedStorage({ file: join(world.hub.data, 'hub.sqlite'), now: () => Date.now() + 31_000 });
    const cookies = forgotten.collection<SessionCookie>(sessionCookieCollection);
    const { records } = await cookies.find({ where: { sessionId: id ?? '' } });
    expect(records, 'half a minute later only the new one leads to the session').to.have.length(1);
    await forgotten.close();
  });

  it('names the class in the ID token that was asked for and is met (OIDC Core 2, acr)', async () => {
    const [config] = world.clients;
    if (!config) throw new TypeError('no client');
    const tab = browser();
    await signInByOidc(tab);
    const acrOf = async (more: Record<string, string>) => {
      const { url, redeem } = await authorizationUrl(config, more);
      return (await redeem((await tab.visit(url)).left ?? '')).claims()?.acr;
    };
    const essential = (value: string) => ({
      claims: JSON.stringify({ id_token: { acr: { essential: true, value } } }),
    });
    expect(await acrOf(essential(refedsMfa))).to.equal(refedsMfa);
    expect(await acrOf(essential(smartcard))).to.equal(smartcard);
    expect(await acrOf({ acr_values: `urn:example:unknown ${cardPin}` })).to.equal(cardPin);
    expect(await acrOf({})).to.equal(cardPin);
    expect(
      await signInByOidc(tab, { prompt: 'login', ...essential(refedsMfa) }).then((tokens) => tokens.claims()?.acr),
    ).to.equal(refedsMfa);
  });

  it('tells the party when the resident cancels, by either protocol', async () => {
    const [config] = world.clients;
    if (!config) throw new TypeError('no client');
    const cancel = async (url: string) => {
      const tab = browser();
      const prompt = await tab.visit(url);
      const token = attributeIn(await prompt.response.text(), /name="csrf" value="([^"]+)"/);
      const body = new URLSearchParams({ csrf: token });
      const response = await tab.request(`${prompt.url}/cancel`, { method: 'POST', body });
      const location = response.headers.get('location');
      return location ? ((await tab.visit(new URL(location, prompt.url).href)).left ?? '') : response.text();
    };
    expect(new URL(await cancel((await authorizationUrl(config)).url)).searchParams.get('error')).to.equal(
      'access_denied',
    );
    expect(samlAnswer(await cancel(await samlUrl(world)))).to.include('status:AuthnFailed');
  });

  it('refuses a code without its verifier, twice, or by another client', async () => {
    const [phr, clinic] = world.clients;
    if (!phr || !clinic) throw new TypeError('no client');
    const tab = browser();
    await signInByOidc(tab);
    const failure = async (grant: Promise<unknown>) => {
      const error = await grant.catch((cause: { error?: string }) => cause.error);
      return error;
    };
    const stolen = await authorizationUrl(phr);
    const { left = '' } = await tab.visit(stolen.url);
    const params = new URL(left).searchParams;
    const checks = { expectedState: params.get('state') ?? '', pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
    expect(await failure(oidc.authorizationCodeGrant(clinic, new URL(left), checks))).to.equal('invalid_grant');
    expect(await failure(oidc.authorizationCodeGrant(phr, new URL(left), checks))).to.equal('invalid_grant');
    const good = await authorizationUrl(phr);
    const back = (await tab.visit(good.url)).left ?? '';
    const tokens = await good.redeem(back);
    expect(await failure(good.redeem(back))).to.equal('invalid_grant');
    expect(
      (
        await fetch(`${world.hub.origin}/oidc/userinfo`, {
          headers: { authorization: `Bearer ${tokens.access_token}` },
        })
      ).status,
      'a code used twice ends its tokens',
    ).to.equal(401);
  });

  it('shows a page and never redirects for an unknown client or a redirect address that is not registered', async () => {
    const [config] = world.clients;
    if (!config) throw new TypeError('no client');
    const { url } = await authorizationUrl(config);
    for (const evil of [
      url.replace('client_id=phr', 'client_id=nobody'),
      url.replace(encodeURIComponent(callback), encodeURIComponent('https://evil.example/')),
      url.replace(encodeURIComponent(callback), encodeURIComponent(`${callback}/x`)),
    ]) {
      const { response, left } = await browser().visit(evil);
      const html = await response.text();
      expect([response.status, left]).to.deep.equal([400, undefined]);
      const trace = /<code>([0-9A-F]{10})<\/code>/.exec(html)?.[1] ?? 'no trace';
      expect(world.hub.logged.some((line) => line.includes(trace))).to.equal(true);
      expect(html).to.not.include('<form');
      for (const [, href = ''] of html.matchAll(/(?:href|src|action)="([^"]*)"/g))
        expect(href).to.match(/^(\/(?!\/)|#|tel:|data:,)/);
    }
  });

  it('ends with the card: suspended, its sessions answer nobody and its tokens are dead', async () => {
    const tab = browser();
    const [config] = world.clients;
    if (!config) throw new TypeError('no client');
    const tokens = await signInByOidc(tab);
    const { cards } = world.hub.credential;
    await cards.move(world.issued.cardId, 'suspended', 'LOST');
    try {
      const userInfo = await fetch(`${world.hub.origin}/oidc/userinfo`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
      expect(userInfo.status).to.equal(401);
      expect((await oidc.tokenIntrospection(config, tokens.access_token)).active).to.equal(false);
      const prompt = await tab.visit(await samlUrl(world));
      expect(new URL(prompt.url).pathname).to.match(/^\/sign-in\//);
      const refused = await signInAt(tab, prompt.url, world.issued).catch((error: { code?: string }) => error.code);
      expect(refused).to.equal('CARD_SUSPENDED');
    } finally {
      await cards.move(world.issued.cardId, 'active', 'REQUEST', 'second-officer');
    }
  });

  it('another browser that learns the address of a sign-in gets nowhere, nor does a forged step', async () => {
    const tab = browser();
    const prompt = await tab.visit(await samlUrl(world));
    const other = await browser().visit(prompt.url);
    expect(other.response.status).to.equal(403);
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const forged = await tab.request(`${prompt.url}/card/start`, { method: 'POST', headers, body: '{}' });
    expect([forged.status, (await forged.json()).code]).to.deep.equal([403, 'FORGED_REQUEST']);
  });

  it('terminal messages of any other shape are refused as such', async () => {
    const tab = browser();
    const prompt = await tab.visit(await samlUrl(world));
    const token = attributeIn(await prompt.response.text(), /data-csrf="([^"]+)"/);
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': token };
    for (const body of ['', '[]', '{"sid":1}', '{"sid":"x","extra":true}', `{"sid":"${'A'.repeat(9000)}"}`]) {
      const response = await tab.request(`${prompt.url}/card/tap`, { method: 'POST', headers, body });
      expect(response.status, body.slice(0, 20)).to.be.oneOf([400, 413]);
      expect((await response.json()).trace).to.match(/^[0-9A-F]{10}$/);
    }
  });

  it('neither traffic, logs nor files hold PIN, sealed block or card key; the store holds no cookie value', async () => {
    const tab = browser();
    await signInByOidc(tab);
    const { sealed, ck } = world.issued.secrets;
    const files = await readdir(world.hub.data, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name))),
    );
    const everything = [
      tab.traffic.join('\n'),
      world.hub.logged.join('\n'),
      ...contents.map((file) => file.toString('latin1')),
    ].join('\n');
    for (const secret of [sealed, ck]) {
      const bytes = Buffer.from(secret ?? []);
      expect(bytes).to.have.length(16);
      for (const form of ['hex', 'base64', 'base64url', 'latin1'] as const) {
        expect(everything.includes(bytes.toString(form)), form).to.equal(false);
      }
    }
    expect(tab.traffic.join('\n')).to.not.match(/\b482100\b/);
    expect(world.hub.logged.join('\n')).to.not.match(/482100/);
    const cookies = await tab.jar.getCookies(world.hub.origin);
    const session = cookies.find(({ key }) => key === 'sanuki-hub-session')?.value ?? '';
    expect(session.length).to.be.greaterThan(20);
    expect(contents.some((file) => file.includes(session))).to.equal(false);
  });
});
