import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openAuthenticator, picture } from './browser.ts';
import type { TrialProcess } from './trial.ts';
import { withTrialInChromium } from './trial-in-chromium.ts';

describe('a resident’s coverage, from the insurers to the portal and the counter, in Chromium', function () {
  this.timeout(180_000);
  let trial: TrialProcess;
  let browser: Browser;
  withTrialInChromium((opened) => {
    ({ trial, browser } = opened);
  });

  interface Desk {
    readonly context: BrowserContext;
    readonly page: Page;
    readonly box: Page;
  }

  /** A desk: one window, and the card box beside it. */
  async function setUp(): Promise<Desk> {
    const context = await browser.newContext({ locale: 'ja-JP', viewport: { width: 1100, height: 900 } });
    context.setDefaultTimeout(20_000);
    return { context, page: await context.newPage(), box: await context.newPage() };
  }

  async function put(box: Page, resident: string): Promise<void> {
    await box.goto(trial.summary.cardBox);
    await box.locator(`button[aria-label*="${resident}"]`).click();
    await box.locator(`[data-card=present]:has-text("${resident}")`).waitFor();
  }

  async function lift(box: Page): Promise<void> {
    await box.goto(trial.summary.cardBox);
    const button = box.locator('form[action="/reader/lift"] button');
    if (await button.count()) await button.click();
    await box.locator('[data-card=absent]').waitFor();
  }

  async function signIn({ page, box }: Desk, origin: string, resident: string): Promise<void> {
    const pin = trial.summary.cards.find((card) => card.resident === resident)?.pin ?? '';
    await lift(box);
    await page.goto(`${origin}/sign-in`);
    await put(box, resident);
    await page.locator('#pin').fill(pin);
    await page.locator('#pin-form button[type=submit]').click();
    await page.waitForURL(`${origin}/`);
    await lift(box);
  }

  async function misbehave(body: string, mode: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${body}/trial/fault`, { method: 'POST', headers, body: JSON.stringify({ mode }) });
    expect(response.status).to.equal(200);
  }

  async function agree(page: Page): Promise<void> {
    await page.locator('#agree').click();
    await page.locator('input[type=checkbox]').first().check();
    await page.locator('input[type=radio]').first().check();
    await page.getByRole('button', { name: '同意する', exact: true }).click();
  }

  it('is asked for consent, seen, and gone again after the consent is withdrawn', async () => {
    const desk = await setUp();
    const { page, context } = desk;
    const { portal, hub, bodies } = trial.summary;
    await signIn(desk, portal, 'P001');
    await page.locator('#coverage').click();
    await page.locator('#agree').click();
    await page.getByRole('button', { name: '同意しない' }).click();
    await page.getByText('同意されなかったため').waitFor();
    await agree(page);
    await page.locator('#sheet').waitFor();
    expect(await page.locator('#sheet').textContent())
      .to.include('羽巢 聖司')
      .and.include('01370014');
    await picture(page, 'portal-coverage');
    await misbehave(bodies.kyokai, 'close');
    await page.goto(`${portal}/coverage`);
    await page.getByText('協会けんぽ 香川支部から応答がありません').waitFor();
    await picture(page, 'portal-coverage-silent');
    await misbehave(bodies.kyokai, 'none');
    await page.getByRole('link', { name: '再試行' }).click();
    await page.locator('#sheet').waitFor();
    await page.goto(`${hub}/account`);
    expect(await page.locator('main').textContent()).to.include('提供しました');
    await page.getByRole('button', { name: '撤回する' }).click();
    await page.goto(`${portal}/coverage`);
    await page.locator('#consent-needed').waitFor();
    expect(await page.locator('main').textContent()).to.not.include('羽巢');
    await context.close();
  });

  it('is checked at the counter, with every result, while the receptionist stays signed in', async () => {
    const desk = await setUp();
    const { page, box, context } = desk;
    const { clinic, bodies } = trial.summary;
    await signIn(desk, clinic, 'P032');
    const receptionist = await page.locator('#pseudonym').textContent();

    const pinOf = (resident: string) =>
      trial.summary.patients.find((patient) => patient.resident === resident)?.pin ?? '';

    /** The patient puts the card down and enters the PIN, at the receptionist's own terminal. */
    async function check(resident: string, fields: { date?: string; insurer?: string } = {}): Promise<string> {
      await page.goto(clinic);
      for (const [name, value] of Object.entries(fields)) await page.locator(`#${name}`).fill(value);
      await page.locator('#check').click();
      await page.locator('#release').waitFor();
      await put(box, resident);
      await page.locator('#pin').fill(pinOf(resident));
      await page.locator('#pin-form button[type=submit]').click();
      await page.locator('#result').waitFor();
      await lift(box);
      return (await page.locator('#result h2').textContent()) ?? '';
    }

    /** The patient forgot the PIN: staff looked at a document. */
    async function checkByDocument(resident: string): Promise<string> {
      await page.goto(clinic);
      await page.locator('input[name=proof][value=document]').check();
      await page.locator('#document').selectOption('licence');
      await page.locator('#reason').selectOption('forgotten');
      await picture(page, 'clinic-without-pin');
      await page.locator('#check').click();
      await page.locator('#release').waitFor();
      await put(box, resident);
      await page.locator('#result').waitFor();
      await lift(box);
      return (await page.locator('#result h2').textContent()) ?? '';
    }

    await page.locator('#check').click();
    await page.locator('#release').waitFor();
    await put(box, 'P032');
    await page.locator('#pin').fill(trial.summary.cards.find(({ resident }) => resident === 'P032')?.pin ?? '');
    await page.locator('#pin-form button[type=submit]').click();
    await page.getByText('C-503').waitFor();
    await lift(box);
    expect(await checkByDocument('P008')).to.match(/有効$/);
    expect(await check('P033')).to.include('該当資格なし');
    expect(await check('P003')).to.match(/有効$/);
    expect(await page.locator('main').textContent()).to.include('羽巢 聖司'.repeat(6));
    expect(await page.locator('#reference').textContent()).to.match(/^Q-\d{8}-\d+$/);
    expect(await check('P012')).to.include('複数該当');
    expect(await check('P013')).to.match(/無効$/);
    expect(await check('P014')).to.match(/有効$/);
    expect(await check('P014', { insurer: '01370014' })).to.include('新しい資格あり');
    await misbehave(bodies.nhi, 'close');
    expect(await check('P014')).to.include('未確認');
    expect(await page.locator('#last-known').textContent()).to.include('前回この医院で確認した内容（未確認）');
    await picture(page, 'clinic-unconfirmed');
    await misbehave(bodies.nhi, 'none');
    await page.goto(clinic);
    expect(await page.locator('#pseudonym').textContent()).to.equal(receptionist);
    await context.close();
  });

  it('is for receptionists: another resident is told so at the clinic, and at K-MIX', async () => {
    const desk = await setUp();
    const { page, context } = desk;
    const { clinic, kmix } = trial.summary;
    await signIn(desk, clinic, 'P040');
    await page.getByRole('heading', { name: '受付担当者だけが使えます' }).waitFor();
    await openAuthenticator(page);
    await page.bringToFront();
    await page.goto(`${kmix}/sign-in`);
    await page.getByRole('button', { name: 'パスキーを登録する' }).click();
    await page.getByRole('button', { name: 'パスキーで確認する' }).click();
    await page.getByRole('heading', { name: '医療従事者だけが使えます' }).waitFor();
    await picture(page, 'k-mix-refused');
    await context.close();
  });
});
