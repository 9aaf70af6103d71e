import { expect } from 'chai';
import { tokenAnswer, tokenScheme } from '../card-auth/token-scheme.ts';
import { csrfIn } from './account-world.ts';
import { attributeIn, browser, issueCard, signInAt, startTestHub, type TestBrowser, type TestHub } from './world.ts';

/** R43: that a second kind of card can really be added is shown by adding one. */
describe('a second card scheme, over HTTP (R42, R43)', () => {
  let world: TestHub;
  let card: Awaited<ReturnType<typeof issueCard>>;
  beforeEach(async () => {
    world = await startTestHub({ otherSchemes: [tokenScheme(['r1'])] });
    card = await issueCard(world);
  });
  afterEach(() => world?.close());

  const at = (path: string) => `${world.origin}${path}`;
  const pageOf = async (own: TestBrowser, path: string, language = 'ja') =>
    (await own.request(at(path), { headers: { 'accept-language': language } })).text();

  /** What a terminal for tokens does at the sign-in page. */
  async function present(own: TestBrowser, { scheme = 'token', headers = {}, pin = '482100' } = {}) {
    const { url, response } = await own.visit(at('/account'));
    const token = attributeIn(await response.text(), /data-csrf="([^"]+)"/);
    const id = new URL(url).pathname.split('/').at(-1) ?? '';
    const answer = await own.request(`${url}/scheme/${scheme}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': token, ...headers },
      body: JSON.stringify(tokenAnswer('r1', id, pin)),
    });
    return { status: answer.status, body: (await answer.json()) as { next?: string; code?: string } };
  }
  async function signedIn(): Promise<TestBrowser> {
    const own = browser();
    await own.visit(at((await present(own)).body.next ?? ''));
    return own;
  }

  it('signs in, is shown beside the card, and is stopped by its holder with all its sign-ins and no other', async () => {
    const [own, withCard] = [await signedIn(), browser()];
    await withCard.visit(await signInAt(withCard, (await withCard.visit(at('/account'))).url, card));
    for (const tab of [own, withCard])
      expect(await pageOf(tab, '/account/card'))
        .to.include('試験用トークン')
        .and.include('1234 5678 90123');
    const record = await pageOf(own, '/account/activity');
    expect(record.match(/✔ カードと暗証番号でログインしました/g), 'both are on record').to.have.length(2);
    const html = await pageOf(withCard, '/account/card/stop', 'en');
    expect(html).to.include('Test token');
    const stop = (other: string) =>
      withCard.request(at('/account/card/stop'), {
        method: 'POST',
        body: new URLSearchParams({ csrf: csrfIn(html), other }),
        headers: { origin: world.origin },
      });
    expect((await stop('token:token-r2')).status, 'another person’s').to.equal(404);
    expect((await stop('token:token-r1')).headers.get('location')).to.equal('/card/stopped');
    expect((await own.request(at('/account'))).status, 'signed out').to.equal(303);
    expect((await withCard.request(at('/account'))).status, 'the card goes on').to.equal(200);
    expect((await present(browser())).body.code).to.equal('CARD_SUSPENDED');
    const told = (await world.credential.notices.list('r1')).records.map(({ kind }) => kind);
    expect(told).to.include('card-suspended');
  });

  it('is stopped with everything else when support stops a person’s cards', async () => {
    const own = await signedIn();
    await world.credential.office.suspendAllOf('r1', 'LOST', { as: 'support', id: 'A1' });
    expect((await own.request(at('/account'))).status).to.equal(303);
    expect((await present(browser())).body.code).to.equal('CARD_SUSPENDED');
  });

  it('lets in nobody with a wrong PIN, without the page’s token, or by a scheme that is not there', async () => {
    for (const [how, code] of [
      [{ pin: '000000' }, 'CARD_REFUSED'],
      [{ headers: { 'x-csrf-token': 'x' } }, 'FORGED_REQUEST'],
      [{ scheme: 'paper' }, 'CARD_REFUSED'],
      [{ scheme: 'felica-lite-s' }, 'CARD_REFUSED'],
      [{ scheme: 'constructor' }, 'CARD_REFUSED'],
    ] as const) {
      const own = browser();
      expect((await present(own, how)).body.code, JSON.stringify(how)).to.equal(code);
      expect((await own.request(at('/account'))).status).to.equal(303);
    }
  });
});
