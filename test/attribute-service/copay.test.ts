import { expect } from 'chai';
import { copayOn } from '../../attribute-service/index.ts';

describe('share of costs by age', () => {
  const vectors = [
    ['2020-04-01', '2026-03-31', '020'],
    ['2020-04-01', '2026-04-01', '030'],
    ['2020-04-02', '2026-04-01', '020'],
    ['2020-04-02', '2027-04-01', '030'],
    ['1956-10-01', '2026-09-30', '030'],
    ['1956-10-01', '2026-10-01', '020'],
    ['1956-10-02', '2026-10-31', '030'],
    ['1956-10-02', '2026-11-01', '020'],
    ['1951-11-20', '2026-11-19', '020'],
    ['1951-11-20', '2026-11-20', '010'],
    ['1960-10-10', '2026-10-01', '030'],
  ] as const;
  for (const [birthDate, date, ratio] of vectors) {
    it(`is ${ratio} on ${date} for someone born on ${birthDate}`, () =>
      expect(copayOn(birthDate, date)).to.equal(ratio));
  }

  it('changes after the end of the school year in which six is reached, the day before the birthday', () => {
    const ends = {
      '2020-04-01': '2026-03-31',
      '2020-04-02': '2027-03-31',
      '2020-03-31': '2026-03-31',
      '2020-02-29': '2026-03-31',
    };
    for (const [birthDate, last] of Object.entries(ends)) {
      const next = `${last.slice(0, 4)}-04-01`;
      expect([copayOn(birthDate, last), copayOn(birthDate, next)], birthDate).to.deep.equal(['020', '030']);
    }
  });

  it('changes with the month after the one in which seventy is reached', () => {
    for (const [birthDate, first, before] of [
      ['1956-10-01', '2026-10-01', '2026-09-30'],
      ['1956-10-31', '2026-11-01', '2026-10-31'],
      ['1956-11-01', '2026-11-01', '2026-10-31'],
      ['1956-12-31', '2027-01-01', '2026-12-31'],
    ] as const) {
      expect([copayOn(birthDate, before), copayOn(birthDate, first)], birthDate).to.deep.equal(['030', '020']);
    }
  });

  it('is not known for days before its table begins', () => {
    expect(copayOn('1960-10-10', '2019-03-31')).to.equal(undefined);
  });
});
