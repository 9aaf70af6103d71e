import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from '../ports.ts';
import { root } from '../root.ts';

interface TrialCard {
  readonly number: string;
  readonly pin: string;
  readonly resident: string;
}

export interface TrialSummary {
  readonly hub: string;
  readonly samlMetadata: string;
  readonly issuer: string;
  readonly portal: string;
  readonly kmix: string;
  readonly phr: string;
  readonly clinic: string;
  readonly cardBox: string;
  readonly bodies: { readonly nhi: string; readonly kyokai: string; readonly others: string };
  readonly cards: readonly TrialCard[];
  readonly patients: readonly TrialCard[];
  readonly pid: number;
}

/** The product as a newcomer starts it: the command in a process of its own. */
export async function startTrialProcess({ data, base }: { data?: string; base?: number } = {}) {
  const folder = data ?? (await mkdtemp(join(tmpdir(), 'sanuki-trial-')));
  const port = base ?? (await freePorts(31));
  const args = [join(root, 'cli/sanuki.mjs'), 'start', '--json', '--data', folder, '--port', String(port)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`the trial did not start: ${errors.join('')}`))),
  ])) as [string];
  const summary = JSON.parse(line) as TrialSummary;

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }
  const clean = () => rm(folder, { recursive: true, force: true });
  return { summary, data: folder, base: port, child, errors, stop, clean };
}

export type TrialProcess = Awaited<ReturnType<typeof startTrialProcess>>;

/** Runs the command to its end. */
export async function sanuki(...args: string[]): Promise<{ code: number | null; out: string; errors: string }> {
  const child = spawn(process.execPath, [join(root, 'cli/sanuki.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors] = [collect(child, 'stdout'), collect(child, 'stderr')];
  const hung = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(hung);
  return { code, out: out.join(''), errors: errors.join('') };
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr'): string[] {
  const chunks: string[] = [];
  child[stream]?.on('data', (chunk) => chunks.push(String(chunk)));
  return chunks;
}
