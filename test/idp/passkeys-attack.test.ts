import { expect } from 'chai';
import { newSoftwareKey } from '../../cli/software-key.ts';
import { cardPinBound, passkey } from '../../federation/index.ts';
import { bindAt, callAt, cardAt, type Device, device, pageAt, panelIn, removeAll, useAt } from './passkey-world.ts';
import { authorizationUrl, demand, openParties, type Parties, samlUrl, sp } from './sign-on-world.ts';
import { browser, issueCard, type TestBrowser } from './world.ts';

type Issued = Pick<Awaited<ReturnType<typeof issueCard>>, 'card' | 'pin'>;
type Page = Awaited<ReturnType<typeof pageAt>>;

describe('passkeys under attack', () => {
  let world: Parties;
  let second: Awaited<ReturnType<typeof issueCard>>;
  before(async () => {
    world = await openParties({ more: { limits: { signIn: { points: 5000, seconds: 60 } } } });
    second = await issueCard(world.hub, { residentRef: 'r2', number: '1234567890124', pin: '593811' });
    await demand(world.hub, 'saml', sp.entityId, cardPinBound);
    await demand(world.hub, 'oidc', 'phr', passkey);
  });
  after(() => world.hub.close());

  afterEach(() => removeAll(world.hub));

  const origin = () => world.hub.origin;
  const phr = () => world.clients[0] ?? expect.fail('no client');

  async function keyPage(tab: TestBrowser, issued: Issued = world.issued): Promise<Page> {
    const page = await pageAt(tab, await samlUrl(world));
    return page.html.includes('id="sign-in"') ? cardAt(tab, page, issued) : page;
  }

  const passkeyPage = async (tab: TestBrowser) => pageAt(tab, (await authorizationUrl(phr())).url);

  /** Bound and asked for: what is left is what the device says. */
  async function asked(issued: Issued = world.issued, own = device()) {
    const tab = browser();
    const page = await bindAt(tab, await keyPage(tab, issued), own);
    return { tab, own, page };
  }

  const optionsAt = async (tab: TestBrowser, page: Page) => (await callAt(tab, page, 'start', {})).body;

  /** What the hub says to an answer. */
  async function judged(tab: TestBrowser, page: Page, answer: unknown): Promise<string> {
    const { status, body } = await callAt(tab, page, 'finish', answer);
    expect(status, JSON.stringify(body)).to.be.lessThan(500);
    return status === 200 ? 'accepted' : body.code;
  }

  async function saying(changes: Parameters<Device['use']>[2]): Promise<string> {
    const { tab, own, page } = await asked();
    return judged(tab, page, own.use(await optionsAt(tab, page), origin(), changes));
  }

  it('accepts the honest answer, so that the refusals below mean something', async () => {
    expect(await saying({})).to.equal('accepted');
  });

  it('refuses an answer for a phishing origin, another port, a frame of another page (WebAuthn 7.2)', async () => {
    for (const at of [
      'https://evil.example',
      origin().replace('localhost', 'localhost.evil.example'),
      'http://localhost',
    ])
      expect(await saying({ origin: at }), at).to.equal('PASSKEY_REFUSED');
    for (const clientData of [{ crossOrigin: true }, { topOrigin: 'https://evil.example' }])
      expect(await saying({ clientData }), JSON.stringify(clientData)).to.equal('PASSKEY_REFUSED');
  });

  it('refuses an answer for another RP ID, by another key, with another user handle', async () => {
    expect(await saying({ key: { rpId: 'evil.example' } })).to.equal('PASSKEY_REFUSED');
    const other = device();
    await asked(second, other);
    expect(await saying({ key: { privateKey: other.key()?.privateKey } })).to.equal('PASSKEY_REFUSED');
    expect(await saying({ key: { userHandle: other.key()?.userHandle } })).to.equal('PASSKEY_REFUSED');
    expect(await saying({ key: { credentialId: 'AAAA' } })).to.equal('PASSKEY_UNKNOWN');
  });

  it('refuses a device that did not verify its person, at binding and at use', async () => {
    expect(await saying({ userVerified: false })).to.equal('PASSKEY_REFUSED');
    const tab = browser();
    const page = await keyPage(tab, second);
    const { body: options } = await callAt(tab, page, 'bind-start', {});
    const answer = device().bind(options, origin(), { userVerified: false });
    expect((await callAt(tab, page, 'bind-finish', { name: 'x', answer })).body.code).to.equal('PASSKEY_REFUSED');
  });

  it('takes a challenge once, and a replayed answer never', async () => {
    const { tab, own, page } = await asked();
    const options = await optionsAt(tab, page);
    const wrong = own.use(options, 'https://evil.example');
    expect(await judged(tab, page, wrong)).to.equal('PASSKEY_REFUSED');
    expect(await judged(tab, page, own.use(options, origin())), 'spent by the wrong one').to.equal('PASSKEY_SPENT');
    const answer = own.use(await optionsAt(tab, page), origin());
    expect(await judged(tab, page, answer)).to.equal('accepted');
    const next = await asked();
    expect(await judged(next.tab, next.page, answer)).to.equal('PASSKEY_SPENT');
    expect(await judged(next.tab, next.page, own.use({ challenge: 'made-up' }, origin()))).to.equal('PASSKEY_SPENT');
  });

  it('takes no challenge of another browser, interaction, session or purpose', async () => {
    const mine = await asked();
    const theirs = await asked(second);
    const stolen = await optionsAt(theirs.tab, theirs.page);
    expect(await judged(mine.tab, mine.page, mine.own.use(stolen, origin())), 'browser').to.equal('PASSKEY_SPENT');
    const other = await keyPage(mine.tab);
    expect(other.url).to.not.equal(mine.page.url);
    const elsewhere = await optionsAt(mine.tab, other);
    expect(await judged(mine.tab, mine.page, mine.own.use(elsewhere, origin())), 'interaction').to.equal(
      'PASSKEY_SPENT',
    );
    const { body: binding } = await callAt(mine.tab, mine.page, 'bind-start', {});
    expect(await judged(mine.tab, mine.page, mine.own.use(binding, origin())), 'purpose').to.equal('PASSKEY_SPENT');
    const before = await optionsAt(mine.tab, mine.page);
    await cardAt(mine.tab, await pageAt(mine.tab, await samlUrl(world, { forceAuthn: true })), second);
    const code = await judged(mine.tab, mine.page, mine.own.use(before, origin()));
    expect(code, 'session').to.equal('PASSKEY_SPENT');
  });

  it('is nothing to a browser that only knows the address of the page', async () => {
    const { page } = await asked();
    const { status, body } = await callAt(browser(), page, 'start', {});
    expect([status, body.code]).to.deep.equal([403, 'OTHER_BROWSER']);
  });

  it('refuses the passkey of another resident beside my card', async () => {
    const theirs = device();
    await asked(second, theirs);
    const { tab, page } = await asked();
    const answer = theirs.use(await optionsAt(tab, page), origin());
    expect(await judged(tab, page, answer)).to.equal('PASSKEY_OF_OTHER');
  });

  it('binds no credential twice, so nobody takes over what is bound', async () => {
    const tab = browser();
    const page = await keyPage(tab, second);
    const { body: options } = await callAt(tab, page, 'bind-start', {});
    const other = device();
    const answer = other.bind(options, origin());
    const mine = await callAt(tab, page, 'bind-finish', { name: 'x', answer });
    expect(mine.status).to.equal(200);
    const thief = browser();
    const theirs = await keyPage(thief);
    const { body: again } = await callAt(thief, theirs, 'bind-start', {});
    const repeated = { name: 'x', answer: other.rebind(again, origin()) };
    expect((await callAt(thief, theirs, 'bind-finish', repeated)).body.code).to.equal('PASSKEY_TAKEN');
  });

  it('refuses registration and login by a forged request: no token, another page’s, another site’s form', async () => {
    const { tab, page } = await asked();
    for (const act of ['start', 'finish', 'bind-start', 'bind-finish']) {
      const { body } = await callAt(tab, page, act, {}, { 'x-csrf-token': '' });
      expect(body.code, act).to.equal('FORGED_REQUEST');
    }
    const other = await keyPage(tab);
    const { token } = panelIn(other.html);
    expect((await callAt(tab, page, 'start', {}, { 'x-csrf-token': token })).body.code).to.equal('FORGED_REQUEST');
    const form = await tab.request(new URL(`${panelIn(page.html).base}/bind-start`, page.url).href, {
      method: 'POST',
      body: 'x=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
    });
    expect(form.status).to.equal(403);
    const account = await pageAt(tab, `${origin()}/account/authenticators`);
    const foreign = await callAt(tab, account, 'bind-start', {}, { origin: 'https://evil.example' });
    expect(foreign.body.code).to.equal('FORGED_REQUEST');
  });

  it('puts nobody into a stranger’s session (login CSRF), and raises no copied cookie (session fixation)', async () => {
    const attacker = await asked(second);
    const victim = browser();
    const page = await passkeyPage(victim);
    const answer = attacker.own.use(await optionsAt(attacker.tab, await passkeyPage(attacker.tab)), origin());
    expect(await judged(victim, page, answer)).to.equal('PASSKEY_SPENT');

    const { tab, own, page: key } = await asked();
    const copied = browser();
    for (const cookie of await tab.jar.getCookies(origin())) await copied.jar.setCookie(cookie, origin());
    await useAt(tab, key, own);
    const { html } = await pageAt(copied, `${origin()}/account`);
    expect(html, 'the cookie of before leads nowhere').to.include('id="pin-form"');
  });

  it('finds out a copy by its counter, blocks both, ends their sessions, and needs a right signature for it', async () => {
    const { tab, own } = await asked();
    const copy = device();
    copy.take(own.key());
    const stranger = newSoftwareKey({ rpId: 'localhost', userHandle: '' });
    const signedIn = browser();
    for (const at of [browser(), signedIn]) await useAt(at, await passkeyPage(at), own);
    const forged = browser();
    const page = await passkeyPage(forged);
    const wrong = copy.use(await optionsAt(forged, page), origin(), { key: { privateKey: stranger.privateKey } });
    expect(await judged(forged, page, wrong), 'a number without a signature alarms nobody').to.equal('PASSKEY_REFUSED');
    const answer = copy.use(await optionsAt(forged, page), origin());
    expect(await judged(forged, page, answer)).to.equal('PASSKEY_COPIED');
    const honest = browser();
    const last = await passkeyPage(honest);
    expect(await judged(honest, last, own.use(await optionsAt(honest, last), origin()))).to.equal('PASSKEY_COPIED');
    expect((await passkeyPage(signedIn)).left, 'its session is over').to.equal(undefined);
    const { html } = await pageAt(tab, `${origin()}/account/authenticators`);
    expect(html).to.include('写しが使われたおそれ');
  });

  it('answers every malformed message with a typed refusal, never with a fault of ours', async () => {
    const { tab, own, page } = await asked();
    const good = own.use(await optionsAt(tab, page), origin());
    const client = (text: string) => ({
      ...good,
      response: { ...good.response, clientDataJSON: Buffer.from(text).toString('base64url') },
    });
    const fresh = async (response: object) => {
      const answer = own.use(await optionsAt(tab, page), origin());
      return { ...answer, response: { ...answer.response, ...response } };
    };
    const messages: unknown[] = [
      '',
      'null',
      '[]',
      '"x"',
      '{',
      {},
      { ...good, id: 'x'.repeat(2000) },
      { ...good, id: '%' },
      { ...good, type: 'password' },
      client(''),
      client('null'),
      client('{'),
      client('[]'),
      client('{"challenge":1}'),
      client('{"challenge":"x"}'),
      await fresh({ authenticatorData: 'AAAA' }),
      await fresh({ signature: 'AAAA' }),
      await fresh({ signature: '*' }),
      await fresh({ authenticatorData: Buffer.alloc(400, 0xff).toString('base64url') }),
      await fresh({ userHandle: 7 }),
      { ...(await fresh({})), rawId: 'AAAA' },
    ];
    for (const message of messages) {
      const { status, body } = await callAt(tab, page, 'finish', message);
      expect(status, JSON.stringify(message)).to.be.within(400, 499);
      expect(body.code)
        .to.match(/^[A-Z_]+$/)
        .and.not.equal('UNEXPECTED');
    }
    const bind = async (change: (answer: ReturnType<Device['bind']>) => unknown) => {
      const { body: options } = await callAt(tab, page, 'bind-start', {});
      return callAt(tab, page, 'bind-finish', change(device().bind(options, origin())));
    };
    for (const change of [
      () => ({}),
      () => ({ name: 'x' }),
      (answer) => ({ name: '', answer }),
      (answer) => ({ name: 'x'.repeat(41), answer }),
      (answer) => ({ name: 'x', answer: { ...answer, response: { ...answer.response, attestationObject: 'AAAA' } } }),
      (answer) => ({
        name: 'x',
        answer: {
          ...answer,
          response: { ...answer.response, attestationObject: Buffer.alloc(900, 0x9f).toString('base64url') },
        },
      }),
      (answer) => ({ name: 'x', answer: { ...answer, id: 'AAAA' } }),
    ] satisfies ((answer: ReturnType<Device['bind']>) => unknown)[]) {
      const { status, body } = await bind(change);
      expect(status, body.code).to.be.within(400, 499);
      expect(body.code).to.not.equal('UNEXPECTED');
    }
    const large = await callAt(tab, page, 'finish', { x: 'x'.repeat(60_000) });
    expect(large.status).to.equal(413);
  });

  it('keeps no secret of a passkey, and logs neither challenge nor key', async () => {
    const { own } = await asked();
    const logged = world.hub.logged.join('');
    for (const secret of [own.key()?.privateKey, own.key()?.userHandle, own.key()?.credentialId])
      expect(logged).to.not.include(secret ?? expect.fail('no key'));
  });

  it('is worth nothing while the card of its resident is suspended, and ends with it', async () => {
    const { own } = await asked(second);
    const signedIn = browser();
    await useAt(signedIn, await passkeyPage(signedIn), own);
    expect((await passkeyPage(signedIn)).left).to.include('code=');
    await world.hub.credential.cards.move(second.cardId, 'suspended', 'LOST');
    expect((await passkeyPage(signedIn)).left, 'its session is over').to.equal(undefined);
    const tab = browser();
    const page = await passkeyPage(tab);
    expect(await judged(tab, page, own.use(await optionsAt(tab, page), origin()))).to.equal('PASSKEY_NEEDS_CARD');
  });
});
