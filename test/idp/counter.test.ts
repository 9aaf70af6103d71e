import { join } from 'node:path';
import { expect } from 'chai';
import * as oidc from 'openid-client';
import type { CardAuthentication } from '../../card-auth/index.ts';
import { card as cardAlone, cardPin, parseClientMetadata, refedsMfa, smartcard } from '../../federation/index.ts';
import { type CounterPresentation, createCounterPresentations } from '../../idp/counter-presentations.ts';
import { type SsoSession, sessionCollection } from '../../idp/session.ts';
import { createMemoryStorage, openEmbeddedStorage, type StoredRecord } from '../../storage/index.ts';
import { attributeIn, browser, issueCard, signInAt, startTestHub, type TestBrowser, type TestHub } from './world.ts';

const callback = 'http://127.0.0.1:9/callback';
const counterCallback = 'http://127.0.0.1:9/counter/callback';
const facility = { ja: '春日みなと医院', en: 'Kasuga Minato clinic' };
const terminals = { 'counter-1': '受付1', 'counter-2': '受付2' } as const;

/** A hub, a clinic with two terminals, its receptionist and a patient, each with a card. */
async function setUp() {
  const limits = { pages: { points: 10_000 }, signIn: { points: 10_000 } };
  const hub = await startTestHub({ more: { limits } });
  const patient = await issueCard(hub);
  const receptionist = await issueCard(hub, { residentRef: 'staff', number: '2222222222222', pin: '739154' });
  const clinic = await register(hub, 'clinic', { redirect_uris: [callback] });
  const [first, second] = await Promise.all(
    Object.entries(terminals).map(([clientId, terminal]) =>
      register(hub, clientId, { redirect_uris: [counterCallback], sanuki_counter: { facility, terminal } }),
    ),
  );
  if (!first || !second) throw new TypeError('no terminal');
  return { hub, patient, receptionist, clinic, first, second };
}

async function register({ registry, clientSecrets, origin }: TestHub, clientId: string, members: object) {
  const parsed = parseClientMetadata({ client_id: clientId, client_name: clientId, ...members }, { allowHttp: true });
  const { secret = '', name, metadata, counter } = parsed;
  await registry.register({
    protocol: 'oidc',
    key: clientId,
    name,
    status: 'approved',
    contract: { attributes: counter ? ['eligibility'] : [] },
    settings: {},
    counter,
    oidc: { metadata, sealedSecret: clientSecrets.seal(Buffer.from(secret), `oidc:${clientId}`) },
  });
  return oidc.discovery(new URL(origin), clientId, secret, undefined, { execute: [oidc.allowInsecureRequests] });
}

/** A request of a party, and how it redeems what comes back. */
async function request(config: oidc.Configuration, more: Record<string, string> = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const { client_id } = config.clientMetadata();
  const parameters = {
    redirect_uri: client_id === 'clinic' ? callback : counterCallback,
    scope: 'openid',
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  };
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  const redeem = (left: string, other = config) => oidc.authorizationCodeGrant(other, new URL(left), checks);
  return { url: oidc.buildAuthorizationUrl(config, parameters).href, parameters, checks, state, redeem };
}

const failure = (grant: Promise<unknown>) =>
  grant.then(
    () => 'none',
    (cause: { error?: string }) => cause.error,
  );
const sessionCookie = 'sanuki-hub-session';
const claimsFor = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } });

