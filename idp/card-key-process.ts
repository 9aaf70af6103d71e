import { parentPort, workerData } from 'node:worker_threads';
import {
  createCardKeyService,
  type IssuedKey,
  issuedKeyCollection,
  type PinCounter,
  type PinKeyVersion,
  pinCounterCollection,
  pinKeyVersionCollection,
  type SecretVersions,
  type Station,
  secretVersionsCollection,
  serveCardKeyService,
  stationCollection,
} from '../card-auth/index.ts';
import { openStorage, type StoragePlace } from '../storage/index.ts';
import { openCardKeys, openStationKey } from './card-keys.ts';

/** The worker of the card key service: opens the keys and its own connection to the store, and answers the hub's calls. */
const { keysFolder, place, create, trial } = workerData as {
  readonly keysFolder: string;
  readonly place: StoragePlace;
  readonly create: boolean;
  readonly trial: boolean;
};
const storage = await openStorage(place);
const local = trial ? { station: (await openStationKey(keysFolder, { create })).publicKey } : {};
const service = createCardKeyService({
  keys: { ...(await openCardKeys(keysFolder, { create })), ...local },
  counters: storage.collection<PinCounter>(pinCounterCollection),
  issued: storage.collection<IssuedKey>(issuedKeyCollection),
  stations: storage.collection<Station>(stationCollection),
  versions: storage.collection<SecretVersions>(secretVersionsCollection),
  pinVersions: storage.collection<PinKeyVersion>(pinKeyVersionCollection),
});
if (!parentPort) throw new TypeError('the card key service runs as a worker');
serveCardKeyService(parentPort, service, () => storage.close());
