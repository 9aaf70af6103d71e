import { expect } from 'chai';
import { formatInstant, parseInstant } from '../../lib/time.ts';

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
