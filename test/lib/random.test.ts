import { expect } from 'chai';
import { randomText } from '../../lib/random.ts';

describe('random texts', () => {
  it('have the asked length, never repeat, and use every bit', () => {
    const texts = Array.from({ length: 5000 }, () => randomText(16, 'hex'));
    expect(new Set(texts).size).to.equal(5000);
    for (const text of texts) expect(text).to.match(/^[0-9a-f]{32}$/);
    const ones = texts
      .join('')
      .split('')
      .reduce((sum, digit) => sum + (Number.parseInt(digit, 16) & 1), 0);
    expect(ones / (5000 * 32)).to.be.within(0.48, 0.52);
    expect(
      texts.every((text) => !text.includes('0'.repeat(16))),
      'no wiped bytes come back',
    ).to.equal(true);
    expect(randomText(32, 'base64url')).to.have.length(43);
    expect(() => randomText(10_000, 'hex')).to.throw(TypeError);
  });
});
