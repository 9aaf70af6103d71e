import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  type KeyServiceChannel,
  type KeyServiceLink,
  KeyServiceRefusal,
  keepCardKeyService,
  streamChannel,
} from '../card-auth/index.ts';
import type { Settings } from '../config/index.ts';
import type { Log } from '../lib/log.ts';
import type { StoragePlace } from '../storage/index.ts';
import { type CardKeyPlace, cardKeyFiles } from './card-keys.ts';
import { HubPageError } from './errors.ts';
import type { Ground } from './ground.ts';

/** What the key service has to know of its hub when it runs beside it; no secret is in it. */
export interface KeyServiceStart {
  readonly keys: CardKeyPlace;
  readonly place: StoragePlace;
  readonly logLevel: Settings['log']['level'];
}

export const cardKeyPlaceOf = (
  { folder }: Pick<Ground, 'folder'>,
  { profile, keys, cardKeys: { pkcs11 } }: Pick<Settings, 'profile' | 'keys' | 'cardKeys'>,
): CardKeyPlace => ({ folder: folder.keys, create: keys.create, trial: profile === 'trial', pkcs11 });

const program = new URL(`card-key-process.${import.meta.url.split('.').at(-1)}`, import.meta.url);

/**
 * The key service where the settings want it, which alone opens the card keys: a thread, a process of its own, or a
 * service that somebody else started, reached over a Unix socket. It is started or reached again whenever it ends.
 *
 * @throws HubPageError START_REFUSED with the reason, as of a token that refuses its PIN
 */
export async function startKeyService(
  ground: Pick<Ground, 'folder' | 'place'>,
  { settings, log }: { settings: Pick<Settings, 'keys' | 'cardKeys' | 'profile' | 'log'>; log: Pick<Log, 'error'> },
) {
  const { mode, socket = '' } = settings.cardKeys;
  if (settings.profile === 'production') refuseKeysLeftBehind(ground.folder.keys, settings);
  const start = { keys: cardKeyPlaceOf(ground, settings), place: ground.place, logLevel: settings.log.level };
  const ways = {
    worker: async () => inWorker(start, log),
    process: async () => inProcess(start),
    socket: () => overSocket(socket),
  };
  try {
    return await keepCardKeyService({
      open: ways[mode],
      onFault: (err) =>
        log.error({ err }, 'the card key service is away; sign-ins with cards are refused until it is back'),
    });
  } catch (cause) {
    if (!(cause instanceof KeyServiceRefusal)) throw cause;
    throw new HubPageError('START_REFUSED', `the card key service does not start: ${cause.message} (${cause.code})`, {
      cause,
    });
  }
}

/** A copy of the keys in the hub's reach would make the token or the other account worth nothing. */
function refuseKeysLeftBehind(folder: string, { cardKeys: { mode, pkcs11 } }: Pick<Settings, 'cardKeys'>): void {
  if (mode !== 'socket' && !pkcs11) return;
  const left = Object.values(cardKeyFiles).filter((name) => existsSync(join(folder, name)));
  if (left.length > 0)
    throw new HubPageError(
      'START_REFUSED',
      `the card keys are said to be elsewhere, but ${folder} still has ${left.join(', ')}: take these files away from this machine`,
    );
}

/** Keeps keys and policy apart in the hub's own process; its memory is within the reach of the hub. */
function inWorker(start: KeyServiceStart, log: Pick<Log, 'error'>): KeyServiceLink {
  const worker = new Worker(program, {
    workerData: start,
    // It holds next to nothing: a large young generation would only be resident memory of an idle hub.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  worker.on('error', (err) => log.error({ err }, 'the card key service failed'));
  const channel: KeyServiceChannel = {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onEnd: (listener) => void worker.once('exit', listener),
  };
  const ended = once(worker, 'exit');
  return {
    channel,
    async close() {
      worker.postMessage('close');
      await ended;
    },
  };
}

/** A process of its own: another address space, and a token's module that fails takes the hub along no more. */
function inProcess(start: KeyServiceStart): KeyServiceLink {
  const child = fork(program, [JSON.stringify(start)], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const channel: KeyServiceChannel = {
    // A call that comes too late is refused by the end that follows.
    post: (message) => void (child.connected && child.send(message as object, () => undefined)),
    onMessage: (listener) => void child.on('message', listener),
    onEnd: (listener) => void child.once('exit', listener),
  };
  return {
    channel,
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** Another service, under another account: what it has is out of the hub's reach, and so is its end. */
async function overSocket(path: string): Promise<KeyServiceLink> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch {
    throw new KeyServiceRefusal(
      'KEY_SERVICE_UNAVAILABLE',
      `nobody answers at ${path}: start "sanuki keys serve" there, and let the account of the hub into the folder of the socket`,
    );
  }
  const ended = once(socket, 'close');
  return {
    channel: streamChannel(socket),
    async close() {
      socket.end();
      await ended;
    },
  };
}
