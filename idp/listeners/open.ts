import { createServer as createPlain, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecure, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { type Listener, listenersOf, type Settings } from '../../config/index.ts';
import type { Log } from '../../lib/log.ts';
import type { Arrivals } from './arrival.ts';
import { createDrain } from './drain.ts';
import { followKeyPair, readKeyPair, type TlsListener } from './key-pair.ts';
import { createSenderOf } from './sender.ts';

export interface ListenersOptions {
  readonly settings: Pick<Settings, 'listen' | 'listeners' | 'connections'>;
  readonly arrivals: Pick<Arrivals, 'noteAt'>;
  readonly handle: RequestListener;
  readonly log: Log;
  readonly now: () => number;
}

interface OpenListener {
  readonly server: Server | SecureServer;
  readonly close: (bound: { readonly seconds: number; readonly log: Log }) => Promise<void>;
}

/** Opens every listener, or none. `close` takes no new connection, answers what is under way for a bounded time, and ends. */
export async function openListeners(options: ListenersOptions) {
  const { settings, log } = options;
  const opened: OpenListener[] = [];

  async function close(): Promise<void> {
    const { drainSeconds: seconds } = settings.connections;
    await Promise.all(opened.map((one) => one.close({ seconds, log })));
  }

  try {
    for (const listener of listenersOf(settings)) {
      const one = await open(listener, options);
      opened.push(one);
      await listen(one.server, listener);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

async function open(listener: Listener, options: ListenersOptions): Promise<OpenListener> {
  const { settings, arrivals, handle } = options;
  const { server, stop } = await create(listener, options);
  const note = arrivals.noteAt(listener);
  const { noteAnswer, drain } = createDrain(server);
  limitConnections(server, listener, settings.connections);
  server.on('request', (request, response) => {
    note(request);
    noteAnswer(response);
    handle(request, response);
  });
  return {
    server,
    close: (bound) => {
      stop();
      return drain(bound);
    },
  };
}

async function create(listener: Listener, { settings: { connections }, log, now }: ListenersOptions) {
  const limits = limitsOf(connections);
  if (!hasTls(listener)) return { server: createPlain(limits), stop: () => undefined };
  const first = await readKeyPair(listener, now);
  const demand = listener.clientCertificates ? { requestCert: true, rejectUnauthorized: true } : {};
  const handshake = { ALPNProtocols: ['http/1.1'], handshakeTimeout: connections.headerSeconds * 1000 };
  const server = createSecure({ ...limits, ...first.options, ...demand, ...handshake });
  const { stop } = followKeyPair(listener, { first, apply: (context) => server.setSecureContext(context), log, now });
  return { server, stop };
}

const hasTls = (listener: Listener): listener is TlsListener => listener.tls !== undefined;

function limitsOf({
  headerSeconds,
  requestSeconds,
  keepAliveSeconds,
  headerBytes,
}: Settings['connections']): ServerOptions {
  return {
    headersTimeout: headerSeconds * 1000,
    requestTimeout: Math.max(requestSeconds, headerSeconds) * 1000,
    keepAliveTimeout: keepAliveSeconds * 1000,
    maxHeaderSize: headerBytes,
    // How often Node looks for connections whose time is up.
    connectionsCheckingInterval: Math.min(1000, headerSeconds * 250),
  };
}

/** Whoever opens connections and says nothing fills their own share only; a trusted proxy speaks for many. */
function limitConnections(
  server: Server | SecureServer,
  { behindProxy }: Listener,
  { most, mostPerAddress }: Settings['connections'],
): void {
  const { isTrusted } = createSenderOf(behindProxy);
  const open = new Map<string, number>();
  server.maxConnections = most;
  server.prependListener('connection', (socket: Socket) => {
    const { remoteAddress: address = '' } = socket;
    if (isTrusted(address)) return;
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    if (count > mostPerAddress) socket.destroy();
  });
}

function listen(server: Server, { port, host }: Listener): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
