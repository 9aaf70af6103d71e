import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Journal, type JournalRecord, openJournal, type Storage } from '../../storage/index.ts';
import { onEveryEngine } from './engines.ts';

onEveryEngine('the newest entries of a journal', ({ open: openStore, slowness }) => {
  const headKey = generateKeyPairSync('ed25519');
  let folder = '';
  let time = 0;
  let storage: Storage;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-latest-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => storage.close());

  async function setUp() {
    time = 1_700_000_000_000;
    const now = () => time;
    storage = await openStore(now);
    const open = () =>
      openJournal({ storage, name: 'audit', headsFolder: folder, headKey, headEveryMs: 1_000_000, now });
    return { open, records: storage.collection<JournalRecord>({ name: 'journal-audit' }) };
  }

  const numbersOf = (records: readonly JournalRecord[]) => records.map(({ entry }) => Number(entry.nth));

  async function all(journal: Journal, limit: number, before?: number): Promise<number[]> {
    const found: number[] = [];
    let next: string | number | undefined = before;
    do {
      const page = await journal.latest({ limit, before: next });
      found.push(...numbersOf(page.records));
      next = page.next;
    } while (next !== undefined);
    return found;
  }

  it('come from all processes in one order by time, page by page, and from any moment on', async () => {
    const steps = fc.record({ who: fc.nat({ max: 3 }), after: fc.nat({ max: 3 }), restart: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), async (plan, limit) => {
        const { open } = await setUp();
        const writers = await Promise.all([open(), open(), open(), open()]);
        const times: number[] = [];
        for (const [nth, { who, after, restart }] of plan.entries()) {
          time += after;
          if (restart) writers[who] = await open();
          await writers[who]?.append({ nth });
          times.push(time);
        }
        const [journal] = writers;
        if (!journal) throw new Error('no journal');
        const found = await all(journal, limit);
        expect(found.toSorted((a, b) => a - b)).to.deep.equal(plan.map((_step, nth) => nth));
        expect(found.map((nth) => times[nth])).to.deep.equal(times.toReversed());
        const middle = times[Math.floor(times.length / 2)] ?? 0;
        expect((await all(journal, limit, middle)).length).to.equal(times.filter((at) => at < middle).length);
        await Promise.all(writers.map((writer) => writer.close()));
        await storage.close();
      }),
      { numRuns: 60 / slowness },
    );
  });

  it('are found around an entry that somebody removed', async () => {
    const { open, records } = await setUp();
    const journal = await open();
    for (let nth = 0; nth < 20; nth += 1) {
      time += 1;
      await journal.append({ nth });
    }
    const page = await records.find({ limit: 1000 });
    for (const { id, entry } of page.records) if ([3, 9, 10, 19].includes(Number(entry.nth))) await records.take(id);
    expect(await all(journal, 4, 1_700_000_000_011)).to.deep.equal([8, 7, 6, 5, 4, 2, 1, 0]);
    await journal.close();
  });

  it('keep their order in a chain when the clock is set back', async () => {
    const { open } = await setUp();
    const journal = await open();
    for (const at of [5, 3, 9]) {
      time = 1_700_000_000_000 + at;
      await journal.append({ nth: at });
    }
    expect(await all(journal, 10)).to.deep.equal([9, 3, 5]);
    await journal.close();
  });
});
