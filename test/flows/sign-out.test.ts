import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { buildSpMetadata } from '../../federation/index.ts';
import { newKeyPair } from '../peer-keys.ts';
import { freePort } from '../ports.ts';
import { accessibilityFaults, openAuthenticator, picture } from './browser.ts';
import { sanuki, type TrialProcess } from './trial.ts';
import { withTrialInChromium } from './trial-in-chromium.ts';
import { unsignedStart } from './unsigned-start.ts';

type Device = Awaited<ReturnType<typeof openAuthenticator>>;
const parties = ['portal', 'kmix', 'phr', 'clinic'] as const;

describe('signing out in Chromium', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let browser: Browser;
  withTrialInChromium((opened) => {
    ({ trial, browser } = opened);
  });

  /** The passkey that K-MIX asks for stays on the resident's device from window to window. */
  let held: Awaited<ReturnType<Device['credentials']>> = [];

  async function open(locale = 'ja-JP', viewport = { width: 1100, height: 900 }) {
    const context = await browser.newContext({ locale, viewport });
    context.setDefaultTimeout(20_000);
    const [box, page] = [await context.newPage(), await context.newPage()];
    await box.goto(trial.summary.cardBox);
    const put = box.locator('button[aria-label*="P032"]');
    if (await put.isEnabled()) await put.click();
    await box.locator('[data-card=present]:has-text("P032")').waitFor();
    await page.bringToFront();
    const device = await openAuthenticator(page);
    await device.hold(held);
    return { context, page, device };
  }

  /** P032 is known to all four. */
  async function signInEverywhere({ page, device }: { readonly page: Page; readonly device: Device }): Promise<void> {
    const card = trial.summary.cards.find(({ resident }) => resident === 'P032');
    for (const [at, party] of parties.entries()) {
      await page.goto(`${trial.summary[party]}/sign-in`);
      if (at === 0) {
        await page.locator('#pin').fill(card?.pin ?? '');
        await page.locator('#pin-form button[type=submit]').click();
      }
      if (party === 'kmix') {
        if (held.length === 0) await page.locator('#passkey-bind button').click();
        await page.locator('#passkey-use').click();
      }
      await page.waitForURL(`${trial.summary[party]}/`);
      if (party === 'kmix') held = await device.credentials();
    }
  }

  /** Everywhere the first page stands there again, and signing in asks for the card. */
  async function expectOut(context: BrowserContext): Promise<void> {
    const page = await context.newPage();
    for (const party of parties) {
      await page.goto(trial.summary[party]);
      expect(await page.locator('#sign-in').count(), party).to.equal(1);
    }
    await page.goto(`${trial.summary.portal}/sign-in`);
    expect(new URL(page.url()).pathname).to.match(/^\/sign-in\//);
    await page.close();
  }

  const outcomesOn = (page: Page) =>
    page.locator('[data-outcome]').evaluateAll((all) => all.map((one) => one.getAttribute('data-outcome')));

  for (const [party, button, left] of [
    ['portal', 'ログアウト', 'everywhere'],
    ['kmix', 'ログアウト', 'everywhere'],
    ['phr', 'ログアウト', 'hub'],
    ['clinic', 'ログアウト', 'hub'],
  ] as const) {
    it(`at ${party}: all four are out, and the party says so`, async () => {
      const window = await open();
      const { context, page } = window;
      await signInEverywhere(window);
      await page.goto(trial.summary[party]);
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.locator(`#left-${left}`).waitFor();
      await picture(page, `signed-out-${party}`);
      await expectOut(context);
      await context.close();
    });
  }

  for (const [locale, press, all] of [
    ['ja-JP', 'ログアウトする', 'すべてのサービスが、ログアウトを確認しました'],
    ['en-GB', 'Sign out', 'Every service has confirmed the sign-out'],
  ] as const) {
    it(`at the hub: the page asks, then says which services confirmed (${locale}, phone)`, async () => {
      const window = await open(locale, { width: 360, height: 740 });
      const { context, page } = window;
      await signInEverywhere(window);
      await page.goto(`${trial.summary.hub}/account`);
      await page.locator('a#sign-out').click();
      await page.locator('button#sign-out').waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await picture(page, `sign-out-ask-${locale}`);
      await page.getByRole('button', { name: press, exact: true }).click();
      await page.getByText(all).waitFor();
      expect(await outcomesOn(page)).to.deep.equal(['confirmed', 'confirmed', 'confirmed', 'confirmed']);
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true);
      await picture(page, `sign-out-done-${locale}`);
      await expectOut(context);
      await context.close();
    });
  }

  describe('with a party that is slow and one that is gone', () => {
    let folder = '';
    let slow: Awaited<ReturnType<typeof slowServer>>;
    let gone = '';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sanuki-slow-'));
      slow = await slowServer();
      gone = `http://127.0.0.1:${await freePort()}`;
      await register('slow', slow.origin, /HTTP-Redirect/);
      await register('gone', gone, /HTTP-Redirect/);
    });
    after(async () => {
      await slow?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** A SAML party that takes sign-outs through the browser alone. */
    async function register(name: string, origin: string, kept: RegExp): Promise<void> {
      const certificate = (await newKeyPair()).certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '');
      const slo = { url: `${origin}/slo`, soapUrl: `${origin}/soap` };
      const metadata = buildSpMetadata({
        entityId: `${origin}/${name}`,
        acsUrl: `${origin}/acs`,
        slo,
        certificate,
        name: { ja: `${name}サービス`, en: `${name} service` },
      })
        .replaceAll(/<md:SingleLogoutService[^>]*><\/md:SingleLogoutService>/g, (one) => (kept.test(one) ? one : ''))
        .replace('AuthnRequestsSigned="true"', 'AuthnRequestsSigned="false"');
      const file = join(folder, `${name}.xml`);
      await writeFile(file, metadata);
      const args = ['--metadata', file, '--approve', '--data', trial.data];
      const { code, errors } = await sanuki('provider', 'add', ...args);
      expect(code, errors).to.equal(0);
    }

    /** Its pages answer at once, its sign-out never. */
    async function slowServer() {
      const server = createServer((request, response) => {
        if (!request.url?.startsWith('/slo')) response.end('<h1>a page of the party</h1>');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const close = async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      };
      return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
    }

    /** Unsigned requests are enough to take part. */
    async function visit(page: Page, name: string, origin: string): Promise<void> {
      await page
        .goto(await unsignedStart(trial.summary.hub, { entityId: `${origin}/${name}`, acsUrl: `${origin}/acs` }))
        .catch((error: Error) => {
          // The one that is gone cannot show the page that the hub's answer leads to.
          if (name !== 'gone') throw error;
        });
    }

    for (const locale of ['ja-JP', 'en-GB']) {
      it(`goes on without them, and the page says what to do (${locale}, phone)`, async () => {
        const window = await open(locale, { width: 360, height: 740 });
        const { context, page } = window;
        await signInEverywhere(window);
        await visit(page, 'gone', gone);
        await visit(page, 'slow', slow.origin);
        await page.waitForURL(`${slow.origin}/acs`);
        await page.goto(trial.summary.portal);
        await page.getByRole('button', { name: locale === 'ja-JP' ? 'ログアウト' : 'Sign out', exact: true }).click();
        await page.locator('#not-all-confirmed').waitFor();
        const outcomes = await outcomesOn(page);
        expect(outcomes.filter((one) => one === 'confirmed')).to.have.length(4);
        expect(outcomes.filter((one) => one === 'not-reached')).to.have.length(2);
        expect(await accessibilityFaults(page)).to.deep.equal([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true);
        await picture(page, `sign-out-partly-${locale}`);
        await page.locator('#back').click();
        await page.locator('#left-partly').waitFor();
        await picture(page, `signed-out-partly-${locale}`);
        await expectOut(context);
        await context.close();
      });
    }
  });
});
