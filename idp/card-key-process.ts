import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type KeyServiceChannel, refuseCardKeyService, serveCardKeyService } from '../card-auth/index.ts';
import { createLog } from '../lib/log.ts';
import { openCardKeyService } from './card-key-service.ts';
import type { KeyServiceStart } from './key-service.ts';

/** The program of the card key service beside its hub, as a thread or as a process; opens keys and its own connection to the store. */
const [channel, end] = isMainThread ? toParentProcess() : toParentThread();
const start = (isMainThread ? JSON.parse(process.argv[2] ?? '') : workerData) as KeyServiceStart;
const log = createLog({ name: 'card-keys', level: start.logLevel });
try {
  const { service, close } = await openCardKeyService(start);
  const stop = () => void close().finally(end);
  if (isMainThread) process.once('disconnect', stop);
  serveCardKeyService(channel, {
    service,
    onClose: stop,
    onFault: (err) => log.error({ err }, 'a call of the key service failed'),
  });
} catch (error) {
  refuseCardKeyService(channel, error);
  end();
}

function toParentThread(): [KeyServiceChannel, () => void] {
  if (!parentPort) throw new TypeError('the card key service runs as a worker or as a process of the hub');
  const port = parentPort;
  const parent: KeyServiceChannel = {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onEnd: (listener) => void port.once('close', listener),
  };
  return [parent, () => port.close()];
}

/** Ends with its parent, in whatever way that ended. */
function toParentProcess(): [KeyServiceChannel, () => void] {
  // Ctrl-C reaches the whole group; the hub answers what is under way, and then closes.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const parent: KeyServiceChannel = {
    post: (message) => void (process.connected && process.send?.(message, undefined, {}, () => undefined)),
    onMessage: (listener) => void process.on('message', listener),
    onEnd: (listener) => void process.once('disconnect', listener),
  };
  return [parent, () => (process.connected ? process.disconnect() : process.exit())];
}
