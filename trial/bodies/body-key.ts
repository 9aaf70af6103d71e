import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BodyId } from '../insurers.ts';
import { bodiesFolderOf } from './records.ts';

const keyFileOf = (data: string, body: BodyId) => join(bodiesFolderOf(data), `${body}.key.pem`);

/** Makes at the first start what a body signs with. Its own process reads it; the hub gets the public half. */
export async function prepareBodyKey(data: string, body: BodyId): Promise<KeyObject> {
  await mkdir(bodiesFolderOf(data), { recursive: true, mode: 0o700 });
  const path = keyFileOf(data, body);
  try {
    return createPublicKey(await readFile(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const file = await open(`${path}.draft`, 'w', 0o600);
  try {
    await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.draft`, path);
  return publicKey;
}

export async function readBodyKey(data: string, body: BodyId): Promise<KeyObject> {
  return createPrivateKey(await readFile(keyFileOf(data, body)));
}
