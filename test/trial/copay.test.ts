import { expect } from 'chai';
import { copayOn, elderFrom, preschoolEnd } from '../../trial/copay.ts';

describe('the share of costs by age', () => {
  it('counts preschool until the 31 March on or after the eve of the sixth birthday', () => {
    const vectors = {
      '2020-04-01': '2026-03-31',
      '2020-04-02': '2027-03-31',
      '2020-03-31': '2026-03-31',
      '2020-02-29': '2026-03-31',
    };
    for (const [born, end] of Object.entries(vectors)) expect(preschoolEnd(born), born).to.equal(end);
  });

  it('counts 70 from the month after the eve of the birthday', () => {
    const vectors = {
      '1956-10-01': '2026-10-01',
      '1956-10-02': '2026-11-01',
      '1956-10-31': '2026-11-01',
      '1956-11-01': '2026-11-01',
    };
    for (const [born, from] of Object.entries(vectors)) expect(elderFrom(born), born).to.equal(from);
  });

  it('gives the share of the day, also on its edges', () => {
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
    for (const [born, day, share] of vectors) expect(copayOn(born, day), `${born} on ${day}`).to.equal(share);
  });
});
