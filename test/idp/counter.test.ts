import { join } from 'node:path';
import { expect } from 'chai';
import * as oidc from 'openid-client';
import { cardPin, refedsMfa } from '../../federation/index.ts';
import { type Interaction, interactionCollection } from '../../idp/sign-in/interaction.ts';
import { openEmbeddedStorage, type StoredRecord } from '../../storage/index.ts';
import {
  type CounterWorld,
  claimsFor,
  counterCallback,
  facility,
  failure,
  openCounter,
  registerClient,
  request,
  sessionCookie,
} from './counter-world.ts';
import { attributeIn, browser, signInAt } from './world.ts';

describe('a patient at a clinic’s counter', () => {
  let world: CounterWorld;
  before(async () => {
    world = await openCounter();
  });
  after(() => world.hub.close());

  describe('beside the receptionist’s session', () => {
    it('gets a code that says the patient, while session, cookie and parties of the browser stay as they were', async () => {
      const { tab, subject } = await world.signedIn();
      const [cookie, before] = [await world.cookieOf(tab), await world.sessions()];
      tab.traffic.length = 0;
      const { left, redeem } = await world.check(tab);
      expect(tab.traffic.join('\n'), 'no answer sets it, not even to what it is').to.not.include(
        `"set-cookie","${sessionCookie}`,
      );
      const claims = (await redeem(left)).claims();
      expect(claims).to.include({ acr: cardPin });
      expect(claims?.amr).to.deep.equal(['hwk', 'pin']);
      expect(claims?.sub).to.equal(await world.hub.links.pseudonymFor('r1', 'oidc:counter-1'));
      expect(claims?.sub).to.not.equal(subject);
      expect(await world.cookieOf(tab)).to.equal(cookie);
      expect(await world.sessions(), 'no session made, none touched').to.deep.equal(before);
      const again = await request(world.clinic);
      const back = await tab.visit(again.url);
      expect((await again.redeem(back.left ?? '')).claims()?.sub, 'still the receptionist').to.equal(subject);
    });

    it('is not whoever sits at the counter: own cards get no answer, whatever names the terminal uses (C-503)', async () => {
      const { tab, idToken } = await world.signedIn();
      const own = await world.ask(tab, world.first, { sanuki_officer_hint: idToken });
      const { left = '' } = await tab.visit(await signInAt(tab, own.page, world.receptionist));
      const answer = new URL(left).searchParams;
      expect([answer.get('error'), answer.get('code'), answer.get('state')]).to.deep.equal([
        'access_denied',
        null,
        own.state,
      ]);
      expect(answer.get('error_description')).to.include('own card');
      const other = await world.check(tab, world.first, { sanuki_officer_hint: idToken });
      expect((await other.redeem(other.left)).claims()?.sub, 'a patient does').to.be.a('string');
      for (const forged of ['x.y.z', `${idToken.slice(0, -4)}AAAA`]) {
        const { url } = await request(world.first, { sanuki_officer_hint: forged });
        const { left: back = '' } = await tab.visit(url);
        expect(new URL(back).searchParams.get('error'), forged.slice(0, 8)).to.equal('invalid_request');
      }
    });

    it('is asked for the card although a session stands, whatever prompt, age and level the request names', async () => {
      const { tab } = await world.signedIn();
      for (const more of [{}, { prompt: 'login' }, { max_age: '0' }, { max_age: '99999' }, { acr_values: cardPin }])
        await world.ask(tab, world.first, more);
      const { html } = await world.ask(tab, world.first, { claims: claimsFor(refedsMfa) });
      expect(html).to.include('id="pin-form"');
    });

    it('never gets an answer from the session: the page asks again as often as it is opened', async () => {
      const { tab } = await world.signedIn();
      const { page } = await world.ask(tab);
      for (let time = 0; time < 2; time += 1) {
        const { response, left } = await tab.visit(page);
        expect([response.status, left]).to.deep.equal([200, undefined]);
        expect(await response.text()).to.include('data-csrf');
      }
    });

    it('the provider’s own way back gives no code, neither for the receptionist nor for the patient', async () => {
      const { tab } = await world.signedIn();
      const { page } = await world.ask(tab);
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
      for (const tab of [(await world.signedIn()).tab, browser()]) {
        const { url, state } = await request(world.first, { prompt: 'none' });
        const { left = '' } = await tab.visit(url);
        const answer = Object.fromEntries(new URL(left).searchParams);
        expect(answer).to.include({ error: 'login_required', state, iss: world.hub.origin });
        expect(answer).to.not.have.property('code');
      }
    });

    it('a browser where nobody is signed in is no different: no session comes to be', async () => {
      const before = await world.sessions();
      const tab = browser();
      const { left, redeem } = await world.check(tab);
      expect((await redeem(left)).claims()?.acr).to.equal(cardPin);
      expect(await world.cookieOf(tab)).to.equal(undefined);
      expect(await world.sessions()).to.deep.equal(before);
      expect(await world.recordsOf('oidc-anonymous-session')).to.deep.equal([]);
      expect(await world.recordsOf('oidc-interaction'), 'the provider keeps no way back').to.deep.equal([]);
    });
  });

  describe('what the answer is good for', () => {
    it('goes to the request that asked, once: another browser and a second visit get nothing', async () => {
      const tab = browser();
      const { page } = await world.ask(tab);
      expect((await browser().visit(page)).response.status).to.equal(403);
      const next = await signInAt(tab, page, world.patient);
      expect((await browser().visit(next)).response.status, 'between card and answer').to.equal(403);
      const answers = await Promise.all([tab.visit(next), tab.visit(next)]);
      expect(answers.filter(({ left }) => left !== undefined)).to.have.length(1);
      expect((await tab.visit(next)).response.status).to.equal(404);
    });

    it('is not for whoever comes next: a card that nobody followed within a minute leads nowhere', async () => {
      const tab = browser();
      const next = await signInAt(tab, (await world.ask(tab)).page, world.patient);
      const storage = openEmbeddedStorage({ file: join(world.hub.data, 'hub.sqlite') });
      const interactions = storage.collection<Interaction>(interactionCollection);
      await interactions.update(new URL(next).pathname.split('/').at(-1) ?? '', (current) => {
        const { level, presented } = current.sessionless ?? {};
        if (!level || !presented) throw new TypeError('no card was presented');
        return { ...current, sessionless: { level, presented: { ...presented, at: presented.at - 61_000 } } };
      });
      await storage.close();
      const { response, left } = await tab.visit(next);
      expect([response.status, left]).to.deep.equal([404, undefined]);
    });

    it('carries state, iss (RFC 9207) and the code by query, fragment and form_post', async () => {
      const query = await world.check(browser());
      const [fragment, form] = [{ response_mode: 'fragment' }, { response_mode: 'form_post' }];
      const hashed = await world.check(browser(), world.first, fragment);
      for (const [{ state }, params] of [
        [query, new URL(query.left).searchParams],
        [hashed, new URLSearchParams(new URL(hashed.left).hash.slice(1))],
      ] as const) {
        expect([...params.keys()]).to.have.members(['code', 'state', 'iss']);
        expect(params.get('state')).to.equal(state);
        expect(params.get('iss')).to.equal(world.hub.origin);
      }
      const tab = browser();
      const asked = await world.ask(tab, world.first, form);
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
      const stolen = await world.check(browser());
      expect(await failure(stolen.redeem(stolen.left, world.second)), 'at the other terminal').to.equal(
        'invalid_grant',
      );
      expect(await failure(stolen.redeem(stolen.left, world.clinic)), 'at the clinic itself').to.equal('invalid_grant');
      const guessed = { ...stolen.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
      const redeemed = oidc.authorizationCodeGrant(world.first, new URL(stolen.left), guessed);
      expect(await failure(redeemed), 'with another verifier').to.equal('invalid_grant');
      const elsewhere = stolen.left.replace('/counter/callback', '/callback');
      expect(await failure(stolen.redeem(elsewhere)), 'for another address').to.equal('invalid_grant');

      const { left, redeem } = await world.check(browser());
      const { access_token } = await redeem(left);
      expect((await oidc.tokenIntrospection(world.first, access_token)).active).to.equal(true);
      expect(await failure(redeem(left)), 'twice').to.equal('invalid_grant');
      expect((await oidc.tokenIntrospection(world.first, access_token)).active, 'and its tokens end').to.equal(false);
    });

    it('tokens live ten minutes at most, without refresh, and are told about to their own terminal only', async () => {
      const { left, redeem } = await world.check(browser(), world.first, { scope: 'openid profile offline_access' });
      const tokens = await redeem(left);
      expect(tokens.expires_in).to.be.within(1, 600);
      expect(tokens).to.not.have.property('refresh_token');
      expect(tokens.scope).to.equal('openid');
      const mine = await oidc.tokenIntrospection(world.first, tokens.access_token);
      expect(mine).to.include({ active: true, client_id: 'counter-1', sub: tokens.claims()?.sub });
      expect(mine.exp).to.be.at.most((tokens.claims()?.auth_time ?? 0) + 601);
      const grants = await world.recordsOf<StoredRecord & { payload: { clientId: string } }>('oidc-grant');
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
      const { left, redeem } = await world.check(browser());
      const tokens = await redeem(left);
      const unredeemed = await world.check(browser());
      await cards.move(patient.cardId, 'suspended', 'LOST');
      try {
        expect(await oidc.tokenIntrospection(first, tokens.access_token)).to.deep.equal({ active: false });
        expect(await failure(unredeemed.redeem(unredeemed.left))).to.equal('invalid_grant');
      } finally {
        await cards.move(patient.cardId, 'active', 'REQUEST', 'second-officer');
      }
      const [prompted, presented, coded] = [browser(), browser(), await world.check(browser(), second)];
      const waiting = await world.ask(prompted, second);
      const next = await signInAt(presented, (await world.ask(presented, second)).page, patient);
      const live = await coded.redeem(coded.left);
      const late = await world.check(browser(), second);
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
      const third = await registerClient(hub, 'counter-3', {
        redirect_uris: [counterCallback],
        sanuki_counter: { facility, terminal: '受付3' },
      });
      const [tab, coded] = [browser(), await world.check(browser(), third)];
      const tokens = await coded.redeem(coded.left);
      const next = await signInAt(tab, (await world.ask(tab, third)).page, patient);
      const record = await hub.registry.get('oidc', 'counter-3');
      if (!record) throw new TypeError('no registration');
      await hub.registry.register({ ...record, counter: undefined });
      expect((await tab.visit(next)).response.status).to.equal(403);
      expect(await oidc.tokenIntrospection(third, tokens.access_token)).to.deep.equal({ active: false });
    });

    it('answers only about the patient the terminal named, when it named one (id_token_hint, sub)', async () => {
      const { left, redeem } = await world.check(browser());
      const hint = (await redeem(left)).id_token ?? '';
      const subject = (await world.hub.links.pseudonymFor('r1', 'oidc:counter-1')) ?? '';
      const other = await world.hub.links.pseudonymFor('staff', 'oidc:counter-1');
      const named = (value: string) => ({ claims: JSON.stringify({ id_token: { sub: { value } } }) });
      for (const more of [{ id_token_hint: hint }, named(subject)])
        expect(new URL((await world.check(browser(), world.first, more)).left).searchParams.get('code')).to.be.a(
          'string',
        );
      const refused = new URL((await world.check(browser(), world.first, named(other))).left).searchParams;
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
      const { page, html, state } = await world.ask(tab);
      const body = new URLSearchParams({ csrf: attributeIn(html, /name="csrf" value="([^"]+)"/) });
      const response = await tab.request(`${page}/cancel`, { method: 'POST', body });
      const answer = Object.fromEntries(new URL(response.headers.get('location') ?? '').searchParams);
      expect(answer).to.deep.equal({ error: 'access_denied', state, iss: world.hub.origin });
    });

    it('is recorded as a sign-on at a counter before the answer leaves', async () => {
      await world.check(browser());
      const records = await world.recordsOf<StoredRecord & { entry: Record<string, unknown> }>('journal-audit');
      const signOn = records.map(({ entry }) => entry).filter(({ provider }) => provider === 'oidc:counter-1');
      expect(signOn.at(-1)).to.deep.include({ type: 'sso.oidc', result: 'ok', detail: { counter: true } });
    });
  });

  it('reads on the page who asks, what is given, to whom and what for, in both languages', async () => {
    const { html } = await world.ask(browser());
    for (const words of [
      '保険の資格',
      '窓口で、保険の資格を確かめるため',
      '春日みなと医院（端末: 受付1）',
      '患者さん本人',
    ])
      expect(html).to.include(words);
    expect(html, 'the PIN stays hidden from whoever looks on')
      .to.include('受付の職員には番号は見えません')
      .and.not.include('show-pin');
    const tab = browser();
    await tab.jar.setCookie('sanuki-hub-view=en.small.standard', world.hub.origin);
    const english = await tab.request((await world.ask(tab)).page, { headers: { 'accept-language': 'en' } });
    expect(await english.text())
      .to.include('insurance eligibility')
      .and.include('Kasuga Minato clinic');
  });
});
