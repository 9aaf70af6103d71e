import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { Collection, StoredRecord } from '../../storage/index.ts';
import { type MongoStorageOptions, openMongoStorage } from '../../storage/mongo.ts';
import { withMongo } from '../mongo-server.ts';
import { itKeepsTheStorageContract } from './contract.ts';

interface Note extends StoredRecord {
  readonly text: string;
  readonly number?: string;
  readonly count?: number;
}

const notes = { name: 'note', unique: ['number'], indexes: [['text']] };

describe('mongo storage', () => {
  const { url, database } = withMongo();
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function open(options: Partial<MongoStorageOptions> = {}) {
    const storage = await openMongoStorage({ url: url(), database: database(), sweepEveryMs: 0, ...options });
    closers.push(() => storage.close());
    return storage;
  }

  /** Two connections to one database, as two processes have them. */
  async function openTwo({ readMostly = false, now = Date.now } = {}): Promise<[Collection<Note>, Collection<Note>]> {
    const name = database();
    const [one, two] = [await open({ database: name, now }), await open({ database: name, now })];
    const definition = { ...notes, readMostly };
    return [one.collection<Note>(definition), two.collection<Note>(definition)];
  }

  describe('as any engine', () =>
    itKeepsTheStorageContract((now) => openMongoStorage({ url: url(), database: database(), now, sweepEveryMs: 0 })));

  describe('as any engine, for read-mostly records', () =>
    itKeepsTheStorageContract(async (now) => {
      const storage = await openMongoStorage({ url: url(), database: database(), now, sweepEveryMs: 0 });
      return { ...storage, collection: (definition) => storage.collection({ ...definition, readMostly: true }) };
    }));

  describe('of two processes', () => {
    const both = (act: (notes: Collection<Note>, nth: number) => Promise<unknown>, collections: Collection<Note>[]) =>
      Promise.all(Array.from({ length: 20 }, (_, nth) => act(collections[nth % 2] as Collection<Note>, nth)));

    it('lets one taker have a record, and one writer an id or a unique value', async () => {
      const collections = await openTwo();
      for (let round = 0; round < 20; round += 1) {
        const inserted = await both(
          (store, nth) => store.insert({ id: `a${round}`, text: `${nth}` }).then(() => true, codeOf),
          collections,
        );
        expect(inserted.filter((result) => result === true)).to.have.length(1);
        expect(inserted.filter((result) => result === 'ALREADY_EXISTS')).to.have.length(19);
        const taken = await both((store) => store.take(`a${round}`), collections);
        expect(taken.filter((note) => note !== undefined)).to.have.length(1);
        const unique = await both(
          (store, nth) =>
            store.insert({ id: `u${round}-${nth}`, text: '', number: `${round}` }).then(() => true, codeOf),
          collections,
        );
        expect(unique.filter((result) => result === true)).to.have.length(1);
      }
    });

    it('gives an expired record’s id and unique value to one of them', async () => {
      let time = 1000;
      const collections = await openTwo({ now: () => time });
      for (let round = 0; round < 20; round += 1) {
        await collections[0].insert({ id: `a${round}`, text: '', number: `${round}`, expiresAt: time + 1 });
        time += 1;
        const won = await both(
          (store, nth) =>
            store
              .insert({ id: nth < 10 ? `a${round}` : `b${nth}-${round}`, text: '', number: `${round}` })
              .then(() => true, codeOf),
          collections,
        );
        expect(won.filter((result) => result === true)).to.have.length(1);
      }
    });

    it('loses no update of either', async () => {
      const [one, two] = await openTwo();
      await one.insert({ id: 'a', text: '', count: 0 });
      const started = performance.now();
      await Promise.all(
        Array.from({ length: 100 }, (_, nth) =>
          (nth % 2 ? one : two).update('a', (note) => ({ ...note, count: (note.count ?? 0) + 1 })),
        ),
      );
      expect((await two.get('a'))?.count).to.equal(100);
      expect(performance.now() - started, 'neither keeps the other waiting').to.be.below(10_000);
    });

    it('shows a change of a read-mostly record to the other within a second, to itself at once', async () => {
      const [mine, theirs] = await openTwo({ readMostly: true });
      await mine.insert({ id: 'a', text: '0' });
      for (let round = 1; round <= 8; round += 1) {
        const [writer, reader] = round % 2 ? [mine, theirs] : [theirs, mine];
        for (let at = 0; at < 5; at += 1) await reader.get('a');
        await pause(round * 40);
        if (round === 8) await writer.take('a');
        else await writer.update('a', (note) => ({ ...note, text: `${round}` }));
        const expected = round === 8 ? undefined : `${round}`;
        expect((await writer.get('a'))?.text).to.equal(expected);
        const written = performance.now();
        while ((await reader.get('a'))?.text !== expected) {
          expect(performance.now() - written).to.be.below(1000);
          await pause(5);
        }
      }
    });

    it('keeps a read-mostly record in memory, frozen, while nobody writes', async () => {
      const [mine, theirs] = await openTwo({ readMostly: true });
      await mine.insert({ id: 'a', text: '1' });
      await theirs.get('a');
      const first = await theirs.get('a');
      expect(await theirs.get('a')).to.equal(first);
      expect(Object.isFrozen(first)).to.equal(true);
    });

    it('builds the same indexes at once, and gains one that a later definition declares', async () => {
      const name = database();
      const stores = await Promise.all(Array.from({ length: 4 }, () => open({ database: name })));
      await Promise.all(stores.map((store, nth) => store.collection<Note>(notes).insert({ id: `${nth}`, text: 'x' })));
      const later = (await open({ database: name })).collection<Note>({ ...notes, indexes: [['text'], ['count']] });
      await later.insert({ id: 'b', text: 'x', count: 3 });
      expect((await later.find({ where: { count: 3 } })).records.map(({ id }) => id)).to.deep.equal(['b']);
      expect((await later.find({ where: { text: 'x' } })).records).to.have.length(5);
    });
  });

  it('takes hostile names and values as data, and gives everything back as it was', async () => {
    const store = (await open()).collection<Note & { readonly more?: unknown }>(notes);
    const more = JSON.parse(
      '{"$where":"sleep(1)","a.b":{"$gt":""},"__proto__":{"polluted":true},"constructor":null,"\\u0000":"\\u0000","":[[],{}],"n":-0.5,"big":9007199254740991}',
    ) as unknown;
    const texts = [
      '$ne',
      '{"$gt":""}',
      'a\0b',
      '\0',
      '__proto__',
      'constructor',
      '𠮷\u{E0100}',
      '\\u0000',
      'x'.repeat(5000),
    ];
    for (const text of texts) await store.insert({ id: text, text, number: text, more });
    for (const text of texts) {
      expect(await store.get(text)).to.deep.equal({ id: text, text, number: text, more });
      expect((await store.find({ where: { number: text } })).records.map(({ id }) => id)).to.deep.equal([text]);
    }
    expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
    // A caller that lets an object through, where the types say text, finds nothing instead of everything.
    const operator = { $ne: null } as unknown as string;
    expect(await store.get(operator)).to.equal(undefined);
    expect(await store.take(operator)).to.equal(undefined);
    expect(await store.take('$ne')).to.include({ id: '$ne' });
    await store.insert({ id: 'missing', text: '', more: undefined });
    expect(Object.keys((await store.get('missing')) ?? {})).to.deep.equal(['id', 'text']);
  });

  it('sweeps expired records, but none that another host’s clock may still show', async () => {
    let time = 1_000_000;
    const name = database();
    const storage = await open({ database: name, now: () => time, sweepEveryMs: 20 });
    const store = storage.collection<Note>(notes);
    await store.insert({ id: 'old', text: '', expiresAt: 1_000_010 });
    await store.insert({ id: 'young', text: '', expiresAt: 1_069_990 });
    time = 1_070_020;
    await pause(300);
    time = 1_000_000;
    expect((await store.find()).records.map(({ id }) => id)).to.deep.equal(['young']);
  });

  it('says what the server adds to the contract', async () => {
    expect((await open()).guarantees).to.have.all.keys('replicated', 'retryableWrites');
  });

  describe('is not opened', () => {
    const attempt = async (options: MongoStorageOptions) => {
      const started = performance.now();
      const error = await openMongoStorage({ busyMs: 800, ...options }).catch((refused: unknown) => refused);
      expect(performance.now() - started).to.be.below(4000);
      expect(inspect(error, { depth: 20 }), 'the password in the error').to.not.include('geheim');
      return error;
    };

    it('where nobody listens', async () => {
      expect(await attempt({ url: 'mongodb://127.0.0.1:1' })).to.include({ code: 'STORE_BUSY' });
      expect(await attempt({ url: 'mongodb+srv://store.invalid' })).to.include({ code: 'STORE_BUSY' });
      const account = { url: 'mongodb://sanuki@127.0.0.1:1', password: 'geheim' };
      expect(await attempt(account)).to.include({ code: 'STORE_BUSY' });
    });

    it('at an address that is none, or with a password for no account', async () => {
      for (const wrong of ['http://geheim', 'mongodb://a:geheim@[::1', 'mongodb://127.0.0.1/?geheim=1', 'mongodb://'])
        expect(await attempt({ url: wrong }), wrong).to.include({ code: 'STORE_UNSUITABLE' });
      expect(await attempt({ url: url(), password: 'geheim' })).to.include({ code: 'STORE_UNSUITABLE' });
    });

    it('with an account that the server does not know', async () => {
      const refused = await attempt({ url: url().replace('//', '//sanuki@'), password: 'geheim' });
      expect(refused)
        .to.have.property('code')
        .that.matches(/^STORE_(UNSUITABLE|BUSY)$/);
    });
  });
});

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);
