import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { root } from '../../root.ts';
import { attributeIn, type TestBrowser } from '../world.ts';
import { form1, type OfficeWorld, startOfficeWorld } from './office-world.ts';

const list = '/admin/office/applications';
const dayMs = 24 * 3_600_000;
const vector = (name: string) => readFile(join(root, 'test/vectors/raster', name));

describe('applications for a card, over HTTP (A1)', () => {
  let world: OfficeWorld;
  beforeEach(async () => {
    world = await startOfficeWorld();
  });
  afterEach(() => world.close());

  async function enter(own: TestBrowser, fields: object = form1): Promise<string> {
    const sent = await world.send(own, `${list}/new`, `${list}/new`, fields);
    return sent.headers.get('location') ?? (await world.codeOf(sent));
  }
  const act = (own: TestBrowser, at: string, name: string, fields: object = {}) =>
    world.send(own, at, `${at}/${name}`, fields);
  async function forwarded(own: TestBrowser): Promise<string> {
    const at = await enter(own);
    await act(own, at, 'compare');
    const sent = await act(own, at, 'forward', { chosen: 'P004', evidence: 'driving-licence' });
    expect(sent.status, await sent.text()).to.equal(303);
    return at;
  }
  const decide = (own: TestBrowser, at: string, outcome = 'approved', reason = '本人と面談した') =>
    act(own, at, 'decide', { outcome, reason });

  it('are closed to everybody without the role, and to forms of other sites', async () => {
    const officer = await world.signedIn('officer');
    const at = await enter(officer);
    for (const name of ['support', 'auditor'] as const) {
      const own = await world.signedIn(name);
      for (const path of [list, at, `${list}/new`]) expect((await world.page(own, path)).status, name).to.equal(403);
    }
    const second = await world.signedIn('second');
    expect((await world.page(second, `${list}/new`)).status, 'the second officer enters nothing').to.equal(403);
    const evil = { origin: 'https://evil.example' };
    const forged = await world.send(officer, at, `${at}/compare`, {}, evil);
    expect(await world.codeOf(forged)).to.equal('FORGED_REQUEST');
    expect(await world.codeOf(await act(officer, at, 'compare', { csrf: 'x' }))).to.equal('FORGED_REQUEST');
    expect((await world.page(officer, `${list}/F-0000000000000000`)).status, 'a guessed number').to.equal(404);
  });

  it('are not decided by who had a hand in them, nor by who is the applicant', async () => {
    const officer = await world.signedIn('officer');
    const at = await forwarded(officer);
    expect(await world.codeOf(await decide(officer, at))).to.equal('ACT_NOT_ALLOWED');
    const old = await world.page(officer, `${list}/new`);
    const csrf = attributeIn(old.html, /name="csrf" value="([^"]+)"/);
    // The role changes hands, the hand in the application does not.
    await world.administrators.revoke(world.ids.get('officer') ?? '', 'command');
    const until = world.now() + 1e9;
    await world.administrators.grant({
      residentRef: 'officer',
      roles: ['second-officer'],
      until,
      invitedBy: 'command',
    });
    const kept = { outcome: 'approved', reason: '本人と面談した', csrf, seen: '3' };
    expect(await world.codeOf(await act(officer, at, 'decide', kept))).to.equal('OWN_WORK');
    expect((await world.page(officer, at)).html).to.include('別の担当者が決めます');
    const refusals = (await world.audited('application.decide')).map(({ result, code }) => [result, code]);
    expect(refusals).to.deep.include(['refused', 'OWN_WORK']);
  });

  it('are not taken by an officer for themselves, whatever way the name is written', async () => {
    const own = await world.signedIn('colleague');
    const self = { ...form1, kanji: '', kana: 'ばす せいじ', birthDate: '1960-10-10' };
    expect(await enter(own, self)).to.equal('OWN_CARD');
    const at = await enter(await world.signedIn('officer'), { ...self, birthDate: '1960-10-10' });
    expect(at, 'all of the office are called so here').to.equal('OWN_CARD');
  });

  it('go from the form to a card task by two persons; letter, proofing and forms follow', async () => {
    const officer = await world.signedIn('officer');
    const at = await enter(officer, {
      ...form1,
      agent: '髙橋 真央',
      mandateKind: 'mandate',
      scope: 'カードの受け取り',
      from: '令和8年10月1日',
      signed: '1',
      insurer1: '01370014',
      purposes1: 'self-view',
      textVersion1: '2026-10',
      insurer3: '３７００１５',
      purposes3: 'self-view eligibility-check',
      textVersion3: '2026-10',
    });
    await act(officer, at, 'compare');
    const shown = (await world.page(officer, at)).html;
    expect(shown).to.include('規則どおりに一致しています').and.include('重複は見つかりません').and.include('髙橋 真央');
    await act(officer, at, 'forward', { chosen: 'P004', evidence: 'my-number-card' });
    const second = await world.signedIn('second');
    expect((await world.page(second, list)).html).to.include('タカハシ ケンイチ');
    expect(await world.codeOf(await decide(second, at, 'approved', '  '))).to.equal('REASON_MISSING');
    expect((await decide(second, at)).status).to.equal(303);
    const id = at.split('/').at(-1) ?? '';
    const task = await world.credential.tasks.get(`application.${id}`);
    expect(task).to.include({ act: 'issue', state: 'approved', residentRef: 'P004' });
    expect(task?.openedBy, 'two persons').to.not.equal(task?.decidedBy);
    const { proofings, letters, forms2and3 } = world.cardOffice;
    expect(await proofings.get(id)).to.include({
      residentRef: 'P004',
      evidence: 'my-number-card',
      match: 'same',
      secondOfficer: world.ids.get('second'),
    });
    expect((await letters.inState('waiting')).map(({ kind, residentRef }) => [kind, residentRef])).to.deep.equal([
      ['enrolment', 'P004'],
    ]);
    const { mandates, consents } = await forms2and3.ofResident('P004');
    expect(mandates.map(({ agent, from, signed }) => [agent, from, signed])).to.deep.equal([
      ['髙橋 真央', '2026-10-01', true],
    ]);
    const inWords = consents.map(({ insurer, purposes, textVersion }) => [insurer, purposes.join(), textVersion]);
    expect(inWords).to.deep.equal([
      ['01370014', 'self-view', '2026-10'],
      ['370015', 'self-view,eligibility-check', '2026-10'],
    ]);
    const told = (await world.credential.notices.list('P004')).records.map(({ kind }) => kind);
    expect(told.toSorted()).to.deep.equal(['insurer-consent-given', 'insurer-consent-given', 'mandate-given']);
    expect(await world.codeOf(await decide(second, at)), 'twice').to.match(/APPLICATION_CHANGED|FORGED_REQUEST/);
    expect(world.logged.join(), 'the log').to.not.include('髙橋');
  });

  it('show differences, and forward no other person', async () => {
    const officer = await world.signedIn('officer');
    const variant = await enter(officer, { ...form1, kanji: '高橋 健一', town: '番町' });
    await act(officer, variant, 'compare');
    const { html } = await world.page(officer, variant);
    expect(html).to.include('≒ 異体字など').and.include('✖ 違う').and.include('違うところを確かめてください');
    const twin = await enter(officer, { ...form1, kanji: '髙橋 茜', kana: 'タカハシ アカネ', birthDate: '2018-05-05' });
    await act(officer, twin, 'compare');
    expect((await world.page(officer, twin)).html, 'nobody is shown for a birth date alone').to.include(
      '似た氏名の方はいません',
    );
    for (const chosen of ['P004', 'P006', 'officer', ''])
      expect(await world.codeOf(await act(officer, twin, 'forward', { chosen, evidence: 'passport' }))).to.equal(
        'NO_REGISTER_MATCH',
      );
  });

  it('rest on a fresh answer of the register', async () => {
    const officer = await world.signedIn('officer');
    const at = await forwarded(officer);
    world.pass(25 * 3_600_000);
    const second = await world.signedIn('second');
    expect((await world.page(second, at)).html)
      .to.include('台帳の答えが古くなりました')
      .and.not.include('承認する');
    expect(await world.codeOf(await decide(second, at))).to.equal('REGISTER_OUTDATED');
    const again = await world.signedIn('officer');
    expect((await act(again, at, 'reopen')).status).to.equal(303);
    expect((await act(again, at, 'compare')).status).to.equal(303);
  });

  it('find the same person again: an application beside it, then a card that waits, then a card', async () => {
    const officer = await world.signedIn('officer');
    const [first, other] = [await forwarded(officer), await enter(officer, { ...form1, kanji: '高橋 健一' })];
    await act(officer, other, 'compare');
    expect((await world.page(officer, other)).html).to.include('似た申込があります');
    await act(officer, other, 'forward', { chosen: 'P004', evidence: 'passport' });
    const second = await world.signedIn('second');
    const both = await Promise.all([decide(second, first), decide(second, other)]);
    const outcomes = await Promise.all(both.map(async (one) => (one.status === 303 ? 'in' : world.codeOf(one))));
    expect(outcomes.toSorted(), 'of two at once one gets through').to.deep.equal(['DUPLICATE_CARD', 'in']);
    const third = await enter(officer);
    await act(officer, third, 'compare');
    expect((await world.page(officer, third)).html).to.include('同じ方のカードを発行するところです');
  });

  it('keep pictures sealed, for the office alone, each look on record, and no longer than set', async () => {
    const officer = await world.signedIn('officer');
    const at = await enter(officer);
    const png = await vector('accepted-palette.png');
    expect((await world.upload(officer, at, `${at}/evidence`, png)).status).to.equal(303);
    const picture = /\/evidence\/([0-9a-f]{32})/.exec((await world.page(officer, at)).html)?.[1] ?? '';
    const opened = await officer.request(`${world.origin}${at}/evidence/${picture}`);
    expect(opened.headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox");
    expect(opened.headers.get('cache-control')).to.equal('no-store');
    const shown = Buffer.from(await opened.arrayBuffer());
    for (const name of ['support', 'auditor'] as const)
      expect((await world.page(await world.signedIn(name), `${at}/evidence/${picture}`)).status, name).to.equal(403);
    const beside = await enter(officer, { ...form1, kanji: '円座 太一', kana: '' });
    expect((await world.page(officer, `${beside}/evidence/${picture}`)).status, 'by another application').to.equal(404);
    const looks = (await world.audited('evidence.read')).map(({ result }) => result);
    expect(looks, 'and the tries of others').to.have.members(['ok', 'refused', 'refused']);
    const store = await Promise.all(['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFile(join(world.data, name))));
    for (const text of [...store.map((bytes) => bytes.toString('latin1')), world.logged.join()])
      for (const form of ['latin1', 'base64', 'base64url', 'hex'] as const)
        expect(text).to.not.include(shown.subarray(16, 60).toString(form));
    await act(officer, at, 'refuse', { outcome: 'returned', reason: '写真が古い' });
    world.pass(30 * dayMs - 60_000);
    await world.cardOffice.round();
    expect((await world.cardOffice.evidence.list(at.split('/').at(-1) ?? '')).length).to.equal(1);
    world.pass(120_000);
    expect(await world.cardOffice.evidence.open(at.split('/').at(-1) ?? '', picture), 'before any round').to.equal(
      undefined,
    );
    await world.cardOffice.round();
    expect((await world.audited('evidence.delete')).map(({ detail }) => detail)).to.deep.equal([{ pictures: 1 }]);
  });

  it('take no bomb, no other file, and no seventh picture', async () => {
    const officer = await world.signedIn('officer');
    const at = await enter(officer);
    const add = async (file: Uint8Array) => world.codeOf(await world.upload(officer, at, `${at}/evidence`, file));
    for (const name of ['rejected-picture.gif', 'rejected-animated.webp', 'rejected-picture.bmp'])
      expect(await add(await vector(name)), name).to.equal('EVIDENCE_REFUSED');
    expect(await add(Buffer.from('<svg onload="alert(1)"/>'))).to.equal('EVIDENCE_REFUSED');
    expect(await add(Buffer.alloc(0))).to.equal('EVIDENCE_REFUSED');
    expect(await add(Buffer.alloc(2 * 1024 * 1024 + 1))).to.equal('EVIDENCE_TOO_LARGE');
    expect(await add(Buffer.alloc(4 * 1024 * 1024))).to.equal('BODY_TOO_LARGE');
    expect(await add(hugePng(await vector('accepted-palette.png')))).to.equal('EVIDENCE_TOO_LARGE');
    for (let count = 0; count < 6; count += 1)
      expect(await add(await vector('accepted-palette.png'))).to.equal('status 303');
    expect(await add(await vector('accepted-palette.png'))).to.equal('EVIDENCE_TOO_LARGE');
  });

  it('say at each field what to put right, in both languages, and keep what was typed', async () => {
    const officer = await world.signedIn('officer');
    const wrong = {
      ...form1,
      birthDate: '昭和99年',
      insurer1: '370016',
      postal: '76',
      agent: 'X',
      kana: 'タカハシ"><b>',
    };
    const sent = await world.send(officer, `${list}/new`, `${list}/new`, wrong, { accept: 'text/html' });
    const html = await sent.text();
    expect(sent.status).to.equal(422);
    for (const words of ['生年月日を西暦または和暦で', '最後の1桁は検証番号', '7桁で入力', '根拠を選んで', '昭和99年'])
      expect(html).to.include(words);
    expect(html).to.not.include('"><b>');
    expect((await world.page(officer, `${list}/new`, 'en')).html).to.include('Form 1: application');
  });
});

/** A small picture whose header says that it is of 60,000 by 60,000. */
function hugePng(small: Buffer): Buffer {
  const huge = Buffer.from(small);
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
  return huge;
}
