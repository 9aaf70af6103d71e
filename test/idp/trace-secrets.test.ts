import { expect } from 'chai';
import { csrfIn } from './admin-world.ts';
import { request as oidcRequest } from './counter-world.ts';
import { codeOn, type ExplainWorld, startExplainWorld } from './explain-world.ts';
import { attributeIn, browser, issueCard, signInAt, type TestBrowser } from './world.ts';

const person = { residentRef: 'resident-of-the-trace', number: '3702608253047', pin: '907261' };
const planted = {
  relayState: 'RELAYSTATE-7f3a',
  state: 'STATE-91c2',
  nonce: 'NONCE-55d0',
  login_hint: 'yamada.hanako@example.jp',
  id_token_hint: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJwIn0.c2ln',
};

/** Attacker: holds the store, that is every record of every trace. He must learn no person, no token and no card. */
describe('whoever holds the traces of whole sign-ins', () => {
  let world: ExplainWorld;
  let resident: Awaited<ReturnType<typeof issueCard>>;
  /** Everything that stood in a message and that nobody may find again, with what it is. */
  const secrets = new Map<string, string>();
  let codes: string[] = [];

  before(async () => {
    world = await startExplainWorld();
    resident = await issueCard(world, person);
    codes = [];
    for (const run of [samlRun, oidcRun, refusedRun]) await run();
    await world.hub.traces.flush();
  });
  after(() => world.close());

  async function prompt(own: TestBrowser, url: string) {
    const { url: page, response } = await own.visit(url);
    const html = await response.text();
    codes.push(codeOn(html));
    secrets.set(attributeIn(html, /data-csrf="([^"]+)"/), 'anti-forgery token');
    secrets.set(new URL(page).pathname.split('/')[2] ?? '', 'id of the parked sign-in');
    return { page, html };
  }

  /** Cookies of both sides, every message of the card, and whatever else came and went in this browser. */
  async function note(own: TestBrowser): Promise<void> {
    for (const cookie of await own.jar.getCookies(world.origin)) secrets.set(cookie.value, `cookie ${cookie.key}`);
    for (const message of own.traffic)
      for (const [, name = '', value = ''] of message.matchAll(
        /"(sid|id|mac1|mac2|blinded|proof|stateMac|evaluated|slotHash|nonce|rc)":"([\w-]{8,})"/g,
      ))
        secrets.set(value, `card message ${name}`);
  }

  async function samlRun(): Promise<void> {
    const own = browser();
    const { page, html } = await prompt(own, await world.samlUrl({ relayState: planted.relayState }));
    await signInAt(own, page, { ...resident, pin: '111999', html }).catch(() => undefined);
    const { response } = await own.visit(await signInAt(own, page, { ...resident, html }));
    expect(await response.text()).to.include(planted.relayState);
    await note(own);
    const session = [...(await world.audited('sso.saml'))].at(-1);
    secrets.set(String(session?.pseudonym), 'SAML pseudonym');
  }

  async function oidcRun(): Promise<void> {
    const own = browser();
    const { state, nonce } = planted;
    const { url, redeem, parameters } = await oidcRequest(world.clinic, { state, nonce });
    const { page, html } = await prompt(own, url);
    const { left = '' } = await own.visit(await signInAt(own, page, { ...resident, html }));
    const code = new URL(left).searchParams.get('code') ?? '';
    expect(code).to.not.equal('');
    secrets.set(code, 'authorization code').set(String(parameters.code_challenge), 'code challenge');
    // The state is checked by hand: the library's own was replaced by the planted one.
    expect(new URL(left).searchParams.get('state')).to.equal(state);
    await redeem(left).catch(() => undefined);
    await note(own);
  }

  /** Refused by a page, by the party's address and by a program's answer, with secrets wherever there is room. */
  async function refusedRun(): Promise<void> {
    const own = browser();
    const { state, login_hint, id_token_hint } = planted;
    const hints = { state, login_hint, id_token_hint };
    const callback = `http://127.0.0.1:9/${person.number}/${id_token_hint}?user=${login_hint}`;
    const refusedAt = async (url: string) => codes.push(codeOn(await (await own.request(url)).text()));
    await refusedAt((await oidcRequest(world.clinic, { ...hints, redirect_uri: callback })).url);
    await own.request((await oidcRequest(world.clinic, { ...hints, prompt: 'none' })).url);
    await own.request((await oidcRequest(world.clinic, { ...hints, scope: `openid ${person.number}` })).url);
    await refusedAt(await world.samlUrl({ acsUrl: callback, relayState: planted.relayState }));
    const { page, html } = await prompt(own, await world.samlUrl({ relayState: planted.relayState }));
    await world.post(own, `${new URL(page).pathname}/cancel`, { csrf: csrfIn(html) });
    await world.post(own, '/oidc/token', {
      grant_type: 'authorization_code',
      code: id_token_hint,
      client_secret: state,
    });
    await refusedAt(`${world.origin}/${person.number}/${login_hint}?token=${id_token_hint}`);
    await note(own);
  }

  it('finds every way in them, refused and answered', () => {
    const stored = world.stored();
    expect(codes).to.have.length(6);
    for (const code of codes) expect(stored).to.include(code);
    for (const kind of ['request', 'decision', 'prompt', 'card', 'release', 'answer', 'refused'])
      expect(stored, kind).to.include(`\\"kind\\":\\"${kind}\\"`);
  });

  it('finds no person, no token, no code, no cookie, nothing of the card and nothing that a party wants back', () => {
    const stored = world.stored();
    const known: readonly (readonly [string, string])[] = [
      ...secrets,
      ...Object.entries(planted).map(([what, value]) => [value, what] as const),
      [person.residentRef, 'resident'],
      [person.number, 'card number'],
      [person.pin, 'PIN'],
      [resident.cardId, 'card id'],
      ['バス', 'name'],
      ['1960-10-10', 'date of birth'],
    ];
    expect(known.length, 'there is something to look for').to.be.greaterThan(30);
    for (const [value, what] of known) {
      expect(value.length, what).to.be.greaterThan(1);
      expect(stored.includes(value), what).to.equal(false);
      expect(stored.includes(Buffer.from(value).toString('base64').replaceAll('=', '')), `${what}, base64`).to.equal(
        false,
      );
    }
  });
});