describe('a patient at a clinic’s counter', () => {
  let world: Awaited<ReturnType<typeof setUp>>;
  before(async () => {
    world = await setUp();
  });
  after(() => world.hub.close());

  /** The hub's store as it is now, every record of a collection. */
  async function recordsOf<T extends StoredRecord>(name: string): Promise<readonly T[]> {
    const storage = openEmbeddedStorage({ file: join(world.hub.data, 'hub.sqlite') });
    const { records } = await storage.collection<T>({ name }).find({ limit: 1000 });
    await storage.close();
    return records;
  }
  const sessions = () => recordsOf<SsoSession>(sessionCollection.name);

  const cookieOf = async (tab: TestBrowser) =>
    (await tab.jar.getCookies(world.hub.origin)).find(({ key }) => key === sessionCookie)?.value;

  /** A browser in which the receptionist is signed in at the clinic. */
  async function signedIn() {
    const tab = browser();
    const { url, redeem } = await request(world.clinic);
    const prompt = await tab.visit(url);
    const { left = '' } = await tab.visit(await signInAt(tab, prompt.url, world.receptionist));
    const subject = (await redeem(left)).claims()?.sub;
    return { tab, subject };
  }

  async function ask(tab: TestBrowser, config = world.first, more: Record<string, string> = {}) {
    const asked = await request(config, more);
    const prompt = await tab.visit(asked.url);
    expect(new URL(prompt.url).pathname, await prompt.response.clone().text()).to.match(/^\/sign-in\//);
    return { ...asked, page: prompt.url, html: await prompt.response.text() };
  }

  /** The patient's card, and where the browser is sent with it. */
  async function check(tab: TestBrowser, config = world.first, more: Record<string, string> = {}) {
    const asked = await ask(tab, config, more);
    const { left = '' } = await tab.visit(await signInAt(tab, asked.page, world.patient));
    return { ...asked, left };
  }

  describe('beside the receptionist’s session', () => {
    it('gets a code that says the patient, while session, cookie and parties of the browser stay as they were', async () => {
      const { tab, subject } = await signedIn();
      const [cookie, before] = [await cookieOf(tab), await sessions()];
      tab.traffic.length = 0;
      const { left, redeem } = await check(tab);
      expect(tab.traffic.join('\n'), 'no answer sets it, not even to what it is').to.not.include(
        `"set-cookie","${sessionCookie}`,
      );
      const claims = (await redeem(left)).claims();
      expect(claims).to.include({ acr: cardPin });
      expect(claims?.amr).to.deep.equal(['hwk', 'pin']);
      expect(claims?.sub).to.equal(await world.hub.links.pseudonymFor('r1', 'oidc:counter-1'));
      expect(claims?.sub).to.not.equal(subject);
      expect(await cookieOf(tab)).to.equal(cookie);
      expect(await sessions(), 'no session made, none touched').to.deep.equal(before);
      const again = await request(world.clinic);
      const back = await tab.visit(again.url);
      expect((await again.redeem(back.left ?? '')).claims()?.sub, 'still the receptionist').to.equal(subject);
    });

    it('is asked for the card although a session stands, whatever prompt, age and level the request names', async () => {
      const { tab } = await signedIn();
      for (const more of [{}, { prompt: 'login' }, { max_age: '0' }, { max_age: '99999' }, { acr_values: cardPin }])
        await ask(tab, world.first, more);
      const { html } = await ask(tab, world.first, { claims: claimsFor(refedsMfa) });
      expect(html).to.include('id="pin-form"');
    });

    it('never gets an answer from the session: the page asks again as often as it is opened', async () => {
      const { tab } = await signedIn();
      const { page } = await ask(tab);
      for (let time = 0; time < 2; time += 1) {
        const { response, left } = await tab.visit(page);
        expect([response.status, left]).to.deep.equal([200, undefined]);
        expect(await response.text()).to.include('data-csrf');
      }
    });

    it('the provider’s own way back gives no code, neither for the receptionist nor for the patient', async () => {
      const { tab } = await signedIn();
      const { page } = await ask(tab);
      const cookies = (await tab.jar.store.getAllCookies()) as { key: string; value: string; path: string }[];
      const resume = cookies.filter(({ key }) => key === 'sanuki-hub-oidc-resume').map(({ path }) => path);
      expect(resume).to.not.be.empty;
      await signInAt(tab, page, world.patient);
      for (const path of resume) {
        const { response, left } = await tab.visit(`${world.hub.origin}${path}`);
        expect([response.status, left], path).to.deep.equal([400, undefined]);
      }
    });

    it('answers prompt=none by login_required, with and without a session', async () => {
      for (const tab of [(await signedIn()).tab, browser()]) {
        const { url, state } = await request(world.first, { prompt: 'none' });
        const { left = '' } = await tab.visit(url);
        const answer = Object.fromEntries(new URL(left).searchParams);
        expect(answer).to.include({ error: 'login_required', state, iss: world.hub.origin });
        expect(answer).to.not.have.property('code');
      }
    });

    it('a browser where nobody is signed in is no different: no session comes to be', async () => {
      const before = await sessions();
      const tab = browser();
      const { left, redeem } = await check(tab);
      expect((await redeem(left)).claims()?.acr).to.equal(cardPin);
      expect(await cookieOf(tab)).to.equal(undefined);
      expect(await sessions()).to.deep.equal(before);
      expect(await recordsOf('oidc-anonymous-session')).to.deep.equal([]);
      expect(await recordsOf('oidc-interaction'), 'the provider keeps no way back').to.deep.equal([]);
    });
  });

  describe('what the answer is good for', () => {
    it('goes to the request that asked, once: another browser, a second visit, a late one get nothing', async () => {
      const tab = browser();
      const { page } = await ask(tab);
      expect((await browser().visit(page)).response.status).to.equal(403);
      const next = await signInAt(tab, page, world.patient);
      expect((await browser().visit(next)).response.status, 'between card and answer').to.equal(403);
      const answers = await Promise.all([tab.visit(next), tab.visit(next)]);
      expect(answers.filter(({ left }) => left !== undefined)).to.have.length(1);
      expect((await tab.visit(next)).response.status).to.equal(404);
    });

    it('carries state, iss (RFC 9207) and the code by query, fragment and form_post', async () => {
      const query = await check(browser());
      const [fragment, form] = [{ response_mode: 'fragment' }, { response_mode: 'form_post' }];
      const hashed = await check(browser(), world.first, fragment);
      for (const [{ state }, params] of [
        [query, new URL(query.left).searchParams],
        [hashed, new URLSearchParams(new URL(hashed.left).hash.slice(1))],
      ] as const) {
        expect([...params.keys()]).to.have.members(['code', 'state', 'iss']);
        expect(params.get('state')).to.equal(state);
        expect(params.get('iss')).to.equal(world.hub.origin);
      }
      const tab = browser();
      const asked = await ask(tab, world.first, form);
      const { response } = await tab.visit(await signInAt(tab, asked.page, world.patient));
      const html = await response.text();
      const field = (name: string) => attributeIn(html, new RegExp(`name="${name}" value="([^"]+)"`));
      expect(attributeIn(html, /action="([^"]+)"/)).to.equal(counterCallback);
      expect([field('state'), field('iss')]).to.deep.equal([asked.state, world.hub.origin]);
      expect(response.headers.get('content-security-policy')).to.include("form-action 'self' http://127.0.0.1:9;");
      const tokens = await asked.redeem(
        `${counterCallback}?${new URLSearchParams({ code: field('code'), state: field('state'), iss: field('iss') })}`,
      );
      expect(tokens.claims()?.acr).to.equal(cardPin);
    });

    it('a code counts once, with its verifier, nonce and redirect address, at its own terminal', async () => {
      const stolen = await check(browser());
      expect(await failure(stolen.redeem(stolen.left, world.second)), 'at the other terminal').to.equal(
        'invalid_grant',
      );
      expect(await failure(stolen.redeem(stolen.left, world.clinic)), 'at the clinic itself').to.equal('invalid_grant');
      const guessed = { ...stolen.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
      const redeemed = oidc.authorizationCodeGrant(world.first, new URL(stolen.left), guessed);
      expect(await failure(redeemed), 'with another verifier').to.equal('invalid_grant');
      const elsewhere = stolen.left.replace('/counter/callback', '/callback');
      expect(await failure(stolen.redeem(elsewhere)), 'for another address').to.equal('invalid_grant');

      const { left, redeem } = await check(browser());
      const { access_token } = await redeem(left);
      expect((await oidc.tokenIntrospection(world.first, access_token)).active).to.equal(true);
      expect(await failure(redeem(left)), 'twice').to.equal('invalid_grant');
      expect((await oidc.tokenIntrospection(world.first, access_token)).active, 'and its tokens end').to.equal(false);
    });

    it('tokens live ten minutes at most, without refresh, and are told about to their own terminal only', async () => {
      const { left, redeem } = await check(browser(), world.first, { scope: 'openid profile offline_access' });
      const tokens = await redeem(left);
      expect(tokens.expires_in).to.be.within(1, 600);
      expect(tokens).to.not.have.property('refresh_token');
      expect(tokens.scope).to.equal('openid');
      const mine = await oidc.tokenIntrospection(world.first, tokens.access_token);
      expect(mine).to.include({ active: true, client_id: 'counter-1', sub: tokens.claims()?.sub });
      expect(mine.exp).to.be.at.most((tokens.claims()?.auth_time ?? 0) + 601);
      const grants = await recordsOf<StoredRecord & { payload: { clientId: string } }>('oidc-grant');
      for (const { payload, expiresAt } of grants.filter((grant) => grant.payload.clientId.startsWith('counter')))
        expect(expiresAt, payload.clientId).to.be.at.most(Date.now() + 600_000);
      for (const other of [world.second, world.clinic])
        expect(await oidc.tokenIntrospection(other, tokens.access_token)).to.deep.equal({ active: false });
      const userInfo = await oidc.fetchUserInfo(world.first, tokens.access_token, tokens.claims()?.sub ?? '');
      expect(userInfo, 'no name without a contract for it').to.deep.equal({ sub: tokens.claims()?.sub });
    });

    it('ends at once with the patient’s card and with the registration of the terminal', async () => {
      const { hub, patient, first, second } = world;
      const { cards } = hub.credential;
      const { left, redeem } = await check(browser());
      const tokens = await redeem(left);
      const unredeemed = await check(browser());
      await cards.move(patient.cardId, 'suspended', 'LOST');
      try {
        expect(await oidc.tokenIntrospection(first, tokens.access_token)).to.deep.equal({ active: false });
        expect(await failure(unredeemed.redeem(unredeemed.left))).to.equal('invalid_grant');
      } finally {
        await cards.move(patient.cardId, 'active', 'REQUEST');
      }
      const [prompted, presented, coded] = [browser(), browser(), await check(browser(), second)];
      const waiting = await ask(prompted, second);
      const next = await signInAt(presented, (await ask(presented, second)).page, patient);
      const live = await coded.redeem(coded.left);
      const late = await check(browser(), second);
      await hub.registry.setStatus('oidc:counter-2', 'suspended');
      try {
        expect((await browser().visit(waiting.url)).response.status, 'authorize').to.equal(400);
        expect((await prompted.visit(waiting.page)).response.status, 'the open page').to.equal(403);
        const answer = await presented.visit(next);
        expect([answer.response.status, answer.left], 'after the card').to.deep.equal([403, undefined]);
        expect(await failure(late.redeem(late.left)), 'code').to.equal('invalid_client');
        expect(await failure(oidc.tokenIntrospection(second, live.access_token)), 'introspection').to.equal(
          'invalid_client',
        );
        const other = await oidc.tokenIntrospection(first, live.access_token);
        expect(other, 'asked by another').to.deep.equal({ active: false });
      } finally {
        await hub.registry.setStatus('oidc:counter-2', 'approved');
      }
    });

    it('ends as well when the registration is no terminal any more', async () => {
      const { hub, patient } = world;
      const third = await register(hub, 'counter-3', {
        redirect_uris: [counterCallback],
        sanuki_counter: { facility, terminal: '受付3' },
      });
      const [tab, coded] = [browser(), await check(browser(), third)];
      const tokens = await coded.redeem(coded.left);
      const next = await signInAt(tab, (await ask(tab, third)).page, patient);
      const record = await hub.registry.get('oidc', 'counter-3');
      if (!record) throw new TypeError('no registration');
      await hub.registry.register({ ...record, counter: undefined });
      expect((await tab.visit(next)).response.status).to.equal(403);
      expect(await oidc.tokenIntrospection(third, tokens.access_token)).to.deep.equal({ active: false });
    });

    it('answers only about the patient the terminal named, when it named one (id_token_hint, sub)', async () => {
      const { left, redeem } = await check(browser());
      const hint = (await redeem(left)).id_token ?? '';
      const subject = (await world.hub.links.pseudonymFor('r1', 'oidc:counter-1')) ?? '';
      const other = await world.hub.links.pseudonymFor('staff', 'oidc:counter-1');
      const named = (value: string) => ({ claims: JSON.stringify({ id_token: { sub: { value } } }) });
      for (const more of [{ id_token_hint: hint }, named(subject)])
        expect(new URL((await check(browser(), world.first, more)).left).searchParams.get('code')).to.be.a('string');
      const refused = new URL((await check(browser(), world.first, named(other))).left).searchParams;
      expect([refused.get('error'), refused.get('code')]).to.deep.equal(['login_required', null]);
    });

    it('a pushed request opens one page only (RFC 9126 7.3)', async () => {
      const { parameters, redeem } = await request(world.first);
      const url = (await oidc.buildAuthorizationUrlWithPAR(world.first, parameters)).href;
      const tab = browser();
      const prompt = await tab.visit(url);
      const again = new URL((await browser().visit(url)).left ?? '');
      expect(again.searchParams.get('error'), 'the second visit').to.equal('invalid_request_uri');
      const done = await tab.visit(await signInAt(tab, prompt.url, world.patient));
      expect((await redeem(done.left ?? '')).claims()?.acr).to.equal(cardPin);
    });

    it('tells the terminal when the patient stops, by the response mode of the request', async () => {
      const tab = browser();
      const { page, html, state } = await ask(tab);
      const body = new URLSearchParams({ csrf: attributeIn(html, /name="csrf" value="([^"]+)"/) });
      const response = await tab.request(`${page}/cancel`, { method: 'POST', body });
      const answer = Object.fromEntries(new URL(response.headers.get('location') ?? '').searchParams);
      expect(answer).to.deep.equal({ error: 'access_denied', state, iss: world.hub.origin });
    });

    it('is recorded as a sign-on at a counter before the answer leaves', async () => {
      await check(browser());
      const records = await recordsOf<StoredRecord & { entry: Record<string, unknown> }>('journal-audit');
      const signOn = records.map(({ entry }) => entry).filter(({ provider }) => provider === 'oidc:counter-1');
      expect(signOn.at(-1)).to.deep.include({ type: 'sso.oidc', result: 'ok', detail: { counter: true } });
    });
  });

  describe('the card alone', () => {
    const alone = { claims: claimsFor(cardAlone) };

    it('is enough at a counter that asks for that level by its name, and says so in acr and amr', async () => {
      const { tab } = await signedIn();
      const before = await sessions();
      const { html, left, redeem } = await check(tab, world.first, alone);
      expect(html).to.not.include('id="pin"').and.not.include('id="pin-form"');
      const claims = (await redeem(left)).claims();
      expect(claims?.acr).to.equal(cardAlone);
      expect(claims?.amr).to.deep.equal(['hwk']);
      expect(await sessions(), 'and no session comes of it').to.deep.equal(before);
    });

    it('is asked for by no other wish: PIN for Smartcard, for PIN first, for nothing; an unknown level is refused', async () => {
      for (const more of [{}, { acr_values: smartcard }, { acr_values: `${cardPin} ${cardAlone}` }])
        expect((await ask(browser(), world.first, more)).html, JSON.stringify(more)).to.include(
          'data-level="card-pin"',
        );
      expect((await ask(browser(), world.first, { acr_values: `${cardAlone} ${cardPin}` })).html).to.include(
        'data-level="card"',
      );
      for (const value of ['urn:x-sanuki:ac:card-pin-bound', 'constructor']) {
        const { url } = await request(world.first, { claims: claimsFor(value) });
        const { left = '' } = await browser().visit(url);
        expect(new URL(left).searchParams.get('error'), value).to.equal('unmet_authentication_requirements');
      }
    });

    it('is nothing anywhere else: other parties ask for the PIN, and the step is refused to them', async () => {
      const tab = browser();
      const asked = await ask(tab, world.clinic, alone);
      expect(asked.html).to.include('data-level="card-pin"');
      const before = await sessions();
      expect(await stepRefusal(tab, asked)).to.equal('LEVEL_REFUSED');
      expect(await sessions()).to.deep.equal(before);
    });

    it('and the steps of card and PIN keep apart at the counter too, so no card is opened without a PIN', async () => {
      const pinPage = browser();
      expect(await stepRefusal(pinPage, await ask(pinPage))).to.equal('LEVEL_REFUSED');
      const cardPage = browser();
      expect(await stepRefusal(cardPage, await ask(cardPage, world.first, alone))).to.equal('LEVEL_REFUSED');
    });

    /** What a terminal hears that takes the other way than the page says. */
    async function stepRefusal(tab: TestBrowser, { page, html }: { page: string; html: string }) {
      const swapped = html.includes('data-level="card-pin"')
        ? html.replace('data-level="card-pin"', 'data-level="card"')
        : html.replace('data-level="card"', 'data-level="card-pin"');
      return signInAt(tab, page, { ...world.patient, html: swapped }).then(
        () => 'none',
        (error: { code?: string }) => error.code,
      );
    }
  });

  it('reads on the page who asks, what is given, to whom and what for, in both languages', async () => {
    const { html } = await ask(browser());
    for (const words of [
      '保険の資格',
      '窓口で、保険の資格を確かめるため',
      '春日みなと医院（端末: 受付1）',
      '患者さん本人',
    ])
      expect(html).to.include(words);
    expect(html, 'the PIN stays hidden from whoever looks on')
      .to.include('職員には番号は見えません')
      .and.not.include('show-pin');
    const tab = browser();
    await tab.jar.setCookie('sanuki-hub-view=en.small.standard', world.hub.origin);
    const english = await tab.request((await ask(tab)).page, { headers: { 'accept-language': 'en' } });
    expect(await english.text())
      .to.include('insurance eligibility')
      .and.include('Kasuga Minato clinic');
  });
});

describe('the presentation behind a counter’s tokens', () => {
  it('counts ten minutes, with its card and terminal in use, until it is ended', async () => {
    let time = 1_000_000;
    let [usable, terminal] = [true, true];
    const { open, live, end } = createCounterPresentations({
      presentations: createMemoryStorage({ now: () => time }).collection<CounterPresentation>({ name: 'p' }),
      isCardUsable: async () => usable,
      isTerminal: async () => terminal,
      now: () => time,
    });
    const shown: CardAuthentication = {
      residentRef: 'r1',
      cardId: 'c1',
      level: 'urn:x-sanuki:ac:card',
      amr: ['hwk'],
      at: time,
    };
    const { id } = await open('counter-1', shown);
    expect(await live(id)).to.include({ residentRef: 'r1', clientId: 'counter-1', level: cardAlone });
    usable = false;
    expect(await live(id)).to.equal(undefined);
    [usable, terminal] = [true, false];
    expect(await live(id)).to.equal(undefined);
    terminal = true;
    time += 599_999;
    expect(await live(id)).to.not.equal(undefined);
    time += 1;
    expect(await live(id)).to.equal(undefined);
    const ended = await open('counter-1', shown);
    await end(ended.id);
    expect(await live(ended.id)).to.equal(undefined);
    expect(await live('grant-of-a-session')).to.equal(undefined);
  });
});
