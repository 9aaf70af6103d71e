import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../root.ts';
import { startServer } from './child.ts';
import type { BenchHub } from './hub-process.ts';
import type { Figure } from './measure.ts';
import { benchCard } from './sign-on.ts';

const extension = import.meta.url.split('.').at(-1);
/** Residents of the region, and one card for every third of them. */
const [residents, cards] = [420_000, 142_000];
const few = 1_000;
const text = { ja: 'ログイン', en: 'Sign-in' };

/** A region's residents and cards: what their import takes, and that a sign-in among them costs no more than among few. */
export async function benchPopulation(): Promise<Figure[]> {
  const among = async (count: number) => {
    process.env.SANUKI_BENCH_CARDS = String(count);
    const hub = await startServer<BenchHub>(new URL(`hub-process.${extension}`, import.meta.url));
    try {
      return (await benchCard(hub)).value;
    } finally {
      delete process.env.SANUKI_BENCH_CARDS;
      await hub.stop();
    }
  };
  const imported = await benchImport();
  const alone = await among(few);
  return [
    ...imported,
    {
      name: `card sign-in among ${cards} cards`,
      value: await among(cards),
      unit: '/CPU s',
      limit: { name: `among ${few}`, value: alone },
      target: 0.9,
    },
  ];
}

async function benchImport(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-import-'));
  try {
    const listen = { behindProxy: { trusted: ['127.0.0.1'] } };
    const service = { name: text, operator: text, support: { phone: '0', hours: text } };
    const hub = {
      profile: 'production',
      origin: 'https://id.example',
      data: folder,
      service,
      listen,
      keys: { create: true },
    };
    await writeFile(join(folder, 'hub.json'), JSON.stringify(hub));
    const people = await writeRows(join(folder, 'residents.csv'), residents, residentLine);
    const delivered = await writeRows(join(folder, 'cards.csv'), cards, cardLine);
    const first = await run('residents', people, folder);
    const second = await run('cards', delivered, folder);
    const megabytes = Math.max(first.megabytes, second.megabytes);
    return [
      { name: 'import of a region', value: first.seconds + second.seconds, unit: 's', target: 180, atMost: true },
      { name: 'its memory at most', value: megabytes, unit: 'MB RSS', target: 800, atMost: true },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

const residentColumns = 'id,kanji,kana,latin,alias,former,sex,birthDate,postal,municipality,town,block';
const cardColumns = 'id,number,resident,keyVersion,expires';

/** Nobody: a place name and a number. Line 0 names the columns. */
const residentLine = (at: number): string =>
  at === 0
    ? residentColumns
    : `R${at},讃岐 ${at},サヌキ ${at},,,,${1 + (at % 2)},19${40 + (at % 60)}-0${1 + (at % 9)}-1${at % 10},7600001,37201,番町,${at % 90}`;

const cardLine = (at: number): string =>
  at === 0
    ? cardColumns
    : `${at.toString(16).padStart(32, '0')},${String(2_000_000_000_000 + at)},R${at},1,2031-03-31T15:00:00Z`;

async function writeRows(file: string, count: number, line: (at: number) => string): Promise<string> {
  const out = createWriteStream(file);
  for (let at = 0; at <= count; at += 1) if (!out.write(`${line(at)}\n`)) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
  return file;
}

async function run(what: string, file: string, data: string): Promise<{ seconds: number; megabytes: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, 'cli/sanuki.mjs'), 'import', what, file, '--data', data], {
    stdio: 'ignore',
  });
  let megabytes = 0;
  const looking = setInterval(() => {
    void highWater(child.pid).then((seen) => {
      megabytes = Math.max(megabytes, seen);
    });
  }, 250);
  const [code] = (await once(child, 'exit')) as [number];
  clearInterval(looking);
  if (code !== 0) throw new Error(`the import of ${what} ended with ${code}`);
  return { seconds: (performance.now() - began) / 1000, megabytes };
}

/** Most memory that a process had so far; 0 once it is gone. */
async function highWater(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  });
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
