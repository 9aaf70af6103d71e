import { expect } from 'chai';
import {
  type CardChange,
  type CardRecord,
  type CardTask,
  cardCollection,
  cardTaskCollection,
  createCardRegistry,
  createCardTasks,
  createKeyCompromise,
  type PinKeyVersion,
  pinKeyVersionCollection,
} from '../../card-auth/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { activeCard } from './active-card.ts';

const by = { as: 'office', id: 'operator' } as const;

async function setUp(onChange: (change: CardChange) => Promise<void> = async () => undefined) {
  const storage = createMemoryStorage();
  const ended: string[] = [];
  const cards = createCardRegistry({
    cards: storage.collection<CardRecord>(cardCollection),
    onStopped: async (id) => void ended.push(id),
  });
  const tasks = createCardTasks({ tasks: storage.collection<CardTask>(cardTaskCollection) });
  const pinVersions = storage.collection<PinKeyVersion>(pinKeyVersionCollection);
  const changes: CardChange[] = [];
  const told = new Set<string>();
  const compromise = createKeyCompromise({
    cards,
    tasks,
    pinVersions,
    onChange: async (change) => {
      await onChange(change);
      changes.push(change);
    },
    onUnsafe: async ({ id }) => void told.add(id),
    now: () => 1000,
    pageSize: 10,
  });
  let made = 0;
  const card = async (id: string, more: Partial<CardRecord> = {}) =>
    cards.insert(activeCard({ id, residentRef: `of ${id}`, number: String(1_000_000_000_000 + ++made), ...more }));
  const states = async () =>
    (await cards.list()).records.map(({ id, status, reason }) => `${id} ${status}${reason ? ` ${reason}` : ''}`).sort();
  const open = async () => (await tasks.inState('open', { limit: 1000 })).records;
  return { ...compromise, cards, pinVersions, changes, ended, told, card, states, open };
}

describe('cards whose master key may be known', () => {
  it('are stopped at once by one person, with a task for a second one; others and final ones stay as they are', async () => {
    const { card, cardsOf, stop, states, open, changes, ended } = await setUp();
    await card('active');
    await card('locked', { status: 'pin-locked' });
    await card('new', { status: 'issued' });
    await card('lost', { status: 'suspended', reason: 'LOST' });
    await card('copied', { status: 'suspended', reason: 'CLONE' });
    await card('ended', { status: 'revoked', reason: 'REQUEST' });
    await card('other', { ckv: 2 });
    await card('on its way', { ckv: 2, nextCkv: 1 });
    expect(await stop(cardsOf(1), by)).to.deep.equal({ stopped: 4, before: 2 });
    expect(await states()).to.deep.equal([
      'active suspended KEY',
      'copied suspended CLONE',
      'ended revoked REQUEST',
      'locked suspended KEY',
      'lost suspended KEY',
      'new revoked KEY',
      'on its way suspended KEY',
      'other active',
    ]);
    const waiting = await open();
    expect(waiting.map(({ cardId = '' }) => cardId).sort()).to.deep.equal([
      'active',
      'copied',
      'locked',
      'lost',
      'new',
      'on its way',
    ]);
    expect(new Set(waiting.map(({ act, reason, openedBy }) => `${act} ${reason} ${openedBy}`))).to.deep.equal(
      new Set(['replace KEY system:key-compromise']),
    );
    expect(changes.map(({ card: { id }, type, by: who }) => `${id} ${type} ${who.id}`).sort()).to.deep.equal([
      'active suspended operator',
      'locked suspended operator',
      'new revoked operator',
      'on its way suspended operator',
    ]);
    expect(ended.sort()).to.deep.equal(['active', 'locked', 'new', 'on its way']);
  });

  it('are all stopped when the command breaks off and is given again: no card twice, each with one task', async () => {
    let breaking = true;
    const world = await setUp(async ({ card: { id } }) => {
      if (id === 'c0025' && breaking) throw new Error('the power failed');
    });
    const ids = Array.from({ length: 36 }, (_, at) => `c${String(at).padStart(4, '0')}`);
    for (const id of ids) await world.card(id);
    const broken = await world.stop(world.cardsOf(1), by).catch((error: Error) => error.message);
    expect(broken).to.equal('the power failed');
    breaking = false;
    const { stopped, before } = await world.stop(world.cardsOf(1), by);
    expect([stopped, before]).to.deep.equal([10, 26]);
    expect([...world.told].sort(), 'also whom the break left without a letter').to.deep.equal(ids);
    expect((await world.open()).map(({ cardId = '' }) => cardId).sort()).to.deep.equal(ids);
    expect(await world.stop(world.cardsOf(1), by)).to.deep.equal({ stopped: 0, before: 36 });
  });
});

describe('cards whose PIN key may be known', () => {
  it('are those whose PIN of today hangs on that version', async () => {
    const { card, cardsOfPinKey, pinVersions } = await setUp();
    const pin = (generation: number) => ({ slot: 4, generation, iterations: 100_000, slotHash: '' }) as const;
    await card('first', { pin: pin(1) });
    await card('changed', { pin: pin(2) });
    await card('blank', { status: 'issued', pin: undefined });
    await pinVersions.insert({ id: 'changed.1', version: 1 });
    await pinVersions.insert({ id: 'changed.2', version: 2 });
    const of = async (version: number) => {
      const found: string[] = [];
      for await (const { id } of cardsOfPinKey(version)) found.push(id);
      return found;
    };
    expect([await of(1), await of(2), await of(3)]).to.deep.equal([['first'], ['changed'], []]);
  });
});
