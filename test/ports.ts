import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which the system takes the local ends of outgoing connections, so that none of them is met. */
const [lowest, highest] = [20_000, 32_000];

/** The first of `count` neighbouring ports on which nothing listens. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const base = lowest + Math.floor(Math.random() * (highest - lowest - count));
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}

export const freePort = (): Promise<number> => freePorts(1);

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
