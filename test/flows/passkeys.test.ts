import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { cardPin, cardPinBound, passkey } from '../../federation/index.ts';
import { openParties, type Parties, samlUrl, sp } from '../idp/sign-on-world.ts';
import { browser as plainBrowser, signInAt, type TestBrowser } from '../idp/world.ts';
import { skipUnless } from '../skip-unless.ts';
import { accessibilityFaults, chromiumPath, openAuthenticator, openChromium, picture } from './browser.ts';

const desktop = { width: 1100, height: 900 };
const phone = { width: 360, height: 740 };

describe('passkeys in Chromium', function () {
  this.timeout(120_000);
  let world: Parties;
  let browser: Browser;
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    world = await openParties();
    browser = await openChromium();
  });
  after(async () => {
    await browser?.close();
    await world?.hub.close();
  });

  /** A window whose resident has just presented card and PIN, with a device that can keep passkeys. */
  async function open({ viewport = desktop, locale = 'ja-JP', bare = false } = {}) {
    const own = plainBrowser();
    const prompt = await own.visit(`${world.hub.origin}/account`);
    await own.visit(await signInAt(own, prompt.url, world.issued));
    const context = await browser.newContext({ locale, viewport });
    context.setDefaultTimeout(15_000);
    await context.addCookies(await cookiesOf(own));
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    // Nobody answers at the parties' addresses.
    await page.route(
      (url) => url.origin !== world.hub.origin,
      (route) => route.fulfill({ body: 'party' }),
    );
    const device = bare ? undefined : await openAuthenticator(page);
    return { own, context, page, problems, device };
  }

  const asking = (level: string) =>
    samlUrl(world, { requestedAuthnContext: { comparison: 'exact', classRefs: [level] } });

  async function cookiesOf({ jar }: Pick<TestBrowser, 'jar'>) {
    const cookies = await jar.getCookies(world.hub.origin);
    return cookies.map(({ key, value }) => ({ name: key, value, url: world.hub.origin }));
  }

  async function check(page: Page, name: string): Promise<void> {
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).to.equal(true);
    expect(await accessibilityFaults(page), name).to.deep.equal([]);
    await picture(page, `passkey-${name}`);
  }

  const words = {
    'ja-JP': {
      bind: 'パスキーを登録する',
      use: 'パスキーで確認する',
      alone: 'パスキーでログインする',
      remove: '削除する',
    },
    'en-GB': {
      bind: 'Set up a passkey',
      use: 'Confirm with the passkey',
      alone: 'Sign in with the passkey',
      remove: 'Remove',
    },
  } as const;

  for (const [locale, size, viewport] of [
    ['ja-JP', 'phone', phone],
    ['en-GB', 'desktop', desktop],
  ] as const)
    it(`are bound on the way and used beside the card, used alone, listed and removed (${locale}, ${size})`, async () => {
      const { context, page, problems, device } = await open({ locale, viewport });
      const { bind, use, alone, remove } = words[locale];
      const at = `${locale}-${size}`;
      await page.goto(await asking(cardPinBound));
      await check(page, `enrol-${at}`);
      await page.getByRole('button', { name: bind }).click();
      await page.getByRole('button', { name: use }).waitFor();
      await check(page, `use-${at}`);
      await page.getByRole('button', { name: use }).click();
      await page.waitForURL(`${sp.acsUrl}**`);
      expect(await device?.credentials()).to.have.length(1);

      await page.goto(await asking(passkey));
      await check(page, `alone-${at}`);
      await page.getByRole('button', { name: alone }).click();
      await page.waitForURL(`${sp.acsUrl}**`);

      await page.goto(`${world.hub.origin}/account/authenticators`);
      expect(await page.locator('#sign-in').count(), 'a passkey alone does not open it').to.equal(1);
      expect(problems).to.deep.equal([]);
      await context.close();
      const again = await open({ locale, viewport });
      await again.page.goto(`${world.hub.origin}/account/authenticators`);
      await check(again.page, `account-${at}`);
      await again.page.getByRole('button', { name: bind }).click();
      await again.page.locator('#bound').waitFor();
      await check(again.page, `account-bound-${at}`);
      const removeIt = again.page.locator('article button', { hasText: remove });
      while (await removeIt.count()) {
        await removeIt.first().click();
        await again.page.locator('#removed').waitFor();
      }
      await check(again.page, `account-removed-${at}`);
      expect(again.problems).to.deep.equal([]);
      await again.context.close();
    });

  it('are offered beside the card where both would do, and lead back to it', async () => {
    const { context, page } = await open({ viewport: phone });
    await context.clearCookies();
    const requestedAuthnContext = { comparison: 'exact', classRefs: [passkey, cardPin] } as const;
    await page.goto(await samlUrl(world, { requestedAuthnContext }));
    await check(page, 'offered');
    await page.getByRole('link', { name: 'パスキーでログイン' }).click();
    await page.getByRole('button', { name: words['ja-JP'].alone }).waitFor();
    await check(page, 'chosen');
    await page.getByRole('link', { name: 'カードと暗証番号でログイン' }).click();
    await page.locator('#sign-in').waitFor();
    await context.close();
  });

  it('say what happened when the device did not verify its holder, and work at the next press', async () => {
    const { context, page, device } = await open();
    await page.goto(await asking(cardPinBound));
    await page.getByRole('button', { name: words['ja-JP'].bind }).click();
    const use = page.getByRole('button', { name: words['ja-JP'].use });
    await use.waitFor();
    await device?.verify(false);
    await use.click();
    await page.getByText('P-101').waitFor();
    await check(page, 'not-verified');
    await device?.verify(true);
    await use.click();
    await page.waitForURL(`${sp.acsUrl}**`);
    await context.close();
  });
});
