import { expect } from 'chai';
import fc from 'fast-check';
import {
  AttributeError,
  type CoverageAnswer,
  checkTargetDate,
  compareCoveragePeriods,
  decideEligibility,
  type SourceState,
} from '../../attribute-service/index.ts';
import { coverageOf, kokuho, kyokai } from './coverages.ts';

type Sourced = CoverageAnswer['coverages'][number];
const date = '2026-10-01';

const answer = (coverages: readonly Sourced[], second: SourceState['state'] = 'answered'): CoverageAnswer => ({
  coverages,
  sources: [
    { ...kokuho, state: 'answered', asOf: 0 },
    { ...kyokai, state: second },
  ],
});
const validityOf = (coverages: readonly Sourced[], question: { date?: string; statedInsurer?: string } = {}) =>
  decideEligibility(answer(coverages), { date, ...question }).validity;

const city = (change: Partial<Sourced> = {}) => coverageOf(change);
const work = (change: Partial<Sourced> = {}) =>
  coverageOf({ source: 'kyokai', insurerNumber: '01370014', insurerName: '協会けんぽ', number: '14422412', ...change });

describe('eligibility', () => {
  it('is 1 with one valid coverage, from the first day to the last', () => {
    const coverage = city({ qualifiedOn: '2026-10-01', disqualifiedOn: '2026-10-03' });
    const on = (day: string) => validityOf([coverage], { date: day });
    expect(on('2026-10-01')).to.equal('1');
    expect(on('2026-10-02')).to.equal('1');
    expect(on('2026-10-03'), 'disqualifiedOn is the first day without cover').to.equal('2');
    expect(on('2026-09-30'), 'not yet').to.equal('4');
  });

  it('is 2 with the coverage that ended last where all have ended', () => {
    const decision = decideEligibility(
      answer([city({ disqualifiedOn: '2026-07-01' }), work({ disqualifiedOn: '2020-01-01' })]),
      { date },
    );
    expect(decision.validity).to.equal('2');
    expect(decision.coverages.map(({ insurerNumber }) => insurerNumber)).to.deep.equal(['370015']);
  });

  it('is 3 where the stated insurer no longer covers the person and another does, and shows only the ended one', () => {
    const moved = answer([work({ disqualifiedOn: '2026-09-16' }), city({ qualifiedOn: '2026-09-16' })]);
    const decision = decideEligibility(moved, { date, statedInsurer: '01370014' });
    expect(decision.validity).to.equal('3');
    expect(decision.coverages.map(({ insurerNumber }) => insurerNumber)).to.deep.equal(['01370014']);
    expect(decideEligibility(moved, { date, statedInsurer: '370015' }).validity).to.equal('1');
    expect(decideEligibility(moved, { date }).validity).to.equal('1');
    expect(decideEligibility(moved, { date: '2026-09-15', statedInsurer: '01370014' }).validity).to.equal('1');
  });

  it('is 4 where no body knows a coverage', () => expect(validityOf([])).to.equal('4'));

  it('is 5 with two valid coverages, but not for one that two bodies tell', () => {
    expect(validityOf([city(), work()])).to.equal('5');
    expect(validityOf([city(), city({ source: 'kyokai', symbol: '香川１' })])).to.equal('1');
  });

  it('is 6 only for a coverage its insurer marks as not registered yet', () => {
    expect(validityOf([city({ registrationPending: true })])).to.equal('6');
    expect(validityOf([city({ registrationPending: false })])).to.equal('1');
  });

  it('fills in the ratio of the age where the insurer states none and withholds none', () => {
    const silent = city({ birthDate: '1956-10-01', copay: undefined });
    const ratioOf = (coverage: Sourced) => decideEligibility(answer([coverage]), { date }).coverages[0]?.copay;
    expect(ratioOf(silent)).to.equal('020');
    expect(ratioOf({ ...silent, copay: '030' })).to.equal('030');
    expect(ratioOf({ ...silent, withheld: { copay: 'not-disclosed' } })).to.equal(undefined);
  });

  describe('while a body does not answer usably (R104)', () => {
    const states = ['silent', 'garbled', 'refused'] as const;

    it('is never 1, 2, 3, 4 or 6, whatever the other body says', () => {
      const spans = fc.record({
        qualifiedOn: fc.constantFrom('2010-02-22', '2026-09-30', '2026-10-02'),
        disqualifiedOn: fc.constantFrom(undefined, '2026-07-01', '2026-10-02'),
        registrationPending: fc.boolean(),
      });
      fc.assert(
        fc.property(fc.array(spans, { maxLength: 3 }), fc.constantFrom(...states), (list, state) => {
          const said = list.map((span, at) => city({ ...span, number: `${at}` }));
          expect(decideEligibility(answer(said, state), { date }).validity).to.be.oneOf(['unconfirmed', '5']);
        }),
      );
    });

    it('shows the valid coverage that is known, as unconfirmed', () => {
      const decision = decideEligibility(answer([city()], 'silent'), { date });
      expect([decision.validity, decision.coverages.length]).to.deep.equal(['unconfirmed', 1]);
    });

    it('stays 5 with two valid ones, to which another answer could only add', () => {
      const double = answer([city(), city({ number: '2' })], 'silent');
      expect(decideEligibility(double, { date }).validity).to.equal('5');
    });

    it('is unconfirmed when no body was asked at all', () => {
      expect(decideEligibility({ coverages: [], sources: [] }, { date }).validity).to.equal('unconfirmed');
    });
  });
});

