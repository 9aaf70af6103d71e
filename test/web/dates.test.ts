import { expect } from 'chai';
import fc from 'fast-check';
import { formatDate, formatDay, formatMoment, languages, parseDate } from '../../web/index.ts';

describe('dates', () => {
  for (const [day, words] of [
    ['2010-03-05', '平成22年3月5日'],
    ['1989-01-07', '昭和64年1月7日'],
    ['1989-01-08', '平成元年1月8日'],
    ['2019-04-30', '平成31年4月30日'],
    ['2019-05-01', '令和元年5月1日'],
    ['2026-11-23', '令和8年11月23日'],
    ['1926-12-25', '昭和元年12月25日'],
    ['1960-10-10', '昭和35年10月10日'],
  ] as const) {
    it(`write ${day} as ${words}, and read it back`, () => {
      expect(formatDate(day, 'ja')).to.equal(words);
      expect(parseDate(words)).to.equal(day);
    });
  }

  it('are written in the Gregorian calendar in English', () => {
    expect(formatDate('2026-10-01', 'en')).to.equal('1 October 2026');
  });

  it('show what is no day as it came', () => {
    expect(formatDate('2026-02-30', 'ja')).to.equal('2026-02-30');
    expect(formatDate('<b>', 'ja')).to.equal('<b>');
  });

  it('of a moment are those of its time zone', () => {
    const style = { language: 'ja', timeZone: 'Asia/Tokyo' } as const;
    expect(formatDay(Date.UTC(2026, 8, 30, 15), style)).to.equal('令和8年10月1日');
    expect(formatMoment(Date.UTC(2026, 8, 30, 11, 14), style)).to.equal('令和8年9月30日 20:14');
  });

  for (const [written, day] of [
    ['2026-10-01', '2026-10-01'],
    ['2026/10/1', '2026-10-01'],
    ['2026.10.1', '2026-10-01'],
    ['2026年10月1日', '2026-10-01'],
    ['20261001', '2026-10-01'],
    ['令和8年10月1日', '2026-10-01'],
    ['令8.10.1', '2026-10-01'],
    ['R8.10.1', '2026-10-01'],
    ['r08/10/01', '2026-10-01'],
    ['Ｒ８．１０．１', '2026-10-01'],
    ['２０２６－１０－０１', '2026-10-01'],
    ['２０２６ー１０ー０１', '2026-10-01'],
    ['2026‑10‑01', '2026-10-01'],
    ['令和　８年　１０月　１日', '2026-10-01'],
    [' 令和元年5月1日 ', '2019-05-01'],
    ['㋿8年10月1日', '2026-10-01'],
    ['S35.10.10', '1960-10-10'],
    ['昭35・10・10', '1960-10-10'],
    ['H元.1.8', '1989-01-08'],
    ['大正15年12月24日', '1926-12-24'],
    ['平成33年3月31日', '2021-03-31'],
    ['1 October 2026', '2026-10-01'],
    ['１ oct 2026', '2026-10-01'],
  ] as const) {
    it(`are read from ${written}`, () => {
      expect(parseDate(written)).to.equal(day);
    });
  }

  for (const nonsense of [
    '',
    '2026-02-29',
    '2026-13-01',
    '令和8年',
    '令和0年1月1日',
    '令和元年4月30日',
    '平成元年1月7日',
    '明治元年1月1日',
    '10/1/2026',
    '26-10-01',
    'あした',
    '2026-10-01T00:00:00Z',
    '31 June 2026',
    '-2026-10-01',
    'constructor8.10.1',
  ]) {
    it(`are refused when written "${nonsense}"`, () => {
      expect(parseDate(nonsense)).to.equal(undefined);
    });
  }

  it('come back from every way in which they are written', () => {
    const first = Date.UTC(1873, 0, 1);
    const days = fc.integer({ min: 0, max: 80_000 }).map((after) => new Date(first + after * 86_400_000));
    fc.assert(
      fc.property(days, fc.constantFrom(...languages), (date, language) => {
        const day = date.toISOString().slice(0, 10);
        expect(parseDate(formatDate(day, language))).to.equal(day);
        expect(parseDate(day)).to.equal(day);
      }),
    );
  });

  it('never trouble the reader, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseDate(text) ?? '2000-01-01').to.match(/^\d{4}-\d\d-\d\d$/);
      }),
    );
  });
});
