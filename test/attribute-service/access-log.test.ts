import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type Access,
  createAccessLog,
  createEvidenceNumbers,
  type EvidenceCount,
  evidenceCountCollection,
} from '../../attribute-service/index.ts';
import { createMemoryStorage, type JournalRecord, openEmbeddedStorage, openJournal } from '../../storage/index.ts';

const access: Access = {
  about: 'r1',
  party: 'saml:portal',
  partyName: { ja: 'ポータル', en: 'portal' },
  purpose: 'urn:x-sanuki:purpose:self-view',
  types: ['coverage'],
  result: 'released',
  sources: [{ id: 'kokuho', state: 'answered' }],
  level: 'urn:x-sanuki:ac:card-pin',
};

describe('access log', () => {
  const headKey = generateKeyPairSync('ed25519');
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-access-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function setUp() {
    let time = 1_000;
    const storage = createMemoryStorage();
    const openLog = async () => {
      const journal = await openJournal({
        storage,
        name: 'access',
        headsFolder: join(folder, 'heads'),
        headKey,
        headEveryMs: 1_000_000,
        foundBy: 'about',
        now: () => time,
      });
      return { journal, ...createAccessLog({ journal }) };
    };
    return { storage, openLog, passTime: (ms: number) => (time += ms) };
  }

  it('tells a resident the accesses to their own data, newest first, over all processes', async () => {
    const { openLog, passTime } = await setUp();
    const [one, two] = [await openLog(), await openLog()];
    for (const [log, reference] of [
      [one, 'a'],
      [two, 'b'],
      [one, 'c'],
      [two, 'd'],
    ] as const) {
      passTime(10);
      await log.record({ ...access, reference });
    }
    await two.record({ ...access, about: 'r2' });
    const first = await one.accessesOf('r1', { limit: 3 });
    expect(first.accesses.map(({ reference }) => reference)).to.deep.equal(['d', 'c', 'b']);
    const second = await one.accessesOf('r1', { limit: 3, ...(first.next ? { after: first.next } : {}) });
    expect(second.accesses.map(({ reference, at }) => [reference, at])).to.deep.equal([['a', 1_010]]);
    expect(second.next).to.equal(undefined);
    expect(first.accesses[2]).to.include({ party: 'saml:portal', result: 'released' });
  });

  it('shows it when someone with the database hides an access from whom it is about', async () => {
    const { storage, openLog, passTime } = await setUp();
    const log = await openLog();
    await log.record(access);
    const rows = storage.collection<JournalRecord>({ name: 'journal-access', indexes: [['key']] });
    const [row] = (await rows.find()).records;
    await rows.update(row?.id ?? '', (current) => ({ ...current, key: 'r2' }));
    await log.journal.close();
    passTime(60_000);
    expect((await log.journal.verify()).faults.map(({ fault }) => fault)).to.deep.equal(['changed']);
    expect((await log.accessesOf('r2')).accesses, 'nor is it shown to another').to.deep.equal([]);
  });
});

describe('evidence numbers (R122)', () => {
  it('count from one every day of the deployment’s zone', async () => {
    let time = Date.UTC(2026, 8, 30, 14, 59);
    const counts = createMemoryStorage().collection<EvidenceCount>(evidenceCountCollection);
    const { next } = createEvidenceNumbers({ counts, timeZone: 'Asia/Tokyo', now: () => time });
    expect([await next(), await next()]).to.deep.equal(['Q-20260930-000001', 'Q-20260930-000002']);
    time += 60_000;
    expect(await next()).to.equal('Q-20261001-000001');
  });

  it('are given once, over several processes on one store', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sanuki-evidence-'));
    const stores = [0, 1].map(() => openEmbeddedStorage({ file: join(folder, 'store.db') }));
    try {
      const given = (
        await Promise.all(
          stores.map((store) => {
            const counts = store.collection<EvidenceCount>(evidenceCountCollection);
            const { next } = createEvidenceNumbers({ counts, timeZone: 'UTC', now: () => 0 });
            return Promise.all(Array.from({ length: 20 }, next));
          }),
        )
      ).flat();
      expect(new Set(given).size).to.equal(40);
      expect(given.toSorted().at(-1)).to.equal('Q-19700101-000040');
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await rm(folder, { recursive: true });
    }
  });
});
