import { expect } from 'chai';
import {
  type CardRecord,
  type CardTask,
  cardCollection,
  cardTaskCollection,
  type Resident,
  residentCollection,
} from '../../card-auth/index.ts';
import { withHub } from '../../cli/open-hub.ts';
import { audited, type MadeDataFolder, makeDataFolder } from './data-folder.ts';

const people = `id,kanji,kana,latin,alias,former,sex,birthDate,postal,municipality,town,block
R1,羽巢 聖司,バス セイジ,,,,1,1960-10-10,7600001,37201,番町,1-1
R2,"髙橋, 葵",タカハシ アオイ,,,,2,1990-02-03,7600002,37201,"太田
上町",2-2
`;
const cards = (more = '') => `id,number,resident,keyVersion,expires
${'0a'.repeat(16)},1000000000001,R1,1,2031-03-31T15:00:00Z
${'0b'.repeat(16)},1000000000002,R2,1,2031-03-31T15:00:00Z
${more}`;

describe('sanuki import', function () {
  this.timeout(60_000);
  let made: MadeDataFolder;
  beforeEach(async () => {
    made = await makeDataFolder('production');
    // The keys of a first start.
    await made.file('hub.json', JSON.stringify({ ...JSON.parse(await hubFile()), keys: { create: true } }));
  });
  afterEach(() => made.clean());

  async function hubFile(): Promise<string> {
    const { readFile } = await import('node:fs/promises');
    return readFile(`${made.folder}/hub.json`, 'utf8');
  }
  async function run(what: 'residents' | 'cards' | 'events', name: string, content: string, ...more: string[]) {
    const { code, out, errors } = await made.run('import', what, await made.file(name, content), ...more);
    return { code, errors, counts: out ? (JSON.parse(out) as Record<string, number>) : {} };
  }
  const resident = (id: string) =>
    withHub(made.folder, ({ ground }) => ground.storage.collection<Resident>(residentCollection).get(id));
  const card = (number: string) =>
    withHub(made.folder, async ({ ground }) => {
      const found = await ground.storage.collection<CardRecord>(cardCollection).find({ where: { number } });
      return found.records[0];
    });

  it('takes residents and cards, and the same file again adds nothing', async () => {
    expect(await run('residents', 'r.csv', people)).to.deep.include({
      code: 0,
      counts: { added: 2, changed: 0, same: 0, refused: 0 },
    });
    expect(await resident('R2')).to.deep.include({
      name: { kanji: '髙橋, 葵', kana: 'タカハシ アオイ' },
      address: { postal: '7600002', municipality: '37201', town: '太田\n上町', block: '2-2' },
      synthetic: false,
    });
    expect((await run('cards', 'c.csv', cards())).counts).to.include({ added: 2 });
    expect(await card('1000000000001')).to.include({ status: 'issued', residentRef: 'R1', software: false, ckv: 1 });
    expect((await run('residents', 'r.csv', people)).counts).to.include({ added: 0, same: 2 });
    expect((await run('cards', 'c.csv', cards())).counts).to.include({ added: 0, same: 2 });
    expect((await audited(made)).map(({ type }) => type)).to.include.members(['import.residents', 'import.cards']);
  });

  it('follows changed basic data, and touches no card that lives', async () => {
    await run('residents', 'r.csv', people);
    await run('cards', 'c.csv', cards());
    await withHub(made.folder, async ({ ground }) => {
      const held = ground.storage.collection<CardRecord>(cardCollection);
      const [first] = (await held.find({ where: { number: '1000000000001' } })).records;
      await held.update(first?.id ?? '', (current) => ({ ...current, status: 'active' }));
    });
    expect((await run('residents', 'r.csv', people.replace('1-1', '9-9'))).counts).to.include({ changed: 1, same: 1 });
    expect((await resident('R1'))?.address?.block).to.equal('9-9');
    await run('cards', 'c.csv', cards());
    expect((await card('1000000000001'))?.status).to.equal('active');
  });

  it('refuses rows by line and column, repeats nothing that stands in them, and takes the others', async () => {
    const wrong = `${people}R3,secretname,,,,,1,1960-02-30,7600001,37201,x,y\nR4,,,,,,1,1960-10-10,7600001,37201,x,y\nR5,x\n`;
    const refused = await run('residents', 'r.csv', wrong);
    expect(refused.code).to.equal(1);
    expect(refused.counts).to.deep.equal({ added: 2, changed: 0, same: 0, refused: 3 });
    expect(refused.errors)
      .to.match(/line 5: birthDate/)
      .and.match(/line 6: columns: no name/)
      .and.match(/line 7: 2 cells/);
    expect(refused.errors).to.not.include('secretname');
    const bad = [
      `${'0c'.repeat(16)},1000000000003,R9,1,2031-03-31T15:00:00Z`,
      `${'0d'.repeat(16)},1000000000001,R2,1,2031-03-31T15:00:00Z`,
      `${'0a'.repeat(16)},1000000000009,R1,1,2031-03-31T15:00:00Z`,
      `${'0e'.repeat(16)},123,R1,1,2031-03-31T15:00:00Z`,
    ];
    const result = await run('cards', 'c.csv', cards(bad.join('\n')));
    expect(result.counts).to.include({ added: 2, refused: 4 });
    for (const words of [
      'line 4: resident',
      'line 5: number: another card',
      'line 6: id: this card is on record',
      'line 7: number: 13 digits',
    ])
      expect(result.errors).to.include(words);
  });

  const waiting = () =>
    withHub(made.folder, async ({ ground }) => {
      const { records } = await ground.storage.collection<CardTask>(cardTaskCollection).find({});
      return records.map(({ residentRef, act, reason }) => `${residentRef} ${act} ${reason}`).toSorted();
    });

  it('opens a task where what is printed on a card that lives has changed, once', async () => {
    await run('residents', 'r.csv', people);
    await run('cards', 'c.csv', cards().replace(/^.*,R2,.*\n/m, ''));
    const renamed = people.replace('バス セイジ', 'バス セイ').replace('タカハシ アオイ', 'タカハシ アオ');
    const corrected = renamed.replace('1960-10-10', '1960-10-11');
    for (const changed of [2, 0])
      expect((await run('residents', 'r.csv', corrected)).counts).to.include({ changed, refused: 0 });
    expect(await waiting(), 'the other one has no card').to.deep.equal(['R1 replace NAME']);
    const told = (await audited(made)).filter(({ type }) => type === 'event.told');
    expect(told.map(({ actor, detail }) => [actor, detail.kind, detail.outcome])).to.deep.equal([
      ['command', 'name', 'noted'],
      ['command', 'birth-date', 'noted'],
    ]);
  });

  it('takes changes that a register wrote, each once, and tells of what it could not use', async () => {
    await run('residents', 'r.csv', people);
    await run('cards', 'c.csv', cards());
    const day = new Date(Date.now() - 86_400_000).toISOString();
    const events = `id,kind,resident,at,leftArea
e1,death,R1,${day},
e2,move,R2,${day},1
e3,name,R9,${day},
e4,move,R2,${day},
e5,coverage,R2,${day},
e6,sex,R2,soon,
e7,name,R2,2020-01-01T00:00:00Z,
`;
    const first = await run('events', 'e.csv', events);
    expect(first.counts).to.deep.equal({ noted: 2, repeated: 0, unknown: 1, refused: 4 });
    expect(first.code).to.equal(1);
    for (const words of [
      'line 5: leftArea',
      'line 6: kind',
      'line 7: at: an instant',
      'line 8: at: more than 365 days',
    ])
      expect(first.errors).to.include(words);
    expect(await waiting()).to.deep.equal(['R1 revoke DEATH', 'R2 revoke RESIDENCE']);
    expect((await run('events', 'e.csv', events)).counts).to.deep.equal({
      noted: 0,
      repeated: 2,
      unknown: 1,
      refused: 4,
    });
  });

  it('goes on from a line, and reads JSON lines', async () => {
    expect((await run('residents', 'r.csv', people, '--from', '3')).counts).to.include({ added: 1 });
    expect(await resident('R1')).to.equal(undefined);
    const { id, ...row } = { id: 'R7', latin: 'NGUYEN THI THANH HUYEN', sex: '2', birthDate: '1998-02-11' };
    const line = JSON.stringify({ id, ...row, postal: '7600001', municipality: '37201', town: 'x', block: 'y' });
    expect((await run('residents', 'r.jsonl', `${line}\n{]\n`)).counts).to.include({ added: 1, refused: 1 });
  });
});
