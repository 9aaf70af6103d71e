import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { readCookieFile } from '../../cli/cookie-file.ts';
import { certificate, consumer, metadataOf } from '../federation/certificates.ts';
import { accessibilityFaults, picture } from './browser.ts';
import { sanuki, type TrialProcess } from './trial.ts';
import { withTrialInChromium } from './trial-in-chromium.ts';

const day = 86_400_000;
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1100, height: 900 } };

describe('set-up link, calendar of keys and statistics in Chromium', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let browser: Browser;
  withTrialInChromium((opened) => {
    ({ trial, browser } = opened);
  });

  /** A window of an administrator, signed in with the card. */
  async function administrator(resident: string, locale = 'ja-JP') {
    const { hub, cards } = trial.summary;
    const jar = join(trial.data, `${resident}.cookies`);
    const card = cards.find((one) => one.resident === resident);
    const args = ['--page', `${hub}/admin`, '--cookies', jar, '--card', card?.number ?? '', '--pin', card?.pin ?? ''];
    await sanuki('sign-in', ...args, '--data', trial.data);
    const cookies = await (await readCookieFile(jar)).jar.getCookies(hub);
    const context = await browser.newContext({ locale, viewport: sizes.desktop });
    context.setDefaultTimeout(15_000);
    await context.addCookies(cookies.map(({ key, value }) => ({ name: key, value, url: hub })));
    const page = await context.newPage();
    await page.goto(`${hub}/admin`);
    return page;
  }

  async function check(page: Page, name: string): Promise<void> {
    for (const [size, viewport] of Object.entries({ ...sizes, narrow: { width: 360, height: 740 } })) {
      await page.setViewportSize(viewport);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} ${size}`).to.equal(
        true,
      );
      expect(await accessibilityFaults(page), `${name} ${size}`).to.deep.equal([]);
      if (size !== 'narrow') await picture(page, `partner-${name}-${size}`);
    }
    await page.setViewportSize(sizes.desktop);
  }

  it('goes from a link to a live service by three people, one of them without an account', async () => {
    const registrar = await administrator('P001');
    await registrar.getByRole('link', { name: '設定リンク' }).click();
    await check(registrar, 'links-empty');
    await registrar.getByRole('link', { name: '設定リンクを作る' }).click();
    await registrar.getByRole('button', { name: '設定リンクを作る' }).click();
    await registrar.getByText('両方書いてください').first().waitFor();
    await check(registrar, 'link-form');
    await registrar.getByLabel('サービスの名前（日本語）').fill('まちの図書館');
    await registrar.getByLabel('サービスの名前（英語）').fill('Town library');
    await registrar.getByLabel('氏名').check();
    await registrar.getByLabel('誰に渡すか').fill('図書館システム（株）の高松さん');
    await registrar.getByRole('button', { name: '設定リンクを作る' }).click();
    await registrar.getByText('設定リンクができました').first().waitFor();
    await check(registrar, 'link-made');
    const address = (await registrar.locator('#address').textContent()) ?? '';

    const outside = await browser.newContext({ locale: 'ja-JP', viewport: sizes.desktop });
    const engineer = await outside.newPage();
    await engineer.goto(address);
    expect(engineer.url()).to.equal(`${trial.summary.hub}/setup`);
    await check(engineer, 'engineer');
    await engineer.getByLabel('メタデータ（XML）を貼り付け').fill('<EntityDescriptor>');
    await engineer.getByRole('button', { name: '検査する' }).click();
    await engineer.getByText('直すところがあります').waitFor();
    await check(engineer, 'engineer-faulty');
    const soon = await certificate({ from: Date.now() - day, to: Date.now() + 20 * day });
    const late = await certificate({ from: Date.now() - day, to: Date.now() + 700 * day });
    const entityId = 'https://library.example/sp';
    const keys = [['signing', soon] as const, ['signing', late] as const];
    const metadata = metadataOf({ entityId, keys, consumers: consumer('https://library.example/acs') });
    await engineer.locator('#file').setInputFiles({
      name: 'metadata.xml',
      mimeType: 'text/xml',
      buffer: Buffer.from(metadata),
    });
    await engineer.getByRole('button', { name: '検査する' }).click();
    await engineer.getByText('申請できる内容です').waitFor();
    await check(engineer, 'engineer-good');
    await engineer.getByRole('button', { name: '申請する' }).click();
    await engineer.getByText('承認を待っています').waitFor();
    await check(engineer, 'engineer-waits');
    const approver = await administrator('P040');
    await approver.goto(`${trial.summary.hub}/admin/provider?${new URLSearchParams({ id: `saml:${entityId}` })}`);
    await approver.getByText('設定リンクで').waitFor();
    await check(approver, 'approver');
    await approver.getByLabel('理由・確かめたこと').first().fill('担当者に電話で鍵の指紋を確かめた');
    await approver.getByRole('button', { name: '承認する' }).click();
    await approver.getByText('公開').first().waitFor();
    await engineer.reload();
    await engineer.getByText('承認されました').waitFor();
    await registrar.goto(`${trial.summary.hub}/admin/links`);
    await registrar.getByText('申請済み').waitFor();
    await check(registrar, 'links');
  });

  it('shows the key that ends soon on the first page, in the calendar, in the list and at the service', async () => {
    const registrar = await administrator('P001');
    await registrar.getByText('対応が必要な鍵があります').waitFor();
    await check(registrar, 'home');
    await registrar.getByRole('link', { name: /30日以内に期限/ }).click();
    await registrar.getByRole('link', { name: 'まちの図書館' }).waitFor();
    await check(registrar, 'calendar-soon');
    await registrar.getByRole('link', { name: 'すべて' }).click();
    await check(registrar, 'calendar');
    await registrar.goto(`${trial.summary.hub}/admin/providers`);
    await registrar.getByLabel('状態').selectOption({ label: '鍵の期限 30日以内' });
    await registrar.getByRole('button', { name: '検索' }).click();
    await check(registrar, 'list-soon');
    await registrar.getByRole('link', { name: 'まちの図書館' }).click();
    await registrar.getByText('新しい鍵に切り替える').first().waitFor();
    await check(registrar, 'provider-keys');
  });

  it('counts sign-ins, in Japanese and English', async () => {
    const { portal, phr, cards } = trial.summary;
    const card = cards.find(({ resident }) => resident === 'P032');
    for (const party of [portal, phr]) {
      const jar = join(trial.data, `visit-${new URL(party).port}.cookies`);
      const args = ['--cookies', jar, '--card', card?.number ?? '', '--pin', card?.pin ?? '', '--data', trial.data];
      const asked = (await fetch(`${party}/sign-in`, { redirect: 'manual' })).headers.get('location') ?? '';
      await sanuki('sign-in', '--page', asked, ...args);
    }
    const registrar = await administrator('P001');
    await registrar.getByRole('link', { name: '利用状況' }).click();
    await registrar.getByRole('img', { name: /ログインできた/ }).waitFor();
    await check(registrar, 'statistics');
    await registrar.getByText('数字の表を見る').click();
    await registrar.getByRole('columnheader', { name: '断った理由' }).first().waitFor();
    await registrar.getByRole('link', { name: /月別/ }).click();
    await check(registrar, 'statistics-month');
    const english = await administrator('P040', 'en-GB');
    await english.goto(`${trial.summary.hub}/admin/statistics`);
    await check(english, 'statistics-english');
    await english.goto(`${trial.summary.hub}/admin/keys`);
    await check(english, 'calendar-english');
  });
});
