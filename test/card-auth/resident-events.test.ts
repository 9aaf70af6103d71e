import { expect } from 'chai';
import {
  type CardTask,
  cardTaskCollection,
  createCardOffice,
  createCardTasks,
  createResidentEvents,
  faceChanges,
  type Resident,
  type ResidentEvent,
  residentCollection,
  residentEventCollection,
  type ToldChange,
} from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { activeCard } from './active-card.ts';
import { oldPin, openPinWorld } from './pin-world.ts';

const dayMs = 24 * 3_600_000;
const register = { source: 'register:imported', by: 'client:city', byRegister: true };
const [one, two] = [
  { as: 'office', id: 'officer-1' },
  { as: 'office', id: 'officer-2' },
] as const;
const person = { name: { kana: 'バス セイジ' }, sex: 1, birthDate: '1960-10-10' } as const;

async function setUp() {
  const world = await openPinWorld();
  const { storage, cards, codes, stopCodes, now } = world;
  const tasks = createCardTasks({ tasks: storage.collection<CardTask>(cardTaskCollection) });
  const office = createCardOffice({
    cards,
    codes,
    stopCodes,
    tasks,
    cardsPerPerson: 5,
    returnTries: async () => undefined,
    now,
  });
  const residents = storage.collection<Resident>(residentCollection);
  await residents.insert({ ...person, id: 'r1', synthetic: true });
  const records = storage.collection<ResidentEvent>(residentEventCollection);
  const told: string[] = [];
  /** One process of the hub; a crash comes after what it did to the cards. */
  const process = ({ crash = false } = {}) =>
    createResidentEvents({
      events: records,
      residents,
      residentOf: async (source, reference) =>
        source === register.source ? (await residents.get(reference))?.id : undefined,
      note: async (event) => {
        const opened = await office.note(event);
        if (crash) throw new Error('crash');
        return opened;
      },
      onNoted: async ({ kind }) => void told.push(kind),
      now,
    });
  const events = process();
  const change = (more: Partial<ToldChange> = {}): ToldChange => ({
    id: 'e1',
    kind: 'death',
    resident: 'r1',
    at: now(),
    ...more,
  });
  const tell = (more: Partial<ToldChange> = {}, teller = register) => events.tell(change(more), teller);
  const open = async () =>
    (await tasks.inState('open')).records.map(({ act, reason }) => `${act} ${reason}`).toSorted();
  return {
    ...world,
    tasks,
    office,
    residents,
    records,
    told,
    process,
    change,
    tell,
    open,
    settleAll: events.settleAll,
  };
}

