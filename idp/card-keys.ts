import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { CardKeys } from '../card-auth/index.ts';
import { ed25519From, secretFile } from './data-folder.ts';

/** Version of the card master key that new cards get. */
export const currentCardKeyVersion = 1;

/** The card key service's secrets as files (0600), opened by its worker alone; made at the first start where that is allowed. */
export async function openCardKeys(folder: string, { create }: { create: boolean }): Promise<CardKeys> {
  const secret = (name: string) => secretFile(join(folder, name), 32, create);
  return {
    cardMasters: new Map([[currentCardKeyVersion, await secret(`card-master-${currentCardKeyVersion}.key`)]]),
    oprfMaster: await secret('pin-oprf.key'),
    indexKey: await secret('card-index.key'),
    wrappingKey: await secret('card-wrapping.key'),
  };
}

/** Ed25519 key of the trial's station, which lies beside the hub. A real one makes its key itself and is enrolled. */
export async function openStationKey(
  folder: string,
  { create }: { create: boolean },
): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  return ed25519From(await secretFile(join(folder, 'issuing-station.key'), 32, create));
}
