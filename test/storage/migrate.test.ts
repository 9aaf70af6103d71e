import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  announcePresence,
  createMemoryStorage,
  migrateStore,
  openEmbeddedStorage,
  planMigrations,
  type Storage,
  StorageError,
  type StoredRecord,
} from '../../storage/index.ts';
import { openMongoStorage } from '../../storage/mongo.ts';
import { checkMigrations, latestVersion, type Migration, migrations } from '../../storage/schema.ts';
import { withMongo } from '../mongo-server.ts';
import { refusal } from '../refusal.ts';
import { exportOf } from './export.ts';
import { failingAfter } from './failing.ts';

interface Person extends StoredRecord {
  readonly name?: string;
  readonly names?: readonly string[];
  readonly tag?: string;
}

interface SchemaRecord extends StoredRecord {
  readonly version: number;
  readonly running?: { readonly to: number; readonly by: string; readonly until: number };
}

const old = { name: 'person' };
const count = 250;
/** What was made by a program before it. */
const split: Migration = {
  version: 2,
  name: 'keep names as a list',
  definition: old,
  change: ({ name, ...record }) => (typeof name === 'string' ? { ...record, names: name.split(' ') } : record),
};
const tag: Migration = {
  version: 3,
  name: 'find persons by tag',
  definition: { name: 'person', indexes: [['tag']] },
  change: (record) => ({ ...record, tag: `t${String(record.id).slice(-1)}` }),
};
const steps = [split, tag];
const ofOthers = { name: 'other' };

