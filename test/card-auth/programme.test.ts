import { expect } from 'chai';
import {
  type CardRecord,
  type CardTask,
  cardCollection,
  cardTaskCollection,
  createCardOffice,
  createCardRegistry,
  createCardTasks,
  createExpiryRound,
  type ExpiryEvent,
  expiryOf,
  isOpen,
  noticeDue,
} from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { activeCard } from './active-card.ts';
import { oldPin, openPinWorld } from './pin-world.ts';

const dayMs = 24 * 3_600_000;
const at = (day: string) => Date.parse(`${day}T00:00:00+09:00`);

describe('programme and expiry (R112)', () => {
  it('ends a card after its years, on the same day, or with the programme', () => {
    const open = { start: at('2026-04-01'), cardYears: 5 };
    expect(expiryOf(at('2026-04-10'), open)).to.equal(at('2031-04-10'));
    expect(expiryOf(at('2026-04-10'), { ...open, end: at('2026-07-01') })).to.equal(at('2026-07-01'));
  });

  it('is open from its start up to its end', () => {
    const programme = { start: at('2026-04-01'), end: at('2026-07-01'), cardYears: 5 };
    const days = ['2026-03-31', '2026-04-01', '2026-06-30', '2026-07-01'];
    expect(days.map((day) => isOpen(programme, at(day)))).to.deep.equal([false, true, true, false]);
  });

  for (const [left, noticed, due] of [
    [61, undefined, undefined],
    [60, undefined, 60],
    [59, 60, undefined],
    [30, 60, 30],
    [20, undefined, 30],
    [7, 30, 7],
    [1, 7, undefined],
    [1, undefined, 7],
    [0, undefined, undefined],
  ] as const)
    it(`${left} days before, ${noticed ?? 'nothing'} told: ${due === undefined ? 'nothing to tell' : `tells ${due}`}`, () => {
      expect(noticeDue({ expiresOn: left * dayMs, noticedDays: noticed }, 0)).to.equal(due);
    });

  it('refuses a card from its moment on, whether or not a round ran', async () => {
    const world = await openPinWorld();
    await world.cards.update(world.cardId, (card) => ({ ...card, expiresOn: world.now() + dayMs }));
    expect(await world.signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    world.pass(dayMs);
    expect(await refusal(world.signIn(oldPin))).to.equal('CARD_EXPIRED');
    expect(await world.cards.isUsable(world.cardId)).to.equal(false);
    expect(await refusal(world.change())).to.equal('CARD_EXPIRED');
  });

  it('tells ahead and at the end, each once, over rounds that repeat and run side by side', async () => {
    const { cards, cardId, now, pass } = await openPinWorld();
    const start = now();
    await cards.update(cardId, (card) => ({ ...card, expiresOn: start + 61 * dayMs }));
    await cards.insert(activeCard({ id: 'c2', residentRef: 'r2', number: '2', status: 'revoked', expiresOn: start }));
    const events: ExpiryEvent[] = [];
    const onEvent = async (event: ExpiryEvent) => void events.push(event);
    const [one, other] = [createExpiryRound({ cards, onEvent, now }), createExpiryRound({ cards, onEvent, now })];
    for (let day = 0; day <= 62; day += 1) {
      await Promise.all([one(), other()]);
      pass(dayMs);
    }
    expect(events.map(({ type, days }) => [type, days])).to.deep.equal([
      ['expiring', 60],
      ['expiring', 30],
      ['expiring', 7],
      ['expired', undefined],
    ]);
    expect(await cards.get(cardId)).to.include({ status: 'expired', reason: 'EXPIRY' });
    expect((await cards.get('c2'))?.status).to.equal('revoked');
  });
});

describe('the end of a programme (R112)', () => {
  async function setUp() {
    const world = await openPinWorld();
    const records = world.storage.collection<CardRecord>(cardCollection);
    const end = world.now() + 10 * dayMs;
    const ownEnd = world.now() + 900 * dayMs;
    await records.update(world.cardId, (card) => ({ ...card, expiresOn: ownEnd }));
    const within = (programmeEnd: number) => createCardRegistry({ cards: records, programmeEnd, now: world.now });
    return { ...world, records, end, ownEnd, within };
  }

  it('is the end of every card, at the moment and without a round, and cuts no record: prolonging it in time prolongs them', async () => {
    const { within, cardId, end, ownEnd, pass, records } = await setUp();
    const cards = within(end);
    expect((await cards.get(cardId))?.expiresOn).to.equal(end);
    expect((await cards.list({ where: { status: 'active' } })).records[0]?.expiresOn).to.equal(end);
    await cards.update(cardId, (card) => ({ ...card, lastWcnt: 7 }));
    expect(await records.get(cardId)).to.include({ lastWcnt: 7, expiresOn: ownEnd });
    expect((await within(ownEnd - dayMs).get(cardId))?.expiresOn).to.equal(ownEnd - dayMs);
    pass(10 * dayMs);
    expect(await cards.isUsable(cardId)).to.equal(false);
    expect(await within(ownEnd).isUsable(cardId)).to.equal(true);
  });

  it('is told ahead, again when the end moved, and ends cards for the reason TESTEND', async () => {
    const { within, cardId, end, pass, now } = await setUp();
    const events: ExpiryEvent[] = [];
    const onEvent = async (event: ExpiryEvent) => void events.push(event);
    const round = (at: number) => createExpiryRound({ cards: within(at), programme: { end: at }, onEvent, now })();
    await round(end);
    await round(end);
    const later = end + 40 * dayMs;
    pass(15 * dayMs);
    await round(later);
    pass(60 * dayMs);
    await round(later);
    expect(events.map(({ type, days, withProgramme }) => [type, days, withProgramme])).to.deep.equal([
      ['expiring', 30, true],
      ['expiring', 60, true],
      ['expired', undefined, true],
    ]);
    expect((await within(later).get(cardId))?.reason).to.equal('TESTEND');
  });

  it('leaves nothing to apply for, to agree to and to make, before its start and from its end on', async () => {
    const { cards, codes, stopCodes, storage, now, pass } = await openPinWorld();
    const tasks = createCardTasks({ tasks: storage.collection<CardTask>(cardTaskCollection) });
    const programme = { start: now() + dayMs, end: now() + 5 * dayMs, cardYears: 2 };
    const office = createCardOffice({
      cards,
      tasks,
      codes,
      stopCodes,
      returnTries: async () => undefined,
      programme,
      now,
    });
    const [one, two] = [
      { as: 'office', id: 'a' },
      { as: 'office', id: 'b' },
    ] as const;
    expect(await refusal(office.apply('r9', one)), 'before the start').to.equal('PROGRAMME_CLOSED');
    pass(dayMs);
    const waiting = await office.apply('r9', one);
    const agreed = await office.apply('r8', one);
    await office.approve(agreed.id, two);
    const made = { number: '4000000000001', ckv: 1, software: true };
    const card = await office.issue(
      (await office.apply('r7', one).then(async ({ id }) => (await office.approve(id, two)).task)).id,
      { ...made, id: 'n1' },
      one,
    );
    expect(card.expiresOn, 'its own years').to.equal(expiryOf(now(), { cardYears: 2 }));
    pass(4 * dayMs);
    for (const act of [
      () => office.apply('r6', one),
      () => office.propose('replace', '1234567890123', 'DAMAGED', one),
      () => office.approve(waiting.id, two),
      () => office.issue(agreed.id, { ...made, id: 'n2', number: '4000000000002' }, one),
    ])
      expect(await refusal(act()), String(act)).to.equal('PROGRAMME_CLOSED');
    expect((await tasks.get(agreed.id))?.state).to.equal('approved');
    await office.suspend('1234567890123', 'LOST', one);
    expect((await office.decline(waiting.id, two)).state, 'stopping and declining go on').to.equal('declined');
  });
});
