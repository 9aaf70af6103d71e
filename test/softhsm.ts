import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openToken, type Token } from '../lib/pkcs11.ts';
import { skipUnless } from './skip-unless.ts';
import { initToken, isSoftHsmInstalled, keepTokensIn, softHsmModule } from './softhsm-token.ts';

/**
 * One folder for the whole process, which the SoftHSM2 module reads from its environment once. A test runner may load this
 * file twice, so the environment is also where the folder is found again.
 */
let own: string | undefined;
after(() => {
  if (own !== undefined) rmSync(own, { recursive: true });
});

function folderOfTokens(): string {
  const there = process.env.SOFTHSM2_CONF;
  if (there?.startsWith(join(tmpdir(), 'sanuki-softhsm-'))) return dirname(there);
  own = mkdtempSync(join(tmpdir(), 'sanuki-softhsm-'));
  keepTokensIn(own);
  return own;
}

/** SoftHSM2 in the describe block it is called in, which is skipped visibly where it is not installed. */
export function withSoftHsm() {
  before(function () {
    skipUnless(isSoftHsmInstalled(), 'softhsm2', this);
  });

  const makeToken = () => initToken(folderOfTokens(), `sanuki-${randomBytes(6).toString('hex')}`);

  /** Opened in this process. */
  async function openFresh(): Promise<Token> {
    const { module, token: label, pin } = await makeToken();
    return openToken({ module, label, pin: () => pin });
  }

  return { module: softHsmModule, makeToken, openFresh };
}
