import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  createMemoryStorage,
  type Journal,
  type JournalRecord,
  openJournal,
  type Storage,
} from '../../storage/index.ts';
import { onEveryEngine } from './engines.ts';

onEveryEngine('journal', (engine) => {
  const headKey = generateKeyPairSync('ed25519');
  const definition = { name: 'journal-audit', indexes: [['chain']] };
  let folder = '';
  let storage: Storage;
  let time = 0;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-journal-'));
    time = 1_700_000_000_000;
    storage = await engine.open(() => time);
  });
  afterEach(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });

  const headsFolder = () => join(folder, 'heads');
  const open = () =>
    openJournal({
      storage,
      name: 'audit',
      headsFolder: headsFolder(),
      headKey,
      headEveryMs: 1_000_000,
      now: () => time,
    });

  async function written(entries = 5): Promise<Journal> {
    const journal = await open();
    for (let at = 0; at < entries; at += 1) await journal.append({ type: 'auth.ok', at });
    await journal.close();
    time += 60_000;
    return open();
  }

  async function faults(journal: Journal): Promise<string[]> {
    return (await journal.verify()).faults.map(({ fault, sequence }) => `${sequence} ${fault}`);
  }

  const stored = async () => (await storage.collection<JournalRecord>(definition).find()).records;
  const rowsOf = () => storage.collection<JournalRecord>(definition);

  it('verifies what it wrote, one chain per process', async () => {
    const journal = await written();
    await journal.append({ type: 'auth.fail' });
    await journal.close();
    expect(await (await open()).verify()).to.deep.equal({ chains: 2, records: 6, faults: [] });
  });

  it('keeps the order of entries appended at once', async () => {
    const journal = await open();
    const places = await Promise.all(Array.from({ length: 20 }, (_, at) => journal.append({ at })));
    expect(places.map(({ sequence }) => sequence)).to.deep.equal(Array.from({ length: 20 }, (_, at) => at + 1));
    expect((await journal.read()).records.map(({ entry }) => entry.at)).to.deep.equal(
      Array.from({ length: 20 }, (_, at) => at),
    );
    await journal.close();
  });

  it('is whole after a kill before the first head was signed, and tells a cut from then on', async () => {
    const killed = await open();
    await killed.append({ type: 'auth.ok' });
    time += 60_000;
    const next = await open();
    expect(await next.verify()).to.deep.equal({ chains: 1, records: 1, faults: [] });
    await killed.close();
    await rowsOf().take((await stored())[0]?.id ?? '');
    expect(await faults(next)).to.deep.equal(['1 cut off']);
  });

  it('takes no entry while no head can be written, and goes on in a new chain', async () => {
    const journal = await open();
    await rm(headsFolder(), { recursive: true });
    const refused = await Promise.allSettled([journal.append({ at: 1 }), journal.append({ at: 2 })]);
    expect(refused.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    await mkdir(headsFolder());
    expect(await journal.append({ at: 3 })).to.include({ sequence: 1 });
    await journal.close();
    time += 60_000;
    expect(await faults(journal)).to.deep.equal([]);
  });

  describe('in the hands of someone who can write the database but not sign heads', () => {
    it('shows a changed entry', async () => {
      const journal = await written();
      const [, second] = await stored();
      await rowsOf().update(second?.id ?? '', (row) => ({ ...row, entry: { type: 'auth.fail' } }));
      expect(await faults(journal)).to.include('2 changed');
    });

    it('shows a removed entry', async () => {
      const journal = await written();
      await rowsOf().take((await stored())[2]?.id ?? '');
      expect(await faults(journal)).to.include('3 missing');
    });

    it('shows two entries that changed places', async () => {
      const journal = await written();
      const [first, second] = await stored();
      if (!first || !second) throw new Error('entries expected');
      await rowsOf().update(first.id, (row) => ({ ...row, entry: second.entry, hash: second.hash }));
      await rowsOf().update(second.id, (row) => ({ ...row, entry: first.entry, hash: first.hash }));
      expect(await faults(journal)).to.include('1 changed');
    });

    it('shows a cut tail', async () => {
      const journal = await written();
      await rowsOf().take((await stored())[4]?.id ?? '');
      expect(await faults(journal)).to.deep.equal(['5 cut off']);
    });

    it('shows a chain removed as a whole', async () => {
      const journal = await written();
      for (const { id } of await stored()) await rowsOf().take(id);
      expect(await faults(journal)).to.deep.equal(['1 cut off']);
    });

    it('shows a chain rewritten consistently from the first entry on', async () => {
      const journal = await written(1);
      const other = createMemoryStorage({ now: () => time });
      const forger = await openJournal({
        storage: other,
        name: 'audit',
        headsFolder: join(folder, 'forged'),
        headKey: generateKeyPairSync('ed25519'),
        now: () => time,
      });
      await forger.append({ type: 'nothing happened' });
      await forger.close();
      const forged = (await other.collection<JournalRecord>(definition).find()).records[0];
      if (!forged) throw new Error('an entry expected');
      await rowsOf().insert(forged);
      time += 10_000;
      expect(await faults(journal)).to.deep.equal(['1 never signed']);
    });
  });

  describe('whose entries are found by a member', () => {
    const openFound = () =>
      openJournal({ storage, name: 'access', headsFolder: headsFolder(), headKey, foundBy: 'about', now: () => time });
    const rows = () => storage.collection<JournalRecord>({ name: 'journal-access', indexes: [['key']] });

    async function accesses(): Promise<Journal> {
      const journal = await openFound();
      for (const about of ['mine', 'other', 'mine']) await journal.append({ about });
      await journal.append({ type: 'about nobody' });
      await journal.close();
      time += 60_000;
      return openFound();
    }

    it('finds them in order and in pages, and verifies them', async () => {
      const journal = await accesses();
      const first = await journal.find('mine', { limit: 1 });
      const second = await journal.find('mine', { limit: 1, ...(first.next ? { after: first.next } : {}) });
      expect([...first.records, ...second.records].map(({ sequence }) => sequence)).to.deep.equal([1, 3]);
      expect(second.next).to.equal(undefined);
      expect((await journal.find('nobody')).records).to.deep.equal([]);
      expect(await faults(journal)).to.deep.equal([]);
    });

    it('shows an entry that was hidden from whom it is about, or put under another', async () => {
      const journal = await accesses();
      const [first, second] = (await rows().find()).records;
      await rows().update(first?.id ?? '', (row) => ({ ...row, key: undefined }));
      await rows().update(second?.id ?? '', (row) => ({ ...row, key: 'mine' }));
      expect(await faults(journal)).to.deep.equal(['1 changed', '2 changed']);
      expect((await journal.find('mine')).records.map(({ sequence }) => sequence)).to.deep.equal([3]);
    });
  });

  it('is asked by a member only when it was opened for that', async () => {
    const journal = await written(1);
    expect(await journal.find('x').catch((error: unknown) => error)).to.be.instanceOf(TypeError);
  });

  it('shows a forged head', async () => {
    const journal = await written();
    const [name = ''] = await readdir(headsFolder());
    const head = await readFile(join(headsFolder(), name), 'utf8');
    await writeFile(join(headsFolder(), name), head.replace('"sequence":5', '"sequence":4'));
    expect(await faults(journal)).to.include('4 head forged');
    await writeFile(join(headsFolder(), name), '{"chain":"x');
    expect(await faults(journal)).to.include('0 head forged');
  });
});
