import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { readCookieFile } from '../../cli/cookie-file.ts';
import { buildAuthnRequest, encodeRedirect } from '../../federation/index.ts';
import { newSamlParty, sp } from '../idp/explain-world.ts';
import { skipUnless } from '../skip-unless.ts';
import { accessibilityFaults, chromiumPath, openChromium, picture } from './browser.ts';
import { sanuki, startTrialProcess, type TrialProcess } from './trial.ts';

const [desktop, phone] = [
  { width: 1100, height: 900 },
  { width: 390, height: 844 },
];

describe('a caller reads out a code, and staff looks it up in Chromium', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let browser: Browser;
  let staff: Page;
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    trial = await startTrialProcess();
    browser = await openChromium();
    staff = await signedIn('P001');
  });
  after(async () => {
    await browser?.close();
    await trial?.stop();
    await trial?.clean();
  });

  async function window(): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ locale: 'ja-JP', viewport: desktop });
    context.setDefaultTimeout(15_000);
    return { context, page: await context.newPage() };
  }

  async function signedIn(resident: string): Promise<Page> {
    const { hub, cards } = trial.summary;
    const card = cards.find((one) => one.resident === resident);
    const jar = join(trial.data, `${resident}.cookies`);
    const who = ['--card', card?.number ?? '', '--pin', card?.pin ?? '', '--data', trial.data];
    await sanuki('sign-in', '--page', `${hub}/admin`, '--cookies', jar, ...who);
    const cookies = await (await readCookieFile(jar)).jar.getCookies(hub);
    const { context, page } = await window();
    await context.addCookies(cookies.map(({ key, value }) => ({ name: key, value, url: hub })));
    await page.goto(`${hub}/admin`);
    return page;
  }

  const codeOn = async (page: Page) => (await page.locator('code').first().textContent()) ?? '';

  /** As staff types it; readable by everyone, wide and narrow. */
  async function lookUp(code: string, name: string): Promise<string> {
    await staff.setViewportSize(desktop);
    await staff.goto(`${trial.summary.hub}/admin`);
    await staff.getByRole('link', { name: '番号で調べる' }).click();
    await staff.getByLabel('お問い合わせ番号').fill(code);
    await staff.getByRole('button', { name: '調べる' }).click();
    await staff.locator('#finding').waitFor();
    await staff.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    for (const [size, viewport] of Object.entries({ desktop, phone })) {
      await staff.setViewportSize(viewport);
      expect(await staff.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} ${size}`).to.equal(
        true,
      );
      expect(await accessibilityFaults(staff), name).to.deep.equal([]);
      await picture(staff, `explain-${name}-${size}`);
    }
    return (await staff.locator('main').textContent()) ?? '';
  }

  it('of a cancelled sign-in', async () => {
    const { context, page } = await window();
    await page.goto(trial.summary.portal);
    await page.locator('#sign-in').click();
    await page.getByRole('button', { name: 'ログインをやめる' }).waitFor();
    const code = await codeOn(page);
    await picture(page, 'explain-prompt');
    expect(await lookUp(code, 'open')).to.include('ログインの途中です');
    await page.getByRole('button', { name: 'ログインをやめる' }).click();
    await page.waitForURL(`${trial.summary.portal}/**`);
    expect(await lookUp(code, 'cancelled'))
      .to.include('「やめる」を押しました')
      .and.include('かがわSSCポータル');
    await context.close();
  });

  it('of a wrong PIN, and of the right one after it', async () => {
    const { context, page } = await window();
    const box = await context.newPage();
    await box.goto(trial.summary.cardBox);
    await box.locator('button[aria-label*="P032"]').click();
    await box.locator('[data-card=present]:has-text("P032")').waitFor();
    await page.goto(trial.summary.portal);
    await page.locator('#sign-in').click();
    await page.locator('#pin').waitFor();
    const code = await codeOn(page);
    await page.locator('#pin').fill('111999');
    await page.locator('#pin-form button[type=submit]').click();
    await page.getByText('K-104').waitFor();
    expect(await lookUp(code, 'wrong-pin')).to.include('暗証番号が違いました');
    expect(await codeOn(page), 'still on the page').to.equal(code);
    await page.locator('#pin').fill(trial.summary.cards.find(({ resident }) => resident === 'P032')?.pin ?? '');
    await page.locator('#pin-form button[type=submit]').click();
    await page.waitForURL(`${trial.summary.portal}/`);
    expect(await lookUp(code, 'answered')).to.include('ログインは成功し');
    await context.close();
  });

  it('of a wrong ACS, a wrong redirect_uri and an unknown service with script in its name', async () => {
    const { hub, issuer } = trial.summary;
    const { metadata, key } = await newSamlParty();
    const saml = async (issuerName: string, acsUrl: string) => {
      const request = { issuer: issuerName, acsUrl, destination: `${hub}/saml/sso`, now: Date.now() };
      const xml = await buildAuthnRequest({ id: `_${randomBytes(8).toString('hex')}`, ...request });
      return encodeRedirect(`${hub}/saml/sso`, { name: 'SAMLRequest', xml, key });
    };
    const [saved, client] = [join(trial.data, 'explained.xml'), join(trial.data, 'explained.json')];
    await writeFile(saved, metadata);
    await writeFile(client, JSON.stringify({ client_id: 'explained', redirect_uris: ['http://127.0.0.1:9/cb'] }));
    for (const [kind, file] of [['--metadata', saved] as const, ['--oidc', client] as const]) {
      const added = await sanuki('provider', 'add', kind, file, '--approve', '--data', trial.data);
      expect(added.code, added.errors).to.equal(0);
    }
    const wanted = { client_id: 'explained', response_type: 'code', scope: 'openid' };
    const pkce = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' };
    const oidc = (more: object) => `${issuer}/oidc/authorize?${new URLSearchParams({ ...wanted, ...pkce, ...more })}`;
    const script = 'https://x.example/"><script>document.title="taken"</script>';
    const elsewhere = { redirect_uri: 'http://127.0.0.1:9/other' };
    const cases = {
      acs: [await saml(sp.entityId, 'https://evil.example/acs'), 'https://evil.example/acs'],
      script: [await saml(script, 'https://evil.example/acs'), '登録されていません'],
      redirect: [oidc(elsewhere), 'http://127.0.0.1:9/other'],
      client: [oidc({ ...elsewhere, client_id: 'unknown-service' }), '登録されていない'],
    };
    for (const [name, [url = '', words = '']] of Object.entries(cases)) {
      const { context, page } = await window();
      await page.goto(url);
      const code = await codeOn(page);
      await picture(page, `explain-refusal-${name}`);
      await context.close();
      expect(await lookUp(code, name), name).to.include(words);
      expect(await staff.title()).to.not.equal('taken');
    }
  });

  it('by the command too, and says so of what it does not have', async () => {
    const { context, page } = await window();
    await page.goto(`${trial.summary.hub}/nowhere`);
    const code = await codeOn(page);
    await context.close();
    await staff.waitForTimeout(500);
    const { out } = await sanuki('explain', code.toLowerCase(), '--data', trial.data);
    expect(out).to.include('PAGE_MISSING').and.include('tell the caller');
    const json = JSON.parse((await sanuki('explain', code, '--json', '--data', trial.data)).out);
    expect(json).to.deep.include({ trace: code, code: 'PAGE_MISSING', state: 'refused' });
    const unknown = await sanuki('explain', '0000000000', '--data', trial.data);
    expect([unknown.code, unknown.out]).to.deep.equal([1, '']);
    expect(unknown.errors).to.include('no record');
  });
});
