import { expect } from 'chai';
import { formatMoment } from '../../web/index.ts';

const at = Date.parse('2026-09-30T15:30:00Z');

describe('dates on pages', () => {
  it('have the Japanese era in Japanese, and the zone of the deployment', () => {
    expect(formatMoment(at, { language: 'ja', timeZone: 'Asia/Tokyo' })).to.equal('令和8年10月1日 0:30');
    expect(formatMoment(at, { language: 'ja', timeZone: 'UTC' })).to.equal('令和8年9月30日 15:30');
  });

  it('are Gregorian in English', () => {
    expect(formatMoment(at, { language: 'en', timeZone: 'Asia/Tokyo' })).to.equal('1 October 2026 at 00:30');
  });
});
