import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, picture } from './browser.ts';
import type { TrialProcess } from './trial.ts';
import { withTrialInChromium } from './trial-in-chromium.ts';

const cardAlone = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:x-sanuki:ac:card' } } });

describe('a patient at the clinic’s counter in Chromium', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let browser: Browser;
  withTrialInChromium((opened) => {
    ({ trial, browser } = opened);
  });

  /** A window at the counter and one with the card box, as they stand on the desk. */
  async function setUp(viewport = { width: 1100, height: 900 }) {
    const context = await browser.newContext({ locale: 'ja-JP', viewport });
    context.setDefaultTimeout(15_000);
    const [page, box] = [await context.newPage(), await context.newPage()];
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await box.goto(trial.summary.cardBox);
    return { context, page, box, problems };
  }

  const counterUrl = (more: Record<string, string> = {}) =>
    `${trial.summary.issuer}/oidc/authorize?${new URLSearchParams({
      client_id: 'clinic-counter-1',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: `${trial.summary.clinic}/counter/callback`,
      state: 'state',
      code_challenge: 'A'.repeat(43),
      code_challenge_method: 'S256',
      ...more,
    })}`;

  async function put(box: Page, resident: string): Promise<void> {
    await box.reload();
    await box.locator(`button[aria-label*="${resident}"]`).click();
    await box.locator(`[data-card=present]:has-text("${resident}")`).waitFor();
  }

  async function lift(box: Page): Promise<void> {
    await box.reload();
    const button = box.locator('form[action="/reader/lift"] button');
    if (await button.count()) await button.click();
    await box.locator('[data-card=absent]').waitFor();
  }

  it('reads what is given, places the card, enters the PIN unseen, and the counter gets its code', async () => {
    const { context, page, box, problems } = await setUp();
    const [card] = trial.summary.cards;
    await lift(box);
    await page.goto(counterUrl());
    await page.getByText('この1回の確認のために渡します').waitFor();
    await picture(page, 'counter-card');
    await put(box, card?.resident ?? '');
    await page.locator('#pin').waitFor();
    expect(await page.locator('#show-pin').count(), 'nobody beside the patient can show the digits').to.equal(0);
    expect(await page.getAttribute('#pin', 'type')).to.equal('password');
    await page.locator('#pin').fill(card?.pin ?? '');
    await picture(page, 'counter-pin');
    await page.locator('#pin-form button[type=submit]').click();
    await page.waitForURL(`${trial.summary.clinic}/counter/callback?code=**`);
    expect(new URL(page.url()).searchParams.get('state')).to.equal('state');
    const cookies = await context.cookies(trial.summary.hub);
    expect(cookies.map(({ name }) => name)).to.not.include('sanuki-hub-session');
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('asks for a card alone by two steps, and takes none that lay there before the page was read', async () => {
    const { context, page, box, problems } = await setUp();
    const [card] = trial.summary.cards;
    await lift(box);
    await put(box, card?.resident ?? '');
    await page.goto(counterUrl({ claims: cardAlone }));
    await page.getByText('カードをいちど外してください').waitFor();
    expect(await page.locator('#pin').count()).to.equal(0);
    expect(await page.locator('.steps li').count()).to.equal(2);
    await picture(page, 'counter-lift-first');
    await lift(box);
    await page.getByText('カードをカードリーダーに置いてください').waitFor();
    await put(box, card?.resident ?? '');
    await page.waitForURL(`${trial.summary.clinic}/counter/callback?code=**`);
    expect(problems).to.deep.equal([]);
    await context.close();
  });

  it('speaks English as well', async () => {
    const { context, page, box } = await setUp();
    await lift(box);
    await page.goto(counterUrl());
    await page.locator('a.choice:text-is("English")').click();
    await page.getByText('for this one check only').waitFor();
    await picture(page, 'counter-english');
    await context.close();
  });

  it('stops by one button, and the counter is told', async () => {
    const { context, page, box } = await setUp();
    await lift(box);
    await page.goto(counterUrl());
    await page.getByRole('button', { name: 'やめる' }).click();
    await page.waitForURL(`${trial.summary.clinic}/counter/callback?error=access_denied**`);
    await context.close();
  });

  for (const [size, background] of [
    ['小', '標準'],
    ['大', '黒'],
  ]) {
    it(`is readable on 360 pixels with text ${size} on background ${background}, without sideways scrolling or accessibility faults`, async () => {
      const { context, page, box } = await setUp({ width: 360, height: 740 });
      await lift(box);
      await page.goto(counterUrl());
      await page.locator(`a.choice:text-is("${size}")`).click();
      await page.locator(`a.choice:text-is("${background}")`).click();
      await page.locator('#release').waitFor();
      await put(box, trial.summary.cards[0]?.resident ?? '');
      await page.locator('#pin').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true);
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await picture(page, `counter-phone-${size}-${background}`);
      await context.close();
    });
  }
});
