import { expect } from 'chai';
import {
  type CardChange,
  type CardTask,
  type ChangeEvent,
  cardTaskCollection,
  createCardOffice,
  createCardTasks,
  newCardNumber,
  type PinCounter,
  pinCounterCollection,
  returnTries,
  tasksFor,
} from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { activeCard } from './active-card.ts';
import { oldPin, openPinWorld } from './pin-world.ts';

const dayMs = 24 * 3_600_000;
const number = '1234567890123';
const [one, two] = [
  { as: 'office', id: 'officer-1' },
  { as: 'office', id: 'officer-2' },
] as const;
const support = { as: 'support', id: 'support-1' } as const;
const holder = { as: 'holder', id: 'resident:r1' } as const;

async function openOffice() {
  const world = await openPinWorld();
  const changes: CardChange[] = [];
  const tasks = createCardTasks({ tasks: world.storage.collection<CardTask>(cardTaskCollection) });
  const counters = world.storage.collection<PinCounter>(pinCounterCollection);
  const office = createCardOffice({
    cards: world.cards,
    codes: world.codes,
    stopCodes: world.stopCodes,
    tasks,
    returnTries: (cardId, generation) => returnTries(counters, cardId, generation),
    onChange: async (change) => void changes.push(change),
    now: world.now,
  });
  async function lock(): Promise<void> {
    for (let at = 0; at < 5; at += 1) await world.change({ pin: '907351' }).catch(() => undefined);
    expect((await world.record()).status).to.equal('pin-locked');
  }
  return { ...world, office, tasks, changes, lock };
}

describe('the card office (R38-R40, card-protocol 5)', () => {
  it('stops a card by one person, and lets it go on by two', async () => {
    const { office, signIn, changes } = await openOffice();
    for (const by of [holder, support, one]) {
      await office.suspend(number, 'LOST', by);
      expect(await refusal(signIn(oldPin))).to.equal('CARD_SUSPENDED');
      const { id } = await office.propose('resume', number, 'REQUEST', one);
      expect(await refusal(office.approve(id, one)), 'the same person').to.equal('SECOND_PERSON_NEEDED');
      expect(await refusal(signIn(oldPin))).to.equal('CARD_SUSPENDED');
      await office.approve(id, two);
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
      expect(await refusal(office.approve(id, two)), 'twice').to.equal('TASK_DECIDED');
    }
    expect(changes.map(({ type }) => type)).to.deep.equal(
      Array.from({ length: 3 }, () => ['suspended', 'resumed']).flat(),
    );
  });

  it('stops all cards of a person on the telephone, whichever they are', async () => {
    const { office, cards } = await openOffice();
    await cards.insert(activeCard({ id: 'c2', residentRef: 'r1', number: '1234567890124', status: 'revoked' }));
    await cards.insert(activeCard({ id: 'c3', residentRef: 'r1', number: '1234567890125' }));
    await cards.insert(activeCard({ id: 'c4', residentRef: 'r2', number: '1234567890126' }));
    const stopped = await office.suspendAllOf('r1', 'LOST', support);
    expect(stopped.map((card) => card.number).toSorted()).to.deep.equal([number, '1234567890125']);
    expect((await cards.get('c4'))?.status).to.equal('active');
  });

  it('revokes by two, for good', async () => {
    const { office, signIn } = await openOffice();
    const { id } = await office.propose('revoke', number, 'STOLEN', one);
    await office.approve(id, two);
    expect(await refusal(signIn(oldPin))).to.equal('CARD_REVOKED');
    const again = await office.propose('resume', number, 'REQUEST', one);
    expect(await refusal(office.approve(again.id, two))).to.equal('MOVE_REFUSED');
  });

  it('gives the tries back once in 90 days by telephone, and more often by two persons', async () => {
    const { office, lock, signIn, pass, facts } = await openOffice();
    expect(await refusal(office.unlockOnce(number, support)), 'nothing is locked').to.equal('MOVE_REFUSED');
    await lock();
    await office.unlockOnce(number, support);
    expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    await lock();
    pass(90 * dayMs - 1_000_000);
    expect(await refusal(office.unlockOnce(number, support))).to.equal('SECOND_PERSON_NEEDED');
    pass(-200 * dayMs);
    expect(await refusal(office.unlockOnce(number, support)), 'with the clock set back').to.equal(
      'SECOND_PERSON_NEEDED',
    );
    pass(200 * dayMs);
    const { id } = await office.propose('unlock', number, 'PIN', one);
    await office.approve(id, two);
    expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    expect(facts.filter(({ type }) => type === 'card.locked')).to.have.length(2);
  });

  it('a person who may only stop cards gives no tries back', async () => {
    const { office, lock } = await openOffice();
    await lock();
    for (const by of [one, { as: 'system', id: 's' } as const])
      expect(await refusal(office.unlockOnce(number, by))).to.equal('MOVE_REFUSED');
  });

  it('gives out a reset code by two, good at a reader with the card only', async () => {
    const { office, lock, setWithCode, signIn, record } = await openOffice();
    await lock();
    const { id } = await office.propose('code', number, 'PIN', one);
    const { made } = await office.approve(id, two);
    expect(await refusal(signIn(oldPin)), 'still locked').to.equal('PIN_LOCKED');
    await setWithCode(made?.code ?? '', { to: '719305' });
    expect(await signIn('719305')).to.equal('urn:x-sanuki:ac:card-pin');
    expect((await record()).handOver).to.equal(undefined);
  });
});

