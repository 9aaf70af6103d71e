import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Collection, StoredRecord } from '../../storage/index.ts';
import { openMongoStorage } from '../../storage/mongo.ts';
import { type MongoServer, startMongoServer, withMongo, withOwnMongo } from '../mongo-server.ts';
import { freePort } from '../ports.ts';
import { refusal } from '../refusal.ts';
import { startCuttingProxy } from './cutting-proxy.ts';

interface Counter extends StoredRecord {
  readonly value: number;
}

const definition = { name: 'counter' };

describe('mongo storage over a connection that breaks', () => {
  const { url, database } = withMongo();
  let proxy: Awaited<ReturnType<typeof startCuttingProxy>>;
  let close: () => Promise<void>;
  let counters: Collection<Counter>;
  let direct: Collection<Counter>;
  let ordered: Collection<Counter>;

  beforeEach(async () => {
    proxy = await startCuttingProxy(url());
    const name = database();
    const storage = await openMongoStorage({ url: proxy.url, database: name });
    const other = await openMongoStorage({ url: url(), database: name });
    counters = storage.collection<Counter>(definition);
    direct = other.collection<Counter>(definition);
    ordered = storage.collection<Counter>({ ...definition, ordered: true });
    await counters.insert({ id: 'a', value: 0 });
    close = async () => {
      await Promise.all([storage.close(), other.close()]);
      await proxy.close();
    };
  });
  afterEach(() => close());

  it('recognises an insert that the server had taken, instead of refusing it as a second one', async () => {
    proxy.cutNext('insert');
    await counters.insert({ id: 'b', value: 1 });
    expect(await direct.get('b')).to.deep.equal({ id: 'b', value: 1 });
    expect(await refusal(counters.insert({ id: 'b', value: 2 }))).to.equal('ALREADY_EXISTS');
  });

  it('counts an update once', async () => {
    proxy.cutNext('findAndModify');
    await counters.update('a', ({ id, value }) => ({ id, value: value + 1 }));
    expect((await direct.get('a'))?.value).to.equal(1);
  });

  it('tells a take as unavailable, and gives the record to nobody', async () => {
    proxy.cutNext('findAndModify');
    expect(await refusal(counters.take('a'))).to.equal('STORE_BUSY');
    expect(await direct.take('a')).to.equal(undefined);
  });

  it('reads again', async () => {
    proxy.cutNext('find');
    expect(await counters.get('a')).to.deep.equal({ id: 'a', value: 0 });
  });

  it('keeps ordered inserts in order, and acknowledges those that the server has', async () => {
    proxy.cutNext('insert');
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, (_, value) => ordered.insert({ id: String(value).padStart(2, '0'), value })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(30);
    await direct.insert({ id: '35', value: 0 });
    const refused = await Promise.allSettled(
      Array.from({ length: 10 }, (_, nth) => ordered.insert({ id: String(30 + nth), value: nth })),
    );
    expect(refused.map((result) => (result.status === 'rejected' ? codeOf(result.reason) : 'ok'))).to.deep.equal([
      ...Array.from({ length: 5 }, () => 'ok'),
      'ALREADY_EXISTS',
      ...Array.from({ length: 4 }, () => 'STORE_BUSY'),
    ]);
    expect(await direct.get('36')).to.equal(undefined);
    await ordered.insert({ id: '36', value: 6 });
  });
});

describe('mongo storage whose server is killed', function () {
  this.timeout(120_000);
  withOwnMongo();
  let folder = '';
  let server: MongoServer | undefined;
  let close: () => Promise<void> = async () => undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-killed-'));
  });
  after(async () => {
    await close();
    await server?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('has every acknowledged write when the server is back, doubles none, and comes back by itself', async () => {
    const file = join(folder, 'data');
    const port = await freePort();
    server = await startMongoServer(file, port);
    const storage = await openMongoStorage({ url: server.url, busyMs: 1000 });
    close = () => storage.close();
    const counters = storage.collection<Counter>(definition);
    await counters.insert({ id: 'total', value: 0 });
    const acknowledged: string[] = [];
    let counted = 0;
    let unsure = 0;
    for (let round = 0; round < 3; round += 1) {
      let killed = false;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let nth = 0; !killed; nth += 1) {
          const id = `${round}-${writer}-${nth}`;
          await counters.insert({ id, value: nth }).then(() => acknowledged.push(id), expectBusy);
          const update = counters.update('total', (total) => ({ ...total, value: total.value + 1 }));
          await update.then(
            () => {
              counted += 1;
            },
            (error: unknown) => {
              expectBusy(error);
              unsure += 1;
            },
          );
        }
      });
      // By what was written and not by the clock, because other tests may keep the machine busy; then somewhere amid a write.
      while (acknowledged.length < 15 * (round + 1)) await pause(5);
      await pause(7 * round);
      await server.kill();
      const started = performance.now();
      try {
        expect(await refusal(counters.get('total'))).to.equal('STORE_BUSY');
        expect(performance.now() - started, 'a dead server is told in bounded time').to.be.below(6000);
      } finally {
        killed = true;
      }
      await Promise.all(writers);
      server = await startMongoServer(file, port);
      await untilBack(counters);
    }
    for (const id of acknowledged) expect(await counters.get(id), id).to.not.equal(undefined);
    expect((await counters.get('total'))?.value).to.be.within(counted, counted + unsure);
  });
});

async function untilBack(counters: Collection<Counter>): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const answer = await counters.get('total').catch(expectBusy);
    if (answer) return;
  }
  throw new Error('the client did not come back');
}

function expectBusy(error: unknown): undefined {
  expect(codeOf(error)).to.equal('STORE_BUSY');
  return undefined;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);
