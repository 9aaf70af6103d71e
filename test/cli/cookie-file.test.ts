import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readCookieFile, writeCookieFile } from '../../cli/cookie-file.ts';
import { skipUnless } from '../skip-unless.ts';

const hub = 'http://localhost:4100/sign-in/x';

describe('a cookie file in the Mozilla format', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-cookies-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** Reads a file, lets the hub set a session cookie, writes it back. */
  async function used(name: string, content: string) {
    const path = join(folder, name);
    await writeFile(path, content);
    const file = await readCookieFile(path);
    const sent = await file.jar.getCookieString(hub);
    await file.jar.setCookie('session=new; Path=/; HttpOnly', hub);
    await writeCookieFile(path, file);
    return { path, sent, written: await readFile(path, 'utf8') };
  }

  it('of curl keeps its dialect: a session’s expiry is 0', async () => {
    const { sent, written } = await used(
      'curl.txt',
      '# Netscape HTTP Cookie File\n# https://curl.se/docs/http-cookies.html\n\n#HttpOnly_localhost\tFALSE\t/\tFALSE\t0\tbrowser\tb\n',
    );
    expect(sent).to.equal('browser=b');
    expect(written)
      .to.include('#HttpOnly_localhost\tFALSE\t/\tFALSE\t0\tbrowser\tb')
      .and.include('#HttpOnly_localhost\tFALSE\t/\tFALSE\t0\tsession\tnew');
  });

  it('of Python keeps its dialect: no expiry for a session, and localhost.local for this host', async () => {
    const { sent, written } = await used(
      'python.txt',
      '# Netscape HTTP Cookie File\n# http://curl.haxx.se/rfc/cookie_spec.html\n\nlocalhost.local\tFALSE\t/\tFALSE\t\tbrowser\tb\n',
    );
    expect(sent).to.equal('browser=b');
    expect(written)
      .to.include('localhost.local\tFALSE\t/\tFALSE\t\tbrowser\tb')
      .and.include('#HttpOnly_localhost.local\tFALSE\t/\tFALSE\t\tsession\tnew');
  });

  it('is read back by Python itself, and its cookies sent to the hub', async function () {
    const { path } = await used(
      'real.txt',
      '# Netscape HTTP Cookie File\n# http://curl.haxx.se/rfc/cookie_spec.html\n\n',
    );
    const script = `
import http.cookiejar, urllib.request
jar = http.cookiejar.MozillaCookieJar(${JSON.stringify(path)}); jar.load(ignore_discard=True)
request = urllib.request.Request(${JSON.stringify(hub)}); jar.add_cookie_header(request)
print(request.get_header('Cookie'))`;
    let said: string;
    try {
      said = execFileSync('python3', ['-c', script], { encoding: 'utf8' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      return skipUnless(false, 'python3', this);
    }
    expect(said.trim()).to.equal('session=new');
  });
});
