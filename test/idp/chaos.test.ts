import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { parseSettings } from '../../config/index.ts';
import { openGround } from '../../idp/index.ts';
import { openHub } from '../../idp/main.ts';
import { createLog } from '../../lib/log.ts';
import { createRandom, type Random } from '../../trial/random.ts';
import { createClient } from '../bench/http.ts';
import { sanuki } from '../flows/trial.ts';
import { withMongo } from '../mongo-server.ts';
import { freePorts } from '../ports.ts';
import { startRoundRobin } from '../round-robin.ts';
import { type Count, countAll } from './chaos-count.ts';
import { createLedger } from './chaos-ledger.ts';
import { createLoad } from './chaos-load.ts';
import { pairSettings } from './hub-pair.ts';
import { createHubProcess, type HubProcess } from './hub-process.ts';
import { createTestServices } from './test-services.ts';
import { issueCard } from './world.ts';

/** What `storage` in the settings says, once the tests of the engine run. */
const engines: Readonly<Record<string, () => () => object>> = {
  embedded: () => () => ({ engine: 'embedded' }),
  mongo: () => {
    const { url, database } = withMongo();
    return () => ({ engine: 'mongo', url: url(), database: database() });
  },
};
const seconds = Number(process.env.SANUKI_CHAOS_SECONDS ?? 15);
/** A run is repeated with the seed it printed: the same kills at the same times; what they meet is the machine's. */
const seed = process.env.SANUKI_CHAOS_SEED ?? String(Date.now());
const residents = ['r1', 'r2', 'r3', 'r4'];
const guessedCards = 8;
const killsWanted = 4;

for (const [engine, prepare] of Object.entries(engines)) {
  describe(`hubs that are killed while they work, on the ${engine} engine`, function () {
    this.timeout((seconds * 4 + 100) * 1000);
    const storageOf = prepare();

    it('lose and double nothing that was acknowledged', async () => {
      const world = await startWorld(storageOf());
      try {
        const { kills, broken } = await world.run();
        const counts = await world.counts();
        const kept = [
          counts.signIns,
          counts.signInRecords,
          counts.codes,
          counts.codeRecords,
          counts.consents,
          counts.consentRecords,
          counts.guesses,
          counts.guessRecords,
        ];
        process.stdout.write(
          `      seed ${seed}, ${seconds} s, ${kills} kills, ${broken} broken off: ${wordsOf(counts)}\n`,
        );
        for (const { lost, doubled } of kept) expect({ lost, doubled }).to.deep.equal({ lost: [], doubled: [] });
        expect(counts.placesTwice, 'no audit record twice').to.equal(0);
        for (const { acknowledged } of kept) expect(acknowledged, 'there was something to lose').to.be.above(5);
        expect(world.faults(), 'no hub answered with a fault').to.deep.equal([]);
        await world.expectWholeJournals();
      } finally {
        await world.close();
      }
    });
  });
}

const wordOf = (name: string, { acknowledged, lost, doubled }: Count) =>
  `${acknowledged} ${name} (lost ${lost.length}, doubled ${doubled.length})`;

const wordsOf = (counts: Awaited<ReturnType<typeof countAll>>) =>
  [
    wordOf('sign-ins', counts.signIns),
    wordOf('their records', counts.signInRecords),
    wordOf('codes', counts.codes),
    wordOf('their records', counts.codeRecords),
    wordOf('consents', counts.consents),
    wordOf('their records', counts.consentRecords),
    wordOf('wrong PINs', counts.guesses),
    wordOf('their records', counts.guessRecords),
    `${counts.auditRecords} audit records`,
  ].join(', ');

async function startWorld(storage: object) {
  const data = await mkdtemp(join(tmpdir(), 'sanuki-chaos-'));
  const base = await freePorts(3);
  const origin = `http://localhost:${base}`;
  const settings = { ...pairSettings(origin, data), storage };
  const hubs = [base + 1, base + 2].map((port) => createHubProcess(settings, port));
  const parsed = parseSettings(settings);
  // An observer on the same store; it listens nowhere.
  const observer = await openHub({ settings: parsed, log: createLog({ name: 'observer', level: 'silent' }) });
  const services = await createTestServices();
  await services.register(observer);
  const number = (nth: number) => String(1_234_567_890_000 + nth);
  const card = (residentRef: string, nth: number) => issueCard({ hub: observer }, { residentRef, number: number(nth) });
  const cards = await Promise.all(residents.map(card));
  const guessed = await Promise.all(
    Array.from({ length: guessedCards }, (_, nth) => card(`guessed-${nth}`, residents.length + nth)),
  );
  const front = await startRoundRobin(base, [base + 1, base + 2]);
  const client = createClient();
  const ledger = createLedger();
  // One after the other: from a checkout the first one may have to build.
  for (const { start } of hubs) await start();

  async function run() {
    const [end, latest] = [Date.now() + seconds * 1000, Date.now() + seconds * 4000];
    const rage = { kills: 0 };
    // On a slow machine so many kills take longer.
    const goesOn = () => Date.now() < end || (rage.kills < killsWanted && Date.now() < latest);
    const load = createLoad({
      origin,
      ports: hubs.map(({ port }) => port),
      services,
      client,
      ledger,
      sessionCookie: observer.sessionCookie,
      openConsentRequest: observer.attributes.consentRequests.open,
      goesOn,
    });
    const everyMs = (seconds * 1000) / (guessedCards * 5);
    const half = guessedCards / 2;
    await Promise.all([
      killAtRandom(hubs, createRandom(seed)('kills', 'times'), rage, goesOn),
      ...cards.map((one, nth) => load.residentLane(one, residents[nth] ?? '')),
      load.guessingLane(guessed.slice(0, half), everyMs),
      load.guessingLane(guessed.slice(half), everyMs),
    ]);
    await Promise.all(hubs.map(({ kill }) => kill()));
    return { kills: rage.kills + hubs.length, broken: ledger.broken };
  }

  async function counts() {
    const ground = await openGround({ settings: parsed, now: Date.now });
    const { storage: opened, journal } = ground;
    try {
      return await countAll({ ledger, hub: observer, storage: opened, journal });
    } finally {
      await ground.close();
    }
  }

  async function expectWholeJournals(): Promise<void> {
    const { code, out, errors } = await sanuki('audit', 'verify', '--json', '--data', data);
    expect([code, JSON.parse(out).audit.faults, errors]).to.deep.equal([0, [], '']);
    expect(JSON.parse(out).audit.chains, 'a chain of every process').to.be.above(3);
  }

  async function close(): Promise<void> {
    await Promise.all(hubs.map(({ kill }) => kill()));
    client.close();
    await front.close();
    await observer.close();
    await rm(data, { recursive: true });
  }
  const faults = () => [...front.faults, ...ledger.refusals, ...hubs.flatMap(({ logged }) => logged)];
  return { run, counts, expectWholeJournals, faults, close };
}

/** Kills one hub or both, lets a moment pass, starts them again, and so on. */
async function killAtRandom(
  hubs: readonly HubProcess[],
  random: Random,
  rage: { kills: number },
  goesOn: () => boolean,
): Promise<void> {
  while (goesOn()) {
    await pause(random.int(600, 2_000));
    const first = random.int(0, hubs.length - 1);
    const victims = random.int(1, 5) === 1 ? hubs : hubs.slice(first, first + 1);
    await Promise.all(victims.map(({ kill }) => kill()));
    rage.kills += victims.length;
    await pause(random.int(0, 300));
    await Promise.all(victims.map(({ start }) => start()));
  }
}
