import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startTrialProcess } from '../flows/trial.ts';
import { freePort } from '../ports.ts';
import { root } from '../root.ts';
import type { Figure } from './measure.ts';

/** A warm start of the whole trial, and the memory of the hub alone when nobody asks for anything. */
export async function benchStart(): Promise<Figure[]> {
  const first = await startTrialProcess();
  await first.stop();
  const began = performance.now();
  const second = await startTrialProcess({ data: first.data, base: first.base });
  const seconds = (performance.now() - began) / 1000;
  await second.stop();
  await second.clean();
  return [
    { name: 'warm start of the trial', value: seconds, unit: 's', target: 2, atMost: true },
    { name: 'hub alone, idle', value: await idleMegabytes(), unit: 'MB RSS', target: 150, atMost: true },
  ];
}

async function idleMegabytes(): Promise<number> {
  const data = await mkdtemp(join(tmpdir(), 'sanuki-idle-'));
  const file = join(data, 'settings.json');
  const text = { ja: 'ログイン', en: 'Sign-in' };
  const service = { name: text, operator: text, support: { phone: '0', hours: text } };
  await writeFile(
    file,
    JSON.stringify({
      origin: 'https://id.example',
      listen: { port: await freePort(), behindProxy: { trusted: ['127.0.0.1'] } },
      data: join(data, 'data'),
      service,
    }),
  );
  // Twice: the first start also makes keys and certificates, with libraries that later ones never load.
  await (await hubAlone(file)).stop();
  const { pid, stop } = await hubAlone(file);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
  await stop();
  await rm(data, { recursive: true });
  return kilobytes / 1024;
}

async function hubAlone(file: string): Promise<{ pid: number | undefined; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [join(root, 'cli/sanuki.mjs'), 'start', '--json', '--profile', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: child.stdout }), 'line');
  async function stop(): Promise<void> {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  return { pid: child.pid, stop };
}
