import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HubPageError } from './errors.ts';

export interface DataFolder {
  readonly keys: string;
  readonly heads: string;
  /** 32 bytes; seals private keys and client secrets at rest and derives the hub's own MAC keys. */
  readonly masterKey: Buffer;
}

/** Where the embedded engine keeps the records of a data folder. */
export const storeFile = (folder: string) => join(folder, 'hub.sqlite');

/** Opens the hub's folder, private to its account; makes the master key at the first start. */
export async function openDataFolder(
  folder: string,
  { createKeys = true, keys = join(folder, 'keys') } = {},
): Promise<DataFolder> {
  for (const path of [folder, keys]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
  }
  const masterKey = await secretFile(join(keys, 'master.key'), 32, createKeys);
  return { keys, heads: join(folder, 'journal-heads'), masterKey };
}

/**
 * A secret of exactly `size` bytes from a 0600 file, made when missing. The file appears whole or not at all: it is
 * written and synced under another name and then linked, so that of two first starts one wins and both read its key.
 */
export async function secretFile(path: string, size: number, create: boolean): Promise<Buffer> {
  const known = await readSecret(path, size);
  if (known) return known;
  if (!create) throw new HubPageError('START_REFUSED', `the key file ${path} is missing and keys.create is off`);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(size));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
  await syncFolder(dirname(path));
  const made = await readSecret(path, size);
  if (!made) throw new HubPageError('START_REFUSED', `the key file ${path} could not be made`);
  return made;
}

/** An Ed25519 key pair from its 32-byte seed (RFC 8410). */
export function ed25519From(seed: Uint8Array): { privateKey: KeyObject; publicKey: KeyObject } {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** A public key of this type as PEM; undefined where there is no such file. */
export async function publicKeyFile(path: string, type: string): Promise<KeyObject | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const key = /-----BEGIN PUBLIC KEY-----/.test(text) ? createPublicKey(text) : undefined;
  if (key?.asymmetricKeyType !== type)
    throw new HubPageError('START_REFUSED', `the file ${path} is no public ${type} key in PEM`);
  return key;
}

async function readSecret(path: string, size: number): Promise<Buffer | undefined> {
  try {
    const secret = await readFile(path);
    if (secret.length !== size)
      throw new HubPageError('START_REFUSED', `the key file ${path} does not have ${size} bytes`);
    return secret;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
