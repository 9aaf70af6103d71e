import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skipUnless } from '../../skip-unless.ts';

function isInstalled(): boolean {
  try {
    execFileSync('xmlsec1', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * xmlsec1 in the describe block it is called in; without the program the block is skipped visibly. `ids` are pairs of
 * an ID attribute's name and the element it stands on, as `namespace:name`.
 */
export function withXmlsec1(ids: readonly (readonly [attribute: string, element: string])[]) {
  let folder = '';
  before(async function () {
    skipUnless(isInstalled(), 'xmlsec1', this);
    folder = await mkdtemp(join(tmpdir(), 'sanuki-xmlsec-'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  /** What xmlsec1 says to the first signature of the document; rejects when it refuses. */
  return async function judge(text: string, publicPem: string): Promise<string> {
    const [message, key] = [join(folder, 'message.xml'), join(folder, 'key.pem')];
    await Promise.all([writeFile(message, text), writeFile(key, publicPem)]);
    const attributes = ids.flatMap(([attribute, element]) => [`--id-attr:${attribute}`, element]);
    const { stdout, stderr } = await promisify(execFile)('xmlsec1', [
      '--verify',
      ...attributes,
      '--pubkey-pem',
      key,
      message,
    ]);
    return stdout + stderr;
  };
}
