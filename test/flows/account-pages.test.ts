import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type AdminWorld, startAdminWorld } from '../idp/admin-world.ts';
import { skipUnless } from '../skip-unless.ts';
import { accessibilityFaults, chromiumPath, openChromium, picture } from './browser.ts';

/** Each language and each width once: both are the page's own, and neither knows of the other. */
const views = {
  'phone-ja': { locale: 'ja-JP', viewport: { width: 360, height: 740 } },
  'desktop-en': { locale: 'en-GB', viewport: { width: 1100, height: 900 } },
} as const;

type View = (typeof views)[keyof typeof views];

describe('the resident’s other pages, and the console’s side of them, in Chromium', function () {
  this.timeout(180_000);
  let world: AdminWorld;
  let browser: Browser;
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    world = await startAdminWorld();
    browser = await openChromium();
    await fill();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const name = { ja: 'かがわSSCポータル', en: 'Kagawa SSC portal' };

  /** A service that the resident uses, an access, and notices of every sort. */
  async function fill(): Promise<void> {
    await world.registry.register({
      protocol: 'oidc',
      key: 'portal',
      name,
      status: 'approved',
      contract: { attributes: ['displayName', 'coverage', 'eligibility'] },
      settings: {},
      oidc: { metadata: { redirect_uris: ['https://portal.example/cb'] } },
    });
    await world.links.pseudonymFor('resident', 'oidc:portal');
    await world.links.noteSignIn('resident', 'oidc:portal');
    const { notices } = world.credential;
    await notices.notify('resident', 'new-link', { party: 'oidc:portal' });
    await notices.notify('resident', 'unfinished', { count: 2 });
    for (const kind of ['pin-locked', 'tries-returned', 'passkey-bound', 'passkey-copied', 'without-pin'] as const)
      await notices.notify('resident', kind);
    for (let days = 5; days > 0; days--) await notices.notify('resident', 'card-expiring', { days });
  }

  async function entry(): Promise<string> {
    await world.attributes.accessLog.record({
      about: 'resident',
      party: 'saml:https://clinic.example',
      partyName: { ja: '春日佐々木医院', en: 'Kasuga Sasaki clinic' },
      place: { ja: '受付1', en: 'Counter 1' },
      purpose: 'urn:x-sanuki:purpose:eligibility-check',
      types: ['eligibility'],
      result: 'released',
      reference: 'Q-20261001-000123',
      sources: [],
      level: 'urn:x-sanuki:ac:card',
    });
    const { accesses } = await world.attributes.accessLog.accessesOf('resident');
    return accesses[0]?.id ?? '';
  }

  /** A window in which this person is signed in, and came to the service. */
  async function open(person: 'resident' | 'support', view: View) {
    const own = await world.signedIn(person, `${world.origin}/account`);
    for (const session of await world.sessions.sessionsOf({ residentRef: 'resident' }))
      await world.sessions.join(session, 'oidc:portal', {
        protocol: 'oidc',
        subject: 's',
        sessionIndex: 'i',
        level: session.level,
        since: 0,
      });
    const context = await browser.newContext(view);
    context.setDefaultTimeout(15_000);
    const cookies = await own.jar.getCookies(world.origin);
    await context.addCookies(cookies.map(({ key, value }) => ({ name: key, value, url: world.origin })));
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('422')) problems.push(message.text());
    });
    return { context, page, problems };
  }

  async function done({ context, problems }: { context: BrowserContext; problems: string[] }): Promise<void> {
    expect(problems).to.deep.equal([]);
    await context.close();
  }

  /** Readable by everyone: no accessibility fault (WCAG 2.2 AA) and nothing to scroll sideways for. */
  async function check(page: Page, label: string): Promise<void> {
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), label).to.equal(true);
    expect(await accessibilityFaults(page), label).to.deep.equal([]);
    await picture(page, `account-pages-${label}`);
  }

  for (const [label, view] of Object.entries(views)) {
    it(`shows devices and ends one, ${label}`, async () => {
      const other = await world.signedIn('resident', `${world.origin}/account`);
      const own = await open('resident', view);
      const { page } = own;
      await page.goto(`${world.origin}/account`);
      await check(page, `home-${label}`);
      await page.goto(`${world.origin}/account/activity`);
      await check(page, `activity-${label}`);
      await page.goto(`${world.origin}/card/stop`);
      await page.locator('#code').fill('1234');
      await page.keyboard.press('Enter');
      await page.locator('#code[aria-invalid]').waitFor();
      await check(page, `stop-${label}`);
      await page.goto(`${world.origin}/account`);
      await page.locator('nav a[href="/account/sessions"]').click();
      await page.locator('#this-device').waitFor();
      await check(page, `sessions-${label}`);
      await page.locator('article:not(#this-device) button').first().click();
      await page.locator('#ended').waitFor();
      await check(page, `sessions-ended-${label}`);
      await page.locator('#end-all').click();
      await page.waitForURL('**/sign-out/*');
      await check(page, `sessions-all-${label}`);
      expect((await other.request(`${world.origin}/account`)).status).to.equal(303);
      await done(own);
    });

    it(`shows notices, which go out of sight when they are read, ${label}`, async () => {
      await world.credential.notices.notify('resident', 'report-answered', { reference: 'R-20261001-000123' });
      const own = await open('resident', view);
      const { page } = own;
      await page.goto(`${world.origin}/account`);
      await page.locator('#unread a').click();
      await page.locator('.new').first().waitFor();
      await check(page, `notices-${label}`);
      await page.locator('#mark-read').click();
      await page.waitForURL('**/account/notices');
      expect(await page.locator('.new').count()).to.equal(0);
      await check(page, `notices-read-${label}`);
      await done(own);
    });

    it(`shows services and leaves one, ${label}`, async () => {
      await world.links.pseudonymFor('resident', 'oidc:portal');
      const own = await open('resident', view);
      const { page } = own;
      await page.goto(`${world.origin}/account/services`);
      await check(page, `services-${label}`);
      await page.locator('article a.button').click();
      await page.locator('#unlink').waitFor();
      await check(page, `unlink-${label}`);
      await page.locator('#unlink').click();
      await page.locator('#unlinked').waitFor();
      await page.locator('summary').last().click();
      await check(page, `unlinked-${label}`);
      await done(own);
    });

    it(`reports an access, and the office answers it, ${label}`, async () => {
      const id = await entry();
      const [own, office] = [await open('resident', view), await open('support', view)];
      const { page } = own;
      await page.goto(`${world.origin}/account`);
      await check(page, `accesses-${label}`);
      await page.locator(`a[href*="entry=${id}"]`).click();
      await page.locator('#report').waitFor();
      await check(page, `report-${label}`);
      await page.locator('#words').fill('あ'.repeat(501));
      await page.locator('#report').click();
      await page.locator('#errors').waitFor();
      await check(page, `report-long-${label}`);
      await page.locator('#words').fill('その日は家にいました。\nカードも手元にあります。');
      await page.locator('#report').click();
      await page.locator('#reported').waitFor();
      await check(page, `reported-${label}`);
      const desk = office.page;
      await desk.goto(`${world.origin}/admin`);
      await check(desk, `console-${label}`);
      await desk.locator('a[href="/admin/reports"]').click();
      await check(desk, `console-reports-${label}`);
      await desk.locator('td a').last().click();
      await desk.locator('#answer').fill('医院の受付が、番号を打ち間違えていました。\n記録を直しました。');
      await check(desk, `console-report-${label}`);
      await desk.locator('main form button').click();
      await desk.locator('#answer').waitFor({ state: 'detached' });
      await check(desk, `console-answered-${label}`);
      await page.reload();
      await page.getByText('医院の受付が').waitFor();
      await check(page, `report-answered-${label}`);
      await done(own);
      await done(office);
    });

    it(`ends the sign-ins of a caller, ${label}`, async () => {
      await open('resident', view).then(({ context }) => context.close());
      const office = await open('support', view);
      const { page } = office;
      const [card] = await world.credential.cards.ofResident('resident');
      await page.goto(`${world.origin}/admin/sessions`);
      await page.locator('main form button').click();
      await page.locator('#errors').waitFor();
      await check(page, `console-sessions-${label}`);
      await page.locator('#number').fill(card?.number ?? '');
      await page.locator('#reason').selectOption('device-lost');
      await page.locator('main form button').click();
      await page.locator('#ended').waitFor();
      await check(page, `console-ended-${label}`);
      await done(office);
    });
  }
});
