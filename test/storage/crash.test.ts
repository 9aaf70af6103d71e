import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openJournal, openStorage, type StoragePlace, type StoredRecord } from '../../storage/index.ts';
import { withMongo } from '../mongo-server.ts';

interface Counter extends StoredRecord {
  readonly value: number;
}

const rounds = 3;
const writer = fileURLToPath(new URL('writer.ts', import.meta.url));

describe('embedded storage under kill -9', () =>
  itKeepsWhatItAcknowledged((folder) => ({ engine: 'embedded', file: join(folder, 'store') }), { prizes: 3000 }));

describe('mongo storage under kill -9 of its hubs', () => {
  const { url, database } = withMongo();
  itKeepsWhatItAcknowledged(() => ({ engine: 'mongo', url: url(), database: database() }), { prizes: 300 });
});

/** `prizes`: how many single-use records the writers take from each other; fewer where writing takes longer. */
function itKeepsWhatItAcknowledged(
  placeIn: (folder: string) => StoragePlace,
  { prizes: prizesAtHand }: { readonly prizes: number },
): void {
  const headKey = generateKeyPairSync('ed25519');
  let folder = '';
  let place: StoragePlace;
  let close: () => Promise<void> = async () => undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-crash-'));
    place = placeIn(folder);
  });
  after(async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a writer; resolves when it writes. */
  async function start(name: string, acknowledged: string[]): Promise<ChildProcess> {
    const pem = String(headKey.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', writer, JSON.stringify(place), join(folder, 'heads'), name, pem],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let rest = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      acknowledged.push(...lines);
    });
    while (!acknowledged.includes('ready')) await once(child.stdout ?? child, 'data');
    return child;
  }

  it('loses no acknowledged write, doubles none and breaks no chain', async function () {
    this.timeout(120_000);
    const storage = await openStorage(place);
    close = () => storage.close();
    const counters = storage.collection<Counter>({ name: 'counter' });
    const entries = storage.collection<StoredRecord>({ name: 'entry' });
    await counters.insert({ id: 'total', value: 0 });
    await Promise.all(Array.from({ length: prizesAtHand }, (_, at) => entries.insert({ id: `prize-${at}` })));
    const all: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const names = [`${round}a`, `${round}b`];
      const logs = names.map(() => [] as string[]);
      const children = await Promise.all(names.map((name, at) => start(name, logs[at] ?? [])));
      await pause(200 + 130 * round);
      // A busy machine takes its time.
      while (logs.some((log) => log.length < 20)) await pause(20);
      const ended = children.map((child) => once(child, 'close'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ended);
      all.push(...logs.flat());
    }

    const acknowledged = (kind: string) =>
      all.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
    expect(acknowledged('entry').length, 'the writers wrote').to.be.above(prizesAtHand / 30);
    for (const id of acknowledged('entry')) expect(await entries.get(id), id).to.not.equal(undefined);
    const total = (await counters.get('total'))?.value ?? 0;
    expect(total).to.be.at.least(acknowledged('count').length);
    expect(total, 'at most one unacknowledged count per killed writer').to.be.at.most(
      acknowledged('count').length + 2 * rounds,
    );
    const prizes = acknowledged('prize');
    expect(new Set(prizes).size, 'no prize went to two takers').to.equal(prizes.length);

    const journal = await openJournal({ storage, name: 'crash', headsFolder: join(folder, 'heads'), headKey });
    const report = await journal.verify();
    expect(report.chains).to.be.at.least(1);
    expect(report.faults).to.deep.equal([]);
    const kept = new Set<string>();
    for (let after: string | undefined; ; ) {
      const page = await journal.read({ limit: 1000, ...(after === undefined ? {} : { after }) });
      for (const { chain, sequence } of page.records) kept.add(`${chain} ${sequence}`);
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(acknowledged('journal').filter((place) => !kept.has(place))).to.deep.equal([]);
    await journal.close();
  });
}
