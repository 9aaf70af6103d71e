import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openEmbeddedStorage, type StoredRecord } from '../../../storage/index.ts';
import { withMongo } from '../../mongo-server.ts';
import { startTestHub, type TestBrowser } from '../world.ts';
import { form1, type OfficeWorld, startOfficeWorld } from './office-world.ts';

const list = '/admin/office/applications';
/** Whom no resident is called, so that the name can only come from a form. */
const unusual = {
  ...form1,
  kanji: '鵜足津 環',
  kana: 'ウタヅ タマキ',
  birthDate: '1971-07-13',
  town: '秘密町',
  block: '九十九番地',
};
const secrets = [
  '鵜足津',
  'ウタヅ',
  '1971-07-13',
  '秘密町',
  '九十九番地',
  '委任太郎',
  '受取のみ',
  '01370014',
  '会えず保留',
];
const form2 = { agent: '委任太郎', mandateKind: 'mandate', scope: '受取のみ', from: '2026-10-01' };
const form3 = { insurer1: '01370014', purposes1: 'self-view', textVersion1: '2026-10' };

async function enter(world: OfficeWorld, own: TestBrowser, fields: object): Promise<string> {
  const sent = await world.send(own, `${list}/new`, `${list}/new`, fields);
  return sent.headers.get('location') ?? `status ${sent.status}`;
}

/** Everything that lies in the folder of the store. */
async function bytesOf(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.startsWith('hub.sqlite'));
  return (await Promise.all(files.map((name) => readFile(join(folder, name))))).map(String).join('\n');
}

describe('application forms (R106 to R110)', () => {
  let world: OfficeWorld;
  beforeEach(async () => {
    world = await startOfficeWorld();
  });
  afterEach(() => world.close());

  it('tell whoever copies the database, and lacks the master key, nothing that was written on them', async () => {
    const officer = await world.signedIn('officer');
    const at = await enter(world, officer, { ...unusual, ...form2, ...form3, signed: '1' });
    expect((await world.page(officer, at)).html, 'the office reads it')
      .to.include('鵜足津')
      .and.include('受取のみ');
    await world.send(officer, at, `${at}/refuse`, { outcome: 'returned', reason: '会えず保留' });
    const insurers = [{ insurer: '01370014', purposes: ['self-view'], textVersion: '2026-10' }] as const;
    const mandate = {
      agent: '委任太郎',
      kind: 'mandate',
      scope: '受取のみ',
      from: '2026-10-01',
      signed: true,
    } as const;
    await world.cardOffice.forms2and3.take('F-1', 'P004', { mandate, insurers });
    const bytes = await bytesOf(world.data);
    expect(bytes, 'the record is there').to.include(at.split('/').at(-1));
    for (const secret of secrets)
      for (const text of [secret, Buffer.from(secret).toString('base64url'), Buffer.from(secret).toString('hex')])
        expect(bytes.includes(text), secret).to.equal(false);
    expect(world.logged.join()).to.not.include('鵜足津');
  });

  it('take an employer’s code with its channel only, and only of one that takes part', async () => {
    const officer = await world.signedIn('officer');
    const of = async (fields: object) => enter(world, officer, { ...unusual, ...fields });
    for (const wrong of [
      { channel: 'employer' },
      { channel: 'employer', employer: 'E-999' },
      { channel: 'public', employer: 'E-001' },
      { insurerType: '' },
      { insurerType: 'constructor' },
    ])
      expect(await of(wrong), JSON.stringify(wrong)).to.equal('status 422');
    const at = await of({ channel: 'employer', employer: 'E-001', insurerType: 'society' });
    expect((await world.page(officer, at)).html)
      .to.include('E-001 玉藻製作所')
      .and.include('健康保険（組合健保）');
  });

  it('are narrowed by employer and kind of insurance, and found by birth date or number', async () => {
    const officer = await world.signedIn('officer');
    const [one, other] = [
      await enter(world, officer, { ...unusual, channel: 'employer', employer: 'E-001', insurerType: 'society' }),
      await enter(world, officer, { ...unusual, kana: 'ウタヅ ホカ', birthDate: '1972-07-13' }),
    ];
    const shown = async (query: string) => {
      const { html } = await world.page(officer, `${list}?state=received${query}`);
      return [one, other].map((at) => html.includes(at));
    };
    expect(await shown('')).to.deep.equal([true, true]);
    expect(await shown('&employer=E-001')).to.deep.equal([true, false]);
    expect(await shown('&insurerType=municipal')).to.deep.equal([false, true]);
    expect(await shown('&employer=E-001&insurerType=municipal')).to.deep.equal([false, false]);
    const seek = async (sought: string) => {
      const html = await (await world.send(officer, list, list, { sought }, { accept: 'text/html' })).text();
      return [html.includes(one), html.includes(other), html.includes('F- で始まる')];
    };
    expect(await seek('昭和47年7月13日')).to.deep.equal([false, true, false]);
    expect(await seek(one.split('/').at(-1)?.toLowerCase() ?? '')).to.deep.equal([true, false, false]);
    expect(await seek('鵜足津')).to.deep.equal([false, false, true]);
  });

  it('are printed for signature as they were entered, by who may write them, each time on record', async () => {
    const officer = await world.signedIn('officer');
    const at = await enter(world, officer, { ...unusual, ...form2, ...form3, kanji: '鵜足津 <b>環' });
    const { html } = await world.page(officer, `${at}/print`, 'en');
    for (const words of ['様式2 委任状', '受取のみ', '01370014', '本人が自分の情報を見る', '2026-10', '（署名）'])
      expect(html).to.include(words);
    expect(html).to.include('鵜足津 &lt;b>環').and.not.include('鵜足津 <b>環');
    for (const name of ['second', 'support', 'auditor'] as const)
      expect((await world.page(await world.signedIn(name), `${at}/print`)).status, name).to.equal(403);
    expect((await world.audited('application.print')).map(({ result }) => result)).to.include('ok');
  });

  it('go no further with a mandate that nobody saw signed', async () => {
    const officer = await world.signedIn('officer');
    const at = await enter(world, officer, { ...form1, ...form2 });
    await world.send(officer, at, `${at}/compare`, {});
    const forward = (more: object) =>
      world.send(officer, at, `${at}/forward`, { chosen: 'P004', evidence: 'passport', ...more });
    expect(await world.codeOf(await forward({}))).to.equal('SIGNATURES_MISSING');
    expect((await forward({ signed: '1' })).status).to.equal(303);
    expect((await world.cardOffice.applications.get(at.split('/').at(-1) ?? ''))?.mandate?.signed).to.equal(true);
  });

  it('refuse half a mandate, and a consent without its purpose or wording', async () => {
    const officer = await world.signedIn('officer');
    const ways = [
      { ...form2, scope: '' },
      { ...form2, mandateKind: 'x' },
      { ...form2, to: '2026-09-30' },
      { insurer1: '01370014', textVersion1: '2026-10' },
      { insurer1: '01370014', purposes1: 'self-view everything', textVersion1: '2026-10' },
      { ...form3, textVersion1: '1999-01' },
      { ...form3, insurer2: '01370014', purposes2: 'self-view', textVersion2: '2026-10' },
    ];
    for (const way of ways)
      expect(await enter(world, officer, { ...form1, ...way }), JSON.stringify(way)).to.equal('status 422');
  });
});