describe('a card from application to replacement (R34-R39)', () => {
  const made = { number: newCardNumber(), ckv: 1, software: true };

  it('is applied for by one, approved by another, made, and inactive until its holder has it', async () => {
    const { office, cards } = await openOffice();
    const { id } = await office.apply('r9', one);
    expect(await refusal(office.issue(id, { id: 'n1', ...made }, one)), 'before approval').to.equal('TASK_DECIDED');
    expect(await refusal(office.approve(id, one))).to.equal('SECOND_PERSON_NEEDED');
    await office.approve(id, two);
    const card = await office.issue(id, { id: 'n1', ...made }, one);
    expect(card).to.include({ status: 'issued', residentRef: 'r9', madeFor: id });
    expect(card.number).to.match(/^[1-9]\d{12}$/);
    expect(card.handOver, 'no code before the hand-over').to.equal(undefined);
    const { code } = await office.handOver('n1', 'counter', one);
    expect(code).to.match(/^\d{20}$/);
    expect(JSON.stringify(await cards.get('n1'))).to.not.include(code);
    expect(await refusal(office.handOver('n1', 'counter', one)), 'and once').to.equal('MOVE_REFUSED');
    expect(await cards.isUsable('n1')).to.equal(false);
    expect(await refusal(office.issue(id, { id: 'n2', ...made }, one)), 'twice').to.equal('TASK_DECIDED');
    const again = await office.apply('r10', one);
    await office.approve(again.id, two);
    const raced = await Promise.allSettled(
      ['n3', 'n4'].map((card) => office.issue(again.id, { ...made, id: card, number: newCardNumber() }, one)),
    );
    expect(raced.map(({ status }) => status).toSorted(), 'of two cards at once one').to.deep.equal([
      'fulfilled',
      'rejected',
    ]);
  });

  it('is no card that is on record already, whoever’s it is, and the task still gets one', async () => {
    const { office, cards, cardId } = await openOffice();
    const { id } = await office.apply('r9', one);
    await office.approve(id, two);
    expect(await refusal(office.issue(id, { ...made, id: cardId }, one))).to.equal('TASK_DECIDED');
    expect((await cards.get(cardId))?.residentRef, 'its holder keeps it').to.equal('r1');
    expect((await office.issue(id, { ...made, id: 'n1' }, one)).residentRef).to.equal('r9');
  });

  it('replaces one of the same person; the old one ends when the new one is active, and names it', async () => {
    const { office, cards, cardId, signIn, changes } = await openOffice();
    const { id } = await office.propose('replace', number, 'DAMAGED', one);
    await office.approve(id, two);
    const card = await office.issue(id, { id: 'n1', ...made }, one);
    expect(card).to.include({ residentRef: 'r1', supersedes: cardId });
    expect(await signIn(oldPin), 'until then the old one').to.equal('urn:x-sanuki:ac:card-pin');
    await office.settleReplacements();
    expect(await signIn(oldPin), 'the new one is not active yet').to.equal('urn:x-sanuki:ac:card-pin');
    await cards.update('n1', (current) => ({ ...current, status: 'active' }));
    await office.settleReplacements();
    await office.settleReplacement(card);
    expect(await refusal(signIn(oldPin))).to.equal('CARD_REVOKED');
    expect(await cards.get(cardId)).to.include({ status: 'revoked', replacedBy: 'n1' });
    expect(changes.map(({ type }) => type)).to.deep.equal(['issued', 'replaced']);
  });
});

