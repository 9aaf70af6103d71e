import { expect } from 'chai';
import { audited, makeDataFolder } from '../../cli/data-folder.ts';
import type { TestBrowser } from '../world.ts';
import { type OfficeWorld, startOfficeWorld } from './office-world.ts';

const list = '/admin/office/applications';
const header =
  'kanji,kana,latin,birthDate,sex,postal,municipality,town,block,insurerType,insurers,purposes,textVersion\n';
const row = (kanji: string, kana: string, birthDate: string, more = 'society,01370014,self-view,2026-10') =>
  `${kanji},${kana},,${birthDate},1,760-0001,高松市,番町,1-1,${more}\n`;
const good = header + row('鵜足津 環', 'ウタヅ タマキ', '1971-07-13') + row('綾 歌子', 'アヤ ウタコ', '1980-01-02');

describe('a file of applications from an employer (R109), at the console', () => {
  let world: OfficeWorld;
  let officer: TestBrowser;
  beforeEach(async () => {
    world = await startOfficeWorld();
    officer = await world.signedIn('officer');
  });
  afterEach(() => world.close());

  async function send(own: TestBrowser, content: string | Uint8Array, { employer = 'E-001', csrf = '' } = {}) {
    const { html } = await world.page(own, `${list}/import`);
    const form = new FormData();
    form.append('csrf', csrf || (/name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''));
    form.append('employer', employer);
    form.append('file', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), 'people.csv');
    const encoded = new Response(form);
    return own.request(`${world.origin}${list}/import`, {
      method: 'POST',
      body: await encoded.bytes(),
      headers: {
        'content-type': encoded.headers.get('content-type') ?? '',
        accept: 'application/json',
        origin: world.origin,
      },
    });
  }
  async function counts(content: string) {
    const html = await (await send(officer, content)).text();
    const of = (name: string) => Number(new RegExp(`<dt>${name}</dt><dd>(\\d+)</dd>`).exec(html)?.[1]);
    const [added, referred] = [of('受け付けた申込'), of('うち重複かもしれない申込')];
    return { html, counts: { added, referred, same: of('前に受け付けた行'), refused: of('受け付けなかった行') } };
  }
  const received = async () => (await world.cardOffice.applications.inState('received')).records;

  it('is received row by row, and nothing is approved; the same file again adds nothing', async () => {
    expect((await counts(good)).counts).to.deep.equal({ added: 2, referred: 0, same: 0, refused: 0 });
    const entered = await received();
    expect(
      entered.map(({ channel, employer, state, authors }) => [channel, employer, state, ...authors]),
    ).to.deep.equal(Array.from({ length: 2 }, () => ['employer', 'E-001', 'received', world.ids.get('officer')]));
    expect(entered[0]?.insurers).to.deep.equal([
      { insurer: '01370014', purposes: ['self-view'], textVersion: '2026-10' },
    ]);
    expect((await counts(good)).counts).to.deep.equal({ added: 0, referred: 0, same: 2, refused: 0 });
    expect((await world.credential.tasks.inState('approved')).records).to.deep.equal([]);
    const told = (await world.audited('import.applications')).map(({ detail }) => JSON.stringify(detail)).join();
    expect(told).to.include('E-001').and.not.include('鵜足津');
  });

  it('refuses who is there already, refers who may be, and is no way to enter one’s own application', async () => {
    await counts(good);
    const again = [
      row('鵜足津 環', 'ウタヅ タマキ', '1971-07-13', 'kyokai,,,'),
      row('鵜足津 珠', 'ウタヅ タマキ', '1971-07-13'),
      row('髙﨑 渡', '', '1985-05-05'),
      // The same under variant characters: equal to who searches, for an officer's eye to who proofs.
      row('高崎 渡', '', '1985-05-05'),
      row('讃 岐男', 'サヌ キオ', '1990-01-01'),
      row('讃 岐男', 'サヌ キオ', '1990-01-01', 'other,,,'),
      // The officer who sends it is called so and was born on that day.
      row('', 'バス セイジ', '1960-10-10'),
    ];
    const { html, counts: told } = await counts(header + again.join(''));
    expect(told).to.deep.equal({ added: 4, referred: 2, same: 0, refused: 3 });
    expect(html).to.match(/この方の申込F-[0-9A-F]{16}が審査中です/);
    expect(html).to.include('6行目と同じ方です').and.include('あなた自身の申込かもしれません');
  });

  it('refuses rows by line and column, repeats nothing that stands in them, and takes no file that is none', async () => {
    const wrong = [
      row('=cmd|calc', '', '1971-02-30'),
      row('秘密 一郎', '', '1971-07-13', 'nothing,,,'),
      row('秘密 二郎', '', '1971-07-13', 'society,370016,self-view,2026-10'),
      row('秘密 三郎', '', '1971-07-13', 'society,370015 01370014,,'),
      'a,b\n',
    ];
    const { html, counts: told } = await counts(header + wrong.join(''));
    expect(told).to.include({ added: 0, refused: 5 });
    for (const column of ['birthDate：生年月日を', 'insurerType：', 'insurer：', 'purposes：', '行の形を確かめて'])
      expect(html).to.include(column);
    expect(html).to.not.include('秘密').and.not.include('calc');
    const codeOf = async (...given: Parameters<typeof send>) => world.codeOf(await send(...given));
    expect(await codeOf(officer, good, { employer: 'E-999' })).to.equal('IMPORT_REFUSED');
    expect(await codeOf(officer, '')).to.equal('IMPORT_REFUSED');
    expect(await codeOf(officer, `${header}"${'x'.repeat(300_000)}`)).to.equal('IMPORT_REFUSED');
    expect(await codeOf(officer, Buffer.alloc(1024 * 1024 + 1, 'x'))).to.equal('IMPORT_REFUSED');
    expect(await codeOf(officer, Buffer.alloc(2 * 1024 * 1024))).to.equal('BODY_TOO_LARGE');
    expect(await codeOf(officer, good, { csrf: 'x' })).to.equal('FORGED_REQUEST');
    expect(await codeOf(officer, Buffer.from([0xff, 0xfe, 0, 1, 2])), 'no text').to.equal('status 200');
    expect(await received()).to.deep.equal([]);
  });

  it('is closed to all but who enters applications', async () => {
    for (const name of ['second', 'support', 'auditor'] as const)
      expect((await world.page(await world.signedIn(name), `${list}/import`)).status, name).to.equal(403);
  });
});

