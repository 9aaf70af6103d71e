import { stationThumbprint, toText } from '../../../card-auth/client/index.ts';

/** The key of this computer as an issuing station. The private half can be used here and taken out by nobody. */
export interface StationKey {
  /** Thumbprint of the public key. */
  readonly id: string;
  readonly publicKey: string;
  readonly sign: (octets: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
}

const [database, store, record] = ['sanuki-station', 'keys', 'station'] as const;

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });

async function keys(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(database, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(store));
  return (await settled(opening)).transaction(store, mode).objectStore(store);
}

async function keyOf({ privateKey, publicKey }: CryptoKeyPair): Promise<StationKey> {
  const octets = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  return {
    id: await stationThumbprint(octets),
    publicKey: toText(octets),
    sign: async (request) => new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, request)),
  };
}

export async function knownStationKey(): Promise<StationKey | undefined> {
  const pair: CryptoKeyPair | undefined = await settled((await keys('readonly')).get(record));
  return pair && keyOf(pair);
}

/** A new key in the place of one that was there. KEYS_UNSUPPORTED where the browser has no Ed25519. */
export async function makeStationKey(): Promise<StationKey> {
  const pair = await newPair();
  await settled((await keys('readwrite')).put(pair, record));
  return keyOf(pair);
}

async function newPair(): Promise<CryptoKeyPair> {
  try {
    const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
    if (!('privateKey' in pair)) throw new TypeError('Ed25519 gives a pair');
    return pair;
  } catch (cause) {
    throw Object.assign(new Error('the browser makes no Ed25519 keys', { cause }), { code: 'KEYS_UNSUPPORTED' });
  }
}
