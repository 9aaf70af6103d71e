import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where Debian and its like put the module; another place in SOFTHSM2_MODULE. */
export const softHsmModule = process.env.SOFTHSM2_MODULE ?? '/usr/lib/softhsm/libsofthsm2.so';

export function isSoftHsmInstalled(): boolean {
  try {
    execFileSync('softhsm2-util', ['--version'], { stdio: 'ignore' });
    return existsSync(softHsmModule);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Tokens of this process, and of those that it starts, are in this folder from now on. */
export function keepTokensIn(folder: string): void {
  mkdirSync(join(folder, 'tokens'));
  const configuration = join(folder, 'softhsm2.conf');
  const lines = [`directories.tokendir = ${folder}/tokens`, 'objectstore.backend = file', 'log.level = ERROR'];
  writeFileSync(configuration, `${lines.join('\n')}\n`);
  process.env.SOFTHSM2_CONF = configuration;
}

/** A fresh token, as settings name it, with its PIN in a file. */
export async function initToken(folder: string, token: string) {
  const [pin, pinFile] = ['7193-0542', join(folder, `pin of ${token}`)];
  const init = ['--init-token', '--free', '--label', token, '--so-pin', '0000-9999', '--pin', pin];
  await promisify(execFile)('softhsm2-util', init);
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  return { module: softHsmModule, token, pinFile, pin };
}
