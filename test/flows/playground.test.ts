import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { buildSpMetadata } from '../../federation/index.ts';
import { newKeyPair } from '../peer-keys.ts';
import { accessibilityFaults, picture } from './browser.ts';
import type { TrialProcess } from './trial.ts';
import { withTrialInChromium } from './trial-in-chromium.ts';

const viewports = { desktop: { width: 1100, height: 900 }, phone: { width: 390, height: 844 } };

describe('the test sign-in in Chromium', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let browser: Browser;
  withTrialInChromium((opened) => {
    ({ trial, browser } = opened);
  });

  /** A desk with the card box beside the browser, whose registrar has opened this page of the console. */
  async function desk(path: string, locale: string) {
    const context = await browser.newContext({ locale, viewport: viewports.desktop });
    context.setDefaultTimeout(15_000);
    const [page, box] = [await context.newPage(), await context.newPage()];
    await place(box, 'P001');
    await page.goto(`${trial.summary.hub}${path}`);
    await enterPin(page, 'P001');
    return { context, page, box };
  }

  /** Before a page asks for it: a page that has seen one card waits for that card's PIN. */
  async function place(box: Page, resident: string): Promise<void> {
    await box.goto(trial.summary.cardBox);
    const button = box.locator(`button[aria-label*="${resident}"]`);
    if (await button.isEnabled()) await button.click();
    await box.locator(`[data-card=present]:has-text("${resident}")`).waitFor();
  }

  async function enterPin(page: Page, resident: string): Promise<void> {
    await page.bringToFront();
    await page.locator('#pin').fill(trial.summary.cards.find((card) => card.resident === resident)?.pin ?? '');
    await page.locator('#pin-form button[type=submit]').click();
    await page.locator('#pin').waitFor({ state: 'detached' });
  }

  /** Readable by everyone, wide and narrow, also with everything opened: no fault (WCAG 2.2 AA), nothing to scroll sideways for. */
  async function check(page: Page, name: string): Promise<void> {
    for (const [size, viewport] of Object.entries(viewports)) {
      await page.setViewportSize(viewport);
      const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
      expect(fits, `${name} ${size}`).to.equal(true);
      expect(await accessibilityFaults(page), name).to.deep.equal([]);
      await picture(page, `playground-${name}-${size}`);
    }
    for (const details of await page.locator('main details').all()) await details.locator('summary').click();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} opened`).to.equal(true);
  }

  const row = (page: Page, word: string) => page.getByRole('row').filter({ hasText: word });

  it('shows a pending SAML service’s answer for the registrar’s own card and for a doctor’s', async () => {
    const { page, box, context } = await desk('/admin/providers/new', 'ja-JP');
    const { certificate } = await newKeyPair('library.example');
    const xml = buildSpMetadata({
      entityId: 'https://library.example/mellon/metadata',
      acsUrl: 'https://library.example/mellon/postResponse',
      certificate: certificate.replaceAll(/-----[^-]+-----|\s/g, ''),
      name: { ja: '図書館', en: 'Library' },
    });
    await page.locator('textarea[name=metadata], textarea').first().fill(xml);
    await page.getByLabel('サービスの名前（日本語）').fill('図書館');
    await page.getByLabel('サービスの名前（英語）').fill('Library');
    for (const label of ['氏名', '職員の役割', '職員の所属', '健康保険の加入情報', 'ご本人が自分の情報を見るため'])
      await page.getByLabel(label, { exact: true }).check();
    await page.getByRole('button', { name: '登録する' }).click();
    await page.getByRole('heading', { name: '試験ログイン' }).waitFor();
    await page.getByRole('button', { name: '試験期間を始める' }).click();
    await page.getByRole('button', { name: '試験期間を終える' }).waitFor();
    await check(page, 'provider');
    await page.getByRole('button', { name: '試験期間を終える' }).click();
    await page.getByRole('button', { name: '試験期間を始める' }).waitFor();
    await page.getByRole('button', { name: '試験ログイン' }).click();
    await page.getByText('サービスには何も送りません').waitFor();
    await check(page, 'prompt');
    await enterPin(page, 'P001');
    await page.getByRole('heading', { name: '試験ログインの結果' }).waitFor();
    expect(await row(page, '氏名').textContent()).to.include('バス セイジ');
    expect(await row(page, '職員の役割').textContent()).to.include('職員名簿にいません');
    expect(await row(page, '健康保険').textContent()).to.include('同意を尋ねます');
    await check(page, 'saml');
    await page.reload();
    await page.getByText('時間切れです').waitFor();
    await again(page, context, box);
  });

  /** The doctor holds the card out; the registrar stays signed in to the console. */
  async function again(page: Page, context: BrowserContext, box: Page): Promise<void> {
    const { hub } = trial.summary;
    const id = 'saml:https://library.example/mellon/metadata';
    await page.goto(`${hub}/admin/provider?${new URLSearchParams({ id })}`);
    await place(box, 'P032');
    await page.getByRole('button', { name: '試験ログイン' }).click();
    await enterPin(page, 'P032');
    await page.getByRole('heading', { name: '試験ログインの結果' }).waitFor();
    expect(await row(page, '職員の役割').textContent()).to.include('doctor');
    await check(page, 'saml-doctor');
    await page.getByRole('link', { name: 'サービスの画面に戻る' }).click();
    await page.getByRole('heading', { level: 1, name: '図書館' }).waitFor();
    await context.close();
  }

  it('shows an OpenID Connect service’s claims in English', async () => {
    const { page, context } = await desk('/admin/providers/new?protocol=oidc&entry=document', 'en-GB');
    const json = { client_id: 'loans', redirect_uris: ['https://loans.example/callback'] };
    await page.locator('textarea[name=metadata], textarea').first().fill(JSON.stringify(json));
    await page.getByLabel('Name of the service in Japanese').fill('貸出');
    await page.getByLabel('Name of the service in English').fill('Loans');
    await page.getByLabel('name', { exact: true }).check();
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByRole('link', { name: 'To the registration' }).click();
    await page.getByRole('button', { name: 'Test sign-in' }).click();
    await enterPin(page, 'P001');
    await page.getByRole('heading', { name: 'Result of the test sign-in' }).waitFor();
    await page.getByText('https://loans.example/callback?code=…').waitFor();
    await check(page, 'oidc');
    await context.close();
  });
});
