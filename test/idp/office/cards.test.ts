import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { faceItems, faceSheet } from '../../../idp/office/face.ts';
import { cardsFolderOf, createCards } from '../../../trial/card-box/cards.ts';
import { refusal } from '../../refusal.ts';
import { setPinAt } from '../card-world.ts';
import { attributeIn, browser, type TestBrowser } from '../world.ts';
import { type OfficeWorld, people, startOfficeWorld } from './office-world.ts';

const tasks = '/admin/office/tasks';

describe('issuance and hand-over, over HTTP (A2)', () => {
  let world: OfficeWorld;
  beforeEach(async () => {
    world = await startOfficeWorld();
  });
  afterEach(() => world.close());

  const make = (own: TestBrowser, task: string) => world.send(own, '/admin/support', `${tasks}/make`, { task });
  /** A further card for the officer, who holds one. */
  async function ownTask(state: 'open' | 'approved'): Promise<string> {
    const what = { act: 'issue', residentRef: 'officer', reason: 'REQUEST', openedBy: 'x' } as const;
    await world.credential.tasks.open({ ...what, id: 'own', state, openedAt: world.now(), dueAt: world.now() });
    return 'own';
  }
  const handOver = (own: TestBrowser, at: string, how = 'counter') =>
    world.send(own, at, `${at}/hand-over`, { how }, { accept: 'text/html' });
  const codeIn = (html: string) => attributeIn(html, /id="hand-over-code">([\d ]+)</).replaceAll(' ', '');

  it('makes the card of a task that two agreed to, once, and tells its code to nobody', async () => {
    const task = await world.approvedTask();
    const officer = await world.signedIn('officer');
    const made = await make(officer, task);
    const at = made.headers.get('location') ?? '';
    expect(at).to.match(/^\/admin\/office\/cards\//);
    expect(await made.text()).to.not.match(/\d{20}/);
    expect(await world.codeOf(await make(officer, task)), 'again').to.equal('APPLICATION_CHANGED');
    const { html } = await world.page(officer, at);
    expect(html).to.include('タカハシ ケンイチ').and.include('利用開始前');
    for (const name of ['support', 'second', 'auditor'] as const)
      expect((await world.page(await world.signedIn(name), at)).status, name).to.equal(403);
    expect((await world.page(officer, '/admin/office/cards/guessed')).status).to.equal(404);
  });

  it('makes no card for a task that waits, is unknown, or is the officer’s own', async () => {
    const officer = await world.signedIn('officer');
    const own = { id: await ownTask('open') };
    expect(await world.codeOf(await make(officer, own.id)), 'not agreed to').to.equal('APPLICATION_CHANGED');
    expect(
      await refusal(world.credential.office.approve(own.id, { as: 'second-officer', id: 'y' })),
      'holds one',
    ).to.equal('CARD_LIMIT');
    await world.credential.tasks.update(own.id, (current) => ({ ...current, state: 'approved' }));
    expect(await world.codeOf(await make(officer, own.id))).to.equal('OWN_CARD');
    expect(await world.codeOf(await make(officer, 'guessed'))).to.equal('APPLICATION_CHANGED');
    const forged = await world.send(
      officer,
      tasks,
      `${tasks}/make`,
      { task: own.id },
      { origin: 'https://evil.example' },
    );
    expect(await world.codeOf(forged)).to.equal('FORGED_REQUEST');
  });

  it('hands it over once, the code on a letter of its own; only then the holder can activate it', async () => {
    const officer = await world.signedIn('officer');
    const at = (await make(officer, await world.approvedTask())).headers.get('location') ?? '';
    const letter = await (await handOver(officer, at)).text();
    expect(letter).to.include('髙橋 健一').and.include('太田上町').and.include(`${world.origin}/card/activate`);
    const code = codeIn(letter);
    expect(code).to.match(/^\d{20}$/);
    expect(
      await world.codeOf(
        await world.send(officer, at, `${at}/hand-over`, { how: 'mail', csrf: await tokenOf(officer) }),
      ),
    ).to.equal('MOVE_REFUSED');
    const card = await world.credential.cards.get(at.split('/').at(-1) ?? '');
    expect(card?.handedOver).to.include({ how: 'counter', by: world.ids.get('officer') });
    const boxed = await createCards(cardsFolderOf(world.data)).get(card?.number ?? '');
    if (!boxed) throw new Error('no card in the box');
    const next = await setPinAt(browser(), `${world.origin}/card/activate`, {
      card: boxed.card,
      code,
      newPin: '593817',
    });
    expect(next).to.equal(`${world.origin}/account/card`);
    expect((await world.credential.cards.get(card?.id ?? ''))?.status).to.equal('active');
    const store = await Promise.all(['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFile(join(world.data, name))));
    for (const text of [...store.map((bytes) => bytes.toString('latin1')), world.logged.join()])
      expect(text).to.not.include(code);
    expect(await world.audited('card.handed-over')).to.have.length(1);
  });

  const tokenOf = async (own: TestBrowser) =>
    attributeIn((await world.page(own, tasks)).html, /name="csrf" value="([^"]+)"/) ||
    attributeIn((await world.page(own, '/admin/support')).html, /name="csrf" value="([^"]+)"/);

  it('shows a reset code once, to the second officer whose agreement it is', async () => {
    await world.holderCard();
    const by = { as: 'office', id: world.ids.get('officer') ?? '' } as const;
    const task = await world.credential.office.propose('code', '9876543210123', 'PIN', by);
    const second = await world.signedIn('second');
    const decision = { task: task.id, outcome: 'approve' };
    const sent = await world.send(second, tasks, `${tasks}/decide`, decision, { accept: 'text/html' });
    expect(codeIn(await sent.text())).to.match(/^\d{20}$/);
    expect((await world.page(second, tasks)).html).to.not.match(/\d{20}/);
    expect((await world.cardOffice.letters.inState('waiting')).map(({ kind }) => kind)).to.deep.equal(['new-pin-code']);
  });

  it('leaves a task to others: nobody agrees to what they asked for or what is about them', async () => {
    await world.holderCard();
    const { office } = world.credential;
    const second = await world.signedIn('second');
    const id = world.ids.get('second') ?? '';
    const asked = await office.propose('revoke', '9876543210123', 'REQUEST', { as: 'office', id });
    const self = await office.propose('revoke', '1234567890122', 'REQUEST', { as: 'office', id: 'x' });
    expect(await tokenOf(second), 'the page has no form for either').to.equal('');
    const other = await office.propose('revoke', '1234567890121', 'REQUEST', { as: 'office', id: 'x' });
    const open = await tokenOf(second);
    const send = (task: string, csrf = open) =>
      world.send(second, tasks, `${tasks}/decide`, { task, outcome: 'approve', csrf });
    expect(await world.codeOf(await send(asked.id))).to.equal('OWN_WORK');
    expect(await world.codeOf(await send(self.id))).to.equal('OWN_CARD');
    expect(await world.codeOf(await send('guessed'))).to.equal('PAGE_MISSING');
    expect(await world.codeOf(await send(other.id, 'x')), 'with a guessed token').to.equal('FORGED_REQUEST');
    expect((await send(other.id)).status).to.equal(303);
  });

  it('prints the four items of the face and nothing else (R29), long names in full', async () => {
    const officer = await world.signedIn('officer');
    const at = (await make(officer, await world.approvedTask())).headers.get('location') ?? '';
    const { html } = await world.page(officer, `${at}/face`);
    const number = (await world.credential.cards.get(at.split('/').at(-1) ?? ''))?.number ?? '';
    for (const item of ['タカハシ ケンイチ', '昭和59年3月2日', '男', number.slice(0, 4)]) expect(html).to.include(item);
    for (const no of ['髙橋', '高松市', '太田', '370015']) expect(html).to.not.include(no);
    const long = { ...people[0], name: { kana: 'バス セイジ'.repeat(4) } } as (typeof people)[number];
    const sheet = faceSheet([faceItems(long, number)], '/x.css');
    const printed = [...sheet.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text).join('');
    expect(printed.replaceAll(/\s/g, '')).to.include('バスセイジバスセイジバスセイジバスセイジ');
    const hostile = { ...long, name: { latin: '<script>"' } };
    expect(faceSheet([faceItems(hostile, number)], '/x.css')).to.not.include('<script');
  });

  it('makes a batch of what was agreed to, but for the officer’s own, and prints its faces on a page each', async () => {
    await world.approvedTask();
    const { id } = await world.credential.office.apply('P006', { as: 'office', id: 'x' });
    await world.credential.office.approve(id, { as: 'second-officer', id: 'y' });
    await ownTask('approved');
    const officer = await world.signedIn('officer');
    const second = await world.signedIn('second');
    const csrf = { csrf: 'x' };
    expect(await world.codeOf(await world.send(officer, tasks, `${tasks}/make-all`, csrf))).to.equal('FORGED_REQUEST');
    expect(await world.codeOf(await world.send(second, tasks, `${tasks}/make-all`, {}))).to.equal('ACT_NOT_ALLOWED');
    expect((await world.send(officer, tasks, `${tasks}/make-all`, {})).status).to.equal(303);
    const { records } = await world.credential.cards.list({ where: { status: 'issued' } });
    expect(records.map(({ residentRef }) => residentRef).toSorted()).to.deep.equal(['P004', 'P006']);
    const { html } = await world.page(officer, '/admin/office/faces');
    expect(html.match(/<svg/g)).to.have.length(2);
    expect((await world.page(second, '/admin/office/faces')).status).to.equal(403);
    expect((await world.audited('card.batch-made')).map(({ detail }) => detail)).to.deep.equal([{ cards: 2 }]);
  });

  it('lends a reader once, knows when it is overdue, and takes it back', async () => {
    await world.holderCard();
    const officer = await world.signedIn('officer');
    const page = '/admin/office/equipment';
    const loan = { serial: 's380-００１', holder: '9876 5432 10123', dueOn: '2026-01-31' };
    expect((await world.send(officer, page, `${page}/lend`, loan)).status).to.equal(303);
    expect((await world.page(officer, page)).html)
      .to.include('S380-001')
      .and.include('期限を過ぎています');
    expect(await world.codeOf(await world.send(officer, page, `${page}/lend`, loan))).to.equal('EQUIPMENT_TAKEN');
    expect((await world.send(officer, page, `${page}/back`, { serial: 'S380-001' })).status).to.equal(303);
    expect(await world.codeOf(await world.send(officer, page, `${page}/back`, { serial: 'S380-001' }))).to.equal(
      'EQUIPMENT_TAKEN',
    );
    const wrong = await world.send(officer, page, `${page}/lend`, { serial: '"><i>', holder: '1', dueOn: 'x' });
    expect(wrong.status).to.equal(422);
    expect(await wrong.text())
      .to.include('その番号のカードはありません')
      .and.not.include('"><i>');
  });

  it('prints letters to the registered address, and takes them off the list', async () => {
    await world.approvedTask();
    const officer = await world.signedIn('officer');
    const { html } = await world.page(officer, '/admin/office/letters');
    const at = attributeIn(html, /href="(\/admin\/office\/letters\/enrolment[^"]+)"/);
    expect((await world.page(officer, at)).html)
      .to.include('髙橋 健一')
      .and.include('760-9904');
    expect((await world.send(officer, at, at, {})).status).to.equal(303);
    expect((await world.page(officer, '/admin/office/letters')).html).to.include('ありません');
  });
});
