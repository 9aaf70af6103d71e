import { expect } from 'chai';
import { dayIn, monthFirst, preschoolEnd } from '../../trial/days.ts';

describe('the days of the trial', () => {
  it('count preschool until the 31 March on or after the eve of the sixth birthday', () => {
    const vectors = {
      '2020-04-01': '2026-03-31',
      '2020-04-02': '2027-03-31',
      '2020-03-31': '2026-03-31',
      '2020-02-29': '2026-03-31',
    };
    for (const [born, end] of Object.entries(vectors)) expect(preschoolEnd(born), born).to.equal(end);
  });

  it('step by months over the turn of a year, and begin at midnight of the place', () => {
    expect([monthFirst('2026-10-01', -3), monthFirst('2027-01-31', -2)]).to.deep.equal(['2026-07-01', '2026-11-01']);
    const instant = Date.parse('2026-11-19T15:00:00Z');
    expect([dayIn('Asia/Tokyo', instant), dayIn('UTC', instant)]).to.deep.equal(['2026-11-20', '2026-11-19']);
  });
});
