import { open, readFile, rename, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { SoftwareKey } from './software-key.ts';

const text = z.string().min(1);
const Keys = z.array(
  z.strictObject({
    credentialId: text,
    rpId: text,
    userHandle: text,
    privateKey: text,
    counter: z.int().min(0).max(0xffff_ffff),
  }),
);

/** The test keys beside a cookie jar: whoever reads the file is their holder, so nobody but its owner may. */
export function keyFileBeside(jar: string) {
  const path = `${jar}.passkey`;

  /** A missing file holds none. */
  async function read(): Promise<readonly SoftwareKey[]> {
    const found = await stat(path).catch(missing);
    if (!found) return [];
    if ((found.mode & 0o077) !== 0) throw new Error(`${path} may be read by others: remove it, and a new key is bound`);
    const parsed = Keys.safeParse(jsonIn(await readFile(path, 'utf8'), path));
    if (!parsed.success) throw new Error(`${path} holds no test keys: remove it, and a new key is bound`);
    return parsed.data;
  }

  /** Whole or not at all: a counter that was used and then forgotten would look like a copy of the key. */
  async function write(key: SoftwareKey): Promise<void> {
    const others = (await read()).filter(({ credentialId }) => credentialId !== key.credentialId);
    const file = await open(`${path}.new`, 'w', 0o600);
    await file.writeFile(`${JSON.stringify([...others, key], undefined, 2)}\n`);
    await file.sync();
    await file.close();
    await rename(`${path}.new`, path);
  }

  return { read, write };
}

export type KeyFile = ReturnType<typeof keyFileBeside>;

function missing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function jsonIn(content: string, path: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new Error(`${path} is not JSON`, { cause });
  }
}
