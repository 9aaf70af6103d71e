import { readFile } from 'node:fs/promises';
import { type Storage, StorageError } from './collection.ts';
import { openEmbeddedStorage } from './embedded.ts';

/** Where the records are: a file of this host, or a database that several hosts share. Can be handed to a worker. */
export type StoragePlace =
  | { readonly engine: 'embedded'; readonly file: string }
  | {
      readonly engine: 'mongo';
      /** Names the account, but not its password. */
      readonly url: string;
      readonly passwordFile?: string | undefined;
      readonly database?: string | undefined;
    };

/** Opens whichever engine the settings chose. The driver of the other is not loaded: an idle hub stays small. */
export async function openStorage(
  place: StoragePlace,
  { now = Date.now, ...sweeps }: { readonly now?: () => number; readonly sweepEveryMs?: number } = {},
): Promise<Storage> {
  if (place.engine === 'embedded') return openEmbeddedStorage({ file: place.file, now, ...sweeps });
  const { openMongoStorage } = await import('./mongo.ts');
  const { url, passwordFile, database } = place;
  return openMongoStorage({
    url,
    ...(passwordFile === undefined ? {} : { password: await passwordIn(passwordFile) }),
    ...(database === undefined ? {} : { database }),
    now,
    ...sweeps,
  });
}

async function passwordIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new StorageError('STORE_UNSUITABLE', `the file ${file} with the password of the store cannot be read`, {
      cause,
    });
  }
}
