import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { secretFile } from '../idp/index.ts';
import type { CounterId, PartyId } from './addresses.ts';

export const partiesFolderOf = (data: string) => join(data, 'parties');

/** The secret that an OIDC party of the trial shares with the hub; both sides read it from one 0600 file. */
export async function partySecret(data: string, party: PartyId | CounterId | 'sealing'): Promise<Buffer> {
  await mkdir(partiesFolderOf(data), { recursive: true, mode: 0o700 });
  return secretFile(join(partiesFolderOf(data), `${party}.secret`), 32, true);
}
