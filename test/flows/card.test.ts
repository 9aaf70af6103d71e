import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { issueCard, startTestHub, type TestHub } from '../idp/world.ts';
import { skipUnless } from '../skip-unless.ts';
import { accessibilityFaults, chromiumPath, openChromium, picture } from './browser.ts';
import { startReader } from './reader.ts';

const [desktop, phone] = [
  { width: 1100, height: 900 },
  { width: 360, height: 740 },
];
const [oldPin, newPin] = ['482100', '593817'];

describe('the holder’s card in Chromium', function () {
  this.timeout(120_000);
  let hub: TestHub;
  let browser: Browser;
  let reader: Awaited<ReturnType<typeof startReader>>;
  let issued: Awaited<ReturnType<typeof issueCard>>;
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    browser = await openChromium();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    reader = await startReader();
    hub = await startTestHub({ more: { signIn: { softwareReader: reader.address } } });
    issued = await issueCard(hub);
    reader.put(issued.card);
  });
  afterEach(async () => {
    reader?.close();
    await hub?.close();
  });

  async function open({ viewport = desktop, locale = 'ja-JP' } = {}) {
    const context = await browser.newContext({ locale, viewport });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/40[0-9]|409/.test(message.text())) problems.push(message.text());
    });
    return { context, page, problems };
  }

  /** Signs in with what lies on the reader, at whatever page asks. */
  async function signIn(page: Page, pin: string): Promise<void> {
    await page.locator('#pin').fill(pin);
    await page.locator('#pin').press('Enter');
  }

  async function check(page: Page, name: string): Promise<void> {
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).to.equal(true);
    expect(await accessibilityFaults(page), name).to.deep.equal([]);
    await picture(page, `card-${name}`);
  }

  async function fill(page: Page, texts: Readonly<Record<string, string>>): Promise<void> {
    for (const [id, text] of Object.entries(texts)) await page.locator(`#${id}`).fill(text);
    await page.locator('#again').press('Enter');
  }

  it('changes the PIN: from the account page to the notice, and the new one signs in', async () => {
    const { context, page, problems } = await open();
    await page.goto(`${hub.origin}/account`);
    await signIn(page, oldPin);
    await page.getByRole('link', { name: 'カードとお知らせ' }).click();
    await check(page, 'page');
    await page.getByRole('link', { name: '暗証番号を変える' }).click();
    await check(page, 'pin');
    await fill(page, { pin: oldPin, 'new-pin': '123456', again: '123456' });
    await page.getByText('人に当てられやすい番号').waitFor();
    await check(page, 'pin-weak');
    await fill(page, { pin: '７１９３０５', 'new-pin': newPin, again: newPin });
    await page.getByText('残り4回').waitFor();
    await fill(page, { pin: oldPin, 'new-pin': newPin, again: newPin });
    await page.waitForURL('**/account/card?done=pin');
    await page.getByText('次からは新しい番号をお使いください').waitFor();
    await check(page, 'pin-changed');
    await context.clearCookies();
    await page.goto(`${hub.origin}/account/card`);
    await signIn(page, newPin);
    await page.getByText('暗証番号を変えました').waitFor();
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('waits for the card, and says what to do when it is another one’s or gone', async () => {
    const { context, page, problems } = await open({ viewport: phone });
    await page.goto(`${hub.origin}/account/card/pin`);
    await signIn(page, oldPin);
    await page.locator('#new-pin').waitFor();
    reader.put(undefined);
    await fill(page, { pin: oldPin, 'new-pin': newPin, again: newPin });
    await page.getByText('カードをカードリーダーに置いてください').waitFor();
    await check(page, 'pin-waiting-phone');
    const other = await issueCard(hub, { residentRef: 'r2', number: '1234567890124' });
    reader.put(other.card);
    await page.getByText('別の方のカードです').waitFor();
    await check(page, 'pin-other-phone');
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('says which PIN to try when the last answer is lost, and one of the two works', async () => {
    const { context, page } = await open({ viewport: phone });
    await page.goto(`${hub.origin}/account/card/pin`);
    await signIn(page, oldPin);
    await page.locator('#new-pin').waitFor();
    await page.route('**/pin/commit', (route) => route.abort());
    await fill(page, { pin: oldPin, 'new-pin': newPin, again: newPin });
    await page.getByText('まず新しい暗証番号で').waitFor();
    await check(page, 'pin-uncertain-phone');
    await context.clearCookies();
    await page.goto(`${hub.origin}/account/card`);
    await signIn(page, newPin);
    await page.getByText('残り4回').waitFor();
    await page.locator('#pin').waitFor();
    await signIn(page, oldPin);
    await page.getByRole('heading', { name: 'カードとお知らせ' }).waitFor();
    await context.close();
  });

  it('starts a card with its code, a slip of the finger costing nothing', async () => {
    const { context, page, problems } = await open({ viewport: phone });
    const { office } = hub.credential;
    const task = await office.propose('code', '1234567890123', 'PIN', { as: 'office', id: 'a1' });
    const { made } = await office.approve(task.id, { as: 'office', id: 'a2' });
    const code = made?.code ?? '';
    await page.goto(`${hub.origin}/card/activate`);
    await check(page, 'activate-phone');
    await fill(page, {
      code: `${code.slice(0, 19)}${(Number(code[19]) + 1) % 10}`,
      'new-pin': newPin,
      again: newPin,
    });
    await page.getByText('打ち間違い').waitFor();
    await check(page, 'activate-slip-phone');
    await fill(page, { code: code.replaceAll(/(\d{4})/g, '$1 '), 'new-pin': newPin, again: newPin });
    await page.getByText('暗証番号を決めました').waitFor();
    await check(page, 'activated-phone');
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('stops the card: the sign-in ends with it, and the next try says so', async () => {
    const { context, page, problems } = await open({ viewport: phone });
    await page.goto(`${hub.origin}/account/card`);
    await signIn(page, oldPin);
    await page.getByRole('link', { name: 'カードを止める' }).click();
    await check(page, 'stop-phone');
    await page.getByRole('button', { name: 'このカードを止める' }).click();
    await page.getByRole('heading', { name: 'カードを止めました' }).waitFor();
    await check(page, 'stopped-phone');
    await page.goto(`${hub.origin}/account/card`);
    await signIn(page, oldPin);
    await page.getByText('I-201').waitFor();
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('speaks English, on a phone and a desktop', async () => {
    for (const [name, viewport] of Object.entries({ phone, desktop })) {
      const { context, page } = await open({ viewport, locale: 'en-GB' });
      await page.goto(`${hub.origin}/account/card`);
      await signIn(page, oldPin);
      await page.getByRole('heading', { name: 'Your card and notices' }).waitFor();
      await check(page, `page-english-${name}`);
      for (const [path, title] of [
        ['/account/card/pin', 'pin'],
        ['/account/card/stop', 'stop'],
        ['/card/activate', 'activate'],
      ] as const) {
        await page.goto(`${hub.origin}${path}`);
        await check(page, `${title}-english-${name}`);
      }
      await context.close();
    }
  });
});
