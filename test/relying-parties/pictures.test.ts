import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, chromiumPath, openChromium, picture } from '../flows/browser.ts';
import { skipUnless } from '../skip-unless.ts';
import { clinicScenes, longName, portalScenes, staffScenes } from './scenes.ts';
import { startTestClinic, startTestPortal, type TestParty } from './world.ts';

/** Ways to look at a page: width, and the display choices of the frame. */
const looks = [
  { name: 'desktop', width: 1100, view: 'ja.small.standard', rules: 'all' },
  { name: 'phone', width: 360, view: 'ja.large.black', rules: 'colours' },
  { name: 'phone-cream', width: 360, view: 'ja.medium.cream', rules: 'colours' },
  { name: 'english', width: 360, view: 'en.small.standard', rules: 'none' },
] as const;
type Look = (typeof looks)[number];

/** What axe looks for; the markup is the same at every look, so most of it is looked at once. */
const axeOptions = {
  all: "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }",
  colours: "{ runOnly: { type: 'rule', values: ['color-contrast', 'target-size'] } }",
} as const;

describe('pages of the relying parties in Chromium', function () {
  this.timeout(300_000);
  let browser: Browser;
  let portal: TestParty;
  let clinic: TestParty;
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    [browser, portal, clinic] = await Promise.all([openChromium(), startTestPortal(), startTestClinic()]);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([portal?.close(), clinic?.close()]);
  });

  async function open(party: TestParty, owner: string, { width, view }: Look): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 800 } });
    context.setDefaultTimeout(15_000);
    await context.addCookies([{ name: `${owner}-view`, value: view, url: party.origin }]);
    const page = await context.newPage();
    await page.goto(`${party.origin}/sign-in`);
    return page;
  }

  /** Neither sideways scrolling nor a fault that axe finds (WCAG 2.2 A and AA). */
  async function judge(page: Page, scene: string, look: Look): Promise<void> {
    const name = `${scene}-${look.name}`;
    await picture(page, `party-${name}`);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} fits`).to.equal(true);
    if (look.rules === 'none') return;
    expect(await accessibilityFaults(page, axeOptions[look.rules]), name).to.deep.equal([]);
  }

  for (const look of looks) {
    it(`shows every state of 加入情報 (${look.name})`, async () => {
      portal.side.signedIn = { ...portal.side.signedIn, name: 'バス セイジ' };
      const page = await open(portal, 'test-portal', look);
      await judge(page, `portal-menu`, look);
      for (const [name, { reply, path = '/coverage' }] of Object.entries(portalScenes)) {
        portal.side.reply = reply;
        await page.goto(`${portal.origin}${path}`);
        await judge(page, `portal-${name}`, look);
      }
      await page.context().close();
    });

    it(`shows reception and every result at the counter (${look.name})`, async () => {
      for (const [name, signedIn] of Object.entries(staffScenes)) {
        clinic.side.signedIn = signedIn;
        const page = await open(clinic, 'test-clinic', look);
        await judge(page, `clinic-${name}`, look);
        await page.context().close();
      }
      clinic.side.signedIn = staffScenes.receptionist;
      const page = await open(clinic, 'test-clinic', look);
      await page.locator('#date').fill('令和99年1月1日');
      await page.locator('#insurer').fill('123');
      await page.locator('#check').click();
      await page.locator('#errors').waitFor();
      await judge(page, `clinic-faults`, look);
      for (const [name, { reply, before }] of Object.entries(clinicScenes)) {
        clinic.side.patient = `${name}-${look.name}`;
        for (const one of before ? [before, reply] : [reply]) {
          clinic.side.reply = one;
          await page.goto(clinic.origin);
          await page.locator('#check').click();
          await page.locator('#result, #refused').waitFor();
        }
        await judge(page, `clinic-${name}`, look);
      }
      await page.context().close();
    });
  }

  it('brings a patient who was closed back by no button of the browser', async () => {
    clinic.side.signedIn = staffScenes.receptionist;
    clinic.side.reply = clinicScenes.valid?.reply ?? clinic.side.reply;
    const page = await open(clinic, 'test-clinic', looks[0]);
    await page.locator('#check').click();
    await page.getByText('羽巢 聖司').waitFor();
    await page.locator('#close').click();
    await page.locator('#closed').waitFor();
    await page.goBack();
    await page.getByText('この患者の表示は終わりました').waitFor();
    expect(await page.content()).to.not.include('羽巢 聖司');
    await page.context().close();
  });

  it('prints a result without what only a screen needs, the very long name in full', async () => {
    clinic.side.signedIn = staffScenes.receptionist;
    clinic.side.reply = clinicScenes.longest?.reply ?? clinic.side.reply;
    const page = await open(clinic, 'test-clinic', looks[0]);
    await page.locator('#check').click();
    await page.getByText(longName).waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 720, height: 1000 });
    await picture(page, 'party-clinic-print');
    expect(await page.getByText(longName).isVisible()).to.equal(true);
    for (const hidden of ['#close', '.display', 'form', 'footer'])
      expect(await page.locator(hidden).first().isVisible(), hidden).to.equal(false);
    await page.context().close();
  });
});
