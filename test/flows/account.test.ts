import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type AccountWorld, agreeTo, startAccountWorld } from '../idp/account-world.ts';
import { freePort } from '../ports.ts';
import { skipUnless } from '../skip-unless.ts';
import { accessibilityFaults, chromiumPath, openChromium, picture } from './browser.ts';

const [desktop, phone] = [
  { width: 1100, height: 900 },
  { width: 360, height: 740 },
];

describe('consent and account pages in Chromium', function () {
  this.timeout(120_000);
  let world: AccountWorld;
  let browser: Browser;
  let portal: Server;
  let portalOrigin = '';
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    world = await startAccountWorld();
    browser = await openChromium();
    const port = await freePort();
    portalOrigin = `http://127.0.0.1:${port}`;
    portal = createServer((_request, response) => response.end('portal')).listen(port, '127.0.0.1');
    await once(portal, 'listening');
  });
  after(async () => {
    await browser?.close();
    portal?.close();
    await world?.close();
  });

  /** A window in which the resident is signed in. */
  async function open({ viewport = desktop, locale = 'ja-JP' } = {}) {
    const own = await world.signedIn();
    const context = await browser.newContext({ locale, viewport });
    context.setDefaultTimeout(15_000);
    await context.addCookies(await cookiesOf(own));
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('422')) problems.push(message.text());
    });
    return { own, context, page, problems };
  }

  /** The address that a portal's query leads to. */
  async function question(): Promise<string> {
    const { id } = await world.open({ returnOrigins: [portalOrigin] });
    return world.pageOf(id, `${portalOrigin}/coverage`);
  }

  async function cookiesOf({ jar }: Awaited<ReturnType<AccountWorld['signedIn']>>) {
    const cookies = await jar.getCookies(world.origin);
    return cookies.map(({ key, value }) => ({ name: key, value, url: world.origin }));
  }

  async function look(context: BrowserContext, size: string, background: string): Promise<void> {
    const url = world.origin;
    await context.addCookies([{ name: 'sanuki-hub-view', value: `ja.${size}.${background}`, url }]);
  }

  /** Readable by everyone: no accessibility fault (WCAG 2.2 AA) and nothing to scroll sideways for. */
  async function check(page: Page, name: string): Promise<void> {
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).to.equal(true);
    expect(await accessibilityFaults(page), name).to.deep.equal([]);
    await picture(page, `account-${name}`);
  }

  /** What a year of use leaves. */
  async function history(): Promise<void> {
    const partyName = { ja: '春日佐々木医院', en: 'Kasuga Sasaki clinic' };
    const eligibility = { partyName, purpose: 'urn:x-sanuki:purpose:eligibility-check', types: ['eligibility'] };
    const consent = (await world.consentsOf())[0]?.id;
    for (let at = 0; at < 8; at++) await world.record({ consent });
    await world.record({ result: 'withheld', code: 'CONSENT_MISSING' });
    await world.record({ consent, result: 'partial', sources: [{ id: 'kyokai', state: 'silent' }] });
    await world.record({ ...eligibility, place: { ja: '受付1', en: '受付1' }, reference: 'Q-20261001-000123' });
    await world.record({ ...eligibility, result: 'refused', code: 'LEVEL_TOO_LOW' });
  }

  it('asks, is told what is missing, and goes back to the party with the answer', async () => {
    const { context, page, problems } = await open();
    await page.goto(await question());
    expect(await page.locator(':checked').count(), 'nothing is ticked').to.equal(0);
    await check(page, 'consent');
    await page.getByRole('button', { name: '同意する' }).click();
    await page.getByText('まだ選ばれていないところがあります').waitFor();
    expect(await page.evaluate('document.activeElement.id'), 'the summary is read first').to.equal('errors');
    await check(page, 'consent-missing');
    await page.getByRole('link', { name: 'いつまで提供してよいか' }).click();
    expect(page.url()).to.include('#period-0');
    await page.getByLabel('健康保険の加入情報').check();
    await page.getByLabel('90日間').check();
    await picture(page, 'account-consent-chosen');
    await page.getByRole('button', { name: '同意する' }).click();
    await page.waitForURL(`${portalOrigin}/**`);
    expect(page.url()).to.include('ResendMessage=urn');
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('is answered by keyboard alone, and no is as near as yes', async () => {
    const { context, page, problems } = await open();
    await page.goto(await question());
    await page.getByLabel('健康保険の加入情報').focus();
    await page.keyboard.press('Space');
    expect(await page.locator(':checked').count()).to.equal(1);
    const [yes, no] = [
      page.getByRole('button', { name: '同意する' }),
      page.getByRole('button', { name: '同意しない' }),
    ];
    const [first, second] = [await yes.boundingBox(), await no.boundingBox()];
    expect(first?.height).to.equal(second?.height);
    await no.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`${portalOrigin}/**`);
    expect(page.url()).to.include('ResendMessage=0');
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('shows consents and accesses, and withdraws', async () => {
    const { own, context, page, problems } = await open();
    await page.goto(`${world.origin}/account`);
    await check(page, 'empty');
    await world.answer(own, (await world.open()).page, agreeTo('1-year', 'coverage'));
    await world.answer(own, (await world.open()).page, agreeTo('session', 'coverage', 'eligibility'));
    await history();
    await page.reload();
    await check(page, 'filled');
    await page.getByRole('button', { name: '撤回する' }).first().click();
    await page.getByText('すでに渡した情報は取り消せません').waitFor();
    await page.locator('summary').click();
    await check(page, 'withdrawn');
    await page.getByRole('link', { name: '前の記録を見る' }).click();
    await page.getByRole('link', { name: '新しい記録に戻る' }).waitFor();
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  for (const [size, background] of [
    ['small', 'standard'],
    ['large', 'black'],
    ['medium', 'cream'],
  ] as const) {
    it(`is readable on a phone and a desktop with text ${size} on ${background}, without sideways scrolling`, async () => {
      for (const [name, viewport] of Object.entries({ phone, desktop })) {
        const { context, page } = await open({ viewport });
        await look(context, size, background);
        await page.goto(await question());
        await page.getByRole('button', { name: '同意する' }).click();
        await check(page, `consent-${name}-${size}-${background}`);
        await page.goto(`${world.origin}/account`);
        await check(page, `account-${name}-${size}-${background}`);
        await context.close();
      }
    });
  }

  it('speaks English too', async () => {
    for (const [name, viewport] of Object.entries({ phone, desktop })) {
      const { context, page } = await open({ viewport, locale: 'en-GB' });
      await page.goto(await question());
      await check(page, `consent-${name}-english`);
      await page.goto(`${world.origin}/account`);
      await check(page, `account-${name}-english`);
      await context.close();
    }
  });
});
