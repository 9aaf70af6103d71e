import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mongoose';
import { mongoServerClassPath } from './peers/mongo-server/get.mjs';
import { freePort } from './ports.ts';
import { skipUnless } from './skip-unless.ts';

export interface MongoServer {
  readonly url: string;
  /** Ends it without a chance to write anything more. */
  readonly kill: () => Promise<void>;
}

/** Starts a server on a file that may hold data already. */
export async function startMongoServer(file: string, port?: number): Promise<MongoServer> {
  const at = port ?? (await freePort());
  const child = spawn(
    'java',
    ['-Xmx256m', '-XX:+UseSerialGC', '-cp', mongoServerClassPath(), 'MongoServer', `${at}`, file],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  await Promise.race([once(child.stdout, 'data'), failed(child)]);
  return {
    url: `mongodb://127.0.0.1:${at}`,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function failed(child: ChildProcess): Promise<never> {
  await once(child, 'exit');
  throw new Error('the test server ended before it was ready');
}

let shared: Promise<string> | undefined;
let stop: () => Promise<void> = async () => undefined;
after(() => stop());

/** One for the whole run, unless MONGODB_URL names another. */
async function sharedServer(): Promise<string> {
  if (process.env.MONGODB_URL) return process.env.MONGODB_URL;
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-mongo-'));
  const server = await startMongoServer(join(folder, 'data'));
  stop = async () => {
    await server.kill();
    await rm(folder, { recursive: true });
  };
  return server.url;
}

const getMs = 360_000;

/** For a `describe`: its tests have the server and databases of their own, or skip with the reason where it cannot be had. */
export function withMongo() {
  let url = '';
  const made: string[] = [];
  before(async function () {
    this.timeout(getMs);
    skipUnless(Boolean(process.env.MONGODB_URL) || canStart(), 'a server that speaks MongoDB’s protocol', this);
    shared ??= sharedServer();
    url = await shared;
  });
  after(async () => {
    if (process.env.MONGODB_URL) await drop(url, made);
  });

  function database(): string {
    const name = `sanuki-test-${randomBytes(6).toString('hex')}`;
    made.push(name);
    return name;
  }

  return { url: () => url, database };
}

/** For a `describe` that starts and kills servers of its own. */
export function withOwnMongo(): void {
  before(function () {
    this.timeout(getMs);
    skipUnless(canStart(), 'a server that speaks MongoDB’s protocol', this);
  });
}

/** Somebody else's server is left as it was. */
async function drop(url: string, names: readonly string[]): Promise<void> {
  const connection = await createConnection(url).asPromise();
  for (const name of names) await connection.getClient().db(name).dropDatabase();
  await connection.close();
}

let missing: string | undefined;

function canStart(): boolean {
  if (missing !== undefined) return false;
  try {
    mongoServerClassPath();
    return true;
  } catch (error) {
    if (process.env.SANUKI_FORBID_SKIPS) throw error;
    missing = error instanceof Error ? error.message : String(error);
    console.log(`      skipped: no test server (install a JDK and Maven, or set MONGODB_URL): ${missing}`);
    return false;
  }
}
