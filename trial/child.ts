import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Settings } from '../config/index.ts';

/** What a process of the trial is told when it starts. */
export interface ChildStart {
  readonly data: string;
  readonly base: number;
  readonly service: Settings['service'];
}

type Report = { readonly ready: true } | { readonly failed: string };

/** The child's side: starts when it is told how, says when it is ready, ends cleanly with its parent. */
export function runChild(start: (options: ChildStart) => Promise<() => Promise<void>>): void {
  let close: (() => Promise<void>) | undefined;
  // Ctrl-C reaches the whole group; the parent decides the order.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.once('message', (options: ChildStart) => {
    start(options).then(
      (closing) => {
        close = closing;
        report({ ready: true });
      },
      (error: unknown) => report({ failed: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.once('disconnect', () => {
    void (close?.() ?? Promise.resolve()).finally(() => process.exit());
  });
}

const report = (message: Report) => process.send?.(message);

export interface Child {
  /** Rejects when it could not start or ended early. */
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
}

/** The parent's side. */
export function startChild(module: URL, options: ChildStart): Child {
  const child = fork(module, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(options);
  return { ready: readinessOf(child), close: () => end(child) };
}

async function readinessOf(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('a process of the trial ended while it started');
  });
  const [report] = (await Promise.race([once(child, 'message'), ended])) as [Report];
  ended.catch(() => undefined);
  if ('failed' in report) throw new Error(report.failed);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.disconnect();
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(force);
}
