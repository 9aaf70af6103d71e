import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  announcePresence,
  type CopyOptions,
  copyStore,
  createMemoryStorage,
  isUnfinishedCopy,
  openEmbeddedStorage,
  openStorage,
  putInService,
  type Storage,
  StorageError,
  type StoredRecord,
} from '../../storage/index.ts';
import { openMongoStorage } from '../../storage/mongo.ts';
import { withMongo } from '../mongo-server.ts';
import { refusal } from '../refusal.ts';
import { exportOf, notOfTheStore } from './export.ts';
import { failingAfter } from './failing.ts';

interface Note extends StoredRecord {
  readonly number: string;
  readonly text?: unknown;
}

const notes = { name: 'note', unique: ['number'], indexes: [['text', 'number']] };
const names = { name: 'name' };
const time = 1_000_000;
const now = () => time;
const copy = (source: Storage, target: Storage, more: Partial<CopyOptions> = {}) =>
  copyStore({ source, target, sourceName: 'the source', now, ...more });

async function fill(storage: Storage, count = 7): Promise<void> {
  const made = storage.collection<Note>(notes);
  for (let at = 0; at < count; at += 1)
    await made.insert({ id: `n${at}`, number: String(at), text: `葛\u{E0100} ${at}` });
  await made.insert({ id: 'soon', number: 'soon', expiresAt: time + 5 });
  await made.insert({ id: 'over', number: 'over', expiresAt: time - 5 });
  await storage.collection(names).insert({ id: 'x' });
  await storage.collection({ name: 'empty', indexes: [['a']] }).find();
}

