import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { parseSettings } from '../../config/index.ts';
import { startHub } from '../../idp/main.ts';
import { createLog } from '../../lib/log.ts';
import { createClient } from '../bench/http.ts';
import { freePorts } from '../ports.ts';
import { startRoundRobin } from '../round-robin.ts';

const text = { ja: 'ログイン', en: 'Sign-in' };
const generous = { points: 1_000_000 };

/** What several hubs on one store have in common, whatever starts them. */
export const pairSettings = (origin: string, data: string) => ({
  profile: 'trial',
  origin,
  data,
  service: { name: text, operator: text, support: { phone: '0', hours: text } },
  limits: { pages: generous, signIn: generous, token: generous, api: generous },
  signIn: { unfinishedPerHour: 1_000_000 },
  log: { level: 'warn' },
});

type Hub = Awaited<ReturnType<typeof startHub>>;

/** Two hubs in this process, started at the same moment on an empty folder, behind one origin. */
export async function startHubPair({ now = Date.now }: { now?: () => number } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'sanuki-pair-'));
  const base = await freePorts(3);
  const ports = [base + 1, base + 2] as const;
  const origin = `http://localhost:${base}`;
  const logged: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  const start = (port: number): Promise<Hub> => {
    const settings = parseSettings({ ...pairSettings(origin, data), listen: { port } });
    return startHub({ settings, log: createLog({ name: `hub-${port}`, level: 'info', destination }), now });
  };
  const [one, other] = await Promise.all([start(ports[0]), start(ports[1])]);
  const front = await startRoundRobin(base, ports);
  const client = createClient();

  /** The same request to both hubs at the same moment. */
  function toBoth(path: string, { headers = {}, ...more }: Parameters<typeof client.send>[1] = {}) {
    const host = new URL(origin).host;
    return Promise.all(
      ports.map((port) => client.send(`http://127.0.0.1:${port}${path}`, { ...more, headers: { ...headers, host } })),
    );
  }

  async function close(): Promise<void> {
    client.close();
    await front.close();
    await Promise.all([one.close(), other.close()]);
    await rm(data, { recursive: true });
  }
  return { one, other, ports, origin, data, front, toBoth, logged, close };
}

export type HubPair = Awaited<ReturnType<typeof startHubPair>>;
