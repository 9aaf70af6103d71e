import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { readCookieFile } from '../../cli/cookie-file.ts';
import { attributeIn, browser as tabOf } from '../idp/world.ts';
import { root } from '../root.ts';
import { skipUnless } from '../skip-unless.ts';
import { hasApache } from './apache.ts';
import { accessibilityFaults, chromiumPath, openChromium, picture } from './browser.ts';
import { startMellon } from './mellon.ts';
import { sanuki, startTrialProcess, type TrialProcess } from './trial.ts';

const [desktop, phone] = [
  { width: 1100, height: 900 },
  { width: 360, height: 740 },
];

describe('the console in Chromium, with Apache as the service', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let browser: Browser;
  let apache: Awaited<ReturnType<typeof startMellon>>;
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    skipUnless(hasApache('mod_auth_mellon'), 'mod_auth_mellon', this);
    trial = await startTrialProcess();
    apache = await startMellon(trial.summary.samlMetadata);
    browser = await openChromium();
  });
  after(async () => {
    await browser?.close();
    await apache?.stop();
    await trial?.stop();
    await trial?.clean();
  });

  /** Presents the card of a resident at a page of the hub, or of a service that leads there. */
  async function present(resident: string, page: string, jar: string) {
    const card = trial.summary.cards.find((one) => one.resident === resident);
    const args = ['--page', page, '--cookies', jar, '--card', card?.number ?? '', '--pin', card?.pin ?? ''];
    const { out, errors } = await sanuki('sign-in', ...args, '--data', trial.data);
    return { ...(out === '' ? {} : (JSON.parse(out) as { html?: string })), errors };
  }

  /** A window in which this resident is signed in at the hub. */
  async function open(resident: string, { viewport = desktop, locale = 'ja-JP', start = '/admin' } = {}) {
    const { hub } = trial.summary;
    const jar = join(trial.data, `${resident}.cookies`);
    await present(resident, `${hub}${start}`, jar);
    const cookies = await (await readCookieFile(jar)).jar.getCookies(hub);
    const context = await browser.newContext({ locale, viewport });
    context.setDefaultTimeout(15_000);
    await context.addCookies(cookies.map(({ key, value }) => ({ name: key, value, url: hub })));
    const page = await context.newPage();
    await page.goto(`${hub}${start}`);
    return { context, page };
  }

  /** Readable by everyone, wide and narrow: no accessibility fault (WCAG 2.2 AA), nothing to scroll sideways for. */
  async function check(page: Page, name: string): Promise<void> {
    for (const [size, viewport] of Object.entries({ phone, desktop })) {
      await page.setViewportSize(viewport);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} ${size}`).to.equal(
        true,
      );
      expect(await accessibilityFaults(page), name).to.deep.equal([]);
      await picture(page, `console-${name}-${size}`);
    }
  }

  /** A resident's way to Apache's page; what Apache or the hub says at its end. */
  async function visitService(): Promise<string> {
    const tab = tabOf();
    const start = await tab.request(`${apache.origin}/`);
    const login = await tab.request(new URL(start.headers.get('location') ?? '', apache.origin).href);
    const asked = login.headers.get('location') ?? '';
    const { html, errors } = await present('P032', asked, join(trial.data, 'visitor.cookies'));
    if (html === undefined) return errors;
    const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([tag]) => [
      attributeIn(tag, /name="([^"]+)"/),
      attributeIn(tag, /value="([^"]*)"/),
    ]);
    const action = attributeIn(html, /<form method="post" action="([^"]+)"/);
    const answered = await tab.request(action, { method: 'POST', body: new URLSearchParams(fields) });
    const home = await tab.request(new URL(answered.headers.get('location') ?? '', apache.origin).href);
    return home.text();
  }

  const serviceOf = async (page: Page) => {
    await page.goto(`${trial.summary.hub}/admin/providers?q=mellon`);
    await page.getByRole('link', { name: '図書館' }).click();
    await page.getByRole('heading', { level: 1, name: '図書館' }).waitFor();
  };
  const closing = async ({ context }: { context: BrowserContext }) => context.close();

  it('takes a service from its metadata file to a signed-in page by two people', async () => {
    const file = join(trial.data, 'mellon.xml');
    await writeFile(file, await (await fetch(`${apache.origin}/mellon/metadata`)).text());
    expect(await visitService(), 'not registered yet').to.include('PROVIDER_UNKNOWN');
    const registrar = await open('P001');
    await check(registrar.page, 'home');
    await registrar.page.getByRole('link', { name: '連携サービス' }).click();
    await check(registrar.page, 'list');
    await registrar.page.getByRole('link', { name: 'サービスを登録する' }).click();
    await registrar.page.getByRole('button', { name: '検査だけする' }).click();
    await registrar.page.getByText('直すところがあります').waitFor();
    await check(registrar.page, 'form-faulty');
    await registrar.page.getByLabel('またはファイルを選ぶ').setInputFiles(file);
    await registrar.page.getByLabel('サービスの名前（日本語）').fill('図書館');
    await registrar.page.getByLabel('サービスの名前（英語）').fill('Library');
    await registrar.page.getByRole('button', { name: '登録する' }).click();
    await registrar.page.getByText('承認を待っています').waitFor();
    await check(registrar.page, 'pending-registrar');
    expect(await registrar.page.getByRole('button', { name: '承認する' }).count(), 'not by who registered it').to.equal(
      0,
    );
    expect(await visitService(), 'not approved yet').to.include('PROVIDER_NOT_APPROVED');
    const approver = await open('P040');
    await serviceOf(approver.page);
    await check(approver.page, 'pending-approver');
    await approver.page.getByLabel('理由・確かめたこと').first().fill('担当者に電話で確かめた');
    await approver.page.getByRole('button', { name: '承認する' }).click();
    await approver.page.getByText('公開').first().waitFor();
    expect(await visitService(), 'at once').to.equal('protected page\n');
    await check(approver.page, 'live');
    for (const one of [registrar, approver]) await closing(one);
  });

  it('keeps the service as it is while a change waits, and shows what would change', async () => {
    const registrar = await open('P001');
    await serviceOf(registrar.page);
    await registrar.page.getByRole('link', { name: '登録を変更する' }).click();
    await registrar.page.getByLabel('氏名').check();
    await registrar.page.getByRole('button', { name: '変更を申し出る' }).click();
    await registrar.page.getByText('変更が承認を待っています').waitFor();
    const approver = await open('P040');
    await serviceOf(approver.page);
    await approver.page.getByText('displayName').first().waitFor();
    await check(approver.page, 'revision');
    await approver.page.getByLabel('理由・確かめたこと').first().fill('契約書と同じ');
    await approver.page.getByRole('button', { name: '承認する' }).click();
    await approver.page.getByText('変更が承認を待っています').waitFor({ state: 'detached' });
    for (const one of [registrar, approver]) await closing(one);
  });

  it('stops the service at the next request when it is suspended, and lets it go on', async () => {
    const approver = await open('P040');
    await serviceOf(approver.page);
    await approver.page.getByLabel('理由・確かめたこと').fill('鍵が漏れたおそれ');
    await approver.page.getByRole('button', { name: '停止する' }).click();
    await approver.page.getByText('サービスを再開する').waitFor();
    expect(await visitService()).to.include('PROVIDER_NOT_APPROVED');
    await check(approver.page, 'suspended');
    await approver.page.getByLabel('理由・確かめたこと').fill('鍵を替えた');
    await approver.page.getByRole('button', { name: '再開する' }).click();
    await approver.page.getByText('サービスを止める').waitFor();
    expect(await visitService()).to.equal('protected page\n');
    await closing(approver);
  });

  it('fetches metadata from its address, and says in words where it cannot', async () => {
    const registrar = await open('P001');
    await serviceOf(registrar.page);
    await registrar.page.getByRole('link', { name: '登録を変更する' }).click();
    await registrar.page.getByLabel('メタデータのアドレス').fill(`${apache.origin}/no-such-file`);
    await registrar.page.getByRole('button', { name: 'アドレスから取得する' }).click();
    await registrar.page.getByText('取得できませんでした').waitFor();
    await check(registrar.page, 'form-not-fetched');
    await registrar.page.getByLabel('メタデータのアドレス').fill(`${apache.origin}/mellon/metadata`);
    await registrar.page.getByRole('button', { name: 'アドレスから取得する' }).click();
    await registrar.page.getByText('アドレスから取得しました').waitFor();
    await check(registrar.page, 'form-fetched');
    await registrar.page.getByRole('button', { name: '変更を申し出る' }).click();
    await registrar.page.getByText('変更が承認を待っています').waitFor();
    const approver = await open('P040');
    await serviceOf(approver.page);
    await approver.page.getByLabel('理由・確かめたこと').first().fill('担当者に電話で確かめた');
    await approver.page.getByRole('button', { name: '承認する' }).click();
    await approver.page.getByText('変更が承認を待っています').waitFor({ state: 'detached' });
    await registrar.page.reload();
    await check(registrar.page, 'service-with-address');
    await registrar.page.getByRole('button', { name: 'もう一度取得する' }).click();
    await registrar.page.getByText('今の登録と同じです').waitFor();
    for (const one of [registrar, approver]) await closing(one);
  });

  it('takes a client in fields, says at each what is wrong, and shows its logo to residents', async () => {
    const registrar = await open('P001');
    const { page } = registrar;
    await page.goto(`${trial.summary.hub}/admin/providers/new?protocol=oidc`);
    await check(page, 'form-fields');
    await page.getByLabel('ログイン後に戻るアドレス').fill('http//forgotten');
    await page.getByLabel('サービスの名前（日本語）').fill('公民館の予約');
    await page
      .getByLabel('ロゴ', { exact: true })
      .setInputFiles(join(root, 'test/vectors/raster/rejected-picture.gif'));
    // The Enter key only looks, wherever it is pressed.
    await page.getByLabel('サービスの名前（英語）').fill('Hall');
    await page.getByLabel('サービスの名前（英語）').press('Enter');
    await page.getByText('ロゴを確かめてください').waitFor();
    await check(page, 'form-fields-faulty');
    await page.getByLabel('クライアントID').fill('hall');
    await page.getByLabel('ログイン後に戻るアドレス').fill('https://hall.example/cb');
    await page.getByLabel('ロゴ', { exact: true }).setInputFiles(join(root, 'test/vectors/raster/accepted-text.png'));
    await page.getByLabel('必要なログインの強さ').selectOption({ label: 'カードと暗証番号' });
    await page.getByRole('button', { name: '検査だけする' }).click();
    await page.getByText('登録できる内容です').waitFor();
    await check(page, 'form-fields-good');
    await page.getByRole('button', { name: '登録する' }).click();
    await page.getByText('今だけ表示します').waitFor();
    const approver = await open('P040');
    await approver.page.goto(`${trial.summary.hub}/admin/provider?id=oidc%3Ahall`);
    await check(approver.page, 'pending-with-logo');
    await approver.page.getByLabel('理由・確かめたこと').first().fill('契約書と同じ');
    await approver.page.getByRole('button', { name: '承認する' }).click();
    await approver.page.getByText('公開').first().waitFor();
    const resident = await (await browser.newContext({ locale: 'ja-JP', viewport: phone })).newPage();
    const parameters = {
      client_id: 'hall',
      redirect_uri: 'https://hall.example/cb',
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    };
    await resident.goto(`${trial.summary.hub}/oidc/authorize?${new URLSearchParams(parameters)}`);
    await resident.getByRole('img', { name: '公民館の予約' }).waitFor();
    expect(await resident.evaluate("document.querySelector('.logo img').naturalWidth"), 'drawn').to.equal(32);
    await check(resident, 'sign-in-with-logo');
    await resident.context().close();
    for (const one of [registrar, approver]) await closing(one);
  });

  it('invites an auditor by the command, who sees all of it and can change nothing', async () => {
    const invited = JSON.parse((await sanuki('admin', 'invite', '--roles', 'auditor', '--data', trial.data)).out);
    const { context, page } = await open('P032', { start: '/account' });
    await page.goto(invited.url);
    await check(page, 'invitation');
    await page.getByRole('button', { name: '招待を受ける' }).click();
    await page.getByRole('link', { name: '監査' }).click();
    await page.getByLabel('操作の種類').fill('provider.');
    await page.getByRole('button', { name: '検索' }).click();
    await page.getByText('provider.approve').first().waitFor();
    await check(page, 'audit');
    await page.getByRole('link', { name: '記録が改ざんされていないか確かめる' }).click();
    await page.getByText('正常です').first().waitFor();
    await serviceOf(page);
    expect(await page.getByRole('button', { name: /する$/ }).count()).to.equal(0);
    const listed = JSON.parse((await sanuki('admin', 'list', '--data', trial.data)).out);
    const [{ id }] = listed.filter(({ resident }: { resident: string }) => resident === 'P032');
    expect((await sanuki('admin', 'revoke', id, '--data', trial.data)).code).to.equal(0);
    await page.goto(`${trial.summary.hub}/admin`);
    await page.getByText('ページが見つかりません').waitFor();
    await context.close();
  });

  it('speaks English too', async () => {
    const registrar = await open('P001', { locale: 'en-GB' });
    await registrar.page.goto(`${trial.summary.hub}/admin/providers/new`);
    await check(registrar.page, 'form-english');
    await registrar.page.goto(`${trial.summary.hub}/admin/providers/new?protocol=id-wsf`);
    await check(registrar.page, 'form-body');
    await registrar.page.goto(`${trial.summary.hub}/admin/providers`);
    await registrar.page.getByRole('link', { name: 'Library' }).click();
    await registrar.page.getByRole('link', { name: 'Change the registration' }).click();
    await registrar.page.getByLabel('health insurance coverage').check();
    await registrar.page.getByLabel('so that you can see your own records').check();
    await registrar.page.getByRole('button', { name: 'Propose the change' }).click();
    await registrar.page.getByText('A change waits for approval').waitFor();
    const approver = await open('P040', { locale: 'en-GB' });
    await check(approver.page, 'home-english');
    await approver.page.goto(`${trial.summary.hub}/admin/providers`);
    await check(approver.page, 'list-english');
    await approver.page.getByRole('link', { name: 'Library' }).click();
    await approver.page.getByRole('button', { name: 'Approve' }).waitFor();
    await check(approver.page, 'revision-english');
    for (const one of [registrar, approver]) await closing(one);
  });
});
