import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { readCookieFile } from '../../cli/cookie-file.ts';
import { root } from '../root.ts';
import { skipUnless } from '../skip-unless.ts';
import { accessibilityFaults, chromiumPath, openChromium, picture } from './browser.ts';
import { sanuki, startTrialProcess, type TrialProcess } from './trial.ts';

const run = promisify(execFile);
const [desktop, phone] = [
  { width: 1280, height: 900 },
  { width: 390, height: 780 },
];
const blocksOf = async (name: string) =>
  (await readFile(join(root, 'docs', name), 'utf8')).match(/^```[\s\S]*?^```$/gm) ?? [];

describe('the administration API in a trial', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let folder = '';
  before(async () => {
    trial = await startTrialProcess();
    folder = await mkdtemp(join(tmpdir(), 'sanuki-api-guide-'));
  });
  after(async () => {
    await trial?.stop();
    await trial?.clean();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('has the same commands in Japanese', async () => {
    expect(await blocksOf('api.ja.md')).to.deep.equal(await blocksOf('api.md')).and.to.not.be.empty;
  });

  it('does what its guide says, command by command', async () => {
    await mkdir(join(folder, 'bin'));
    const command = `exec ${process.execPath} ${join(root, 'cli/sanuki.mjs')} "$@" --data ${trial.data}`;
    await writeFile(join(folder, 'bin/npx'), `#!/bin/sh\nshift\n${command}\n`, { mode: 0o755 });
    const commands = (await blocksOf('api.md'))
      .flatMap((block) => (block.startsWith('```sh\n') ? [block.slice(6, -3)] : []))
      .join('\n')
      .replaceAll('http://localhost:4100', trial.summary.hub);
    await writeFile(join(folder, 'guide.sh'), `set -eu -o pipefail\n${commands}`);
    const { stdout } = await run('bash', ['guide.sh'], {
      cwd: folder,
      env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
    });
    const said = [
      '"act": "register"',
      '"outcome": "registered"',
      '"status": "approved"',
      'proposed\n',
      'suspended\n',
      'stopped\n',
    ];
    const told = ['2026-000123  noted', '2026-000124  unknown', '2026-000125  KIND_NOT_YOURS'];
    for (const words of [...said, ...told, 'provider.suspend  client:pipeline', '"code": "SCOPE_MISSING"'])
      expect(stdout).to.include(words);
    const { out } = await sanuki('provider', 'show', 'api-library', '--data', trial.data);
    expect(JSON.parse(out)).to.include({ status: 'suspended' });
  });

  describe('in Chromium', () => {
    let browser: Browser;
    before(async function () {
      skipUnless(chromiumPath !== undefined, 'Chromium', this);
      browser = await openChromium();
    });
    after(() => browser?.close());

    /** No accessibility fault (WCAG 2.2 AA) and nothing to scroll sideways for, wide and narrow. */
    async function check(page: Page, name: string): Promise<void> {
      for (const [size, viewport] of Object.entries({ phone, desktop })) {
        await page.setViewportSize(viewport);
        const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
        expect(fits, `${name} ${size}`).to.equal(true);
        expect(await accessibilityFaults(page), name).to.deep.equal([]);
        await picture(page, `api-${name}-${size}`);
      }
    }

    it('is read without a token, in both languages', async () => {
      for (const locale of ['ja-JP', 'en-GB']) {
        const page = await browser.newPage({ locale });
        await page.goto(`${trial.summary.hub}/api/admin/v1/docs`);
        await page.getByText('Decision', { exact: true }).click();
        await check(page, `reference-${locale}`);
        await page.close();
      }
    });

    it('asks an administrator before a program acts in their name', async () => {
      const { hub, cards } = trial.summary;
      const client = join(folder, 'agreed.json');
      const metadata = {
        client_id: 'agreed',
        'client_name#ja': '審査ツール',
        'client_name#en': 'Review desk',
        redirect_uris: ['http://127.0.0.1:8085/callback'],
        sanuki_api: { scopes: ['admin.providers.read', 'admin.providers.approve'] },
      };
      await writeFile(client, JSON.stringify(metadata));
      expect((await sanuki('provider', 'add', '--oidc', client, '--approve', '--data', trial.data)).code).to.equal(0);
      const card = cards.find(({ resident }) => resident === 'P040');
      const jar = join(folder, 'approver.jar');
      const args = ['--cookies', jar, '--card', card?.number ?? '', '--pin', card?.pin ?? '', '--data', trial.data];
      await sanuki('sign-in', '--page', `${hub}/admin`, ...args);
      const context = await browser.newContext({ locale: 'ja-JP', viewport: desktop });
      const cookies = await (await readCookieFile(jar)).jar.getCookies(hub);
      await context.addCookies(cookies.map(({ key, value }) => ({ name: key, value, url: hub })));
      const page = await context.newPage();
      const asked = {
        client_id: 'agreed',
        response_type: 'code',
        redirect_uri: 'http://127.0.0.1:8085/callback',
        scope: 'admin.providers.read admin.providers.approve',
        resource: `${hub}/api/admin/v1`,
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        state: 'x',
      };
      await page.goto(`${hub}/oidc/authorize?${new URLSearchParams(asked)}`);
      await page.getByText('承認できるようになります').waitFor();
      await check(page, 'agreement');
      await context.route('http://127.0.0.1:8085/**', (route) => route.fulfill({ body: 'signed in' }));
      const left = page.waitForRequest((request) => request.url().startsWith('http://127.0.0.1:8085/callback'));
      await page.getByRole('button', { name: '任せる', exact: true }).click();
      expect(new URL((await left).url()).searchParams.get('code')).to.be.a('string');
      await page.getByText('signed in').waitFor();
      await page.goto(`${hub}/admin/provider?id=oidc%3Aagreed`);
      await page.getByText('管理APIの権限').waitFor();
      await check(page, 'client');
      await context.close();
    });
  });
});
