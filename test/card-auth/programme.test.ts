import { expect } from 'chai';
import { createExpiryRound, type ExpiryEvent, expiryOf, isOpen, noticeDue } from '../../card-auth/index.ts';
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
