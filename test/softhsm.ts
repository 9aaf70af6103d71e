import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openToken, type Token } from '../lib/pkcs11.ts';
import { initToken, isSoftHsmInstalled, keepTokensIn, softHsmModule } from './softhsm-token.ts';

/** One for the whole run: the module reads where its tokens are from the environment of the process. */
let folder: string | undefined;
after(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function ownFolder(): string {
  if (folder !== undefined) return folder;
  folder = mkdtempSync(join(tmpdir(), 'sanuki-softhsm-'));
  keepTokensIn(folder);
  return folder;
}

let made = 0;

/** SoftHSM2 in the describe block it is called in, which is skipped visibly where it is not installed. */
export function withSoftHsm() {
  before(function () {
    if (isSoftHsmInstalled()) return;
    process.stderr.write('    skipped: softhsm2 is not installed\n');
    this.skip();
  });

  const makeToken = () => initToken(ownFolder(), `sanuki-${++made}`);

  /** Opened in this process. */
  async function openFresh(): Promise<Token> {
    const { module, token: label, pin } = await makeToken();
    return openToken({ module, label, pin: () => pin });
  }

  return { module: softHsmModule, makeToken, openFresh };
}
