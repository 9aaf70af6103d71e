import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { coverageDocument, generateCoverages, storyDate } from '../../trial/coverages.ts';
import { bodyIds, hasInsurerCheckDigit, insurers } from '../../trial/insurers.ts';
import { trialResidents } from '../../trial/residents.ts';

const records = generateCoverages();
const of = (personId: string) => records.filter((record) => record.personId === personId);
const currentOn = (personId: string, day: string) =>
  of(personId).filter(
    ({ qualifiedOn, disqualifiedOn }) => qualifiedOn <= day && (!disqualifiedOn || day < disqualifiedOn),
  );
const numbersOf = (personId: string, day = storyDate) =>
  currentOn(personId, day).map(({ insurerNumber }) => insurerNumber);
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Days on which something begins or ends, where overlaps and gaps would show. */
const turns = [
  ...new Set([storyDate, ...records.flatMap(({ qualifiedOn, disqualifiedOn }) => [qualifiedOn, disqualifiedOn ?? []])]),
].flat();

describe('the synthetic coverages', () => {
  it('are the same bytes on two runs, and other bytes under another seed', () => {
    const run = (seed?: string) => hashOf(coverageDocument(generateCoverages(seed ? { seed } : {})));
    expect(run()).to.equal(run());
    expect(run()).to.equal('f888db8cbcc73e217941e1f60842cf3ef2022c8e3d144fd43cf39583357a0bf7');
    expect(run('another')).to.not.equal(run());
    const text = coverageDocument(records.toReversed());
    expect(hashOf(text), 'whatever the order').to.equal(run());
    expect(text.endsWith('}\n]\n') && !text.includes('\r')).to.equal(true);
  });

  it('carry the mark, each of them, and make up every address, employer and holder', () => {
    for (const record of records) {
      expect(record).to.include({ synthetic: true, mark: '架空データ' });
      for (const text of [record.address, record.employerName, record.employerAddress, record.insurerAddress])
        if (text) expect(text).to.include('（架空）');
    }
  });

  it('have insurer numbers with the right check digit (domain 14)', () => {
    const vectors = { 370016: false, 33120015: true, 39372016: true, '01370015': false, '3701': false };
    for (const [number, valid] of Object.entries(vectors)) expect(hasInsurerCheckDigit(number), number).to.equal(valid);
    const numbers = Object.values(insurers).map(({ number }) => number);
    expect(numbers.filter((number) => !hasInsurerCheckDigit(number))).to.deep.equal([]);
    expect(new Set(records.map(({ insurerNumber }) => insurerNumber))).to.deep.equal(new Set(numbers));
    expect(new Set(Object.values(insurers).map(({ body }) => body))).to.deep.equal(new Set(bodyIds));
  });

  it('overlap for P012 only', () => {
    const doubled = turns.flatMap((day) =>
      trialResidents.filter(({ id }) => currentOn(id, day).length > 1).map(({ id }) => id),
    );
    expect([...new Set(doubled)]).to.deep.equal(['P012']);
    expect(numbersOf('P012', '2026-06-30')).to.deep.equal(['370015']);
    expect(numbersOf('P012', '2026-07-01')).to.deep.equal(['370015', '01370014']);
  });

  it('leave a gap for P013 and P033 only; who died, moved away or only applied has none', () => {
    const uncovered = trialResidents.filter(({ id }) => currentOn(id, storyDate).length === 0).map(({ id }) => id);
    expect(uncovered).to.deep.equal(['P011', 'P013', 'P024', 'P033', 'P036']);
    expect([of('P033'), of('P036')]).to.deep.equal([[], []]);
    expect(of('P013').map(({ disqualifiedOn }) => disqualifiedOn)).to.deep.equal(['2026-07-01']);
    expect(of('P011').map(({ disqualifiedOn }) => disqualifiedOn)).to.deep.equal(['2026-10-01']);
    expect(of('P024').at(-1)).to.include({ disqualifiedOn: '2026-08-13', lossReason: '01' });
    for (const { id } of trialResidents) {
      const stays = of(id);
      for (const [at, { disqualifiedOn }] of stays.entries()) {
        const next = stays[at + 1];
        if (next && disqualifiedOn) expect(next.qualifiedOn, id).to.equal(disqualifiedOn);
      }
    }
  });

  it('have the samples of the pilot, as two people of one name', () => {
    expect(of('P001')[0]).to.include({
      insurerNumber: '01370014',
      symbol: '14422412',
      number: '00051',
      branch: '00',
      qualifiedOn: '2007-01-01',
      employerName: '瀬戸内バス（架空）',
      birthDate: '1960-10-10',
    });
    const [nhi] = of('P002');
    expect(nhi).to.include({ insurerNumber: '370015', symbol: '香川1', number: '3000999', qualifiedOn: '2010-02-22' });
    expect(nhi, 'an old record').to.not.have.any.keys('branch', 'validFrom', 'employerName');
    expect(nhi?.name).to.equal(of('P001')[0]?.name);
  });

  it('have the families, changes and elders of the plan', () => {
    const family = ['P004', 'P005', 'P006', 'P007'].flatMap(of);
    expect(new Set(family.map(({ symbol, number }) => `${symbol}-${number}`)).size).to.equal(1);
    expect(family.map(({ relation, branch }) => [relation, branch])).to.deep.equal([
      [1, '00'],
      [2, '01'],
      [2, '02'],
      [2, '03'],
    ]);
    expect(of('P006')[0]?.insuredName).to.equal('髙橋 健一');
    expect(numbersOf('P014', '2026-09-15')).to.deep.equal(['01370014']);
    expect(numbersOf('P014', '2026-09-16')).to.deep.equal(['370015']);
    expect([numbersOf('P027', '2026-11-19'), numbersOf('P027', '2026-11-20')]).to.deep.equal([
      ['01370014'],
      ['39379995'],
    ]);
    expect([numbersOf('P028', '2026-11-19'), numbersOf('P028', '2026-11-20')]).to.deep.equal([
      ['01370014'],
      ['370015'],
    ]);
    expect(of('P019').at(-1)?.withheld).to.deep.equal({ symbol: 'not-applicable', branch: 'not-applicable' });
    const cousins = [...of('P030'), ...of('P031')];
    expect(new Set(cousins.map(({ insuredName }) => insuredName)).size).to.equal(2);
    expect(of('P029')[0]?.qualifiedOn).to.equal('2026-09-20');
    expect([numbersOf('P009'), numbersOf('P020'), numbersOf('P040')]).to.deep.equal([
      ['06379994'],
      ['373993'],
      ['34379982'],
    ]);
  });

  it('hold no address of a protected person, and say why', () => {
    const [record] = of('P023');
    expect(record).to.not.have.any.keys('address', 'postNumber');
    expect(record?.withheld).to.deep.equal({ postNumber: 'not-disclosed', address: 'not-disclosed' });
    expect(coverageDocument(of('P023'))).to.not.include('林町');
  });

  it('keep names exactly as they are written, and one certificate per person and insurer', () => {
    for (const record of records) {
      const resident = trialResidents.find(({ id }) => id === record.personId);
      expect(record.name).to.equal(resident?.name.kanji ?? resident?.name.latin);
      expect(record.nameKana).to.equal(resident?.name.kana);
      expect(record).to.include({ birthDate: resident?.birthDate, sex: resident?.sex });
    }
    expect(JSON.parse(coverageDocument(records))).to.deep.equal(records);
    const certificates = records.map(({ insurerNumber, symbol, number, branch }) =>
      [insurerNumber, symbol, number, branch].join(' '),
    );
    expect(new Set(certificates).size).to.equal(records.length);
  });

  it('tell their stories up to the base date where the calendar is not that far', () => {
    const early = generateCoverages({ baseDate: '2026-05-01' });
    const days = (personId: string) =>
      early.filter((record) => record.personId === personId).map(({ disqualifiedOn }) => disqualifiedOn);
    expect([days('P011'), days('P013'), days('P014')]).to.deep.equal([
      ['2026-05-01'],
      ['2026-02-01'],
      ['2026-04-16', undefined],
    ]);
  });
});
