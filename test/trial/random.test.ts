import { expect } from 'chai';
import { createRandom, xoshiro } from '../../trial/random.ts';

describe("the trial's random numbers", () => {
  it('are those of xoshiro128** 1.1', () => {
    const state = Buffer.alloc(16);
    for (const [at, word] of [1, 2, 3, 4].entries()) state.writeUInt32LE(word, at * 4);
    const next = xoshiro(state);
    expect(Array.from({ length: 4 }, next)).to.deep.equal([11520, 0, 5927040, 70819200]);
  });

  it('belong to one entity and stream, so that nothing moves when another is added', () => {
    const random = createRandom('seed');
    const draw = (entity: string, stream: string) => {
      const { int } = random(entity, stream);
      return Array.from({ length: 8 }, () => int(1, 1_000_000));
    };
    expect(draw('P001', 'a')).to.deep.equal(draw('P001', 'a'));
    const others = [draw('P002', 'a'), draw('P001', 'b')];
    for (const other of others) expect(other).to.not.deep.equal(draw('P001', 'a'));
    expect(draw('P001', 'a').every((value) => value >= 1 && value <= 1_000_000)).to.equal(true);
  });
});
