import { sha256 } from '../lib/bytes.ts';

/** A stream of numbers that belongs to one entity and one use of it. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  readonly int: (low: number, high: number) => number;
  readonly pick: <T>(list: readonly [T, ...T[]]) => T;
}

/**
 * xoshiro128** per entity and stream, seeded by SHA-256: one more entity, or one more number drawn in one stream, moves
 * nothing elsewhere. For synthetic data only; nothing here is a secret.
 */
export function createRandom(seed: string): (entity: string, stream: string) => Random {
  return (entity, stream) => {
    const next = xoshiro(sha256(`${seed}|${entity}|${stream}`));
    const int = (low: number, high: number) => low + (next() % (high - low + 1));
    return { int, pick: (list) => list[int(0, list.length - 1)] ?? list[0] };
  };
}

/** Blackman and Vigna, xoshiro128** 1.1; the state is the first 16 bytes. */
export function xoshiro(state: Buffer): () => number {
  let [a, b, c, d] = [state.readUInt32LE(0), state.readUInt32LE(4), state.readUInt32LE(8), state.readUInt32LE(12)];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

const rotate = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));
