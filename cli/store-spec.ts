import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { storeFile } from '../idp/index.ts';
import type { StoragePlace } from '../storage/index.ts';

/** A store as an operator names it. */
export interface NamedStore {
  readonly place: StoragePlace;
  /** The same for the same store, however it was written; without account and password. */
  readonly name: string;
  readonly isThere: boolean;
}

export const specHelp =
  'a data folder, a store file, mongodb://HOST,HOST/DATABASE, or @FILE with such an address in it, which may have a password';

const isAddress = (text: string): boolean => /^mongodb(\+srv)?:/.test(text);

export async function storeOf(spec: string): Promise<NamedStore> {
  if (spec.startsWith('@')) return databaseOf(await addressIn(spec.slice(1)));
  if (!isAddress(spec)) return fileOf(resolve(spec));
  const named = databaseOf(spec);
  if (/:\/\/[^@]*:[^@]*@/.test(spec))
    throw new Error(
      'an address with a password stands in the list of processes: write it into a file that only you can read, and name it as @FILE',
    );
  return named;
}

async function addressIn(file: string): Promise<string> {
  const text = (await readFile(file, 'utf8')).trim();
  if (!isAddress(text)) throw new Error(`${file} has no address of a database: write mongodb://… into it`);
  return text;
}

/** Account, hosts, database, options. An "@" anywhere else is of a password that is not encoded: nothing of it is shown. */
const address = /^mongodb(\+srv)?:\/\/(?:[^@/?]*@)?([^@/?]+)(?:\/([^@/?]*))?(?:\?[^@]*)?$/;
const host = /^([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/;
const databaseName = /^[A-Za-z0-9_-]{1,38}$/;

function databaseOf(url: string): NamedStore {
  const [, srv = '', list = '', database = ''] = address.exec(url) ?? [];
  const hosts = list.split(',');
  if (!hosts.every((one) => host.test(one)))
    throw new Error(
      'the address of the database cannot be read: write mongodb://ACCOUNT:PASSWORD@HOST:PORT/DATABASE, with %40 for an "@" in a password, %2F for a "/" and %3F for a "?"',
    );
  const name = database || 'sanuki';
  if (!databaseName.test(name)) throw new Error(`"${name}" is no name of a database`);
  return {
    place: { engine: 'mongo', url, database: name },
    name: `mongodb${srv}://${hosts
      .map((one) => one.toLowerCase())
      .sort()
      .join()}/${name}`,
    isThere: true,
  };
}

async function fileOf(path: string): Promise<NamedStore> {
  const found = await stat(path).catch(undefinedIfMissing);
  const file = found?.isDirectory() ? storeFile(path) : path;
  const isThere = found?.isFile() || (await stat(file).catch(undefinedIfMissing)) !== undefined;
  const folder = await realpath(dirname(file)).catch(undefinedIfMissing);
  if (folder === undefined) throw new Error(`there is no folder ${dirname(file)}`);
  const name = isThere ? await realpath(file) : join(folder, basename(file));
  return { place: { engine: 'embedded', file: name }, name, isThere };
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
