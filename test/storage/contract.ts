import { expect } from 'chai';
import type { Storage, StoredRecord } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';

interface Card extends StoredRecord {
  readonly number: string;
  readonly holder?: string;
  readonly tries: number;
  readonly locked?: boolean;
}

const definition = { name: 'contract-card', unique: ['number'], indexes: [['holder'], ['holder', 'locked']] };

/** What every engine has to keep. `open` gives a fresh store whose clock is handed in. */
export function itKeepsTheStorageContract(open: (now: () => number) => Promise<Storage>): void {
  let storage: Storage;
  let time = 1_000_000;

  async function setUp() {
    time = 1_000_000;
    storage = await open(() => time);
    return storage.collection<Card>(definition);
  }

  afterEach(() => storage.close());

  it('gives back what was inserted, and nothing for an id it does not know', async () => {
    const cards = await setUp();
    const card = { id: 'a', number: '1', tries: 0, holder: '羽巢 聖司 𠮷 葛\u{E0100}' };
    await cards.insert(card);
    expect(await cards.get('a')).to.deep.equal(card);
    expect(await cards.get('b')).to.equal(undefined);
  });

  it('refuses a taken id and a taken unique field, and goes on', async () => {
    const cards = await setUp();
    await cards.insert({ id: 'a', number: '1', tries: 0 });
    expect(await refusal(cards.insert({ id: 'a', number: '2', tries: 0 }))).to.equal('ALREADY_EXISTS');
    expect(await refusal(cards.insert({ id: 'b', number: '1', tries: 0 }))).to.equal('ALREADY_EXISTS');
    await cards.insert({ id: 'b', number: '2', tries: 0 });
    expect(await refusal(cards.update('b', (card) => ({ ...card, number: '1' })))).to.equal('ALREADY_EXISTS');
    expect((await cards.get('b'))?.number).to.equal('2');
  });

  it('does not let one refused write spoil the others of the same turn', async () => {
    const cards = await setUp();
    await cards.insert({ id: 'a', number: '1', tries: 0 });
    const results = await Promise.allSettled([
      cards.insert({ id: 'b', number: '2', tries: 0 }),
      cards.insert({ id: 'a', number: '3', tries: 0 }),
      cards.update('a', () => {
        throw new RangeError('no');
      }),
      cards.insert({ id: 'c', number: '4', tries: 0 }),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((await cards.find()).records.map(({ id }) => id)).to.deep.equal(['a', 'b', 'c']);
  });

  it('loses no update of many at once', async () => {
    const cards = await setUp();
    await cards.insert({ id: 'a', number: '1', tries: 0 });
    await Promise.all(
      Array.from({ length: 50 }, () => cards.update('a', (card) => ({ ...card, tries: card.tries + 1 }))),
    );
    expect((await cards.get('a'))?.tries).to.equal(50);
  });

  it('updates nothing that is not there, and keeps the record when the change throws', async () => {
    const cards = await setUp();
    expect(await cards.update('a', (card) => card)).to.equal(undefined);
    await cards.insert({ id: 'a', number: '1', tries: 7 });
    const change = cards.update('a', () => {
      throw new RangeError('refused');
    });
    expect(await change.catch((error: unknown) => error)).to.be.instanceOf(RangeError);
    expect((await cards.get('a'))?.tries).to.equal(7);
  });

  it('lets exactly one of many takers have a record', async () => {
    const cards = await setUp();
    await cards.insert({ id: 'a', number: '1', tries: 0 });
    const taken = await Promise.all(Array.from({ length: 20 }, () => cards.take('a')));
    expect(taken.filter((card) => card !== undefined)).to.have.length(1);
    expect(await cards.get('a')).to.equal(undefined);
  });

  it('shows no expired record to any verb, exactly from its moment on', async () => {
    const cards = await setUp();
    await cards.insert({ id: 'a', number: '1', tries: 0, holder: 'h', expiresAt: 1_000_010 });
    time = 1_000_009;
    expect(await cards.get('a')).to.not.equal(undefined);
    time = 1_000_010;
    expect(await cards.get('a')).to.equal(undefined);
    expect(await cards.update('a', (card) => card)).to.equal(undefined);
    expect((await cards.find({ where: { holder: 'h' } })).records).to.deep.equal([]);
    expect(await cards.take('a')).to.equal(undefined);
  });

  it('gives the id and the unique values of an expired record to the next one', async () => {
    const cards = await setUp();
    await cards.insert({ id: 'a', number: '1', tries: 0, expiresAt: 1_000_010 });
    await cards.insert({ id: 'b', number: '2', tries: 0, expiresAt: 1_000_010 });
    time = 1_000_020;
    await cards.insert({ id: 'a', number: '2', tries: 1 });
    expect((await cards.get('a'))?.tries).to.equal(1);
  });

  it('finds by a declared index only, page by page in the order of ids', async () => {
    const cards = await setUp();
    const ids = Array.from({ length: 25 }, (_, at) => String(at).padStart(3, '0'));
    await Promise.all(ids.map((id) => cards.insert({ id, number: id, tries: 0, holder: 'h', locked: id < '010' })));
    await cards.insert({ id: '999', number: '999', tries: 0, holder: 'other' });
    const first = await cards.find({ where: { holder: 'h' }, limit: 20 });
    const second = await cards.find({ where: { holder: 'h' }, limit: 20, after: first.next ?? '' });
    expect([...first.records, ...second.records].map(({ id }) => id)).to.deep.equal(ids);
    expect(second.next).to.equal(undefined);
    expect((await cards.find({ where: { locked: true, holder: 'h' } })).records).to.have.length(10);
    expect((await cards.find({ where: { number: '007' } })).records.map(({ id }) => id)).to.deep.equal(['007']);
    expect(await cards.find({ where: { tries: 0 } }).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
  });

  it('finds by falling ids too, from the end or from a given one', async () => {
    const cards = await setUp();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(ids.map((id) => cards.insert({ id, number: id, tries: 0, holder: id < 'd' ? 'h' : 'other' })));
    const first = await cards.find({ descending: true, limit: 2 });
    const second = await cards.find({ descending: true, limit: 3, after: first.next ?? '' });
    expect([...first.records, ...second.records].map(({ id }) => id)).to.deep.equal(ids.toReversed());
    expect(second.next).to.equal(undefined);
    const held = await cards.find({ descending: true, where: { holder: 'h' }, after: 'c' });
    expect(held.records.map(({ id }) => id)).to.deep.equal(['b', 'a']);
  });

  it('takes hostile text as text', async () => {
    const cards = await setUp();
    const id = `'; DROP TABLE "c_contract-card"; --`;
    await cards.insert({ id, number: '%_"\\', tries: 0, holder: `' OR 1=1` });
    expect((await cards.find({ where: { holder: `' OR 1=1` } })).records.map((card) => card.id)).to.deep.equal([id]);
  });

  describe('below its collections', () => {
    const row = (id: string, number: string, more: object = {}, expiresAt?: number) => ({
      id,
      body: JSON.stringify({ id, number, tries: 0, ...more, expiresAt }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    const bodies = async (ids: string[]) => (await storage.raw(definition).get(ids)).map(({ body }) => body).sort();

    it('tells what it has, with what was declared', async () => {
      await setUp();
      const raw = storage.raw({ name: 'contract-other', unique: ['b', 'a'] });
      await raw.page({ limit: 1 });
      expect((await storage.definitions()).map(({ name }) => name)).to.not.include('contract-other');
      await storage.raw(definition).put([]);
      await raw.put([]);
      const [card, other] = await storage.definitions();
      expect(card?.unique).to.deep.equal(['number']);
      expect(card?.indexes).to.have.deep.members([['holder'], ['holder', 'locked']]);
      expect(other).to.have.property('name', 'contract-other');
      expect(other?.unique).to.have.members(['a', 'b']);
    });

    it('gives rows as they were written, expired ones as well, page by page', async () => {
      const cards = await setUp();
      const written = [
        { id: 'b', number: '1', tries: 0, expiresAt: 1_000_010 },
        { id: 'a', tries: 0, number: '2', holder: '葛\u{E0100}' },
        { id: 'c', number: '3', tries: 0 },
      ];
      for (const card of written) await cards.insert(card);
      time = 1_000_020;
      const raw = storage.raw(definition);
      const first = await raw.page({ limit: 2 });
      const rest = await raw.page({ limit: 2, after: first.next });
      expect([first.next, rest.next]).to.deep.equal(['b', undefined]);
      expect([...first.records, ...rest.records]).to.have.deep.members(
        written.map((card) => ({
          id: card.id,
          body: JSON.stringify(card),
          ...(card.expiresAt === undefined ? {} : { expiresAt: card.expiresAt }),
        })),
      );
      expect(await bodies(['a', 'nobody'])).to.deep.equal([JSON.stringify(written[1])]);
    });

    it('puts rows twice as once, found by every index and gone at their moment, and removes them', async () => {
      const cards = await setUp();
      const rows = [row('a', '1', { holder: 'h' }), row('b', '2', {}, 1_000_010)];
      const raw = storage.raw(definition);
      await raw.put([row('a', '7')]);
      expect(await cards.get('a')).to.have.property('number', '7');
      for (let round = 0; round < 2; round += 1) await raw.put(rows);
      expect((await cards.find({ where: { holder: 'h' } })).records.map(({ id }) => id)).to.deep.equal(['a']);
      expect((await cards.find({ where: { number: '7' } })).records).to.deep.equal([]);
      expect(await cards.get('a'), 'nothing older is kept in memory').to.have.property('number', '1');
      expect(await cards.get('b')).to.not.equal(undefined);
      time = 1_000_010;
      expect(await cards.get('b')).to.equal(undefined);
      await raw.remove(['a', 'b', 'nobody']);
      expect((await raw.page({ limit: 9 })).records).to.deep.equal([]);
      expect(await cards.get('a')).to.equal(undefined);
    });

    it('refuses a second unique value, and what is no record', async () => {
      await setUp();
      const raw = storage.raw(definition);
      await raw.put([row('a', '1')]);
      expect(await refusal(raw.put([row('b', '1')]))).to.equal('ALREADY_EXISTS');
      const broken = [
        { id: 'c', body: '{"id":"c"' },
        { id: 'c', body: '"c"' },
        { id: 'c', body: '{"id":"d"}' },
        { id: 'c', body: '{"id":"c"}', expiresAt: 5 },
      ];
      for (const one of broken) expect(await refusal(raw.put([one])), one.body).to.equal('STORE_DAMAGED');
      expect(await bodies(['b', 'c', 'd'])).to.deep.equal([]);
    });
  });

  it('refuses everything after it was closed', async () => {
    const cards = await setUp();
    await storage.close();
    expect(await refusal(cards.get('a'))).to.equal('STORE_CLOSED');
    expect(await refusal(cards.insert({ id: 'a', number: '1', tries: 0 }))).to.equal('STORE_CLOSED');
    storage = await open(() => time);
  });
}
