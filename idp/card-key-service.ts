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
  stationCollection,
} from '../card-auth/index.ts';
import { openStorage, type Storage } from '../storage/index.ts';
import { openCardKeys } from './card-keys.ts';
import type { KeyServiceStart } from './key-service.ts';

/** The key service on keys and a store that are open already. */
export async function cardKeyServiceOn(
  storage: Pick<Storage, 'collection'>,
  { folder, ...where }: KeyServiceStart['keys'],
) {
  return createCardKeyService({
    keys: await openCardKeys(folder, where),
    counters: storage.collection<PinCounter>(pinCounterCollection),
    issued: storage.collection<IssuedKey>(issuedKeyCollection),
    stations: storage.collection<Station>(stationCollection),
    versions: storage.collection<SecretVersions>(secretVersionsCollection),
    pinVersions: storage.collection<PinKeyVersion>(pinKeyVersionCollection),
  });
}

/** With its own connection to the store. */
export async function openCardKeyService({ keys, place }: Pick<KeyServiceStart, 'keys' | 'place'>) {
  const storage = await openStorage(place);
  try {
    return { service: await cardKeyServiceOn(storage, keys), close: () => storage.close() };
  } catch (error) {
    await storage.close();
    throw error;
  }
}
