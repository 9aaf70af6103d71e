import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../root.ts';

/** A hub as an operator starts it: the command, with a settings file, in a process of its own. */
export function createHubProcess(settings: object & { readonly data: string }, port: number) {
  const file = join(settings.data, `settings-${port}.json`);
  const logged: string[] = [];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    await writeFile(file, JSON.stringify({ ...settings, listen: { port } }));
    const args = [join(root, 'cli/sanuki.mjs'), 'start', '--json', '--profile', file];
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    started.stderr.on('data', (chunk: Buffer) => void logged.push(String(chunk)));
    await Promise.race([
      once(createInterface({ input: started.stdout }), 'line'),
      once(started, 'exit').then(() => Promise.reject(new Error(`a hub did not start: ${logged.join('')}`))),
    ]);
  }

  /** Ends with the process, whatever it was doing. */
  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  return { port, start, kill, pid: () => child?.pid, logged: logged as readonly string[] };
}

export type HubProcess = ReturnType<typeof createHubProcess>;
