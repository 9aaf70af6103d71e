import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { blankSoftwareCard, createSoftwareCard, type SoftwareCard } from '../../card-auth/index.ts';
import { cardsFolderOf, createCards } from '../../trial/card-box/cards.ts';
import { form1, type Officer, type OfficeWorld, people, startOfficeWorld } from '../idp/office/office-world.ts';
import { root } from '../root.ts';
import { skipUnless } from '../skip-unless.ts';
import { accessibilityFaults, chromiumPath, openChromium, picture } from './browser.ts';
import { startReader } from './reader.ts';

const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1100, height: 900 } };
const [firstPin, newPin, nextPin] = ['593817', '719305', '640283'];
const party = 'saml:https://portal.example/saml/metadata';

describe('the card office in Chromium', function () {
  this.timeout(180_000);
  let world: OfficeWorld;
  let browser: Browser;
  let reader: Awaited<ReturnType<typeof startReader>>;
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    browser = await openChromium();
    reader = await startReader();
    world = await startOfficeWorld({ more: { signIn: { softwareReader: reader.address } } });
  });
  after(async () => {
    await browser?.close();
    reader?.close();
    await world?.close();
  });

  async function blank(locale = 'ja-JP'): Promise<Page> {
    const context = await browser.newContext({ locale, viewport: sizes.desktop });
    context.setDefaultTimeout(15_000);
    return context.newPage();
  }

  /** A window in which an officer is signed in. */
  async function open(name: Officer, path = '/admin', locale = 'ja-JP'): Promise<Page> {
    const page = await blank(locale);
    const { jar } = await world.signedIn(name);
    const cookies = await jar.getCookies(world.origin);
    await page.context().addCookies(cookies.map(({ key, value }) => ({ name: key, value, url: world.origin })));
    await page.goto(`${world.origin}${path}`);
    return page;
  }

  async function check(page: Page, name: string): Promise<void> {
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
      expect(fits, `${name} ${size}`).to.equal(true);
      expect(await accessibilityFaults(page), name).to.deep.equal([]);
      await picture(page, `office-${name}-${size}`);
    }
  }

  const residentOf = (id: string) => {
    const [person] = people;
    if (!person) throw new Error('no person');
    return { ...person, id };
  };

  const cardOf = async (number: string) => {
    const boxed = await createCards(cardsFolderOf(world.data)).get(number);
    if (!boxed) throw new Error('no such card in the box');
    return boxed.card;
  };

  async function signIn(page: Page, pin: string): Promise<void> {
    await page.locator('#pin').fill(pin);
    await page.locator('#pin').press('Enter');
  }

  /** From a task that was agreed to: the card made, its face printed, handed over; its number and the code of its letter. */
  async function makeAndHandOver(officer: Page, name: string): Promise<{ number: string; code: string }> {
    await officer.goto(`${world.origin}/admin/office/tasks`);
    await check(officer, `${name}-tasks`);
    await officer.getByRole('button', { name: /^発行する/ }).click();
    return handOver(officer, name);
  }

  async function handOver(officer: Page, name: string): Promise<{ number: string; code: string }> {
    await officer.getByRole('heading', { name: 'カードの詳細' }).waitFor();
    await check(officer, `${name}-card`);
    const shown = await officer.locator('.facts dd').first().textContent();
    await officer.getByLabel('渡し方').selectOption('counter');
    await officer.getByRole('button', { name: '受け渡しを記録する' }).click();
    const code = await officer.locator('#hand-over-code').textContent();
    await check(officer, `${name}-letter`);
    return { number: (shown ?? '').replaceAll(/\D/g, ''), code: code ?? '' };
  }

  /** This window's computer becomes an issuing station: it makes its key, and a second officer compares and agrees. */
  async function enrol(officer: Page, second: Page): Promise<void> {
    await officer.goto(`${world.origin}/admin/office/stations`);
    await officer.getByText('まだ発行機の鍵がありません').waitFor();
    await officer.getByLabel('名前').fill('本庁1階 発行用1');
    await check(officer, 'stations-new');
    await officer.getByRole('button', { name: 'このパソコンの登録を申し出る' }).click();
    const shown = officer.getByText(/このパソコンの照合番号: [\da-f ]{24}/);
    await shown.waitFor();
    const [thumbprint = ''] = /[\da-f]{4}( [\da-f]{4}){4}/.exec((await shown.textContent()) ?? '') ?? [];
    await second.goto(`${world.origin}/admin/office/stations`);
    expect(await second.locator('code').first().textContent()).to.equal(thumbprint);
    await check(second, 'stations-proposed');
    await second.getByRole('button', { name: '登録する: 本庁1階 発行用1' }).click();
    await second.getByText('登録済み').first().waitFor();
    await check(officer, 'stations');
  }

  /** From a task to a card that was blank: torn once in the middle, finished, handed over. */
  async function writeAndHandOver(officer: Page): Promise<{ number: string; code: string }> {
    await officer.goto(`${world.origin}/admin/office/tasks`);
    await check(officer, 'first-tasks');
    await officer.getByRole('link', { name: /^カードを作る/ }).click();
    await officer.getByRole('heading', { name: 'カードを作る' }).waitFor();
    await check(officer, 'make');
    let torn = 0;
    const card = createSoftwareCard({
      memory: blankSoftwareCard(),
      save: async () => undefined,
      tear: (block) => (block === 0x86 && torn++ === 0 ? 'half' : undefined),
    });
    reader.put(card);
    const start = officer.getByRole('button', { name: 'カードに書き始める' });
    await start.press('Enter');
    await officer.locator('#problem[data-code="CARD_LIFTED"]').waitFor();
    await officer.getByRole('heading', { name: 'カードが使えなくなったとき' }).waitFor();
    await check(officer, 'make-torn');
    await start.press('Enter');
    await officer.getByText('カードができました').waitFor();
    await check(officer, 'make-done');
    await officer.getByRole('link', { name: 'カードの詳細・受け渡しへ' }).click();
    const made = await handOver(officer, 'first');
    written.set(made.number, card);
    return made;
  }
  /** A newer master key is active: the card gets its key at the station, and its holder goes on with the same PIN. */
  async function renew(officer: Page, number: string): Promise<void> {
    await world.rotating.find(({ purpose }) => purpose === 'card-master')?.rotate('once');
    const { id } = (await world.credential.cards.byNumber(number)) ?? {};
    await officer.goto(`${world.origin}/admin/office/cards/${id}`);
    await officer.getByRole('link', { name: 'カードの鍵を新しくする' }).click();
    await check(officer, 'renew');
    await officer.getByRole('button', { name: '鍵を新しくする' }).click();
    await officer.getByText('鍵を新しくしました').waitFor();
    await check(officer, 'renew-done');
    expect((await world.credential.cards.byNumber(number))?.ckv).to.equal(2);
  }

  /** Cards that were made at the reader; those that the hub made by itself lie in the box. */
  const written = new Map<string, SoftwareCard>();

  async function activate(holder: Page, made: { number: string; code: string }, pin: string): Promise<void> {
    reader.put(written.get(made.number) ?? (await cardOf(made.number)));
    await holder.goto(`${world.origin}/card/activate`);
    for (const [id, text] of Object.entries({ code: made.code, 'new-pin': pin, again: pin }))
      await holder.locator(`#${id}`).fill(text);
    await holder.locator('#again').press('Enter');
    await holder.getByText('暗証番号を決めました').waitFor();
  }

  const task = async (page: Page, act: string) => {
    await page.goto(`${world.origin}/admin/office/tasks`);
    await page.getByRole('button', { name: new RegExp(`^承認する: ${act}`) }).click();
  };

  it('takes an application to an active card, and its loss to another one that every service takes for the same holder', async () => {
    const [officer, second, support, holder] = [
      await open('officer'),
      await open('second'),
      await open('support'),
      await blank(),
    ];
    await check(officer, 'home');
    await apply(officer);
    await approve(second);
    await enrol(officer, second);
    const first = await writeAndHandOver(officer);
    await activate(holder, first, firstPin);
    await usePin(holder);
    await renew(officer, first.number);
    const { residentRef } = (await world.credential.cards.byNumber(first.number)) ?? {};
    await tellChange(holder);
    const known = await world.links.pseudonymFor(residentRef ?? '', party);
    await lose(support, holder);
    await task(second, '再発行');
    const next = await makeAndHandOver(officer, 'next');
    await activate(holder, next, nextPin);
    const [old, now] = await Promise.all([first, next].map(({ number }) => world.credential.cards.byNumber(number)));
    expect([old?.status, old?.replacedBy, now?.status]).to.deep.equal(['revoked', now?.id, 'active']);
    expect(await world.links.pseudonymFor(now?.residentRef ?? '', party)).to.equal(known);
    await holder.goto(`${world.origin}/account/card`);
    await signIn(holder, nextPin);
    await holder.getByText('新しいカードに切り替わりました').waitFor();
    await lookAtChange(officer);
    await letters(officer);
    await lists(officer);
  });

  async function apply(officer: Page): Promise<void> {
    await officer.getByRole('link', { name: '申込審査' }).click();
    await check(officer, 'list-empty');
    await officer.getByRole('link', { name: '申込を入力する' }).click();
    await officer.getByLabel('生年月日').fill('昭和99年');
    await officer.getByRole('button', { name: '受け付ける' }).click();
    await officer.getByText('直すところがあります').waitFor();
    await check(officer, 'form-faulty');
    const { sex: _sex, channel: _channel, insurerType, ...texts } = form1;
    for (const [id, text] of Object.entries(texts)) await officer.locator(`#${id}`).fill(text);
    await officer.locator('#kanji').fill('高橋 健一');
    await officer.getByRole('radio', { name: '男' }).check();
    await officer.getByRole('radio', { name: '一般公募' }).check();
    await officer.getByLabel('加入している保険').selectOption(insurerType);
    await officer.getByLabel('代わりに手続きする人').fill('髙橋 真央');
    await officer.getByLabel('任せること').fill('カードの受け取り');
    await officer.getByLabel('根拠').selectOption('mandate');
    await officer.getByLabel('いつから').fill('令和8年10月1日');
    await officer.locator('#insurer1').fill('01370014');
    await officer.locator('#purposes1').selectOption({ label: '本人が自分の情報を見る' });
    await officer.locator('#textVersion1').selectOption('2026-10');
    await officer.getByRole('button', { name: '受け付ける' }).click();
    await officer.getByText('まだ照合していません').waitFor();
    await check(officer, 'received');
    await printed(officer);
    await officer.getByLabel('画像ファイル').setInputFiles(join(root, 'test/vectors/raster/accepted-palette.png'));
    await officer.getByRole('button', { name: '画像を加える' }).click();
    await officer.getByRole('link', { name: '画像を開く 1' }).waitFor();
    await officer.getByRole('button', { name: '台帳と照合する' }).click();
    await officer.getByText('違うところを確かめてください').waitFor();
    await check(officer, 'compared');
    await officer.getByRole('radio', { name: /台帳の候補 1/ }).check();
    await officer.getByLabel('確かめた書類').selectOption('driving-licence');
    await officer.getByLabel('両方の署名を確かめた').check();
    await officer.getByRole('button', { name: '承認へ回す（2人目）' }).click();
    await officer.getByText('承認待ち（2人目）').first().waitFor();
    expect(await officer.getByRole('button', { name: '承認する' }).count()).to.equal(0);
  }

  /** A page for each form, and nothing of the console on it. */
  async function printed(officer: Page): Promise<void> {
    const at = officer.url();
    await officer.getByRole('link', { name: '署名用に印刷する' }).click();
    await officer.getByRole('heading', { name: '様式2 委任状' }).waitFor();
    await check(officer, 'print');
    await officer.emulateMedia({ media: 'print' });
    await picture(officer, 'office-print-paper');
    expect(await officer.locator('.breadcrumb').isVisible()).to.equal(false);
    const pdf = (await officer.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type \/Page\b/g)?.length, 'forms 1, 2 and 3').to.equal(3);
    await officer.emulateMedia({ media: 'screen' });
    await officer.goto(at);
  }

  /** Found by birth date, narrowed by employer, and a file of an employer taken in, by keyboard alone. */
  async function lists(officer: Page): Promise<void> {
    await officer.goto(`${world.origin}/admin/office/applications?state=approved`);
    await officer.getByLabel('探す').fill('S59.3.2');
    await officer.getByLabel('探す').press('Enter');
    await officer.getByRole('link', { name: 'タカハシ ケンイチ' }).waitFor();
    await check(officer, 'list-sought');
    await officer.goto(`${world.origin}/admin/office/applications/import`);
    await officer.getByLabel('参加団体').selectOption('E-001');
    const head = 'kanji,kana,birthDate,sex,postal,municipality,town,block,insurerType';
    const rows = ['綾 歌子,アヤ ウタコ,1980-01-02,2,7600001,高松市,番町,1-1,society', '綾 歌子,,1980-02-31,2,,,,,'];
    const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from([head, ...rows].join('\n')) };
    await officer.getByLabel('ファイル').setInputFiles(file);
    await officer.getByRole('button', { name: '取り込む' }).press('Enter');
    await officer.getByText('取り込みました').waitFor();
    await check(officer, 'imported');
    await officer.locator('main .notice').getByRole('link', { name: '申込審査' }).click();
    await officer.getByLabel('参加団体').selectOption('E-001');
    await officer.getByRole('button', { name: '絞り込む' }).press('Enter');
    await officer.getByRole('link', { name: 'アヤ ウタコ' }).waitFor();
    await check(officer, 'list-narrowed');
  }

  async function approve(second: Page): Promise<void> {
    await second.goto(`${world.origin}/admin/office/applications`);
    await check(second, 'list-forwarded');
    await second.getByRole('link', { name: 'タカハシ ケンイチ' }).click();
    await check(second, 'forwarded');
    await second.getByLabel('理由・確かめたこと').fill('免許証と異体字を確かめた');
    await second.getByRole('button', { name: '承認する' }).click();
    await second.getByText('免許証と異体字を確かめた').waitFor();
    await check(second, 'approved');
  }

  /** The holder signs in and changes the PIN. */
  async function usePin(holder: Page): Promise<void> {
    await holder.goto(`${world.origin}/account/card/pin`);
    await signIn(holder, firstPin);
    await holder.locator('#new-pin').waitFor();
    for (const [id, text] of Object.entries({ pin: firstPin, 'new-pin': newPin, again: newPin }))
      await holder.locator(`#${id}`).fill(text);
    await holder.locator('#again').press('Enter');
    await holder.getByText('次からは新しい番号をお使いください').waitFor();
    await holder.goto(`${world.origin}/account`);
    expect(new URL(holder.url()).pathname).to.equal('/account');
  }

  /** R35: nothing is typed, and what the office will ask for is said before. */
  async function tellChange(holder: Page): Promise<void> {
    await holder.goto(`${world.origin}/account/card`);
    await check(holder, 'holder-card');
    await holder.getByRole('link', { name: '氏名・住所が変わった' }).click();
    await holder.getByRole('button', { name: '窓口に知らせる' }).click();
    await holder.getByText('一つ以上選んでください').waitFor();
    await check(holder, 'holder-change');
    await holder.getByLabel('氏名', { exact: true }).press('Space');
    await holder.getByLabel('住所', { exact: true }).check();
    await holder.getByRole('button', { name: '窓口に知らせる' }).click();
    await holder.getByText('窓口に知らせました').waitFor();
    await check(holder, 'holder-change-told');
  }

  async function lookAtChange(officer: Page): Promise<void> {
    await officer.goto(`${world.origin}/admin/office/tasks`);
    await officer.getByText('氏名、住所').waitFor();
    await officer.getByRole('button', { name: /^この方を開く/ }).click();
    await officer.getByRole('heading', { name: '応対', exact: true }).waitFor();
    await officer.goto(`${world.origin}/admin/office/tasks`);
    await officer.getByRole('button', { name: /^済みにする/ }).click();
    expect(await officer.getByRole('button', { name: /^この方を開く/ }).count()).to.equal(0);
  }

  async function lose(support: Page, holder: Page): Promise<void> {
    await support.getByRole('link', { name: 'サポート窓口' }).click();
    await support.getByLabel('氏名（カナ）').fill('タカハシ');
    await support.getByLabel('生年月日').fill('S59.3.2');
    await support.getByRole('button', { name: '探す' }).click();
    await support.getByText('見つかりません').waitFor();
    await check(support, 'support-not-found');
    await support.getByLabel('氏名（カナ）').fill('タカハシ ケンイチ');
    await support.getByRole('button', { name: '探す' }).click();
    await support.getByRole('heading', { name: '応対', exact: true }).waitFor();
    await check(support, 'support-call');
    await support.getByRole('button', { name: 'カードを止める' }).click();
    await support.getByText('済みました').waitFor();
    await holder.goto(`${world.origin}/account`);
    expect(new URL(holder.url()).pathname, 'the sign-in is over').to.match(/^\/sign-in\//);
    await support.getByLabel('漢字の氏名').fill('高橋健一');
    await support.getByLabel('町名').fill('太田上町');
    await support.getByRole('button', { name: '確かめる' }).click();
    await support.getByText('確認できました').waitFor();
    await check(support, 'support-checked');
    await support.getByRole('button', { name: /^再発行/ }).click();
    await support.getByText('承認を頼みました').waitFor();
  }

  async function letters(officer: Page): Promise<void> {
    await officer.goto(`${world.origin}/admin/office/letters`);
    await check(officer, 'letters');
    await world.cardOffice.letters.queue('flow', 'P006', 'card-stopped');
    await officer.getByRole('button', { name: /PDFにまとめる/ }).click();
    const downloaded = officer.waitForEvent('download');
    await officer.getByRole('link', { name: 'PDFを開く' }).click();
    expect((await downloaded).suggestedFilename()).to.equal('letters.pdf');
    await check(officer, 'letters-file');
    await officer.getByRole('button', { name: /全部を印刷済み/ }).click();
    await world.cardOffice.letters.queue('later', 'P006', 'enrolment');
    await officer.reload();
    await officer.getByRole('link', { name: 'カードの申込を承認したお知らせ' }).click();
    await check(officer, 'letter');
    await officer.goto(`${world.origin}/admin/office/equipment`);
    await check(officer, 'equipment');
  }

  it('prints each face on a page of exactly one card', async () => {
    const officer = await open('officer', '/admin/office/tasks');
    const card = await world.holderCard();
    const other = world.cards.get('auditor')?.cardId ?? '';
    for (const id of [card.cardId, other])
      await world.credential.cards.update(id, (one) => ({ ...one, status: 'issued' }));
    await officer.goto(`${world.origin}/admin/office/cards/${card.cardId}/face`);
    await officer.setViewportSize({ width: 700, height: 450 });
    await picture(officer, 'office-face');
    const pdf = (await officer.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
    const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
    const mm = (points = '') => (Number(points) / 72) * 25.4;
    expect(mm(width)).to.be.closeTo(85.6, 0.3);
    expect(mm(height)).to.be.closeTo(53.98, 0.3);
    const pagesIn = (text: string) => text.match(/\/Type \/Page\b/g)?.length;
    expect(pagesIn(pdf)).to.equal(1);
    await officer.goto(`${world.origin}/admin/office/faces`);
    expect(pagesIn((await officer.pdf({ preferCSSPageSize: true })).toString('latin1')), 'two cards').to.equal(2);
    await officer.goto(`${world.origin}/admin/office/tasks`);
    await check(officer, 'tasks-hand-over');
    expect(pdf, 'the font is in it').to.match(/\/FontFile|\/Type3/);
  });

  it('makes the letters with the codes of a delivery, by two officers at their windows', async () => {
    const rare = { kanji: '葛\u{e0101}城 一', kana: 'カツラギ ハジメ' };
    await world.credential.residents.insert({ ...residentOf('P900'), name: rare });
    await world.imported(['P006', 'P007', 'P900']);
    const [officer, second] = [await open('officer', '/admin/office/code-batches'), await open('second')];
    await check(officer, 'batches');
    await officer.getByLabel('カード番号').fill('12');
    await officer.getByRole('button', { name: 'この番号で頼む' }).click();
    await officer.getByText('1行目は').waitFor();
    await check(officer, 'batches-refused');
    await officer
      .getByRole('button', { name: /^承認を頼む/ })
      .first()
      .click();
    await officer.getByText('承認を待っています').waitFor();
    await second.goto(officer.url());
    await check(second, 'batch-decide');
    await second.getByRole('button', { name: '承認する' }).click();
    await second.getByText('承認されました').waitFor();
    await officer.reload();
    await check(officer, 'batch-agreed');
    const downloaded = officer.waitForEvent('download');
    await officer.getByRole('button', { name: '手紙のPDFを作る' }).click();
    expect((await downloaded).suggestedFilename()).to.equal('codes.pdf');
    await officer.reload();
    await check(officer, 'batch-printed');
    await officer.getByRole('button', { name: '封筒に入れ終わった' }).click();
    await officer.getByText('発送済み').waitFor();
  });

  it('speaks English on its key pages', async () => {
    const officer = await open('officer', '/admin/office/applications', 'en-GB');
    await check(officer, 'english-list');
    await officer
      .getByRole('tab', { name: 'Approved' })
      .or(officer.getByRole('link', { name: 'Approved' }))
      .click();
    await officer.getByRole('link', { name: 'タカハシ ケンイチ' }).click();
    await check(officer, 'english-approved');
    for (const path of [
      'office/applications/new',
      'office/tasks',
      'support',
      'office/letters',
      'office/equipment',
      'office/stations',
    ]) {
      await officer.goto(`${world.origin}/admin/${path}`);
      await check(officer, `english-${path.replaceAll('/', '-')}`);
    }
  });
});
