import { expect } from 'chai';
import { type HubPair, startHubPair } from './hub-pair.ts';
import { callback, createTestServices, portalId, type TestServices } from './test-services.ts';
import { browser, issueCard, signInAt, type TestBrowser } from './world.ts';

const wrongPin = '739164';

const statusesOf = (answers: readonly { readonly status: number }[]) =>
  answers.map(({ status }) => status).sort((a, b) => a - b);
const bodyOf = ({ body }: RequestInit) => (typeof body === 'string' ? body : '');

describe('two hubs on one store', function () {
  this.timeout(60_000);
  let pair: HubPair;
  let services: TestServices;
  let card: Awaited<ReturnType<typeof issueCard>>;
  before(async () => {
    pair = await startHubPair();
    services = await createTestServices();
    await services.register(pair.one);
    card = await issueCard({ hub: pair.one });
  });
  after(() => pair?.close());
  afterEach(() => pair?.front.pin(undefined));

  /** Signs in at the account, each request at the other hub. */
  async function signedIn(shown = card): Promise<TestBrowser> {
    const own = browser();
    const prompt = await own.visit(`${pair.origin}/account`);
    shown.card.power();
    const { response } = await own.visit(await signInAt(own, prompt.url, shown));
    expect(response.status).to.equal(200);
    return own;
  }

  const cookieOf = (own: TestBrowser) => own.jar.getCookieString(pair.origin);

  it('start on an empty folder at the same moment with the same keys', async () => {
    expect(pair.one.keys.samlKey().certificate).to.equal(pair.other.keys.samlKey().certificate);
    expect(pair.one.keys.oidcKeys()).to.deep.equal(pair.other.keys.oidcKeys());
  });

  it('carry one sign-in by turns, step by step, and end it for both', async () => {
    const own = await signedIn();
    const cookie = (await cookieOf(own)).match(new RegExp(`${pair.one.sessionCookie}=([^;]+)`))?.[1];
    const session = await pair.one.sessions.byCookie(cookie);
    expect((await pair.other.sessions.byCookie(cookie))?.id).to.equal(session?.id);
    await pair.one.sessions.end(session?.id ?? '', { signOut: 's1', reason: 'resident', at: Date.now() });
    expect(await pair.other.sessions.byCookie(cookie)).to.equal(undefined);
  });

  it('give one answer to one code, whichever is asked (RFC 6749 4.1.2)', async () => {
    const own = await signedIn();
    for (let round = 0; round < 15; round += 1) {
      const { url, redeem } = services.codeRequest(pair.origin);
      const { left = '' } = await own.visit(url);
      const code = new URL(left).searchParams.get('code') ?? '';
      expect(left.startsWith(callback)).to.equal(true);
      const answers = await pair.toBoth('/oidc/token', redeem(code));
      expect(statusesOf(answers), `round ${round}`).to.deep.equal([200, 400]);
    }
  });

  it('take one AuthnRequest once (SAML Core 3.2.1)', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { pathname, search } = new URL(await services.samlRequest(pair.origin));
      const answers = await pair.toBoth(`${pathname}${search}`);
      expect(statusesOf(answers)).to.deep.equal([303, 403]);
    }
  });

  it('take each step of a card once: of two equal messages one gets on', async () => {
    const own = browser();
    const prompt = await own.visit(await services.samlRequest(pair.origin));
    const doubled: number[][] = [];
    const request = async (url: string, init: RequestInit = {}): Promise<Response> => {
      if (!/\/(prove|finish)$/.test(url)) return own.request(url, init);
      const headers = { ...(init.headers as Record<string, string>), cookie: await cookieOf(own) };
      const answers = await pair.toBoth(new URL(url).pathname, { method: 'POST', headers, body: bodyOf(init) });
      doubled.push(statusesOf(answers));
      const first = answers.find(({ status }) => status === 200);
      for (const set of first?.headers['set-cookie'] ?? []) await own.jar.setCookie(set, url);
      return new Response(first?.text, { status: first?.status ?? 500 });
    };
    card.card.power();
    const { response } = await own.visit(await signInAt({ ...own, request }, prompt.url, card));
    expect(doubled).to.deep.equal([
      [200, 403],
      [200, 403],
    ]);
    expect(await response.text()).to.include('SAMLResponse');
  });

  it('count wrong PINs together, and lock the card and its sessions for both', async () => {
    const own = await issueCard({ hub: pair.one }, { residentRef: 'r2', number: '1234567890124' });
    const good = await signedIn(own);
    const told: unknown[] = [];
    for (let at = 0; at < 7; at += 1) {
      pair.front.pin(pair.ports[at % 2]);
      const tab = browser();
      const prompt = await tab.visit(await services.samlRequest(pair.origin));
      own.card.power();
      told.push(
        await signInAt(tab, prompt.url, { ...own, pin: wrongPin }).then(
          () => 'signed in',
          (error: { code: string; remainingTries?: number }) => error.remainingTries ?? error.code,
        ),
      );
    }
    expect(told).to.deep.equal([4, 3, 2, 1, 0, 'PIN_LOCKED', 'PIN_LOCKED']);
    for (const port of pair.ports) {
      pair.front.pin(port);
      expect((await good.request(`${pair.origin}/account`)).status, 'the card is asked for').to.equal(303);
    }
  });

  it('see at once what the other registers, changes and suspends', async () => {
    const { one, other, origin, front, ports } = pair;
    const at = async (port: number) => {
      front.pin(port);
      return (await fetch(await services.samlRequest(origin), { redirect: 'manual' })).status;
    };
    expect([await at(ports[0]), await at(ports[1])]).to.deep.equal([303, 303]);
    await one.registry.setStatus(portalId, 'suspended');
    expect([await at(ports[0]), await at(ports[1])]).to.deep.equal([403, 403]);
    await other.registry.setStatus(portalId, 'approved');
    expect([await at(ports[0]), await at(ports[1])]).to.deep.equal([303, 303]);
  });

  it('read the metadata that stands there, also when a registration was removed and made anew by the other', async () => {
    const { one, other } = pair;
    const addressAt = async ({ registry }: typeof one) =>
      (await registry.samlProvider('https://again.example/saml')).metadata.assertionConsumerServices[0]?.location;
    for (const acsUrl of ['https://again.example/one', 'https://again.example/two']) {
      await services.registerSaml(one, { entityId: 'https://again.example/saml', acsUrl });
      expect([await addressAt(one), await addressAt(other)]).to.deep.equal([acsUrl, acsUrl]);
      await one.registry.remove('saml:https://again.example/saml');
    }
  });

  it('add a registration once: of two at the same moment one is told of the other', async () => {
    const party = { entityId: 'https://once.example/saml', acsUrl: 'https://once.example/acs' };
    const [one, other] = [pair.one, pair.other].map((hub) => services.registerSaml(hub, party));
    const added = await Promise.allSettled([one, other]);
    expect(added.map(({ status }) => status).toSorted((a, b) => a.localeCompare(b))).to.deep.equal([
      'fulfilled',
      'rejected',
    ]);
    expect(added.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))).to.deep.equal([
      'PROVIDER_CHANGED',
    ]);
  });

  it('see at once whom the other made an administrator and who no longer is one', async () => {
    const { one, other } = pair;
    const until = Date.now() + 3_600_000;
    const { id } = await one.administrators.grant({ residentRef: 'r9', roles: ['auditor'], until, invitedBy: 'test' });
    expect((await other.administrators.currentOf('r9'))?.id).to.equal(id);
    await other.administrators.revoke(id, 'test');
    expect(await one.administrators.currentOf('r9')).to.equal(undefined);
  });
});
