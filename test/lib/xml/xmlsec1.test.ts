import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { signElement, writeXml } from '../../../lib/xml/index.ts';
import { allKeys } from './keys.ts';
import { assertion } from './message.ts';

function isInstalled(): boolean {
  try {
    execFileSync('xmlsec1', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

describe('xmlsec1 as an independent judge', () => {
  let folder = '';
  before(async function () {
    if (!isInstalled()) {
      process.stderr.write('    skipped: the program xmlsec1 is not installed\n');
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'sanuki-xmlsec-'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  async function judge(text: string, publicPem: string): Promise<string> {
    const [message, key] = [join(folder, 'message.xml'), join(folder, 'key.pem')];
    await Promise.all([writeFile(message, text), writeFile(key, publicPem)]);
    const { stdout, stderr } = await promisify(execFile)('xmlsec1', [
      '--verify',
      '--id-attr:ID',
      'urn:oasis:names:tc:SAML:2.0:assertion:Assertion',
      '--pubkey-pem',
      key,
      message,
    ]);
    return stdout + stderr;
  }

  // Debian's xmlsec1 1.2 knows no RSA-PSS.
  for (const { signing, publicPem } of allKeys.filter((key) => !key.signing.algorithm.includes('pss'))) {
    it(`accepts what we sign with ${signing.algorithm}`, async () => {
      const text = writeXml(await signElement(assertion(), signing, { after: 'Issuer' }));
      expect(await judge(text, publicPem)).to.match(/^OK/m);
    });
  }

  it('refuses what was changed', async () => {
    const [key] = allKeys;
    if (!key) throw new Error('a key expected');
    const text = writeXml(await signElement(assertion(), key.signing, { after: 'Issuer' })).replace(
      'persistent',
      'transient',
    );
    const verdict = await judge(text, key.publicPem).catch((error: unknown) => error);
    expect(verdict).to.be.instanceOf(Error);
  });
});