describe('change events (R36)', () => {
  const at = 1_700_000_000_000;
  const held = [
    activeCard({ id: 'c1', residentRef: 'r1' }),
    activeCard({ id: 'c2', residentRef: 'r1', status: 'revoked' }),
    activeCard({ id: 'c3', residentRef: 'r2' }),
  ];
  const tasksOf = (event: Partial<ChangeEvent>) =>
    tasksFor({ id: 'e1', residentRef: 'r1', at, kind: 'death', ...event }, held).map(
      ({ id, act, reason, dueAt, cardId }) => [id, act, reason, dueAt - at, cardId],
    );

  for (const [name, event, expected] of [
    ['a death', { kind: 'death' }, [['e1.c1', 'revoke', 'DEATH', 0, 'c1']]],
    ['a move out of the area', { kind: 'move', leftArea: true }, [['e1.c1', 'revoke', 'RESIDENCE', 14 * dayMs, 'c1']]],
    ['a move inside it', { kind: 'move', leftArea: false }, []],
    ['a new name', { kind: 'name' }, [['e1.c1', 'replace', 'NAME', 0, 'c1']]],
    ['a corrected birth date', { kind: 'birth-date' }, [['e1.c1', 'replace', 'BIRTHDATE', 0, 'c1']]],
    ['a corrected sex', { kind: 'sex' }, [['e1.c1', 'replace', 'SEX', 0, 'c1']]],
    ['another coverage', { kind: 'coverage' }, []],
  ] as const)
    it(`${name}: ${expected.map(([, act]) => act).join() || 'nothing to do with the card'}`, () => {
      expect(tasksOf(event)).to.deep.equal(expected);
    });

  it('opens its tasks once, stops the cards of the dead at once, and lets one officer end them', async () => {
    const { office, tasks, signIn, cards, cardId } = await openOffice();
    const event = { id: 'e7', residentRef: 'r1', kind: 'death', at: 0 } as const;
    expect(await office.note(event)).to.have.length(1);
    expect(await office.note(event)).to.have.length(0);
    expect(await refusal(signIn(oldPin))).to.equal('CARD_SUSPENDED');
    const [task] = (await tasks.inState('open')).records;
    await office.approve(task?.id ?? '', one);
    expect((await cards.get(cardId))?.status).to.equal('revoked');
  });

  it('is not carried out before it is due', async () => {
    const { office, now, pass } = await openOffice();
    const [task] = await office.note({ id: 'e8', residentRef: 'r1', kind: 'move', leftArea: true, at: now() });
    expect(await refusal(office.approve(task?.id ?? '', one))).to.equal('MOVE_REFUSED');
    pass(14 * dayMs + 1);
    await office.approve(task?.id ?? '', one);
  });
});
