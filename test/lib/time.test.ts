import { expect } from 'chai';
import { dayIn, formatInstant, isDay, parseInstant, startOfDay } from '../../lib/time.ts';

describe('instants (SAML Core 1.3.3)', () => {
  it('are written in UTC with whole seconds', () => {
    expect(formatInstant(Date.UTC(2026, 10, 24, 5, 0, 0, 999))).to.equal('2026-11-24T05:00:00Z');
  });

  it('are read with fractions and zones', () => {
    const at = Date.UTC(2026, 10, 24, 5, 0, 0);
    expect(parseInstant('2026-11-24T05:00:00Z')).to.equal(at);
    expect(parseInstant('2026-11-24T14:00:00+09:00')).to.equal(at);
    expect(parseInstant('2026-11-24T05:00:00.1239999Z')).to.equal(at + 123);
  });

  it('are refused without a zone, with an impossible date, or with anything around them', () => {
    for (const text of [
      '2026-11-24T05:00:00',
      '2026-02-30T05:00:00Z',
      '2026-11-24T24:00:00Z',
      ' 2026-11-24T05:00:00Z',
      '2026-11-24',
      '2026-11-24T05:00:60Z',
      '',
    ]) {
      expect(parseInstant(text), text).to.equal(undefined);
    }
  });
});

describe('calendar days', () => {
  it('are days that exist', () => {
    expect(['2026-10-01', '2024-02-29'].every(isDay)).to.equal(true);
    expect(['2026-02-29', '2026-2-1', '20261001', '2026-10-01 ', '2026-13-01', ''].some(isDay)).to.equal(false);
  });

  it('have a first instant, also on a day that the clocks begin at one o’clock, and in a zone a day ahead', () => {
    for (const [day, zone, at] of [
      ['2026-07-01', 'Asia/Tokyo', '2026-06-30T15:00:00Z'],
      ['2026-07-01', 'UTC', '2026-07-01T00:00:00Z'],
      ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00Z'],
      ['2026-07-01', 'Pacific/Kiritimati', '2026-06-30T10:00:00Z'],
      ['2026-07-01', 'Etc/GMT+12', '2026-07-01T12:00:00Z'],
    ] as const)
      expect(formatInstant(startOfDay(day, zone)), `${day} ${zone}`).to.equal(at);
  });

  it('begin at midnight of the place', () => {
    const beforeMidnight = Date.UTC(2026, 8, 30, 14, 59, 59);
    const tokyo = dayIn('Asia/Tokyo');
    expect([tokyo(beforeMidnight), tokyo(beforeMidnight + 1_000)]).to.deep.equal(['2026-09-30', '2026-10-01']);
  });
});
