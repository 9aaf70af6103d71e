import { expand, type MacKey } from './card-keys.ts';
import { CardError } from './errors.ts';

/** CK of a card: HKDF-SHA-256 of the version's master key, here extracted, over CKV and the ID block. Weak DES keys are not given out. */
export function deriveCardKey(master: MacKey, id: Uint8Array, ckv: number): Uint8Array {
  const info = Buffer.concat([Buffer.from('KSSC-CK-v1'), Buffer.from([ckv >> 8, ckv & 0xff]), id]);
  const ck = Uint8Array.from(expand(master, info, 16));
  if (isWeak(ck)) throw new CardError('CARD_REFUSED', 'the derived key is weak: the card needs another serial');
  return ck;
}

/** Weak and semi-weak DES halves, and equal halves, which make two keys one; parity bits do not count. */
function isWeak(ck: Uint8Array): boolean {
  const halves = [ck.subarray(0, 8), ck.subarray(8)].map((half) =>
    Buffer.from(half.map((byte) => byte & 0xfe)).toString('hex'),
  );
  return halves[0] === halves[1] || halves.some((half) => weakHalves.has(half));
}

/** FIPS 74 lists them; every one is built of two bytes alternating in words of one, with parity cleared. */
const weakHalves = new Set(
  ['00', 'fe', '1e', 'e0'].flatMap((a) => ['00', 'fe', '1e', 'e0'].map((b) => weakHalf(a, b))),
);

/** In the right half of each word the nibbles 1 stand as 0 and e as f (PC-1 splits there). */
function weakHalf(a: string, b: string): string {
  const right = (byte: string) => ({ '1e': '0e', e0: 'f0' })[byte] ?? byte;
  return `${a}${b}`.repeat(2) + `${right(a)}${right(b)}`.repeat(2);
}
