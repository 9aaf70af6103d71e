import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { readHubFile } from '../../cli/hub-file.ts';
import { openGround } from '../../idp/index.ts';
import {
  announcePresence,
  isUnfinishedCopy,
  openStorage,
  type Storage,
  StorageError,
  type StoragePlace,
  type StoredRecord,
} from '../../storage/index.ts';
import { sanuki } from '../flows/trial.ts';
import { withMongo } from '../mongo-server.ts';
import { root } from '../root.ts';
import { exportOf } from '../storage/export.ts';
import { type MadeDataFolder, makeDataFolder } from './data-folder.ts';

interface Filler extends StoredRecord {
  readonly number: string;
  readonly text: string;
}

const count = 4_000;
const filler = { name: 'filler', unique: ['number'] };

describe('sanuki storage', function () {
  this.timeout(120_000);
  const { url, database } = withMongo();
  let hub: MadeDataFolder;
  let source: StoragePlace;
  before(async () => {
    hub = await makeDataFolder('production');
    source = { engine: 'embedded', file: join(hub.folder, 'hub.sqlite') };
    // A minute ago: the last seconds of a journal may lack a signed head.
    const ground = await openGround({ settings: await readHubFile(hub.folder), now: () => Date.now() - 60_000 });
    for (let at = 1; at <= 5; at += 1) {
      await ground.audit.record({ type: 'sp.test', result: 'ok', provider: `p${at}` });
      await ground.accessJournal.append({ about: `resident-${at % 2}`, at });
    }
    const fillers = ground.storage.collection<Filler>(filler);
    const ids = Array.from({ length: count }, (_, at) => String(at));
    await Promise.all(ids.map((id) => fillers.insert({ id, number: id, text: '讃岐'.repeat(100) })));
    await ground.close();
  });
  after(() => hub.clean());

  const copy = (to: string, ...more: string[]) => sanuki('storage', 'copy', '--from', hub.folder, '--to', to, ...more);
  const withStore = async <T>(place: StoragePlace, act: (storage: Storage) => Promise<T>): Promise<T> => {
    const storage = await openStorage(place, { sweepEveryMs: 0 });
    try {
      return await act(storage);
    } finally {
      await storage.close();
    }
  };
  const exported = (place: StoragePlace) => withStore(place, exportOf);
  let files = 0;
  const targets: Record<string, () => { spec: string; place: StoragePlace }> = {
    'another file': () => {
      const file = join(hub.folder, `copy-${++files}.sqlite`);
      return { spec: file, place: { engine: 'embedded', file } };
    },
    MongoDB: () => {
      const name = database();
      return { spec: `${url()}/${name}`, place: { engine: 'mongo', url: url(), database: name } };
    },
  };

  /** Kills a copy as soon as it has written this many; resolves to whether it was still at work. */
  async function killedAt({ spec, place }: { spec: string; place: StoragePlace }, written: number): Promise<boolean> {
    const args = [join(root, 'cli/sanuki.mjs'), 'storage', 'copy', '--from', hub.folder, '--to', spec];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = once(child, 'exit');
    await withStore(place, async (target) => {
      const reached = async () => {
        try {
          const { records } = await target.raw(filler).page({ limit: 1, after: String(written) });
          return records.length > 0 && (await isUnfinishedCopy(target));
        } catch (error) {
          // The test server has trouble with reads while indexes are made.
          if (error instanceof StorageError && error.code === 'STORE_BUSY') return false;
          throw error;
        }
      };
      while (child.exitCode === null && !(await reached())) await pause(5);
    });
    child.kill('SIGKILL');
    const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    return signal === 'SIGKILL';
  }

  for (const [what, make] of Object.entries(targets)) {
    it(`copies to ${what} over any number of kill -9, and nothing is doubled or missing`, async () => {
      const target = make();
      const kills = [await killedAt(target, 0), await killedAt(target, 5), await killedAt(target, 8)];
      expect(kills, 'all three met it at work').to.deep.equal([true, true, true]);
      expect(await withStore(target.place, isUnfinishedCopy)).to.equal(true);
      const { code, out, errors } = await copy(target.spec, '--json');
      expect([code, errors]).to.deep.equal([0, '']);
      const report = JSON.parse(out);
      expect(report).to.include({ target: 'unfinished', whole: true });
      const fillers = report.collections.find(({ name }: { name: string }) => name === 'filler');
      expect(fillers.records).to.equal(count);
      expect(fillers.written, 'it went on').to.be.below(count);
      expect(await exported(target.place)).to.deep.equal(await exported(source));
      const again = JSON.parse((await copy(target.spec, '--json')).out);
      expect(again.collections.every(({ written }: { written: number }) => written === 0)).to.equal(true);
    });
  }

  it('leaves both journals whole: the hub of the same data folder goes on in MongoDB', async () => {
    const name = database();
    expect((await copy(`${url()}/${name}`)).code).to.equal(0);
    const file = join(hub.folder, 'hub.json');
    const before = await readFile(file, 'utf8');
    const storage = { engine: 'mongo', url: url(), database: name };
    await writeFile(file, JSON.stringify({ ...JSON.parse(before), storage }));
    try {
      const { out, code } = await hub.run('audit', 'verify');
      expect([code, out]).to.deep.equal([
        0,
        'audit   5 records in 1 chains: whole\naccess  5 records in 1 chains: whole\n',
      ]);
      const schema = await hub.run('storage', 'migrate', '--json');
      expect(JSON.parse(schema.out)).to.deep.equal({ from: 1, version: 1, done: [] });
    } finally {
      await writeFile(file, before);
    }
    const refused = await copy(`${url()}/${name}`);
    expect([refused.code, refused.errors]).to.satisfy(
      ([code, errors]: [number, string]) => code === 1 && errors.includes('the target has records already'),
      'a hub was there: nothing it wrote is taken away',
    );
  });

  it('tells in words what it would do, and makes nothing', async () => {
    const folder = join(hub.folder, 'moved');
    await mkdir(folder);
    const { code, out } = await copy(folder, '--dry-run');
    expect(code).to.equal(0);
    expect(out)
      .to.match(/filler +4000 records, 4000 to write, 0 to remove\n/)
      .and.include('nothing was written');
    expect(await readdir(folder)).to.deep.equal([]);
    const done = await copy(folder);
    expect(done.out).to.match(/filler +4000 records, 4000 written, 0 removed\n/);
    expect(done.out).to.match(/whole: \d+ records in \d+ collections, read back and compared with the source\n$/);
  });

  it('refuses beside a hub, the same store twice, and a source that is not there', async () => {
    const to = join(hub.folder, 'never.sqlite');
    await withStore(source, async (storage) => {
      const presence = await announcePresence(storage, { now: Date.now });
      const refused = await copy(to);
      expect([refused.code, refused.out]).to.deep.equal([1, '']);
      expect(refused.errors).to.include(`process ${process.pid}`).and.include('stop it').and.not.include('    at ');
      expect(refused.errors, 'as the guide lists it').to.match(/ \(STORE_IN_USE\)\n$/);
      await presence.close();
    });
    expect((await copy(hub.folder)).errors).to.include('the same store');
    const nowhere = await sanuki('storage', 'copy', '--from', join(hub.folder, 'no.sqlite'), '--to', to);
    expect([nowhere.code, nowhere.errors]).to.deep.equal([1, `sanuki: there is no store ${hub.folder}/no.sqlite\n`]);
  });

  it('shows no password, whatever fails', async () => {
    const secret = 'top-s3cret';
    const address = await hub.file('address', `mongodb://who:${secret}@127.0.0.1:1/hub?serverSelectionTimeoutMS=200`);
    const { code, out, errors } = await copy(`@${address}`, '--json');
    expect(code).to.equal(1);
    expect(errors).to.match(/^sanuki: .+\n$/);
    expect(out + errors).to.not.include(secret);
  });

  it('plans no migration where there is none', async () => {
    const { code, out } = await hub.run('storage', 'migrate', '--dry-run');
    expect([code, out]).to.deep.equal([
      0,
      'the store has version 1 of the schema, this program 1; nothing was written\n',
    ]);
    expect(JSON.parse((await hub.run('storage', 'migrate', '--dry-run', '--json')).out)).to.deep.equal({
      version: 1,
      latest: 1,
      steps: [],
    });
  });
});
