import { once } from 'node:events';
import { chmod, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { serveCardKeyService, streamChannel } from '../card-auth/index.ts';
import type { KeyServiceSettings } from '../config/index.ts';
import type { Log } from '../lib/log.ts';
import { openCardKeyService } from './card-key-service.ts';
import { HubPageError } from './errors.ts';
import { storePlaceOf } from './ground.ts';

/** Far more processes than a hub has. */
const mostConnections = 64;

/**
 * The card key service by itself, on a Unix socket. Account and group of the socket and its folder decide who may call;
 * a service that was killed leaves a socket behind, which the next one takes away.
 *
 * @throws HubPageError START_REFUSED, Pkcs11Error
 */
export async function serveKeysOnSocket(settings: KeyServiceSettings, log: Pick<Log, 'error'>) {
  const { socket: path, profile, keys, pkcs11 } = settings;
  await refuseOpenFolder(dirname(path));
  await takeAwayLeftOver(path);
  const place = storePlaceOf({ storage: settings.storage, data: settings.data ?? '' });
  const { service, close: closeStore } = await openCardKeyService({
    keys: { ...keys, trial: profile === 'trial', pkcs11 },
    place,
  });
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller);
    caller.once('close', () => callers.delete(caller));
    serveCardKeyService(streamChannel(caller), {
      service,
      onClose: () => caller.end(),
      onFault: (err) => log.error({ err }, 'a call of the key service failed'),
    });
  });
  server.maxConnections = mostConnections;

  async function close(): Promise<void> {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const caller of callers) caller.destroy();
    await closed;
    await closeStore();
  }

  try {
    await listenPrivately(server, path);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

/** For owner and group from the first moment. */
async function listenPrivately(server: ReturnType<typeof createServer>, path: string): Promise<void> {
  const before = process.umask(0o117);
  try {
    server.listen(path);
    await once(server, 'listening');
  } finally {
    process.umask(before);
  }
  await chmod(path, 0o660);
}

/** Whoever may write in the folder can put a service of his own in the place of this one, which finds every PIN right. */
async function refuseOpenFolder(folder: string): Promise<void> {
  const { mode } = await stat(folder).catch((cause: unknown) => {
    throw new HubPageError('START_REFUSED', `the folder ${folder} of the socket is not there`, { cause });
  });
  if ((mode & 0o002) !== 0)
    throw new HubPageError(
      'START_REFUSED',
      `everybody may write in ${folder}: give the socket a folder of its own, mode 0750`,
    );
}

async function takeAwayLeftOver(path: string): Promise<void> {
  const probe = connect(path);
  try {
    await once(probe, 'connect');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ECONNREFUSED') await rm(path);
    else if (code !== 'ENOENT') throw error;
    return;
  } finally {
    probe.destroy();
  }
  throw new HubPageError('START_REFUSED', `a key service answers at ${path} already: one is enough`);
}
