import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { openEmbeddedStorage, type StoredRecord } from '../../storage/index.ts';
import { itKeepsTheStorageContract } from './contract.ts';

interface Note extends StoredRecord {
  readonly text: string;
}

describe('embedded storage', () => {
  let folder = '';
  let files = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-store-'));
  });
  after(() => rm(folder, { recursive: true }));
  const nextFile = () => join(folder, `${++files}.sqlite`);

  describe('as any engine', () =>
    itKeepsTheStorageContract(async (now) => openEmbeddedStorage({ file: nextFile(), now, sweepEveryMs: 0 })));

  describe('as any engine, for read-mostly records', () =>
    itKeepsTheStorageContract(async (now) => {
      const storage = openEmbeddedStorage({ file: nextFile(), now, sweepEveryMs: 0 });
      return { ...storage, collection: (definition) => storage.collection({ ...definition, readMostly: true }) };
    }));

  it('keeps records over a restart in a file only its account can read', async () => {
    const file = nextFile();
    const first = openEmbeddedStorage({ file });
    await first.collection<Note>({ name: 'note' }).insert({ id: 'a', text: 'kept' });
    await first.close();
    const second = openEmbeddedStorage({ file });
    expect(await second.collection<Note>({ name: 'note' }).get('a')).to.deep.equal({ id: 'a', text: 'kept' });
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    await second.close();
  });

  it('keeps its locks against other processes when the same process opens the file once more', async () => {
    const file = nextFile();
    const one = openEmbeddedStorage({ file });
    await one.collection<Note>({ name: 'note' }).find();
    const two = openEmbeddedStorage({ file });
    const alone = `
      const { DatabaseSync } = require('node:sqlite');
      const database = new DatabaseSync(process.argv[1]);
      database.exec('PRAGMA locking_mode=EXCLUSIVE');
      database.prepare('SELECT count(*) FROM sqlite_master').get();`;
    const asked = promisify(execFile)(process.execPath, ['-e', alone, file]);
    expect(await asked.catch((error: unknown) => String(error))).to.include('database is locked');
    await Promise.all([one.close(), two.close()]);
    await promisify(execFile)(process.execPath, ['-e', alone, file]);
  });

  it('shows a write of one connection to another on the same file', async () => {
    const file = nextFile();
    const [one, two] = [openEmbeddedStorage({ file }), openEmbeddedStorage({ file })];
    const [mine, theirs] = [one.collection<Note>({ name: 'note' }), two.collection<Note>({ name: 'note' })];
    await mine.insert({ id: 'a', text: '1' });
    expect(await theirs.get('a')).to.deep.equal({ id: 'a', text: '1' });
    const taken = await Promise.all([mine.take('a'), theirs.take('a')]);
    expect(taken.filter((note) => note !== undefined)).to.have.length(1);
    await Promise.all([one.close(), two.close()]);
  });

  it('keeps read-mostly records in memory, frozen, and sees what another connection writes', async () => {
    let time = 1000;
    const file = nextFile();
    const now = () => time;
    const [one, two] = [openEmbeddedStorage({ file, now }), openEmbeddedStorage({ file, now })];
    const definition = { name: 'note', readMostly: true } as const;
    const [mine, theirs] = [one.collection<Note>(definition), two.collection<Note>(definition)];
    await mine.insert({ id: 'a', text: '1', expiresAt: 2000 });
    const first = await mine.get('a');
    expect(await mine.get('a')).to.equal(first);
    expect(Object.isFrozen(first)).to.equal(true);
    await theirs.update('a', (note) => ({ ...note, text: '2' }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await mine.get('a')).to.have.property('text', '2');
    const seen: string[] = [];
    await mine.update('a', (note) => {
      seen.push(note.text);
      return { ...note, text: '3' };
    });
    expect([seen, (await mine.get('a'))?.text]).to.deep.equal([['2'], '3']);
    await theirs.take('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(await mine.get('a')).to.equal(undefined);
    await mine.insert({ id: 'a', text: '4', expiresAt: 2000 });
    expect(await mine.get('a')).to.have.property('text', '4');
    time = 2000;
    expect(await mine.get('a')).to.equal(undefined);
    await Promise.all([one.close(), two.close()]);
  });

  it('hands out the same read-mostly object as long as its record is the same, whatever another connection writes', async () => {
    const file = nextFile();
    const [one, two] = [openEmbeddedStorage({ file }), openEmbeddedStorage({ file })];
    const definition = { name: 'note', readMostly: true } as const;
    const [mine, theirs] = [one.collection<Note>(definition), two.collection<Note>(definition)];
    await mine.insert({ id: 'a', text: '1' });
    const first = await mine.get('a');
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await theirs.insert({ id: 'b', text: '1' });
    await turn();
    expect(await mine.get('a'), 'another record was written').to.equal(first);
    await theirs.update('a', (note) => ({ ...note, text: '2' }));
    await turn();
    expect(await mine.get('a')).to.deep.equal({ id: 'a', text: '2' });
    await theirs.take('a');
    await theirs.insert({ id: 'a', text: '3' });
    await turn();
    expect(await mine.get('a')).to.deep.equal({ id: 'a', text: '3' });
    await Promise.all([one.close(), two.close()]);
  });

  it('gains an index that a later version of the definition declares', async () => {
    const file = nextFile();
    const first = openEmbeddedStorage({ file });
    await first.collection<Note>({ name: 'note' }).insert({ id: 'a', text: 'x' });
    await first.close();
    const second = openEmbeddedStorage({ file });
    const notes = second.collection<Note>({ name: 'note', indexes: [['text']] });
    expect((await notes.find({ where: { text: 'x' } })).records).to.have.length(1);
    await second.close();
  });

  it('sweeps expired records out of the file', async () => {
    let time = 1000;
    const file = nextFile();
    const storage = openEmbeddedStorage({ file, now: () => time, sweepEveryMs: 5 });
    const notes = storage.collection<Note>({ name: 'note' });
    await notes.insert({ id: 'a', text: 'x', expiresAt: 1010 });
    time = 2000;
    await new Promise((resolve) => setTimeout(resolve, 50));
    time = 1000;
    expect(await notes.get('a'), 'gone even for a clock that went back').to.equal(undefined);
    await storage.close();
  });

  it('makes a backup while it is written to', async () => {
    const storage = openEmbeddedStorage({ file: nextFile() });
    const notes = storage.collection<Note>({ name: 'note' });
    await Promise.all(Array.from({ length: 200 }, (_, at) => notes.insert({ id: String(at), text: 'x' })));
    const copy = nextFile();
    await Promise.all([storage.backup(copy), notes.insert({ id: 'later', text: 'y' })]);
    const restored = openEmbeddedStorage({ file: copy });
    expect((await restored.collection<Note>({ name: 'note' }).find({ limit: 1000 })).records.length).to.be.at.least(
      200,
    );
    await Promise.all([storage.close(), restored.close()]);
  });

  it('refuses a definition that could reach into SQL', () => {
    const storage = openEmbeddedStorage({ file: nextFile() });
    expect(() => storage.collection({ name: 'x"; DROP TABLE y' })).to.throw(TypeError);
    expect(() => storage.collection({ name: 'x', indexes: [["a')"]] })).to.throw(TypeError);
    return storage.close();
  });
});
