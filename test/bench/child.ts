import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A server under load in a process of its own, so that its CPU time is its own. */
export async function startServer<Ready>(module: URL) {
  const child: ChildProcess = fork(module);
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`the server ${module.pathname} did not start`))),
  ])) as [Ready];

  async function ask(question: 'cpu' | 'raw'): Promise<number> {
    child.send(question);
    const [answer] = (await once(child, 'message')) as [number];
    return answer;
  }

  /** Operations per CPU second of the server. */
  async function measure(count: number, load: () => Promise<void>): Promise<number> {
    const before = await ask('cpu');
    await load();
    return count / ((await ask('cpu')) - before);
  }

  async function stop(): Promise<void> {
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  }
  return { ready, measure, raw: () => ask('raw'), stop };
}

/** The server's side: answers questions about its own CPU time until its parent goes. */
export function serveMeasurements(ready: object, raw: () => Promise<number>, close: () => Promise<void>): void {
  process.on('message', (question) => {
    if (question === 'cpu') {
      const { user, system } = process.cpuUsage();
      process.send?.((user + system) / 1e6);
    } else void raw().then((value) => process.send?.(value));
  });
  process.once('disconnect', () => void close().finally(() => process.exit()));
  process.send?.(ready);
}
