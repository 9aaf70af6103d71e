import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { isCaller } from '../../../idp/office/caller-cases.ts';
import type { TestBrowser } from '../world.ts';
import { browser, signInAt } from '../world.ts';
import { type OfficeWorld, people, startOfficeWorld } from './office-world.ts';

const home = '/admin/support';
const number = '9876543210123';
const right = { kanji: '高橋健一', town: '太田上町', block: '４番' };

describe('the support centre, over HTTP (A3)', () => {
  let world: OfficeWorld;
  let holder: Awaited<ReturnType<OfficeWorld['holderCard']>>;
  beforeEach(async () => {
    world = await startOfficeWorld();
    holder = await world.holderCard();
  });
  afterEach(() => world.close());

  async function call(own: TestBrowser, fields: object = { number }): Promise<string> {
    const sent = await world.send(own, home, home, fields);
    return sent.headers.get('location') ?? `status ${sent.status}`;
  }
  const act = (own: TestBrowser, at: string, name: string, fields: object = {}) =>
    world.send(own, at, `${at}/${name}`, fields);
  const refused = async (own: TestBrowser, at: string, name: string, fields: object = {}) =>
    world.codeOf(await act(own, at, name, fields));
  const statusOf = async () => (await world.credential.cards.byNumber(number))?.status;
  const idOf = async () => (await world.credential.cards.byNumber(number))?.id ?? '';

  it('is closed to others, and a call is nobody’s but of who took it', async () => {
    const support = await world.signedIn('support');
    const at = await call(support);
    for (const name of ['second', 'auditor'] as const) {
      const own = await world.signedIn(name);
      for (const path of [home, at]) expect((await world.page(own, path)).status, name).to.equal(403);
    }
    const helper = await world.signedIn('helper');
    expect((await world.page(helper, at)).status, 'a colleague’s call by its id').to.equal(404);
    const csrf = /name="csrf" value="([^"]+)"/.exec((await world.page(helper, home)).html)?.[1] ?? '';
    expect(await refused(helper, at, 'stop', { csrf })).to.equal('CASE_CLOSED');
    expect((await world.page(support, `${home}/${'0'.repeat(32)}`)).status, 'a guessed one').to.equal(404);
    expect(await refused(support, at, 'stop', { csrf: 'x' })).to.equal('FORGED_REQUEST');
    expect(await statusOf()).to.equal('active');
    const evil = await world.send(support, at, `${at}/stop`, {}, { origin: 'https://evil.example' });
    expect(await world.codeOf(evil)).to.equal('FORGED_REQUEST');
    world.pass(31 * 60_000);
    expect((await world.page(await world.signedIn('support'), at)).status, 'after half an hour').to.equal(404);
  });

  it('sees no application and no evidence, no number in full, no address and nothing of health', async () => {
    const support = await world.signedIn('support');
    const { html } = await world.page(
      support,
      await call(support, { name: 'たかはし　けんいち', birthDate: 'S59.3.2' }),
    );
    expect(html).to.include('タカハシ ケンイチ').and.include('98** **** ***23');
    for (const hidden of [number, '太田上町', '髙橋', '1984', '昭和59']) expect(html).to.not.include(hidden);
    for (const path of ['/admin/office/applications', `/admin/office/cards/${await idOf()}`, '/admin/office/letters'])
      expect((await world.page(support, path)).status, path).to.equal(403);
  });

  it('stops the cards first, before any check: sign-ins end, and the person is told twice over', async () => {
    const own = browser();
    const prompt = await own.visit(`${world.origin}/account`);
    await own.visit(await signInAt(own, prompt.url, holder));
    expect((await own.request(`${world.origin}/account`)).status).to.equal(200);
    const support = await world.signedIn('support');
    const at = await call(support);
    expect((await act(support, at, 'stop', { reason: 'LOST' })).status).to.equal(303);
    expect(await statusOf()).to.equal('suspended');
    expect((await own.request(`${world.origin}/account`)).headers.get('location')).to.match(/^\/sign-in\//);
    const notices = (await world.credential.notices.list('P004')).records.map(({ kind }) => kind);
    expect(notices, 'the latest first').to.deep.equal(['card-suspended', 'new-device']);
    const letters = await world.cardOffice.letters.inState('waiting');
    expect(letters.map(({ kind }) => kind)).to.deep.equal(['card-stopped']);
    expect((await world.page(support, at)).html).to.include('止められるカードはありません');
    const [entry] = await world.audited('support.stop');
    expect(entry?.detail).to.include({ cards: 1, checked: 'not yet' });
  });

  it('asks for nothing else before the caller was checked, and does nothing else alone', async () => {
    const support = await world.signedIn('support');
    const at = await call(support);
    const card = await idOf();
    for (const [name, fields] of [
      ['ask', { act: 'code', card }],
      ['ask', { act: 'revoke', card }],
      ['unlock', { card }],
    ] as const)
      expect(await refused(support, at, name, fields), name).to.equal('CALLER_UNCHECKED');
    await act(support, at, 'stop');
    await act(support, at, 'check', right);
    expect((await world.page(support, at)).html)
      .to.include('確認できました')
      .and.include('利用の再開');
    expect((await act(support, at, 'ask', { act: 'resume', card })).status).to.equal(303);
    expect(await statusOf(), 'until somebody agrees').to.equal('suspended');
    const tasks = '/admin/office/tasks';
    const [task] = (await world.credential.tasks.inState('open')).records;
    expect((await world.page(support, tasks)).html).to.include('別の担当者が決めます');
    const csrf = /name="csrf" value="([^"]+)"/.exec((await world.page(support, at)).html)?.[1] ?? '';
    const decision = { task: task?.id ?? '', outcome: 'approve' };
    expect(await world.codeOf(await world.send(support, at, `${tasks}/decide`, { ...decision, csrf }))).to.equal(
      'ACT_NOT_ALLOWED',
    );
    const second = await world.signedIn('second');
    expect((await world.send(second, tasks, `${tasks}/decide`, decision)).status).to.equal(303);
    expect(await statusOf()).to.equal('active');
    const kinds = (await world.cardOffice.letters.inState('waiting')).map(({ kind }) => kind);
    expect(kinds.toSorted()).to.deep.equal(['card-continued', 'card-stopped']);
  });

  it('notes the result of a check and none of its answers', async () => {
    const support = await world.signedIn('support');
    const at = await call(support);
    await act(support, at, 'check', { ...right, block: 'これは誤答ABC99' });
    expect((await world.page(support, at)).html)
      .to.include('確認できませんでした')
      .and.not.include('誤答');
    const card = await idOf();
    expect(await refused(support, at, 'ask', { act: 'code', card })).to.equal('CALLER_UNCHECKED');
    expect(await refused(support, at, 'check', { ...right, csrf: await tokenOf(support) })).to.equal(
      'CALLER_UNCHECKED',
    );
    expect((await world.audited('support.check')).map(({ result, detail }) => [result, detail])).to.deep.equal([
      ['refused', { case: at.split('/').at(-1), asked: ['kanji', 'town', 'block'] }],
    ]);
    const store = await Promise.all(['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFile(join(world.data, name))));
    for (const text of [...store.map(String), world.logged.join()]) expect(text).to.not.include('誤答ABC99');
  });

  const tokenOf = async (own: TestBrowser) =>
    /name="csrf" value="([^"]+)"/.exec((await world.page(own, home)).html)?.[1] ?? '';

  it('lets nobody guess the answers: three failed checks of a person in a day, whoever asks', async () => {
    const wrong = { kanji: '山田', postal: '1' };
    for (const name of ['support', 'helper', 'support'] as const) {
      const own = await world.signedIn(name);
      await act(own, await call(own), 'check', wrong);
    }
    const helper = await world.signedIn('helper');
    expect(await refused(helper, await call(helper), 'check', right)).to.equal('CALLER_UNCHECKED');
    world.pass(25 * 3_600_000);
    const later = await world.signedIn('helper');
    expect((await act(later, await call(later), 'check', right)).status).to.equal(303);
  });

  it('acts on the cards of the caller and on nobody else’s', async () => {
    const support = await world.signedIn('support');
    const at = await call(support);
    await act(support, at, 'check', right);
    const other = await world.credential.cards.byNumber('1234567890121');
    expect(await refused(support, at, 'ask', { act: 'revoke', card: other?.id ?? '' })).to.equal('PAGE_MISSING');
    const own = await call(support, { number: '1234567890123' });
    expect(await refused(support, own, 'ask', { act: 'code', card: 'x' }), 'their own').to.equal('OWN_CARD');
    expect((await act(support, own, 'stop')).status, 'stopping it is everybody’s').to.equal(303);
  });

  it('asks which of several it is, and says where nobody is found', async () => {
    const support = await world.signedIn('support');
    const name = 'バス セイジ';
    expect(await call(support, { name, birthDate: '1960-10-10' }), 'homonyms of one day').to.equal('status 200');
    expect(await call(support, { name, birthDate: '2000-10-10' })).to.equal('status 200');
    expect(await call(support, { number: '0000000000000' })).to.equal('status 200');
    expect((await world.page(support, home, 'en')).html).to.include('Look by the number of the card');
  });

  it('takes two right answers and no wrong one for the caller', () => {
    const [person] = people;
    if (!person) throw new Error('no person');
    expect(isCaller(person, right)).to.equal(true);
    expect(isCaller(person, { postal: '７６０−９９０４', town: ' 太田上町 ' })).to.equal(true);
    expect(isCaller(person, { town: '太田上町' }), 'one').to.equal(false);
    expect(isCaller(person, {}), 'none').to.equal(false);
    expect(isCaller(person, { ...right, postal: '7609905' }), 'one of them wrong').to.equal(false);
    expect(isCaller({ name: {} }, { kanji: '-', postal: '-' }), 'nothing known').to.equal(false);
  });

  it('opens the tasks of a change at the counter (R36), where forms are withdrawn too', async () => {
    const officer = await world.signedIn('officer');
    const at = await call(officer);
    expect((await act(officer, at, 'event', { kind: 'name' })).status).to.equal(303);
    expect(
      (await world.credential.tasks.inState('open')).records.map(({ act: what, reason }) => [what, reason]),
    ).to.deep.equal([['replace', 'NAME']]);
    const insurers = [{ insurer: '370015', purposes: ['self-view'], textVersion: '2026-10' }] as const;
    await world.cardOffice.forms2and3.take('F-1', 'P004', { insurers });
    await world.cardOffice.forms2and3.take('F-2', 'P006', { insurers });
    expect(await refused(officer, at, 'withdraw', { kind: 'consent', id: 'F-2.1' })).to.equal('PAGE_MISSING');
    expect((await act(officer, at, 'withdraw', { kind: 'consent', id: 'F-1.1' })).status).to.equal(303);
    const [kept] = (await world.cardOffice.forms2and3.ofResident('P004')).consents;
    expect(kept?.withdrawnAt).to.be.a('number');
    await act(officer, at, 'withdraw', { kind: 'consent', id: 'F-1.370015' });
    const kinds = (await world.credential.notices.list('P004')).records.map(({ kind }) => kind);
    expect(
      kinds.filter((kind) => kind.startsWith('insurer')),
      'told once each',
    ).to.deep.equal(['insurer-consent-withdrawn', 'insurer-consent-given']);
    await act(officer, at, 'event', { kind: 'death' });
    expect(await statusOf()).to.equal('suspended');
  });
});