describe('target date (R99)', () => {
  const codeOf = (day: string, today = date) => {
    try {
      checkTargetDate(day, today);
      return 'good';
    } catch (error) {
      if (error instanceof AttributeError) return error.code;
      throw error;
    }
  };

  it('is any day of the past five years up to today', () => {
    for (const day of [date, '2021-10-01', '2024-02-29']) expect(codeOf(day), day).to.equal('good');
    expect(codeOf('2023-03-01', '2028-02-29')).to.equal('good');
  });

  it('is refused in the future, further back, or when it is no day', () => {
    for (const day of ['2026-10-02', '2021-09-30', '2026-02-30', '2026-1-1', '', '9999-99-99'])
      expect(codeOf(day), day).to.equal('DATE_OUT_OF_RANGE');
  });
});

describe('coverage periods (R120)', () => {
  const alerts = (...spans: readonly Partial<Sourced>[]) =>
    compareCoveragePeriods(
      spans.map((span) => city(span)),
      date,
    );

  it('has nothing to say where one coverage follows the other', () => {
    expect(
      alerts({ disqualifiedOn: '2026-09-16' }, { insurerNumber: '01370014', qualifiedOn: '2026-09-16' }),
    ).to.deep.equal({
      gaps: [],
      overlaps: [],
    });
    expect(alerts()).to.deep.equal({ gaps: [], overlaps: [] });
  });

  it('finds days without coverage, between two and since the last', () => {
    expect(alerts({ disqualifiedOn: '2026-07-01' }).gaps).to.deep.equal([{ from: '2026-07-01' }]);
    expect(alerts({ qualifiedOn: '2026-08-01' }, { disqualifiedOn: '2026-07-01' }).gaps).to.deep.equal([
      { from: '2026-07-01', to: '2026-07-31' },
    ]);
    expect(alerts({ disqualifiedOn: '2026-12-01' }).gaps, 'the end of a coverage lies ahead').to.deep.equal([]);
  });

  it('finds days with two coverages and names the insurers', () => {
    const second = { insurerNumber: '01370014', qualifiedOn: '2026-07-01' };
    expect(alerts(second, {}).overlaps).to.deep.equal([
      { from: '2026-07-01', to: undefined, insurers: ['370015', '01370014'] },
    ]);
    expect(alerts({ disqualifiedOn: '2026-07-03' }, second).overlaps).to.deep.equal([
      { from: '2026-07-01', to: '2026-07-02', insurers: ['370015', '01370014'] },
    ]);
  });

  it('does not count a coverage that was taken back before it began', () => {
    expect(alerts({}, { qualifiedOn: '2026-07-01', disqualifiedOn: '2026-07-01' }).overlaps).to.deep.equal([]);
  });
});
