import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { seconds } from './key-world.ts';
import { openParties, type Parties, samlAnswer, samlUrl } from './sign-on-world.ts';
import { browser, issueCard, signInAt } from './world.ts';

const times = { announceDays: seconds(1), retiredDays: seconds(0.5) };

describe('card keys of a running hub', function () {
  this.timeout(60_000);
  let world: Parties;
  before(async () => {
    world = await openParties({ more: { keys: { rotation: { automatic: false, card: times } } } });
  });
  after(() => world.hub.close());

  const ringOf = (purpose: string) => world.hub.rotating.find((ring) => ring.purpose === purpose);
  const states = async (purpose: string) =>
    ((await ringOf(purpose)?.look()) ?? []).map(({ id, state }) => `${id} ${state}`);

  async function until(purpose: string, expected: readonly string[]): Promise<void> {
    for (let wait = 0; wait < 100 && (await states(purpose)).join() !== expected.join(); wait += 1) await pause(50);
    expect(await states(purpose)).to.deep.equal(expected);
  }

  async function signsIn(issued: Parties['issued']): Promise<boolean> {
    const tab = browser();
    const prompt = await tab.visit(await samlUrl(world));
    const answered = await tab.visit(await signInAt(tab, prompt.url, issued));
    return samlAnswer(await answered.response.text()).includes('status:Success');
  }

  it('roll at the issuing station: new cards and PINs get the new version, cards in the field keep theirs', async () => {
    expect(await signsIn(world.issued)).to.equal(true);
    for (const purpose of ['card-master', 'pin-oprf']) await ringOf(purpose)?.rotate('announced');
    expect(await states('card-master')).to.deep.equal(['card-master-1 active', 'card-master-2 next']);
    const meanwhile = await issueCard(world.hub, { residentRef: 'r2', number: '2222222222222' });
    await until('card-master', ['card-master-1 retired', 'card-master-2 active']);
    await until('pin-oprf', ['pin-oprf-1 retired', 'pin-oprf-2 active']);
    const issued = await issueCard(world.hub, { residentRef: 'r3', number: '3333333333333' });
    const { cards } = world.hub.credential;
    expect((await cards.get(issued.cardId))?.ckv).to.equal(2);
    for (const card of [world.issued, meanwhile, issued]) expect(await signsIn(card)).to.equal(true);
  });

  it('keep a retired version until the last card of it is revoked, and then refuse it', async () => {
    await pause(1500);
    expect(await states('card-master')).to.deep.equal(['card-master-1 retired', 'card-master-2 active']);
    const { cards } = world.hub.credential;
    for (const { id, ckv } of (await cards.list()).records) if (ckv === 1) await cards.move(id, 'revoked', 'REQUEST');
    await until('card-master', ['card-master-2 active']);
    expect(await states('pin-oprf'), 'a PIN key stays for good').to.deep.equal([
      'pin-oprf-1 retired',
      'pin-oprf-2 active',
    ]);
    const refused = await signsIn(world.issued).catch(({ code }: { code?: string }) => code);
    expect(refused).to.equal('CARD_REFUSED');
  });
});
