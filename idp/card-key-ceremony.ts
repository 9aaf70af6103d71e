import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CardSecrets,
  extract,
  extractedKey,
  type IssuedKey,
  issuedKeyCollection,
  keepInToken,
  keptInToken,
  type MacKey,
  macKey,
  type SecretVersions,
  secretVersionsCollection,
  tokenLabels,
  versionedSecrets,
  versionSecret,
} from '../card-auth/index.ts';
import type { KeyTokenPlace } from '../config/index.ts';
import { equalBytes } from '../lib/bytes.ts';
import { Pkcs11Error, type Token } from '../lib/pkcs11.ts';
import { inUse, presentHubs, type Storage } from '../storage/index.ts';
import { cardKeyFiles, openKeyToken, readCardSecrets } from './card-keys.ts';
import { HubPageError } from './errors.ts';

/** What a ceremony works on: no hub is running, so nobody uses the keys meanwhile. */
export interface CeremonyPlace {
  readonly pkcs11: KeyTokenPlace;
  /** Folder of the keys that lie in files. */
  readonly folder: string;
  readonly storage: Storage;
  readonly now?: () => number;
}

export interface TokenKeyState {
  readonly key: string;
  readonly state: 'made' | 'taken' | 'there' | 'missing';
  /** CKA_ID of the key, for the record of the ceremony. */
  readonly id?: string;
}

/** What each key is in the token, out of the secret that lies in a file: the index key as it is, the others extracted. */
const asKept: Readonly<Record<keyof typeof tokenLabels, (secret: Uint8Array) => Uint8Array>> = {
  cardMaster: extract,
  oprfMaster: extract,
  indexKey: (secret) => secret,
  wrappingKey: extract,
};
const names = Object.keys(tokenLabels) as (keyof typeof tokenLabels)[];

/** The keys of the token, those of later versions included, as far as the store tells of them. */
export async function lookAtToken(place: Omit<CeremonyPlace, 'folder'>): Promise<readonly TokenKeyState[]> {
  const later = (await laterVersions(place)).map(({ id, kept }) => ({
    label: id,
    at: keptInToken(kept) ? kept.slice(kept.indexOf(':') + 1) : '',
  }));
  const all = [...names.map((name) => ({ label: tokenLabels[name], at: undefined })), ...later];
  return withToken(place, (token) =>
    all.map(({ label, at }) => {
      const key = at === '' ? undefined : token.find(label, at);
      return key ? { key: label, state: 'there', id: key.id } : { key: label, state: 'missing' };
    }),
  );
}

/**
 * New keys, made in the token. Refused where cards hang on other keys: those would be worth nothing.
 *
 * @throws HubPageError START_REFUSED, Pkcs11Error
 */
export async function makeInToken(place: CeremonyPlace): Promise<readonly TokenKeyState[]> {
  await refuseRunningHubs(place);
  const files = Object.values(cardKeyFiles).filter((name) => existsSync(join(place.folder, name)));
  if (files.length > 0)
    throw new HubPageError('START_REFUSED', `${place.folder} has keys in files: "sanuki keys token import" takes them`);
  return withToken(place, async (token) => {
    const missing = names.filter((name) => !token.find(tokenLabels[name]));
    if (missing.length > 0 && (await hasIssued(place)))
      throw new HubPageError(
        'START_REFUSED',
        'cards were issued with other keys: bring those into the token, from their backup',
      );
    return names.map((name) => {
      const label = tokenLabels[name];
      const there = token.find(label);
      return { key: label, state: there ? 'there' : 'made', id: (there ?? token.generate(label)).id };
    });
  });
}

/**
 * Takes the keys of the files, and the versions that the store has sealed, into the token, and shows that each gives the
 * same there. Repeated after a break it goes on. The files stay: they are the operator's to put away.
 *
 * @throws HubPageError START_REFUSED, Pkcs11Error
 */
export async function importToToken(place: CeremonyPlace): Promise<readonly TokenKeyState[]> {
  await refuseRunningHubs(place);
  const read = await readCardSecrets(place.folder, { create: false });
  const { cardMasters, ...others } = read;
  const secrets = { ...others, cardMaster: cardMasters.get(1) ?? new Uint8Array() };
  return withToken(place, async (token) => {
    const first = names.map((name): TokenKeyState => {
      const [label, secret] = [tokenLabels[name], asKept[name](secrets[name])];
      const there = token.find(label);
      const key = there ?? token.take(label, secret);
      demandSame(label, key, macKey(secret));
      return { key: label, state: there ? 'there' : 'taken', id: key.id };
    });
    return [...first, ...(await importLater(place, token, read))];
  });
}

/** The store forgets the sealed secret only when the token has it. */
async function importLater(
  { storage }: CeremonyPlace,
  token: Token,
  secrets: Pick<CardSecrets, 'wrappingKey'>,
): Promise<readonly TokenKeyState[]> {
  const rings = storage.collection<SecretVersions>(secretVersionsCollection);
  const done: TokenKeyState[] = [];
  for (const { ring, id, kept } of await laterVersions({ storage })) {
    if (keptInToken(kept)) continue;
    const secret = versionSecret(secrets, id, kept);
    const key = token.take(id, extract(secret));
    demandSame(id, key, extractedKey(secret));
    await rings.update(ring, (current) => ({
      ...current,
      keys: current.keys.map((one) => (one.id === id ? { ...one, sealed: keepInToken(key) } : one)),
    }));
    done.push({ key: id, state: 'taken', id: key.id });
  }
  return done;
}

async function laterVersions({ storage }: Pick<CeremonyPlace, 'storage'>) {
  const rings = storage.collection<SecretVersions>(secretVersionsCollection);
  const found: { readonly ring: string; readonly id: string; readonly kept: string }[] = [];
  for (const ring of versionedSecrets)
    for (const { id, sealed } of (await rings.get(ring))?.keys ?? [])
      if (sealed !== undefined) found.push({ ring, id, kept: sealed });
  return found;
}

/** Over data that nobody chose before. */
function demandSame(label: string, inToken: MacKey, inFile: MacKey): void {
  const data = randomBytes(64);
  if (!equalBytes(inToken.mac(data), inFile.mac(data)))
    throw new Pkcs11Error(
      'PKCS11_KEY_UNSAFE',
      `the token has another "${label}" than the file: one of the two is of another hub`,
    );
}

async function refuseRunningHubs({ storage, now = Date.now }: Pick<CeremonyPlace, 'storage' | 'now'>): Promise<void> {
  const hubs = await presentHubs(storage, now());
  if (hubs.length > 0) throw inUse('the store', hubs);
}

async function hasIssued({ storage }: Pick<CeremonyPlace, 'storage'>): Promise<boolean> {
  return (await storage.collection<IssuedKey>(issuedKeyCollection).find({ limit: 1 })).records.length > 0;
}

async function withToken<T>(
  { pkcs11 }: Pick<CeremonyPlace, 'pkcs11'>,
  act: (token: Token) => T | Promise<T>,
): Promise<T> {
  const token = openKeyToken(pkcs11);
  try {
    return await act(token);
  } finally {
    token.close();
  }
}
