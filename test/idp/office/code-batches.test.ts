import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CardRecord } from '../../../card-auth/index.ts';
import { openCardOfficeBeside, openGround } from '../../../idp/index.ts';
import { withPoppler } from '../../lib/poppler.ts';
import type { TestBrowser } from '../world.ts';
import { type OfficeWorld, people, startOfficeWorld } from './office-world.ts';

const home = '/admin/office/code-batches';

describe('hand-over codes in bulk, over HTTP (R37)', function () {
  this.timeout(60_000);
  const poppler = withPoppler();
  let world: OfficeWorld;
  /** The hub's keys, as a process beside it has them. */
  let ground: Awaited<ReturnType<typeof openGround>>;
  let officer: TestBrowser;
  let second: TestBrowser;
  beforeEach(async () => {
    world = await startOfficeWorld();
    ground = await openGround({ settings: world.settings, now: world.now });
    [officer, second] = [await world.signedIn('officer'), await world.signedIn('second')];
  });
  afterEach(async () => {
    await ground.close();
    await world.close();
  });

  const post = (own: TestBrowser, path: string, fields: object = {}) => world.send(own, home, path, fields);
  /** A batch that was asked for and agreed to; its address. */
  async function agreed(cards: readonly Pick<CardRecord, 'number'>[]): Promise<string> {
    const asked = await post(officer, home, { numbers: cards.map(({ number }) => number).join('\n') });
    const at = asked.headers.get('location') ?? '';
    expect((await world.send(second, at, `${at}/decide`, { outcome: 'approve' })).status).to.equal(303);
    return at;
  }
  async function printed(at: string, own = officer) {
    const answer = await world.send(own, at, `${at}/print`, {});
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.equal('application/pdf');
    expect(answer.headers.get('cache-control')).to.equal('no-store');
    const { pages } = await poppler.read(await answer.bytes());
    const codes = pages.map((text) => (/(?:\d{4} ){4}\d{4}/.exec(text)?.[0] ?? '').replaceAll(' ', ''));
    return { pages, codes };
  }
  async function opens(card: Pick<CardRecord, 'id'>, code: string): Promise<boolean> {
    const kept = await world.credential.cards.get(card.id);
    const { codes } = openCardOfficeBeside(ground, world.settings, world.now);
    return kept?.handOver !== undefined && codes.isRight(card.id, kept.handOver, code);
  }

  it('come as one PDF, a letter on each page to the registered address, and leave no trace of themselves in the hub', async () => {
    const at = world.now();
    const cards = await world.imported(['P004', 'P006', 'P007'], 1, at);
    expect((await world.page(officer, home)).html).to.match(new RegExp(`value="${at}"`));
    const asked = await post(officer, home, { import: String(at) });
    const batch = asked.headers.get('location') ?? '';
    expect(await world.codeOf(await post(officer, `${batch}/print`))).to.equal('SECOND_PERSON_NEEDED');
    expect((await world.page(second, '/admin/office/tasks')).html).to.include('承認を待っています（1件）');
    expect((await world.page(second, batch)).html)
      .to.include('タカハシ ケンイチ')
      .and.include('承認する');
    expect((await world.send(second, batch, `${batch}/decide`, { outcome: 'approve' })).status).to.equal(303);
    const { pages, codes } = await printed(batch);
    expect(pages).to.have.length(3);
    expect(pages[0]).to.include('760-9904').and.include('高松市太田上町4番地').and.include('髙橋 健一 様');
    expect(pages[0]).to.include(`${world.origin}/card/activate`).and.include('受け渡し番号のお知らせ');
    for (const [place, card] of cards.entries()) expect(await opens(card, codes[place] ?? '')).to.equal(true);
    expect((await post(officer, `${batch}/posted`)).status).to.equal(303);
    expect(await world.codeOf(await world.send(officer, batch, `${batch}/print`, {}))).to.equal('AGREEMENT_USED');
    const files = await readdir(world.data, { recursive: true, withFileTypes: true });
    const read = (file: (typeof files)[number]) => readFile(join(file.parentPath, file.name), 'latin1');
    const kept = await Promise.all(files.filter((file) => file.isFile()).map(read));
    for (const text of [...kept, world.logged.join(), (await world.page(officer, batch)).html])
      for (const code of codes)
        expect(text)
          .to.not.include(code)
          .and.not.include(code.replaceAll(/(\d{4})(?=\d)/g, '$1 '));
    expect(await world.audited('card.codes-printed')).to.have.length(3);
    expect(await world.audited('card.handed-over')).to.have.length(3);
  });

  it('the officer alone, a colleague, the second officer and the support have no way to them', async () => {
    const cards = await world.imported(['P004', 'P006']);
    const asked = await post(officer, home, { numbers: cards.map(({ number }) => number).join('\n') });
    const at = asked.headers.get('location') ?? '';
    const own = `/admin/office/cards/${cards[0]?.id}`;
    expect((await world.page(officer, own)).html)
      .to.include('2人が要ります')
      .and.not.include(`${own}/hand-over`);
    expect(await world.codeOf(await post(officer, `${own}/hand-over`, { how: 'counter' }))).to.equal(
      'SECOND_PERSON_NEEDED',
    );
    expect(await world.codeOf(await post(officer, `${at}/decide`, { outcome: 'approve' }))).to.equal('ACT_NOT_ALLOWED');
    await world.send(second, at, `${at}/decide`, { outcome: 'approve' });
    const colleague = await world.signedIn('colleague');
    expect((await world.page(colleague, at)).html).to.not.include(`${at}/print`);
    expect(await world.codeOf(await world.send(colleague, home, `${at}/print`, {}))).to.equal('BATCH_OF_OTHER');
    expect(await world.codeOf(await world.send(second, '/admin/office/tasks', `${at}/print`, {}))).to.equal(
      'ACT_NOT_ALLOWED',
    );
    expect((await world.page(await world.signedIn('support'), at)).status).to.equal(403);
    const forged = await world.send(officer, at, `${at}/print`, {}, { origin: 'https://evil.example' });
    expect(await world.codeOf(forged)).to.equal('FORGED_REQUEST');
    for (const { id } of cards) expect((await world.credential.cards.get(id))?.handOver).to.equal(undefined);
    const refused = (await world.audited('card.codes-printed')).map(({ result, code }) => [result, code]);
    expect(refused).to.deep.equal([['refused', 'BATCH_OF_OTHER']]);
  });

  it('nobody asks for or agrees to the code of their own card', async () => {
    const [mine, others, theirs] = await world.imported(['officer', 'second', 'P004'], 1, 1000);
    const numbers = `${mine?.number}\n${theirs?.number}`;
    expect(await world.codeOf(await post(officer, home, { numbers }))).to.equal('OWN_CARD');
    const asked = await post(officer, home, { import: '1000' });
    const at = asked.headers.get('location') ?? '';
    const batch = await world.credential.codeBatches.get(at.split('/').at(-1) ?? '');
    expect(batch?.cards, 'an import without the officer’s own').to.have.members([others?.id, theirs?.id]);
    expect((await world.page(second, at)).html).to.not.include(`${at}/decide`);
    const tried = await world.send(second, home, `${at}/decide`, { outcome: 'approve', csrf: await tokenOf(second) });
    expect(await world.codeOf(tried)).to.equal('OWN_CARD');
  });

  /** Of a page that has a form for everybody with a role in the office. */
  async function tokenOf(own: TestBrowser): Promise<string> {
    await world.credential.office.propose('revoke', '1234567890121', 'REQUEST', { as: 'office', id: 'x' });
    const { html } = await world.page(own, '/admin/office/tasks');
    return /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  }

  it('made again, the letters of before are worthless; what a reader activated meanwhile gets no second one', async () => {
    const cards = await world.imported(['P004', 'P006', 'P007']);
    const at = await agreed(cards);
    const first = await printed(at);
    const [one, two, three] = cards;
    if (!one || !two || !three) throw new Error('no cards');
    await world.credential.cards.update(one.id, (card) => ({ ...card, status: 'active', handOver: undefined }));
    const again = await printed(at);
    expect(again.codes).to.have.length(2);
    expect(await opens(two, first.codes[1] ?? '')).to.equal(false);
    expect(await opens(two, again.codes[0] ?? '')).to.equal(true);
    expect(await opens(three, again.codes[1] ?? '')).to.equal(true);
    world.pass(3_600_000);
    const late = await world.signedIn('officer', at);
    expect(await world.codeOf(await world.send(late, at, `${at}/print`, {}))).to.equal('AGREEMENT_USED');
    expect((await world.send(late, at, `${at}/again`, {})).status).to.equal(303);
    expect(await world.codeOf(await world.send(late, home, `${at}/print`, {}))).to.equal('SECOND_PERSON_NEEDED');
  });

  it('a name that the PDF cannot show is told with its place, and has a letter of the browser; no other card has', async () => {
    const [person] = people;
    if (!person) throw new Error('no person');
    await world.credential.residents.insert({ ...person, id: 'P900', name: { kanji: '葛\u{e0101}城 一' } });
    const [rare, plain] = await world.imported(['P900', 'P004']);
    const at = await agreed([rare, plain].flatMap((card) => (card ? [card] : [])));
    expect((await world.page(officer, at)).html).to.include('氏名の1文字目がPDFの書体にない');
    const { codes } = await printed(at);
    expect(codes).to.have.length(1);
    const wrong = await world.send(officer, at, `${at}/letter`, { card: plain?.id });
    expect(await world.codeOf(wrong)).to.equal('BATCH_UNSUITABLE');
    const letter = await (await world.send(officer, at, `${at}/letter`, { card: rare?.id })).text();
    const code = /id="hand-over-code">([\d ]+)</.exec(letter)?.[1]?.replaceAll(' ', '') ?? '';
    expect(await opens({ id: rare?.id ?? '' }, code)).to.equal(true);
    expect(await opens({ id: plain?.id ?? '' }, codes[0] ?? ''), 'the other one stays good').to.equal(true);
  });

  it('refuses what is no card that waits, and says in which line it stands', async () => {
    const [card] = await world.imported(['P004']);
    for (const [numbers, line] of [
      [`${card?.number}\n\n1234567890120`, 3],
      ['"><script>', 1],
      ['', 1],
      [`${card?.number}\n`.repeat(501), 501],
    ] as const) {
      const answer = await post(officer, home, { numbers });
      expect(answer.status).to.equal(422);
      expect(await answer.text())
        .to.include(`${line}行目は`)
        .and.not.include('"><script>');
    }
    expect(await world.codeOf(await post(officer, home, { import: 'x' }))).to.equal('BATCH_UNSUITABLE');
    expect(await world.codeOf(await post(officer, home, { numbers: '1'.repeat(20_000) }))).to.equal('BODY_TOO_LARGE');
    expect((await world.page(officer, `${home}/guessed`)).status).to.equal(404);
    expect((await post(officer, home, { numbers: `4000-0000 ${'００００１'}` })).status, 'as it is read out').to.equal(
      303,
    );
  });
});
