import { createKeyRing, type KeyPurpose, type KeyRecord, type KeyRing, keyCollection } from '../federation/index.ts';
import { createSeal } from '../lib/seal.ts';
import type { Storage } from '../storage/index.ts';

export interface OwnKeysOptions {
  readonly storage: Pick<Storage, 'collection'>;
  readonly sealingKey: Uint8Array;
  readonly origin: string;
  readonly trial: boolean;
  readonly now?: (() => number) | undefined;
}

/** A party's own keys for one purpose, made at its first start and sealed in its store. */
export async function openOwnKeys(
  purpose: KeyPurpose,
  { storage, sealingKey, origin, trial, now = Date.now }: OwnKeysOptions,
): Promise<KeyRing> {
  const keys = createKeyRing({
    keys: storage.collection<KeyRecord>(keyCollection),
    seal: createSeal(sealingKey, 'party-keys'),
    commonName: new URL(origin).hostname,
    trial,
    purposes: [purpose],
    now,
  });
  await keys.ensure();
  return keys;
}
