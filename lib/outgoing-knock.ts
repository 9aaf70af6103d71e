import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type FetchLimits, isAllowed } from './outgoing.ts';

/**
 * Whether the host of an address refuses connections, which is a definite answer that nothing is there. Everything
 * else (no answer in time, a network that is not called from here) says nothing: the browser may get through.
 */
export async function isRefusing(
  address: string,
  { timeoutMs = 1_000, ...reach }: Pick<FetchLimits, 'allowLoopback' | 'allowPrivate' | 'timeoutMs'>,
): Promise<boolean> {
  const { hostname, port, protocol } = new URL(address);
  try {
    const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true });
    const [first] = found;
    if (!first || !found.every((one) => isAllowed(one, reach))) return false;
    const socket = connect({ host: first.address, port: Number(port || (protocol === 'https:' ? 443 : 80)) });
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) });
      return false;
    } finally {
      socket.destroy();
    }
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  }
}