describe('sanuki import applications', function () {
  this.timeout(60_000);

  it('receives what the console would, in the name of the command, and knows the employers of the settings', async () => {
    const made = await makeDataFolder('production');
    const file = `${made.folder}/hub.json`;
    const { readFile } = await import('node:fs/promises');
    const settings = JSON.parse(await readFile(file, 'utf8')) as object;
    const employers = [{ code: 'E-1', name: { ja: '社', en: 'Works' } }];
    await made.file('hub.json', JSON.stringify({ ...settings, keys: { create: true }, cardOffice: { employers } }));
    const run = async (content: string, employer = 'E-1') =>
      made.run('import', 'applications', await made.file('a.csv', content), '--employer', employer);
    const first = await run(good + row('秘密 一郎', '', '1971-02-30'));
    expect(JSON.parse(first.out)).to.deep.equal({ added: 2, changed: 0, same: 0, refused: 1, referred: 0 });
    expect(first.code).to.equal(1);
    expect(first.errors)
      .to.match(/line 4: birthDate/)
      .and.not.include('秘密');
    const stranger = await run(good, 'E-2');
    expect([stranger.code, stranger.errors]).to.satisfy(
      ([code, errors]: [number, string]) => code !== 0 && /no employer with this code/.test(errors),
    );
    expect((await audited(made)).map(({ type }) => type)).to.include('import.applications');
    await made.clean();
  });
});
