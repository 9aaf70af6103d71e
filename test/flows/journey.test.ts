import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults, openAuthenticator, picture } from './browser.ts';
import type { TrialProcess } from './trial.ts';
import { withTrialInChromium } from './trial-in-chromium.ts';

describe('a resident with a card in Chromium', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let browser: Browser;
  withTrialInChromium((opened) => {
    ({ trial, browser } = opened);
  });

  async function setUp(viewport = { width: 1100, height: 900 }) {
    const context = await browser.newContext({ locale: 'ja-JP', viewport });
    context.setDefaultTimeout(15_000);
    const problems: string[] = [];
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    return { context, page, problems };
  }

  /** One card box page per browser, as on a desk; closing a page in the middle of a load can hang Chromium. */
  const boxes = new WeakMap<BrowserContext, Page>();
  async function cardBox(context: BrowserContext): Promise<Page> {
    const box = boxes.get(context) ?? (await context.newPage());
    boxes.set(context, box);
    await box.goto(trial.summary.cardBox);
    return box;
  }

  async function putOnReader(context: BrowserContext, label: string): Promise<void> {
    const box = await cardBox(context);
    const button = box.locator(`button[aria-label*="${label}"]`);
    if (await button.isEnabled()) await button.click();
    await box.locator(`[data-card=present]:has-text("${label}")`).waitFor();
    await picture(box, 'card-box');
  }

  async function liftFromReader(context: BrowserContext): Promise<void> {
    const box = await cardBox(context);
    const lift = box.locator('form[action="/reader/lift"] button');
    if (await lift.count()) await lift.click();
    await box.locator('[data-card=absent]').waitFor();
  }

  async function enterPin(page: Page, pin: string): Promise<void> {
    await page.locator('#pin').fill(pin);
    await page.locator('#pin-form button[type=submit]').click();
  }

  /** The newcomer's first time at a service that asks for a key beside the card: no card again, two presses. */
  async function bindAndUseKey(page: Page): Promise<void> {
    // A browser lets only the page in front ask its device; the card box was there.
    await page.bringToFront();
    await page.getByRole('heading', { name: '次に、パスキーを登録します' }).waitFor();
    await picture(page, 'kmix-passkey');
    expect(await page.locator('[aria-current=step]').textContent()).to.include('パスキー');
    await page.getByRole('button', { name: 'パスキーを登録する' }).click();
    await page.getByText('パスキーを登録しました').waitFor();
    await page.getByRole('button', { name: 'パスキーで確認する' }).click();
  }

  it('signs in once at the portal and is known to PHR and clinic without a second prompt, to K-MIX with a key', async () => {
    const { context, page, problems } = await setUp();
    await openAuthenticator(page);
    const { portal, kmix, phr, clinic, cards } = trial.summary;
    const [card] = cards;
    await liftFromReader(context);
    await page.goto(portal);
    await picture(page, 'portal');
    await page.locator('#sign-in').click();
    await page.getByText('かがわSSCポータル').waitFor();
    await picture(page, 'sign-in-card');
    expect(await page.locator('[aria-current=step]').textContent()).to.include('カードを置く');
    await putOnReader(context, card?.resident ?? '');
    await page.locator('#pin').waitFor();
    expect(await page.locator('[aria-current=step]').textContent()).to.include('暗証番号');
    await picture(page, 'sign-in-pin');
    await enterPin(page, card?.pin ?? '');
    await page.waitForURL(`${portal}/`);
    expect(await page.locator('#name').textContent()).to.equal('ヤシマ ヨウスケ');
    await picture(page, 'portal-signed-in');
    const pseudonyms = [await page.locator('#pseudonym').textContent()];
    for (const [name, origin] of Object.entries({ kmix, phr, clinic })) {
      await page.goto(origin);
      await page.locator('#sign-in').click();
      if (name === 'kmix') await bindAndUseKey(page);
      await page.waitForURL(`${origin}/`);
      const level = name === 'kmix' ? 'urn:x-sanuki:ac:card-pin-bound' : 'urn:x-sanuki:ac:card-pin';
      expect(await page.locator('#level').textContent(), name).to.equal(level);
      pseudonyms.push(await page.locator('#pseudonym').textContent());
      await picture(page, `${name}-signed-in`);
    }
    expect(new Set(pseudonyms).size, 'no two parties share an identifier').to.equal(4);
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('signs out by the button of one service, and is asked for the card again', async () => {
    const { context, page } = await setUp();
    const [card] = trial.summary.cards;
    await page.goto(`${trial.summary.phr}/sign-in`);
    await putOnReader(context, card?.resident ?? '');
    await enterPin(page, card?.pin ?? '');
    await page.waitForURL(`${trial.summary.phr}/`);
    await page.getByRole('button', { name: 'ログアウト' }).click();
    await page.getByText('ログインの入口からログアウトしました').waitFor();
    await page.locator('#sign-in').click();
    await page.getByText('カードを置く').waitFor();
    await context.close();
  });

  it('is told what is wrong and what helps: ride-only card, wrong PIN, suspended card, full-width digits', async () => {
    const { context, page } = await setUp();
    const card = trial.summary.cards[2];
    await liftFromReader(context);
    await page.goto(`${trial.summary.portal}/sign-in`);
    await putOnReader(context, 'IruCa');
    await page.getByText('K-103').waitFor();
    await picture(page, 'ride-only');
    await putOnReader(context, 'P016');
    await page.locator('#pin').waitFor();
    await liftFromReader(context);
    await page.getByText('カードが外れました').waitFor();
    await putOnReader(context, 'P016');
    await enterPin(page, '295748');
    await page.getByText('I-201').waitFor();
    await page.getByText('カードをリーダーから外してください').waitFor();
    await picture(page, 'suspended');
    await liftFromReader(context);
    await page.getByText('カードをカードリーダーに置いてください').waitFor();
    await putOnReader(context, card?.resident ?? '');
    await page.locator('#pin').waitFor();
    await enterPin(page, '111999');
    await page.getByText('残り4回').waitFor();
    await picture(page, 'wrong-pin');
    await page.locator('#pin').waitFor();
    await enterPin(
      page,
      (card?.pin ?? '').replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
    );
    await page.waitForURL(`${trial.summary.portal}/`);
    await context.close();
  });

  it('cancels and is told so by the service', async () => {
    const { context, page } = await setUp();
    for (const origin of [trial.summary.portal, trial.summary.phr]) {
      await page.goto(`${origin}/sign-in`);
      await page.getByRole('button', { name: 'ログインをやめる' }).click();
      await page.getByText('ログインをやめました').waitFor();
      expect(page.url()).to.match(new RegExp(`^${origin}`));
    }
    await context.close();
  });

  it('works by keyboard alone, and hears each step (live status, alert, focus on the PIN)', async () => {
    const { context, page } = await setUp();
    const card = trial.summary.cards[1];
    await liftFromReader(context);
    await page.goto(`${trial.summary.phr}/sign-in`);
    expect(await page.locator('[role=status]').textContent()).to.include('カードリーダーに置いて');
    await putOnReader(context, card?.resident ?? '');
    await page.locator('#pin').waitFor();
    expect(await page.evaluate('document.activeElement.id')).to.equal('pin');
    await page.keyboard.type(card?.pin ?? '');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${trial.summary.phr}/`);
    await context.close();
  });

  for (const [size, background] of [
    ['小', '標準'],
    ['大', '黒'],
    ['中', 'クリーム'],
  ]) {
    it(`is readable on a phone with text ${size} on background ${background}, without sideways scrolling or accessibility faults`, async () => {
      const { context, page } = await setUp({ width: 360, height: 740 });
      await liftFromReader(context);
      for (const [name, url] of [
        ['prompt', `${trial.summary.portal}/sign-in`],
        ['portal', trial.summary.portal],
        ['refusal', `${trial.summary.hub}/saml/sso?SAMLRequest=x`],
        ['card-box', trial.summary.cardBox],
        ['sample-body', trial.summary.bodies.nhi],
      ] as const) {
        await page.goto(url);
        await page.locator(`a.choice:text-is("${size}")`).click();
        await page.locator(`a.choice:text-is("${background}")`).click();
        await page.locator('h1').waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).to.equal(true);
        expect(await accessibilityFaults(page), name).to.deep.equal([]);
        await picture(page, `phone-${name}-${size}-${background}`);
      }
      await context.close();
    });
  }
});
