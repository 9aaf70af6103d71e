import { expect } from 'chai';
import { type BasicData, compareBasic, foldAddress, isAlike } from '../../../idp/office/comparison.ts';
import { isInsurerNumber } from '../../../idp/office/forms.ts';

const address = { postal: '760-9904', municipality: '高松市', town: '太田上町', block: '4番地' };
const person = (more: Partial<BasicData> = {}): BasicData => ({
  name: { kanji: '髙橋 健一', kana: 'タカハシ ケンイチ' },
  sex: 1,
  birthDate: '1984-03-02',
  address,
  ...more,
});
const compare = (applied: Partial<BasicData>, registered: Partial<BasicData> = {}) => {
  const { rows, verdict } = compareBasic(person(applied), person(registered));
  return { verdict, ...Object.fromEntries(rows.map(({ item, likeness }) => [item, likeness])) };
};

describe('an application beside the register (R34, domain 2.2)', () => {
  it('takes widths, spaces and the two kana for the same', () => {
    const name = { kanji: '髙橋　健一', kana: 'たかはし ｹﾝｲﾁ' };
    expect(compare({ name })).to.include({ kanji: 'same', kana: 'same', verdict: 'same' });
  });

  it('marks a variant kanji, and leaves it to an officer', () => {
    const name = { kanji: '高橋 健一', kana: 'タカハシ ケンイチ' };
    expect(compare({ name })).to.include({ kanji: 'variant', kana: 'same', verdict: 'officer' });
  });

  it('marks a variation selector as a variant too', () => {
    const verdict = compare({ name: { kanji: '葛城 健一' } }, { name: { kanji: '葛\u{E0104}城 健一' } });
    expect(verdict).to.include({ kanji: 'variant', verdict: 'officer' });
  });

  it('never takes homonyms of two birth dates for one person, whatever else is equal', () => {
    expect(compare({ birthDate: '2000-10-10' })).to.include({ birthDate: 'different', verdict: 'other' });
  });

  it('is about another person where no name fits, or the sexes contradict', () => {
    expect(compare({ name: { kanji: '円座 太一', kana: 'エンザ タイチ' } }).verdict).to.equal('other');
    expect(compare({ sex: 2 })).to.include({ sex: 'different', verdict: 'other' });
    expect(compare({ sex: 3 }), 'not given').to.include({ sex: 'variant', verdict: 'officer' });
  });

  it('tells twins apart by name and lets an officer see where one name only is equal', () => {
    const twin = { name: { kanji: '髙橋 葵', kana: 'タカハシ アオイ' } };
    expect(compare(twin, { name: { kanji: '髙橋 蒼', kana: 'タカハシ アオ' } }).verdict).to.equal('other');
    const half = compare({ name: { kanji: '髙橋 謙一', kana: 'タカハシ ケンイチ' } });
    expect(half).to.include({ kanji: 'different', kana: 'same', verdict: 'officer' });
  });

  it('knows people without kana or without kanji', () => {
    const latin = { latin: 'NGUYEN THI THANH HUYEN' };
    expect(compare({ name: { latin: 'Nguyen Thi Thanh Huyen' } }, { name: latin })).to.include({
      kanji: 'missing',
      latin: 'same',
      verdict: 'same',
    });
  });

  it('settles the address as far as the town; below that an officer looks at the mark', () => {
    expect(compare({ address: { ...address, block: '4-2' } })).to.include({ block: 'different', verdict: 'same' });
    expect(compare({ address: { ...address, town: '番町' } })).to.include({ town: 'different', verdict: 'officer' });
  });

  it('folds what addresses are written with', () => {
    for (const written of ['一丁目２番３号', '1丁目2-3', '１ー２−３', '一丁目2番地の3', '1‐2‐3'])
      expect(foldAddress(written), written).to.equal('1-2-3');
    expect(foldAddress('二十三番')).to.equal('23');
    expect(foldAddress('十番')).to.equal('10');
    expect(foldAddress('三条町'), 'a town is no number').to.equal('三条町');
  });

  it('finds the same person under variant kanji, small kana and half widths (R117)', () => {
    const other = { name: { kanji: '高橋健一' }, birthDate: '1984-03-02' };
    expect(isAlike(person(), other)).to.equal(true);
    expect(isAlike(person(), { ...other, birthDate: '1984-03-03' })).to.equal(false);
  });

  it('checks insurers’ numbers (domain 2.1)', () => {
    for (const good of ['01370014', '370015', '33120015']) expect(isInsurerNumber(good), good).to.equal(true);
    for (const bad of ['01370015', '370016', '37001', '', '3700150']) expect(isInsurerNumber(bad), bad).to.equal(false);
  });
});
