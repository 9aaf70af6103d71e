import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openToken, type Token } from '../lib/pkcs11.ts';

/** Where Debian and its like put the module; another place in SOFTHSM2_MODULE. */
const module = process.env.SOFTHSM2_MODULE ?? '/usr/lib/softhsm/libsofthsm2.so';

function isInstalled(): boolean {
  try {
    execFileSync('softhsm2-util', ['--version'], { stdio: 'ignore' });
    return existsSync(module);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** One for the whole run: the module reads where its tokens are from the environment of the process. */
let folder: string | undefined;
after(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function ownFolder(): string {
  if (folder !== undefined) return folder;
  folder = mkdtempSync(join(tmpdir(), 'sanuki-softhsm-'));
  mkdirSync(join(folder, 'tokens'));
  const configuration = join(folder, 'softhsm2.conf');
  writeFileSync(
    configuration,
    `directories.tokendir = ${folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  process.env.SOFTHSM2_CONF = configuration;
  return folder;
}

let made = 0;

/** SoftHSM2 in the describe block it is called in, which is skipped visibly where it is not installed. */
export function withSoftHsm() {
  before(function () {
    if (isInstalled()) return;
    process.stderr.write('    skipped: softhsm2 is not installed\n');
    this.skip();
  });

  /** A fresh token, as settings name it. */
  async function makeToken() {
    const [token, pin, pinFile] = [`sanuki-${++made}`, '7193-0542', join(ownFolder(), `pin-${made}`)];
    const init = ['--init-token', '--free', '--label', token, '--so-pin', '0000-9999', '--pin', pin];
    await promisify(execFile)('softhsm2-util', init);
    writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
    return { module, token, pinFile, pin };
  }

  /** Opened in this process. */
  async function openFresh(): Promise<Token> {
    const { token: label, pin } = await makeToken();
    return openToken({ module, label, pin: () => pin });
  }

  return { module, makeToken, openFresh };
}
