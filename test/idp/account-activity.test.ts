import { expect } from 'chai';
import { type AccountWorld, startAccountWorld } from './account-world.ts';
import { browser, signInAt } from './world.ts';

describe('the resident’s own record of sign-ins (R70)', function () {
  this.timeout(60_000);
  let world: AccountWorld;
  beforeEach(async () => {
    world = await startAccountWorld();
  });
  afterEach(() => world.close());

  const read = async (own: Pick<ReturnType<typeof browser>, 'request'>, query = '', language = 'ja') => {
    const response = await own.request(`${world.origin}/account/activity${query}`, {
      headers: { 'accept-language': language },
    });
    return response.text();
  };
  const rowsIn = (html: string) =>
    [...html.matchAll(/<td role="cell">.*?<div>([✔✖][^<]*)<\/div>/gs)].map(([, words]) => words);

  async function wrongPin(): Promise<void> {
    const own = browser();
    world.cards.r1.card.power();
    const { url } = await own.visit(`${world.origin}/account`);
    await signInAt(own, url, { ...world.cards.r1, pin: '907351' }).catch(() => undefined);
  }

  it('shows sign-ins, wrong PINs, the change of the card and of passkeys, newest first, and no value', async () => {
    const own = await world.signedIn();
    await wrongPin();
    world.cards.r1.card.power();
    const audit = { result: 'ok', card: world.cards.r1.cardId } as const;
    await world.hub.credential.office.suspend('1234567890123', 'REQUEST', { as: 'holder', id: 'resident:r1' });
    const { cards } = world.credential;
    await cards.update(audit.card, (card) => ({ ...card, status: 'active' }));
    const fresh = await world.signedIn();
    const rows = rowsIn(await read(fresh));
    expect(rows).to.deep.equal([
      '✔ カードと暗証番号でログインしました',
      '✔ カードを止めました',
      '✔ ログアウトしました',
      '✖ 暗証番号が違いました',
      '✔ カードと暗証番号でログインしました',
    ]);
    const english = await read(fresh, '', 'en');
    expect(english).to.include('✖ The PIN was wrong').and.not.include('907351').and.not.include(world.cards.r1.cardId);
    expect((await own.request(`${world.origin}/account`)).status).to.equal(303);
  });

  it('goes on in pages', async () => {
    const own = await world.signedIn();
    for (let at = 0; at < 21; at++) await world.signedIn();
    const first = await read(own);
    expect(rowsIn(first)).to.have.length(20);
    const next = /href="\/account\/activity(\?after=[^"]+)"/.exec(first)?.[1] ?? '';
    const second = await read(own, next);
    expect(rowsIn(second)).to.have.length(2);
    expect(second).to.include('新しい記録に戻る');
  });

  it('is the resident’s own: nothing of another one, whatever the address says, and a stranger is asked for the card', async () => {
    await world.signedIn('r1');
    await wrongPin();
    const other = await world.signedIn('r2');
    expect(rowsIn(await read(other))).to.deep.equal(['✔ カードと暗証番号でログインしました']);
    expect(rowsIn(await read(other, '?after=%3Cscript%3E'))).to.have.length(1);
    expect((await browser().request(`${world.origin}/account/activity`)).headers.get('location')).to.match(
      /^\/sign-in\//,
    );
  });
});
