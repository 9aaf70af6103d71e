import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import type { Settings } from '../config/index.ts';
import {
  type AccountLink,
  accountLinkCollection,
  createAccountLinks,
  createKeyMaterial,
  createKeyRing,
  createKeyRotation,
  createProviderRegistry,
  createReplayGuard,
  type KeyRecord,
  keyCollection,
  type ProviderRecord,
  providerCollection,
  type UsedId,
  usedIdCollection,
  withoutPrivatePart,
} from '../federation/index.ts';
import { createSeal } from '../lib/seal.ts';
import {
  announcePresence,
  migrateStore,
  openJournal,
  openStorage,
  putInService,
  type Storage,
  type StoragePlace,
} from '../storage/index.ts';
import { createAudit } from './audit.ts';
import { type DataFolder, ed25519From, openDataFolder, secretFile, storeFile } from './data-folder.ts';
import { createHappenings, type Happening, happeningCollection } from './happenings.ts';
import { createRegistryChanges, type RegistryChange, registryChangeCollection } from './registry-changes.ts';
import { signingTimes } from './rotating-keys.ts';

/** Data folder, store, journals and what is derived from the master key. */
export async function openGround({ settings, now }: { settings: Settings; now: () => number }) {
  const folder = await openDataFolder(settings.data, {
    createKeys: settings.keys.create,
    ...(settings.keys.folder ? { keys: settings.keys.folder } : {}),
  });
  const place = storePlaceOf(settings);
  const storage = await openStorage(place, { now });
  try {
    await putInService(storage);
    const schema = await migrateStore(storage, { now });
    return { folder, place, storage, schema, ...(await openJournals(storage, { settings, folder, now })) };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** The settings' engine; the file of the embedded one is in the data folder. */
export const storePlaceOf = ({ storage, data }: Pick<Settings, 'storage' | 'data'>): StoragePlace =>
  storage.engine === 'embedded' ? { engine: 'embedded', file: storeFile(data) } : storage;

/** Both journals and what is derived from the master key. */
async function openJournals(
  storage: Storage,
  { settings, folder, now }: { settings: Settings; folder: DataFolder; now: () => number },
) {
  const headKey = ed25519From(await secretFile(join(folder.keys, 'journal-head.key'), 32, settings.keys.create));
  const journal = await openJournal({ storage, name: 'audit', headsFolder: folder.heads, headKey, now });
  // Found by the resident it is about; its heads lie apart, because each journal is checked against its own.
  const accessJournal = await openJournal({
    storage,
    name: 'access',
    headsFolder: join(folder.heads, 'access'),
    headKey,
    foundBy: 'about',
    now,
  });
  const secret = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', folder.masterKey, Buffer.alloc(0), `sanuki-hub-v1:${purpose}`, 32));

  async function close(): Promise<void> {
    await Promise.all([journal.close(), accessJournal.close()]);
    await storage.close();
  }

  const happenings = createHappenings({ happenings: storage.collection<Happening>(happeningCollection), now });
  return { journal, accessJournal, secret, happenings, audit: createAudit({ journal, happenings, now }), close };
}

export type Ground = Awaited<ReturnType<typeof openGround>>;

/** For a hub: as long as it is open, nobody moves the store away under it. */
export async function openPresentGround(options: Parameters<typeof openGround>[0]): Promise<Ground> {
  const ground = await openGround(options);
  try {
    const presence = await announcePresence(ground.storage, options);
    return {
      ...ground,
      async close() {
        try {
          await presence.close();
        } finally {
          await ground.close();
        }
      },
    };
  } catch (error) {
    await ground.close();
    throw error;
  }
}

/** The federation half: providers, keys and links. */
export async function openFederation(
  { folder, storage, secret }: Pick<Ground, 'folder' | 'storage' | 'secret'>,
  { settings, now }: { settings: Settings; now: () => number },
) {
  const trial = settings.profile === 'trial';
  const stored = storage.collection<KeyRecord>(keyCollection);
  const making = { seal: createSeal(folder.masterKey, 'keys'), commonName: new URL(settings.origin).hostname, now };
  const keys = createKeyRing({ ...making, keys: stored, trial });
  await keys.ensure();
  const changes = createRegistryChanges({ changes: storage.collection<RegistryChange>(registryChangeCollection) });
  const { make } = createKeyMaterial(making);
  const timesOf = signingTimes(settings);
  const rotation = createKeyRotation({ rings: stored, make, erase: withoutPrivatePart, timesOf, now });
  const registry = createProviderRegistry({
    providers: changes.noting(storage.collection<ProviderRecord>(providerCollection)),
    allowHttp: trial,
    now,
  });
  const links = createAccountLinks({
    links: storage.collection<AccountLink>(accountLinkCollection),
    indexKey: secret('links'),
    now,
  });
  const replay = createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) });
  const registryMark = changes.mark;
  const parts = { keys, rotation, registry, registryMark, links, replay };
  return { ...parts, clientSecrets: createSeal(folder.masterKey, 'client-secrets') };
}
