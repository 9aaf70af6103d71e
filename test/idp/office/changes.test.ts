import { expect } from 'chai';
import { attributeIn, browser, signInAt, type TestBrowser } from '../world.ts';
import { form1, type OfficeWorld, startOfficeWorld } from './office-world.ts';

const dayMs = 24 * 3_600_000;
const change = '/account/card/change';
const tasks = '/admin/office/tasks';
const told = '/admin/office/told-changes';
const today = Date.now();
const dayIn = (days: number) => new Date(today + days * dayMs).toISOString().slice(0, 10);

describe('a change that the holder tells, over HTTP (R35)', () => {
  let world: OfficeWorld;
  let holder: TestBrowser;
  before(async () => {
    world = await startOfficeWorld();
    const card = await world.holderCard();
    holder = browser();
    const prompt = await holder.visit(`${world.origin}${change}`);
    await holder.visit(await signInAt(holder, prompt.url, card));
  });
  after(() => world.close());

  const csrfIn = async (path: string) =>
    attributeIn((await world.page(holder, path)).html, /name="csrf" value="([^"]+)"/);
  const post = async (csrf: string, items: readonly string[], headers: object = {}) =>
    holder.request(`${world.origin}${change}`, {
      method: 'POST',
      body: new URLSearchParams([['csrf', csrf], ...items.map((item) => ['item', item])] as [
        string,
        string,
      ][]).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        origin: world.origin,
        ...headers,
      },
    });

  it('by who has the sign-in: once a day and one at a time, with no word of the new data, and nothing happens to the card', async () => {
    const csrf = await csrfIn(change);
    expect(await world.codeOf(await post(csrf, ['name'], { origin: 'https://evil.example' }))).to.equal(
      'FORGED_REQUEST',
    );
    expect(await world.codeOf(await post('x', ['name']))).to.equal('FORGED_REQUEST');
    expect((await post(csrf, [])).status).to.equal(422);
    expect((await post(csrf, ['death', '<script>'])).status, 'nothing of what may be chosen').to.equal(422);
    expect((await post(csrf, ['name', 'address', 'death'])).status).to.equal(303);
    for (const _ of [1, 2]) expect(await world.codeOf(await post(csrf, ['address']))).to.equal('CHANGE_TOLD');
    expect((await world.credential.changeRequests.get('P004'))?.items).to.deep.equal(['name', 'address']);
    expect((await world.page(holder, change)).html)
      .to.include('窓口に知らせました')
      .and.include('マイナンバーカード');
    expect((await world.page(holder, change, 'en')).html).to.include('The card office was told');
    expect((await world.credential.tasks.inState('open')).records).to.deep.equal([]);
    expect((await world.audited('change.tell')).map(({ actor }) => actor)).to.deep.equal(['resident:P004']);
  });

  it('is the office’s to settle, not the support’s nor the second officer’s; then the next day another one is taken', async () => {
    for (const name of ['support', 'second', 'auditor'] as const) {
      const own = await world.signedIn(name);
      const sent = await world.send(own, '/admin/support', told, { request: 'P004', do: 'settle' });
      expect(await world.codeOf(sent), name).to.equal('ACT_NOT_ALLOWED');
    }
    const officer = await world.signedIn('officer');
    expect((await world.page(officer, tasks)).html)
      .to.include('タカハシ ケンイチ')
      .and.include('氏名、住所');
    const opened = await world.send(officer, tasks, told, { request: 'P004', do: 'open' });
    expect(opened.headers.get('location')).to.match(/^\/admin\/support\/[\w-]+$/);
    const at = opened.headers.get('location') ?? '';
    await world.send(officer, at, `${at}/event`, { kind: 'name' });
    const { records } = await world.credential.tasks.inState('open');
    expect(records.map(({ act, reason }) => [act, reason])).to.deep.equal([['replace', 'NAME']]);
    expect((await world.send(officer, tasks, told, { request: 'P004', do: 'settle' })).status).to.equal(303);
    expect(
      await world.codeOf(await world.send(officer, '/admin/support', told, { request: 'P004', do: 'settle' })),
    ).to.equal('PAGE_MISSING');
    expect(await world.codeOf(await post(await csrfIn(change), ['name'])), 'the same day').to.equal('CHANGE_TOLD');
    world.pass(dayMs);
    await world.credential.changeRequests.ask('P004', ['name']);
    expect((await world.credential.changeRequests.get('P004'))?.state).to.equal('open');
  });
});

describe('the days of the programme, over HTTP (R112)', () => {
  let world: OfficeWorld;
  const survey = 'https://survey.example.jp/';
  before(async () => {
    world = await startOfficeWorld({ more: { programme: { start: dayIn(2), end: dayIn(60), survey } } });
  });
  after(() => world.close());
  const list = '/admin/office/applications';

  it('applications are refused in words before the first day; within them they are taken', async () => {
    const officer = await world.signedIn('officer');
    const early = await world.page(officer, `${list}/new`);
    expect(early.status).to.equal(409);
    expect(early.html).to.include('事業の期間のあいだだけ');
    expect(await world.codeOf(await world.send(officer, '/admin/support', `${list}/new`, form1))).to.equal(
      'PROGRAMME_CLOSED',
    );
    world.pass(2 * dayMs);
    const next = await world.signedIn('officer');
    expect((await world.send(next, `${list}/new`, `${list}/new`, form1)).status).to.equal(303);
  });

  it('holders hear of the end, with the survey towards it; then every card and sign-in ends, for that reason', async () => {
    const { round } = world.cardOffice;
    const kinds = async () => (await world.credential.notices.list('officer')).records.map(({ kind }) => kind);
    const ofProgramme = async () => (await kinds()).filter((kind) => /programme|survey|expir/.test(kind)).toReversed();
    await round();
    world.pass(30 * dayMs);
    for (const _ of [1, 2]) await round();
    expect(await ofProgramme()).to.deep.equal(['programme-ending', 'programme-ending', 'survey']);
    const own = await world.signedIn('officer', '/account/card');
    expect((await world.page(own, '/account/card')).html)
      .to.include(survey)
      .and.include('事業の終了まであと30日');
    world.pass(29 * dayMs);
    expect((await own.request(`${world.origin}/account/card`)).status, 'without a round').to.equal(303);
    await round();
    const card = (await world.credential.cards.ofResident('officer'))[0];
    expect(card).to.include({ status: 'expired', reason: 'TESTEND', expiresOn: Date.parse(`${dayIn(61)}T00:00:00Z`) });
    const records = await world.audited('card.expired');
    expect(records.map(({ detail }) => detail)).to.deep.include({ as: 'system', reason: 'TESTEND' });
  });
});
