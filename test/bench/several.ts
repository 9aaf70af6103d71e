import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from '../../config/index.ts';
import { cardPin } from '../../federation/index.ts';
import { openHub } from '../../idp/main.ts';
import { createLog } from '../../lib/log.ts';
import { pairSettings } from '../idp/hub-pair.ts';
import { createHubProcess, type HubProcess } from '../idp/hub-process.ts';
import { createTestServices, type TestServices } from '../idp/test-services.ts';
import { browser, issueCard, signInAt } from '../idp/world.ts';
import { freePorts } from '../ports.ts';
import { startRoundRobin } from '../round-robin.ts';
import { createClient } from './http.ts';
import { type Figure, inLanes } from './measure.ts';

/** For each process, so that two have twice the work and their commits gather as much. */
const [lanes, ssoCount, terminals] = [16, 1_500, 8];
const signInsEach = 8;
/** One and two by turns, and of each the best: whatever else the machine does meanwhile disturbs both alike. */
const rounds = 2;
const target = 1.6;

type Card = Awaited<ReturnType<typeof issueCard>>;

/** What so many processes on one store did. */
interface Run {
  /** By the clock. */
  readonly ssoPerSecond: number;
  /** Per second of CPU time of the hubs, all threads. */
  readonly ssoPerCpu: number;
  readonly signInsPerCpu: number;
}

/**
 * One hub, and two on the same store. By the clock the load takes its share of the same cores, so beside it stands what
 * so many cores are good for: the rate per CPU second, times the processes. Waiting for the store shows in the clock.
 */
export async function benchSeveral(storage: object): Promise<Figure[]> {
  const data = await mkdtemp(join(tmpdir(), 'sanuki-several-'));
  const base = await freePorts(3);
  const origin = `http://localhost:${base}`;
  const settings = { ...pairSettings(origin, data), storage };
  try {
    const prepared = await prepare(settings);
    const hubs = [base + 1, base + 2].map((port) => createHubProcess(settings, port));
    const { one, two } = await compared(hubs, { ...prepared, origin, base });
    const capacity = { unit: '/s on two cores', target };
    return [
      {
        name: 'SSO by the clock, two processes and the load',
        value: two.ssoPerSecond,
        unit: '/s',
        limit: { name: 'one process and the load', value: one.ssoPerSecond },
        target,
      },
      {
        name: 'SSO, two processes by CPU time',
        value: 2 * two.ssoPerCpu,
        limit: { name: 'one process', value: one.ssoPerCpu },
        ...capacity,
      },
      {
        name: 'card sign-in, two processes by CPU time',
        value: 2 * two.signInsPerCpu,
        limit: { name: 'one process', value: one.signInsPerCpu },
        ...capacity,
      },
    ];
  } finally {
    await rm(data, { recursive: true });
  }
}

interface Prepared {
  readonly services: TestServices;
  readonly cards: readonly Card[];
  readonly cookie: string;
}

/** Everything that is there before the hubs start: services, cards, and one resident who is signed in. */
async function prepare(settings: ReturnType<typeof pairSettings>): Promise<Prepared> {
  const hub = await openHub({ settings: parseSettings(settings), log: createLog({ name: 'bench', level: 'silent' }) });
  try {
    const services = await createTestServices();
    await services.register(hub);
    const cards: Card[] = [];
    for (let nth = 0; nth < 2 * terminals; nth += 1)
      cards.push(await issueCard({ hub }, { residentRef: `r${nth}`, number: String(1_234_567_890_200 + nth) }));
    const { cookie } = await hub.sessions.start({
      residentRef: 'r0',
      cardId: cards[0]?.cardId ?? '',
      level: cardPin,
      amr: ['hwk', 'pin'],
      at: Date.now(),
    });
    return { services, cards, cookie: `${hub.sessionCookie}=${cookie}` };
  } finally {
    await hub.close();
  }
}

type World = Prepared & { readonly origin: string; readonly base: number };

/** Both run all the time; an idle hub costs nothing, and both are as warm. */
async function compared(hubs: readonly HubProcess[], world: World): Promise<{ one: Run; two: Run }> {
  for (const { start } of hubs) await start();
  try {
    for (let warmUp = 0; warmUp < 2; warmUp += 1) await measured(hubs, world);
    const [ones, twos]: [Run[], Run[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      ones.push(await measured(hubs.slice(round % 2, (round % 2) + 1), world));
      twos.push(await measured(hubs, world));
    }
    return { one: bestOf(ones), two: bestOf(twos) };
  } finally {
    await Promise.all(hubs.map(({ kill }) => kill()));
  }
}

const measured = async (hubs: readonly HubProcess[], world: World): Promise<Run> => ({
  ...(await sso(hubs, world)),
  signInsPerCpu: await signIns(hubs, world),
});

const bestOf = (runs: readonly Run[]): Run => ({
  ssoPerSecond: Math.max(...runs.map(({ ssoPerSecond }) => ssoPerSecond)),
  ssoPerCpu: Math.max(...runs.map(({ ssoPerCpu }) => ssoPerCpu)),
  signInsPerCpu: Math.max(...runs.map(({ signInsPerCpu }) => signInsPerCpu)),
});

/** Answers out of a session; the load goes to the hubs directly, in turn. */
async function sso(hubs: readonly HubProcess[], { services, cookie, origin }: World) {
  const count = ssoCount * hubs.length;
  const urls = await Promise.all(Array.from({ length: count }, () => services.samlRequest(origin)));
  const { send, close } = createClient();
  const headers = { cookie, host: new URL(origin).host };
  let turn = 0;
  const [cpu, began] = [await cpuOf(hubs), performance.now()];
  await inLanes(urls, lanes * hubs.length, async (url) => {
    turn += 1;
    const { pathname, search } = new URL(url);
    const port = hubs[turn % hubs.length]?.port;
    const { status, text } = await send(`http://127.0.0.1:${port}${pathname}${search}`, { headers });
    if (status !== 200 || !text.includes('SAMLResponse')) throw new Error(`no answer: ${status} ${text.slice(0, 300)}`);
  });
  const seconds = (performance.now() - began) / 1000;
  close();
  return { ssoPerSecond: count / seconds, ssoPerCpu: count / ((await cpuOf(hubs)) - cpu) };
}

/** Whole sign-ins with card and PIN, each step at the hub whose turn it is. What the terminals do is not counted. */
async function signIns(hubs: readonly HubProcess[], { services, cards, origin, base }: World): Promise<number> {
  const ports = hubs.map(({ port }) => port);
  const front = await startRoundRobin(base, ports);
  const terminal = async (shown: Card) => {
    for (let nth = 0; nth < signInsEach; nth += 1) {
      const tab = browser();
      const { url } = await tab.visit(await services.samlRequest(origin));
      shown.card.power();
      await signInAt(tab, url, shown);
    }
  };
  try {
    const cpu = await cpuOf(hubs);
    const shown = cards.slice(0, terminals * hubs.length);
    await Promise.all(shown.map(terminal));
    return (shown.length * signInsEach) / ((await cpuOf(hubs)) - cpu);
  } finally {
    await front.close();
  }
}

const ticksPerSecond = 100;

/** CPU seconds of these processes with all their threads (proc(5), stat: utime and stime). */
async function cpuOf(hubs: readonly HubProcess[]): Promise<number> {
  let ticks = 0;
  for (const hub of hubs) {
    const stat = await readFile(`/proc/${hub.pid()}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / ticksPerSecond;
}