describe('copying a store', () => {
  let folder = '';
  let files = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-copy-'));
  });
  after(() => rm(folder, { recursive: true }));
  const { url, database } = withMongo();
  const opened: Storage[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((storage) => storage.close())));
  const keep = <S extends Storage>(storage: S): S => {
    opened.push(storage);
    return storage;
  };
  const engines = {
    memory: async () => keep(createMemoryStorage({ now })),
    embedded: async () => keep(openEmbeddedStorage({ file: join(folder, `${++files}.sqlite`), now, sweepEveryMs: 0 })),
    mongo: async () => keep(await openMongoStorage({ url: url(), database: database(), now, sweepEveryMs: 0 })),
  };

  for (const [from, to] of [
    ['embedded', 'mongo'],
    ['mongo', 'embedded'],
    ['embedded', 'embedded'],
  ] as const) {
    it(`moves every live record from ${from} to ${to} as it is, with indexes that work, and says so`, async () => {
      const [source, target] = [await engines[from](), await engines[to]()];
      await fill(source);
      const before = await exportOf(source);
      const report = await copy(source, target);
      expect(report.different).to.deep.equal([]);
      expect(report.collections.map(({ name, records, written }) => [name, records, written])).to.deep.equal([
        ['empty', 0, 0],
        ['name', 1, 1],
        ['note', 8, 8],
      ]);
      expect(report.collections.every(({ digest }) => digest?.length === 64)).to.equal(true);
      expect(await exportOf(target, now())).to.deep.equal(await exportOf(source, now()));
      expect(await exportOf(source), 'the source is as it was').to.deep.equal(before);
      const copied = target.collection<Note>(notes);
      expect((await copied.find({ where: { number: '3' } })).records.map(({ id }) => id)).to.deep.equal(['n3']);
      expect(await refusal(copied.insert({ id: 'z', number: '3' }))).to.equal('ALREADY_EXISTS');
      expect((await copied.get('soon'))?.expiresAt).to.equal(time + 5);
    });
  }

  for (const to of ['embedded', 'mongo'] as const) {
    it(`gives the same after the way there and back over ${to}, whatever is in the records`, async function () {
      this.timeout(60_000);
      const text = fc.string({ unit: 'binary', maxLength: 12 });
      const hostile = fc.constantFrom('$where', '__proto__', 'a.b', "'; DROP TABLE c_note; --", '\u0000', '{"$gt":""}');
      const id = fc.oneof(text, hostile).filter((one) => one !== '');
      const value = fc.oneof(fc.jsonValue(), hostile, text);
      const records = fc.uniqueArray(fc.record({ id, text: value }), { selector: (one) => one.id, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(fc.array(records, { minLength: 1, maxLength: 2 }), async (collections) => {
          const [source, middle, end] = [await engines.embedded(), await engines[to](), await engines.embedded()];
          for (const [at, made] of collections.entries()) {
            const collection = source.collection<Note>({ ...notes, name: `c${at}` });
            for (const [place, one] of made.entries()) await collection.insert({ ...one, number: String(place) });
          }
          await source.collection(names).insert({ id: 'x' });
          expect((await copy(source, middle)).different).to.deep.equal([]);
          await putInService(middle);
          expect((await copy(middle, end)).different).to.deep.equal([]);
          expect(await exportOf(end)).to.deep.equal(await exportOf(source));
        }),
        { numRuns: to === 'mongo' ? 8 : 25 },
      );
    });
  }

  for (const to of ['memory', 'embedded', 'mongo'] as const) {
    it(`goes on after breaking off at any write to ${to}, and doubles and misses nothing`, async function () {
      this.timeout(60_000);
      const source = await engines.embedded();
      await fill(source, 4);
      for (let writes = 0; ; writes += 1) {
        const target = await engines[to]();
        // An older copy of other contents, so that there is something to remove as well.
        if (writes > 0) {
          const older = await engines.memory();
          await fill(older, 2);
          await older.collection<Note>(notes).update('n1', (note) => ({ ...note, number: '0b' }));
          await older.collection<Note>(notes).insert({ id: 'gone', number: '3' });
          await copy(older, target);
        }
        const { failing, hasFailed } = failingAfter(target, writes);
        const first = await copy(source, failing).catch((error: unknown) => error);
        if (!hasFailed()) break;
        expect(first).to.be.instanceOf(StorageError);
        if (writes > 0) {
          expect(await isUnfinishedCopy(target), `after ${writes} writes`).to.equal(true);
          expect(await refusal(putInService(target))).to.equal('STORE_UNFINISHED');
        }
        expect((await copy(source, target)).different).to.deep.equal([]);
        expect(await exportOf(target, now())).to.deep.equal(await exportOf(source, now()));
        await putInService(target);
      }
    });
  }

  it('picks up at a second run what was written, changed and removed since the first, in the way of nothing', async () => {
    const [source, target] = [await engines.embedded(), await engines.embedded()];
    await fill(source);
    await copy(source, target);
    const live = source.collection<Note>(notes);
    await live.take('n0');
    await live.insert({ id: 'new', number: '0' });
    // Exchanged unique values.
    await live.update('n1', (note) => ({ ...note, number: 'away' }));
    await live.update('n2', (note) => ({ ...note, number: '1' }));
    await live.update('n1', (note) => ({ ...note, number: '2' }));
    const report = await copy(source, target);
    expect(report.target).to.equal('whole');
    expect(report.collections.find(({ name }) => name === 'note')).to.include({ written: 3, removed: 3 });
    expect(await exportOf(target, now())).to.deep.equal(await exportOf(source, now()));
  });

  it('says which collections were written to meanwhile, and does not call the copy whole', async () => {
    const [source, target] = [await engines.embedded(), await engines.memory()];
    await fill(source);
    const onCollection = async ({ name }: { name: string }) => {
      if (name === 'note') await source.collection(names).insert({ id: 'late' });
    };
    const report = await copy(source, target, { onCollection });
    expect(report.different).to.deep.equal(['name']);
    expect(await isUnfinishedCopy(target)).to.equal(true);
    expect((await copy(source, target)).different).to.deep.equal([]);
    expect(await isUnfinishedCopy(target)).to.equal(false);
  });

  it('tells without writing what it would do', async () => {
    const [source, target] = [await engines.embedded(), await engines.embedded()];
    await fill(source);
    const report = await copy(source, target, { dryRun: true });
    expect(report.collections.find(({ name }) => name === 'note')).to.deep.equal({
      name: 'note',
      records: 8,
      written: 8,
      removed: 0,
    });
    expect(await target.definitions()).to.deep.equal([]);
  });

  it('refuses a target with records, one of another source, and one in service', async () => {
    const [source, target] = [await engines.embedded(), await engines.embedded()];
    await fill(source);
    await copy(source, target);
    expect(await refusal(copy(source, target, { sourceName: 'another' }))).to.equal('TARGET_TAKEN');
    await putInService(target);
    expect(await refusal(copy(source, target))).to.equal('TARGET_TAKEN');
    expect(await refusal(copy(source, target, { dryRun: true }))).to.equal('TARGET_TAKEN');
    const taken = await engines.memory();
    await fill(taken, 1);
    expect(await refusal(copy(source, taken))).to.equal('TARGET_TAKEN');
    expect(await notOfTheStore(taken)).to.deep.equal(['empty', 'name', 'note']);
  });

  it('refuses a source without records, and one that is half a copy itself', async () => {
    const [empty, source, half] = [await engines.embedded(), await engines.embedded(), await engines.embedded()];
    expect(await refusal(copy(empty, await engines.memory()))).to.equal('SOURCE_EMPTY');
    await fill(source);
    const { failing } = failingAfter(half, 3);
    expect(await refusal(copy(source, failing))).to.equal('STORE_BUSY');
    expect(await refusal(copy(half, await engines.memory()))).to.equal('STORE_UNFINISHED');
  });

  it('refuses while a hub works on either, and not once it has stopped or its minute is over', async () => {
    const [source, target] = [await engines.embedded(), await engines.embedded()];
    await fill(source);
    const hub = await announcePresence(source, { now });
    expect(await refusal(copy(source, target))).to.equal('STORE_IN_USE');
    await hub.close();
    await announcePresence(source, { now: () => time - 60_000 });
    const other = await announcePresence(target, { now });
    expect(await refusal(copy(source, target))).to.equal('STORE_IN_USE');
    await other.close();
    expect((await copy(source, target)).different).to.deep.equal([]);
  });

  it('tells a source file that is cut, garbled or none, and leaves nothing half done', async () => {
    const file = join(folder, 'cut.sqlite');
    const whole = openEmbeddedStorage({ file, now });
    await fill(whole, 2000);
    await whole.close();
    const { size } = await stat(file);
    await truncate(file, Math.floor(size / 2 / 4096) * 4096);
    const target = await engines.memory();
    const attempt = async () => {
      const source = await openStorage({ engine: 'embedded', file }, { now });
      try {
        return await copy(source, target);
      } finally {
        await source.close();
      }
    };
    expect(await refusal(attempt())).to.equal('STORE_DAMAGED');
    await truncate(file, 5000);
    expect(await refusal(attempt())).to.equal('STORE_DAMAGED');
    await truncate(file, 0);
    expect(await refusal(attempt())).to.equal('SOURCE_EMPTY');
    expect(await target.definitions()).to.deep.equal([]);
  });

  it('tells a row that is no record', async () => {
    const file = join(folder, 'garbled.sqlite');
    const source = keep(openEmbeddedStorage({ file, now, sweepEveryMs: 0 }));
    await source.collection(names).insert({ id: 'x' });
    const database = new DatabaseSync(file);
    database.exec(`UPDATE c_name SET body = '{"id":"y"}'`);
    database.close();
    const target = await engines.memory();
    expect(await refusal(copy(source, target))).to.equal('STORE_DAMAGED');
    expect(await isUnfinishedCopy(target)).to.equal(true);
  });
});
