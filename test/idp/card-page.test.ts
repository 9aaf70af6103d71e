import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type AccountWorld, csrfIn, startAccountWorld } from './account-world.ts';
import { setPinAt } from './card-world.ts';
import { bindAt, cardAt, device, pageAt, useAt } from './passkey-world.ts';
import { browser, signInAt, startTestHub } from './world.ts';

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error);

describe('the holder’s card over HTTP', () => {
  let world: AccountWorld;
  beforeEach(async () => {
    world = await startAccountWorld();
  });
  afterEach(() => world.close());

  const pinPage = () => `${world.origin}/account/card/pin`;
  const pageOf = async (own: Pick<ReturnType<typeof browser>, 'request'>, path: string, language = 'ja') =>
    (await own.request(`${world.origin}${path}`, { headers: { 'accept-language': language } })).text();
  /** A sign-in with the card in a browser of its own, as far as the account page. */
  async function entersWith(pin: string): Promise<string> {
    const { card } = world.cards.r1;
    card.power();
    const own = browser();
    const prompt = await own.visit(`${world.origin}/account`);
    return signInAt(own, prompt.url, { card, pin }).then(
      () => 'in',
      (error: unknown) => String(codeOf(error)),
    );
  }

  it('changes the PIN: the new one signs in, the old one does not, and the holder is told', async () => {
    const own = await world.signedIn();
    const next = await setPinAt(own, pinPage(), { card: world.cards.r1.card, pin: '482100', newPin: '593817' });
    expect(next).to.equal(`${world.origin}/account/card?done=pin`);
    expect(await pageOf(own, '/account/card?done=pin'))
      .to.include('暗証番号を変えました')
      .and.include('1234 5678 90123');
    expect(await pageOf(own, '/account/card', 'en')).to.include('The PIN was changed');
    expect(await entersWith('482100')).to.equal('PIN_WRONG');
    expect(await entersWith('593817')).to.equal('in');
  });

  it('leaves no PIN, block or key in what passed, in the log or in the store', async () => {
    const own = await world.signedIn();
    await setPinAt(own, pinPage(), { card: world.cards.r1.card, pin: '482100', newPin: '593817' });
    const { blocks } = world.cards.r1.card.memory().liteS;
    const secrets = [5, 0x87].map((block) => Buffer.from(blocks.get(block) ?? []));
    const store = await Promise.all(
      ['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFile(join(world.data, name), 'latin1')),
    );
    for (const [where, text] of Object.entries({
      traffic: own.traffic.join(),
      log: world.logged.join(),
      store: store.join(),
    })) {
      for (const pin of ['482100', '593817']) expect(text, where).to.not.include(pin);
      for (const secret of secrets)
        for (const form of ['hex', 'base64', 'base64url', 'latin1'] as const)
          expect(text, where).to.not.include(secret.toString(form));
    }
  });

  it('takes the steps from our own page of this sign-in only', async () => {
    const own = await world.signedIn();
    const typed = { card: world.cards.r1.card, pin: '482100', newPin: '593817' };
    for (const headers of [{ origin: 'https://evil.example' }, { 'x-csrf-token': 'x' }])
      expect(codeOf(await setPinAt(own, pinPage(), { ...typed, headers }).catch((error: unknown) => error))).to.equal(
        'FORGED_REQUEST',
      );
    const stranger = browser();
    const asked = { 'content-type': 'application/json', accept: 'application/json', origin: world.origin };
    const refused = await stranger.request(`${pinPage()}/start`, { method: 'POST', headers: asked, body: '{}' });
    expect((await refused.json()).code).to.equal('SIGN_IN_EXPIRED');
    const other = await world.signedIn('r2');
    expect(codeOf(await setPinAt(other, pinPage(), typed).catch((error: unknown) => error))).to.equal('CARD_OF_OTHER');
    expect(await entersWith('482100')).to.equal('in');
  });

  it('stops the card: every sign-in with it is over on every process, and the page says whom to call', async () => {
    const [own, second] = [await world.signedIn(), await world.signedIn()];
    const twin = await startTestHub({ folder: world.data, now: Date.now });
    try {
      expect((await pageOf(own, '/account/card/stop')).match(/このカードを止める/g)).to.have.length(1);
      const fields = [
        ['csrf', csrfIn(await pageOf(own, '/account/card/stop'))],
        ['number', '1234567890123'],
      ];
      const sent = await world.post(own, `${world.origin}/account/card/stop`, fields);
      expect([sent.status, sent.headers.get('location')]).to.deep.equal([303, '/card/stopped']);
      expect(await pageOf(own, '/card/stopped'))
        .to.include('カードを止めました')
        .and.include('0120-000-000');
      for (const one of [own, second])
        expect((await one.request(`${world.origin}/account`)).headers.get('location')).to.match(/^\/sign-in\//);
      const cookies = await second.jar.getCookies(world.origin);
      const kept = cookies.find(({ key }) => key === world.sessionCookie)?.value;
      expect(await twin.sessions.byCookie(kept), 'in the other process').to.equal(undefined);
      expect(await entersWith('482100')).to.equal('CARD_SUSPENDED');
      const told = await world.credential.notices.list('r1');
      expect(told.records.map(({ kind }) => kind)).to.deep.equal(['card-suspended', 'new-device', 'new-device']);
      expect((await world.credential.notices.list('r2')).records).to.deep.equal([]);
    } finally {
      await twin.close();
    }
  });

  it('is stopped by a holder who has lost it and still has a passkey, which opens nothing else of the account', async () => {
    const at = `${world.origin}/account/card/stop`;
    const [home, own] = [browser(), device()];
    await bindAt(
      home,
      await cardAt(home, await pageAt(home, `${world.origin}/account/authenticators`), world.cards.r1),
      own,
    );
    const lost = browser();
    const prompt = await pageAt(lost, at);
    const { html } = await useAt(lost, await pageAt(lost, `${prompt.url}?with=passkey`), own);
    expect(html).to.include('このカードを止める');
    for (const closed of ['/account', '/account/card', '/account/card/pin'])
      expect((await lost.request(`${world.origin}${closed}`)).status, closed).to.equal(303);
    const fields = [
      ['csrf', csrfIn(html)],
      ['number', '1234567890123'],
    ];
    expect((await world.post(lost, at, fields)).headers.get('location')).to.equal('/card/stopped');
    expect(await entersWith('482100')).to.equal('CARD_SUSPENDED');
    expect((await lost.request(at)).headers.get('location'), 'the passkey’s sign-in is over too').to.match(
      /^\/sign-in\//,
    );
  });

  it('stops no card of another resident, and none twice', async () => {
    const own = await world.signedIn();
    const csrf = csrfIn(await pageOf(own, '/account/card/stop'));
    const url = `${world.origin}/account/card/stop`;
    const foreign = await world.post(own, url, [
      ['csrf', csrf],
      ['number', '1234567890124'],
    ]);
    expect(foreign.status).to.equal(404);
    const forged = await world.post(own, url, [
      ['csrf', 'x'],
      ['number', '1234567890123'],
    ]);
    expect(forged.status).to.equal(403);
    const elsewhere = await world.post(
      own,
      url,
      [
        ['csrf', csrf],
        ['number', '1234567890123'],
      ],
      { origin: 'https://evil.example' },
    );
    expect(elsewhere.status).to.equal(403);
    expect(await entersWith('482100')).to.equal('in');
  });

  it('tells the holder of a lock, and of a card shown without PIN', async () => {
    for (let at = 0; at < 5; at++) await entersWith('907351');
    const told = await world.credential.notices.list('r1');
    expect(told.records.map(({ kind }) => kind)).to.deep.equal(['pin-locked']);
  });

  it('activates a card with its code without a sign-in', async () => {
    const { cards, office } = world.credential;
    const { cardId, card } = world.cards.r1;
    const task = await office.propose('code', '1234567890123', 'PIN', { as: 'office', id: 'a1' });
    const { made } = await office.approve(task.id, { as: 'office', id: 'a2' });
    const own = browser();
    const page = `${world.origin}/card/activate`;
    expect(await (await own.request(page)).text()).to.include('受け渡し番号');
    const next = await setPinAt(own, page, { card, code: made?.code ?? '', newPin: '593817' });
    expect(next).to.equal(`${world.origin}/account/card`);
    expect((await cards.get(cardId))?.handOver).to.equal(undefined);
    expect(await entersWith('593817')).to.equal('in');
    expect(world.logged.join()).to.not.include(made?.code);
    const kinds = (await world.credential.notices.list('r1')).records.map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['new-device', 'pin-reset', 'code-made']);
  });
});