describe('forms that an earlier version kept in clear', () => {
  it('are sealed at the start, and found and withdrawn as before', async () => {
    const first = await startOfficeWorld();
    const { data } = first;
    await first.hub.close();
    const storage = openEmbeddedStorage({ file: join(data, 'hub.sqlite') });
    const basic = { name: { kanji: '鵜足津 環' }, sex: 1, birthDate: '1971-07-13', address: {} };
    const open = { basic, birthDate: '1971-07-13', channel: 'public', authors: ['A'], at: 1, version: 1 };
    const put = (definition: { name: string; indexes: string[][] }, record: StoredRecord & object) =>
      storage.collection(definition).insert(record);
    const application = { ...open, id: 'F-1', state: 'received', insurers: ['370015'] };
    await put({ name: 'card-application', indexes: [['state'], ['birthDate']] }, application);
    const mandate = { id: 'F-2', residentRef: 'P004', agent: '委任太郎', kind: 'mandate', from: '2026-10-01' };
    await put({ name: 'mandate', indexes: [['residentRef']] }, mandate);
    const consent = { id: 'F-2.01370014', residentRef: 'P004', insurer: '01370014', textVersion: '2026-10', at: 1 };
    await put({ name: 'insurer-consent', indexes: [['residentRef']] }, consent);
    await storage.close();
    const again = await startTestHub({ folder: data });
    const { applications, forms2and3 } = again.cardOffice;
    expect(
      (await applications.bornOn('1971-07-13')).map(({ id, insurers }) => [id, insurers[0]?.insurer]),
    ).to.deep.equal([['F-1', '370015']]);
    const held = await forms2and3.ofResident('P004');
    expect(held.mandates[0]).to.include({ agent: '委任太郎', scope: '', signed: false });
    expect(held.consents[0]).to.deep.include({ insurer: '01370014', purposes: [] });
    expect(held.consents[0]?.id).to.not.include('01370014');
    expect(await forms2and3.withdraw('consent', held.consents[0]?.id ?? '', 'P004')).to.equal(true);
    await again.close();
    const left = openEmbeddedStorage({ file: join(data, 'hub.sqlite') });
    for (const name of ['card-application', 'mandate', 'insurer-consent'])
      expect((await left.collection({ name }).find()).records, name).to.deep.equal([]);
    await left.close();
  });
});

describe('the card office in MongoDB', () => {
  const { url, database } = withMongo();

  it('takes an application from the form to a task and a proofing, and finds the person again', async () => {
    const storage = { engine: 'mongo', url: url(), database: database() };
    const world = await startOfficeWorld({ more: { storage } });
    const task = await world.credential.tasks.get(await world.approvedTask());
    expect(task).to.include({ act: 'issue', state: 'approved', residentRef: 'P004' });
    const officer = await world.signedIn('officer');
    const at = await enter(world, officer, { ...form1, ...form2, ...form3, kanji: '高橋 健一' });
    await world.send(officer, at, `${at}/compare`, {});
    const { html } = await world.page(officer, at);
    expect(html, 'by a variant kanji').to.include('同じ方のカードを発行するところです').and.include('≒ 異体字など');
    const [proofing] = (await world.cardOffice.proofings.find({ where: { residentRef: 'P004' } })).records;
    expect(proofing).to.include({ match: 'same', evidence: 'passport' });
    expect((await world.cardOffice.letters.inState('waiting')).map(({ kind }) => kind)).to.deep.equal(['enrolment']);
    await world.close();
  });
});
