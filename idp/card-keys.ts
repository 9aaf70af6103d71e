import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CardKeys, type CardSecrets, softwareCardKeys, tokenCardKeys, tokenLabels } from '../card-auth/index.ts';
import type { KeyTokenPlace } from '../config/index.ts';
import { openToken, Pkcs11Error, type Token } from '../lib/pkcs11.ts';
import { ed25519From, secretFile } from './data-folder.ts';

/** Version of the card master key that new cards get. */
export const currentCardKeyVersion = 1;

/** Where the key service's secrets are. */
export interface CardKeyPlace {
  readonly folder: string;
  /** Whether keys that are missing in the folder are made; in a token only a command makes them. */
  readonly create: boolean;
  /** Whether the key of a station lies in the folder too. */
  readonly trial: boolean;
  readonly pkcs11?: KeyTokenPlace | undefined;
}

/** Names of the secret files that a token takes the place of. */
export const cardKeyFiles = {
  cardMaster: `card-master-${currentCardKeyVersion}.key`,
  oprfMaster: 'pin-oprf.key',
  indexKey: 'card-index.key',
  wrappingKey: 'card-wrapping.key',
} as const;

/**
 * The card key service's secrets, opened by it alone.
 *
 * @throws Pkcs11Error naming what of the token is missing, with what to do
 */
export async function openCardKeys(
  folder: string,
  { create, trial, pkcs11 }: Omit<CardKeyPlace, 'folder'>,
): Promise<CardKeys> {
  const station = trial ? (await openStationKey(folder, { create })).publicKey : undefined;
  if (!pkcs11) return softwareCardKeys({ ...(await readCardSecrets(folder, { create })), station });
  const token = openKeyToken(pkcs11);
  const missing = Object.values(tokenLabels).filter((label) => !token.find(label));
  if (missing.length > 0)
    throw new Pkcs11Error(
      'PKCS11_KEY_MISSING',
      `the token "${pkcs11.token}" has no ${missing.join(', ')}: "sanuki keys token make" makes new keys in it, "sanuki keys token import" takes those that lie in files`,
    );
  return tokenCardKeys(token, station);
}

/** The secrets as files (0600); made at the first start where that is allowed. */
export async function readCardSecrets(
  folder: string,
  { create }: { create: boolean },
): Promise<Omit<CardSecrets, 'station'>> {
  const secret = (name: keyof typeof cardKeyFiles) => secretFile(join(folder, cardKeyFiles[name]), 32, create);
  return {
    cardMasters: new Map([[currentCardKeyVersion, await secret('cardMaster')]]),
    oprfMaster: await secret('oprfMaster'),
    indexKey: await secret('indexKey'),
    wrappingKey: await secret('wrappingKey'),
  };
}

/** The PIN is read at each login, so that a changed one needs no restart, and kept nowhere. */
export const openKeyToken = ({ module, token, pinFile }: KeyTokenPlace): Token =>
  openToken({ module, label: token, pin: () => readPin(pinFile) });

function readPin(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Pkcs11Error('PKCS11_PIN_REFUSED', `the file ${path} cannot be read: pkcs11.pinFile names it`, { cause });
  }
}

/** Ed25519 key of the trial's station, which lies beside the hub. A real one makes its key itself and is enrolled. */
export async function openStationKey(
  folder: string,
  { create }: { create: boolean },
): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  return ed25519From(await secretFile(join(folder, 'issuing-station.key'), 32, create));
}