describe('changes that registers tell (R36)', () => {
  describe('once', () => {
    it('a death stops the cards at once; replayed after two persons let the card go on, it stops nothing again', async () => {
      const { tell: tellAt, signIn, office, open, tasks, now } = await setUp();
      const at = now();
      const tell = () => tellAt({ at });
      expect(await tell()).to.equal('noted');
      expect(await refusal(signIn(oldPin))).to.equal('CARD_SUSPENDED');
      expect(await open()).to.deep.equal(['revoke DEATH']);
      const [task] = (await tasks.inState('open')).records;
      await office.decline(task?.id ?? '', two);
      const { id } = await office.propose('resume', '1234567890123', 'REQUEST', one);
      await office.approve(id, two);
      expect(await tell(), 'replayed').to.equal('repeated');
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    });

    it('by however many processes at a time, and the holder hears of it once', async () => {
      const { process, change, open, told } = await setUp();
      const outcomes = await Promise.all(
        [process(), process(), process()].map((events) => events.tell(change({ kind: 'name' }), register)),
      );
      expect(outcomes.toSorted()).to.deep.equal(['noted', 'repeated', 'repeated']);
      expect(await open()).to.deep.equal(['replace NAME']);
      expect(told).to.deep.equal(['name']);
    });

    it('also when a process died in the middle: the next round goes on where it was', async () => {
      const { process, change, records, settleAll, open, pass, told } = await setUp();
      const died = await process({ crash: true })
        .tell(change({ kind: 'sex' }), register)
        .catch((error: Error) => error.message);
      expect(died).to.equal('crash');
      await settleAll();
      expect(told, 'it may still be under way').to.deep.equal([]);
      pass(60_000);
      await settleAll();
      await settleAll();
      expect([await open(), told]).to.deep.equal([['replace SEX'], ['sex']]);
      expect((await records.find({})).records.map(({ state }) => state)).to.deep.equal(['done']);
    });

    it('and an id with something else in it is no repetition', async () => {
      const { tell, open } = await setUp();
      await tell({ kind: 'move', leftArea: true });
      expect(await tell({ kind: 'death' })).to.equal('EVENT_DIFFERS');
      expect(await tell({ kind: 'move', leftArea: false })).to.equal('EVENT_DIFFERS');
      expect(await open()).to.deep.equal(['revoke RESIDENCE']);
    });

    it('an id that another sender used up first, knowing how they are made, still counts for this one', async () => {
      const { tell, open } = await setUp();
      const other = { source: 'register:other', by: 'client:other', byRegister: true };
      expect(await tell({}, other), 'names nobody of ours').to.equal('unknown');
      expect(await open()).to.deep.equal([]);
      expect(await tell()).to.equal('noted');
    });

    it('a record is kept for longer than an event is taken, so that an old one is never new again', async () => {
      const { tell, records, now } = await setUp();
      const at = now() - 364 * dayMs;
      await tell({ at });
      const [kept] = (await records.find({})).records;
      expect((kept?.expiresAt ?? 0) - at).to.be.greaterThan(366 * dayMs);
      expect(await tell({ id: 'old', at: now() - 366 * dayMs })).to.equal('EVENT_OUTDATED');
      expect(await tell({ id: 'next', at: now() + 2 * dayMs })).to.equal('EVENT_IN_FUTURE');
    });
  });

  describe('in whatever order', () => {
    const left = { id: 'left', kind: 'move', leftArea: true } as const;
    const back = { id: 'back', kind: 'move', leftArea: false } as const;
    for (const [name, order] of [
      ['as it happened', ['left', 'back']],
      ['the other way round', ['back', 'left']],
    ] as const)
      it(`who left and came back keeps the card, told ${name}`, async () => {
        const { tell, now, office, pass, signIn, tasks } = await setUp();
        const told = {
          left: { ...left, at: now() - 10 * dayMs },
          back: { ...back, at: now() - dayMs },
        };
        for (const which of order) expect(await tell(told[which])).to.equal('noted');
        pass(30 * dayMs);
        await office.settleDue();
        expect((await tasks.inState('open')).records).to.deep.equal([]);
        expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
      });

    it('basic data follow the newest word, and leave no copy in the record', async () => {
      const { tell, residents, records, now } = await setUp();
      const named = (kana: string) => ({ ...person, address: undefined, name: { kana } });
      await tell({ id: 'b', kind: 'name', at: now(), person: named('シン セイ') });
      await tell({ id: 'a', kind: 'name', at: now() - dayMs, person: named('マエ セイ') });
      expect((await residents.get('r1'))?.name.kana).to.equal('シン セイ');
      expect(JSON.stringify((await records.find({})).records)).to.not.match(/シン|マエ/);
    });

    it('a second change before the new card is made opens no second card', async () => {
      const { tell, open } = await setUp();
      await tell({ id: 'a', kind: 'name' });
      await tell({ id: 'b', kind: 'birth-date' });
      expect(await open()).to.deep.equal(['replace NAME']);
    });
  });

  describe('about somebody unknown', () => {
    it('are kept without the person’s data, and count when the person is known', async () => {
      const { tell, residents, cards, records, settleAll, open } = await setUp();
      const data = { ...person, address: undefined, name: { kana: 'ダレカ' } };
      expect(await tell({ resident: 'r9', kind: 'name', person: data })).to.equal('unknown');
      expect(JSON.stringify((await records.find({})).records)).to.not.include('ダレカ');
      await settleAll();
      expect((await records.find({})).records[0]?.state, 'still nobody').to.equal('unknown');
      await residents.insert({ ...person, id: 'r9', synthetic: true });
      await cards.insert(activeCard({ id: 'c9', residentRef: 'r9', number: '9' }));
      await settleAll();
      expect(await open()).to.deep.equal(['replace NAME']);
    });
  });

  describe('a death', () => {
    it('leaves no card to be made, no code to be used and nothing to be let go on', async () => {
      const { tell, office, tasks, cards, codes } = await setUp();
      const kept = codes.make('c2', 'activate').kept;
      await cards.insert(activeCard({ id: 'c2', residentRef: 'r1', number: '2', status: 'issued', handOver: kept }));
      const waiting = await office.apply('r1', one);
      const agreed = await office.apply('r1', one);
      await office.approve(agreed.id, two);
      const resume = await office.propose('resume', '1234567890123', 'REQUEST', one);
      await tell();
      for (const { id } of [waiting, agreed, resume]) expect((await tasks.get(id))?.state).to.equal('declined');
      expect((await cards.get('c2'))?.handOver).to.equal(undefined);
      const made = { id: 'n1', number: '4000000000001', ckv: 1, software: true };
      expect(await refusal(office.issue(agreed.id, made, one))).to.equal('TASK_DECIDED');
    });
  });

  describe('a move out of the area', () => {
    const moved = { kind: 'move', leftArea: true } as const;

    it('ends the card after 14 days by itself, unless the office declined', async () => {
      const { tell, office, pass, now, signIn, tasks, cards, cardId } = await setUp();
      await tell({ ...moved, at: now() });
      pass(14 * dayMs - 1);
      await office.settleDue();
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
      pass(1);
      await Promise.all([office.settleDue(), office.settleDue()]);
      await office.settleDue();
      expect(await cards.get(cardId)).to.include({ status: 'revoked', reason: 'RESIDENCE' });
      expect((await tasks.inState('done')).records[0]).to.include({ decidedBy: 'due', bySystem: true });
    });

    it('told long after, by a register that was taken over, still leaves three days to decline it', async () => {
      const { tell, office, pass, now, signIn, tasks } = await setUp();
      await tell({ ...moved, at: now() - 200 * dayMs });
      await office.settleDue();
      pass(2 * dayMs);
      await office.settleDue();
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
      const [task] = (await tasks.inState('open')).records;
      await office.decline(task?.id ?? '', two);
      pass(30 * dayMs);
      await office.settleDue();
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    });

    it('noted by one officer at the counter ends nothing without a second person', async () => {
      const { tell, office, pass, signIn } = await setUp();
      await tell(moved, { ...register, by: 'officer-1', byRegister: false });
      pass(60 * dayMs);
      await office.settleDue();
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    });
  });
});

describe('what is printed on a card (R29, R35)', () => {
  const before: Resident = { ...person, id: 'r1', synthetic: true };
  for (const [name, after, changes] of [
    ['another name', { name: { kana: 'バス セイ' } }, ['name']],
    ['a name in another width or with another space', { name: { kana: 'ﾊﾞｽ　ｾｲｼﾞ' } }, []],
    ['another kanji, which is not printed', { name: { ...person.name, kanji: '羽巣' } }, []],
    ['another address', { address: { postal: '1', municipality: '1', town: '1', block: '1' } }, []],
    ['a corrected birth date and sex', { birthDate: '1960-10-11', sex: 2 }, ['birth-date', 'sex']],
  ] as const)
    it(`${name}: ${changes.join(', ') || 'no new card'}`, () => {
      expect(faceChanges(before, { ...before, ...after })).to.deep.equal(changes);
    });
});