describe('versions of the schema', () => {
  let folder = '';
  let files = 0;
  let time = 1_000_000;
  const now = () => time;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-schema-'));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    time = 1_000_000;
  });
  const { url, database } = withMongo();
  const opened: Storage[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((storage) => storage.close())));
  const keep = <S extends Storage>(storage: S): S => {
    opened.push(storage);
    return storage;
  };
  const schemaOf = (storage: Storage) => storage.collection<SchemaRecord>({ name: 'store-schema' }).get('schema');
  const migrate = (storage: Storage, list: readonly Migration[] = steps) =>
    migrateStore(storage, { migrations: list, now });

  async function fill(storage: Storage): Promise<void> {
    const persons = storage.collection<Person>(old);
    const ids = Array.from({ length: count }, (_, at) => String(at).padStart(4, '0'));
    await Promise.all(ids.map((id) => persons.insert({ id, name: `羽巢 ${id}` })));
    await storage.collection<Person>(ofOthers).insert({ id: 'x', name: 'a b' });
  }

  async function checkMigrated(storage: Storage): Promise<void> {
    const persons = storage.collection<Person>(tag.definition);
    const { records } = await persons.find({ limit: 1000 });
    expect(records).to.deep.equal(
      records.map(({ id }) => ({ id, names: ['羽巢', id], tag: `t${id.slice(-1)}` })),
      'each once, both steps',
    );
    expect(records).to.have.length(count);
    expect((await persons.find({ where: { tag: 't7' }, limit: 1000 })).records).to.have.length(count / 10);
    expect(await storage.collection<Person>(ofOthers).get('x')).to.deep.equal({ id: 'x', name: 'a b' });
    expect(await schemaOf(storage)).to.deep.equal({ id: 'schema', version: 3 });
  }

  it('have no gap in what is released', () => {
    checkMigrations(migrations);
    expect(() => checkMigrations([split, { ...tag, version: 4 }])).to.throw(TypeError);
    expect(latestVersion(steps)).to.equal(3);
  });

  const stores = {
    memory: () => {
      const storage = keep(createMemoryStorage({ now }));
      return async () => storage;
    },
    embedded: () => {
      const file = join(folder, `${++files}.sqlite`);
      return async () => keep(openEmbeddedStorage({ file, now, sweepEveryMs: 0 }));
    },
    mongo: () => {
      const name = database();
      return async () => keep(await openMongoStorage({ url: url(), database: name, now, sweepEveryMs: 0 }));
    },
  };
  for (const [engine, make] of Object.entries(stores)) {
    describe(`in ${engine}`, function () {
      this.timeout(60_000);

      it('begin at the latest in an empty store', async () => {
        const storage = await make()();
        expect(await migrate(storage)).to.deep.equal({ from: 3, version: 3, done: [] });
        expect(await schemaOf(storage)).to.deep.equal({ id: 'schema', version: 3 });
      });

      it('are 1 in a store that has none: it opens without change, and is migrated by later programs', async () => {
        const storage = await make()();
        await fill(storage);
        const before = await exportOf(storage);
        expect(await migrate(storage, [])).to.deep.equal({ from: 1, version: 1, done: [] });
        const { 'store-schema': schema, ...after } = await exportOf(storage);
        expect(after).to.deep.equal(before);
        expect(schema).to.have.nested.property('records[0].body', '{"id":"schema","version":1}');
        const { done } = await migrate(storage);
        expect(done.map(({ version, changed }) => [version, changed])).to.deep.equal([
          [2, count],
          [3, count],
        ]);
        await checkMigrated(storage);
        expect((await migrate(storage)).done, 'once and for all').to.deep.equal([]);
      });

      it('are told by a plan that writes nothing', async () => {
        const storage = await make()();
        await fill(storage);
        await storage.collection<Person>(old).insert({ id: 'done', names: [] });
        const strict: Migration = {
          ...tag,
          change: (record) => tag.change({ ...record, at: new URL(`${record.id}:`) }),
        };
        const before = await exportOf(storage);
        const plan = await planMigrations(storage, { now, migrations: [split, strict] });
        expect(plan).to.deep.include({ version: 1, latest: 3 });
        expect(
          plan.steps.map(({ collection, records, changes, failures }) => [collection, records, changes, failures]),
        ).to.deep.equal([
          ['person', count + 1, count, 0],
          ['person', count + 1, 1, count],
        ]);
        expect(await exportOf(storage)).to.deep.equal(before);
      });

      it('are refused when newer than the program, and nothing is touched', async () => {
        const storage = await make()();
        await fill(storage);
        await migrate(storage);
        const before = await exportOf(storage);
        expect(await refusal(migrate(storage, [split]))).to.equal('SCHEMA_NEWER');
        expect(await refusal(planMigrations(storage, { now, migrations: [] }))).to.equal('SCHEMA_NEWER');
        expect(await exportOf(storage)).to.deep.equal(before);
      });

      it('are reached once by several processes that start together', async () => {
        const open = make();
        const stores = [await open(), await open(), await open()];
        const [first] = stores;
        if (!first) throw new TypeError('three stores were opened');
        await fill(first);
        const reports = await Promise.all(stores.map((storage) => migrate(storage)));
        const done = reports.flatMap((report) => report.done);
        expect(done.map(({ version }) => version)).to.have.members([2, 3]);
        expect(done.map(({ changed }) => changed)).to.deep.equal([count, count]);
        await checkMigrated(first);
      });

      it('are reached in the end wherever a start breaks off', async () => {
        const open = make();
        const storage = await open();
        await fill(storage);
        let [cuts, changed] = [0, 0];
        for (let writes = 1; ; writes = Math.min(writes + 37, 130)) {
          const { failing, hasFailed } = failingAfter(storage, writes);
          const outcome = await migrate(failing).catch((error: unknown) => error);
          if (!hasFailed()) {
            changed = (outcome as { done: { changed: number }[] }).done.at(-1)?.changed ?? 0;
            break;
          }
          expect(outcome).to.be.instanceOf(StorageError);
          cuts += 1;
          // Its claim is over then, as that of a killed process.
          time += 30_001;
        }
        expect(cuts).to.be.above(3);
        expect(changed).to.equal(count);
        await checkMigrated(storage);
      });
    });
  }

  it('are reached after a break at each single write, by a start that goes on where it was', async function () {
    this.timeout(60_000);
    for (let writes = 1; ; writes += 1) {
      const storage = createMemoryStorage({ now });
      const persons = storage.collection<Person>(old);
      for (let at = 100; at < 210; at += 1) await persons.insert({ id: String(at), name: 'a b' });
      const { failing, hasFailed } = failingAfter(storage, writes);
      const outcome = await migrate(failing).catch((error: unknown) => error);
      if (!hasFailed()) break;
      expect(outcome).to.be.instanceOf(StorageError);
      time += 30_001;
      const { done } = await migrate(storage);
      expect(done.at(-1)?.changed ?? 110, `after ${writes} writes`).to.equal(110);
      const { records } = await storage.collection<Person>(tag.definition).find({ limit: 1000 });
      expect(records.map(({ id }) => id)).to.have.length(110);
      expect(records.every(({ id, names, name }) => id && names?.join() === 'a,b' && name === undefined)).to.equal(
        true,
      );
    }
  });

  it('stop at a record that does not fit, say which step, and go on once it does', async () => {
    const storage = keep(createMemoryStorage({ now }));
    await fill(storage);
    const secret = 'session-secret';
    await storage.collection<Person>(old).insert({ id: secret, name: 'x' });
    const strict: Migration = {
      ...split,
      change(record) {
        if (record.id === secret) throw new TypeError('no');
        return split.change(record);
      },
    };
    const error: unknown = await migrate(storage, [strict]).catch((failed: unknown) => failed);
    expect(error).to.be.instanceOf(StorageError).and.to.have.property('code', 'MIGRATION_FAILED');
    expect((error as Error).message)
      .to.include('keep names as a list')
      .and.not.include(secret);
    expect((await migrate(storage, [split])).version, 'without waiting').to.equal(2);
  });

  it('are not for two at once: a hub of an older program keeps the store as it is', async () => {
    const storage = keep(createMemoryStorage({ now }));
    await fill(storage);
    await migrate(storage, []);
    const hub = await announcePresence(storage, { now, schema: 1 });
    expect(await refusal(migrate(storage))).to.equal('STORE_IN_USE');
    expect((await migrate(storage, [])).version, 'beside its like').to.equal(1);
    await hub.close();
    await migrate(storage);
    await checkMigrated(storage);
  });

  it('keep an older program out from the first changed record on', async () => {
    const storage = keep(createMemoryStorage({ now }));
    await fill(storage);
    await refusal(migrate(failingAfter(storage, 5).failing));
    expect((await schemaOf(storage))?.version).to.equal(1);
    expect(await refusal(migrate(storage, []))).to.equal('SCHEMA_NEWER');
  });

  it('are not spoiled by a process that slept through its turn', async () => {
    const storage = keep(createMemoryStorage({ now }));
    await fill(storage);
    const sleepy: Migration = {
      ...split,
      change(record) {
        if (record.id === '0100') time += 30_001;
        return split.change(record);
      },
    };
    expect(await refusal(migrate(storage, [sleepy, tag]))).to.equal('STORE_BUSY');
    await migrate(storage);
    await checkMigrated(storage);
  });
});
