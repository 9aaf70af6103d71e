import { createCipheriv, createSecretKey } from 'node:crypto';

/**
 * The session key and MACs of FeliCa Lite-S. Runs in the key service and in the software card only: a terminal never
 * holds CK. The algorithm was checked against three public implementations; no physical card was used.
 *
 * The card works on 8-byte words in little-endian order; `reverseWords` turns them for 3DES, which is big-endian.
 */
function reverseWords(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 8) out.set(bytes.subarray(at, at + 8).toReversed(), at);
  return out;
}

function encrypt(algorithm: 'des-ede-cbc' | 'des-ede3-cbc', key: Uint8Array, iv: Uint8Array, plain: Uint8Array) {
  // The explicit KeyObject halves the cost: Node finds out by an exception that raw octets are none.
  const cipher = createCipheriv(algorithm, createSecretKey(key), iv).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]));
}

function checkLength(bytes: Uint8Array, length: number, name: string): void {
  if (bytes.length !== length) throw new TypeError(`${name} must be ${length} bytes`);
}

/** 2-key 3DES-CBC of RC under CK. */
export function sessionKey(ck: Uint8Array, rc: Uint8Array): Uint8Array {
  checkLength(ck, 16, 'CK');
  checkLength(rc, 16, 'RC');
  return encrypt('des-ede-cbc', reverseWords(ck), new Uint8Array(8), reverseWords(rc));
}

/** The MAC proper: the last CBC word. `sk` in the order in which it is used (swapped for writes). */
export function generateMac(sk: Uint8Array, rc: Uint8Array, plain: Uint8Array): Uint8Array {
  checkLength(sk, 16, 'the session key');
  if (rc.length < 8) throw new TypeError('RC must have at least 8 bytes');
  if (plain.length === 0 || plain.length % 8 !== 0) throw new TypeError('MAC input must be whole 8-byte words');
  const cipher = encrypt('des-ede-cbc', sk, reverseWords(rc.slice(0, 8)), reverseWords(plain));
  return cipher.subarray(-8).toReversed();
}

/**
 * MAC_A over a read. `blocks` are the numbers asked for before the MAC_A block (0x91), in order; `data` their contents.
 * The number of the MAC_A block itself closes the list, which is padded with FF to one word.
 */
export function readMac(sk: Uint8Array, rc: Uint8Array, blocks: readonly number[], data: Uint8Array): Uint8Array {
  if (blocks.length > 3) throw new TypeError('a Lite-S read covers at most 3 blocks beside MAC_A');
  checkLength(data, blocks.length * 16, 'read data');
  const plain = new Uint8Array(8 + data.length).fill(0xff, 0, 8);
  for (const [index, block] of [...blocks, 0x91].entries()) plain.set([block, 0x00], index * 2);
  plain.set(data, 8);
  return generateMac(sk, rc, plain);
}

/** MAC_A for a write; `wcnt` is the card's current count. The halves of the session key change places. */
export function writeMac(sk: Uint8Array, rc: Uint8Array, wcnt: number, block: number, data: Uint8Array): Uint8Array {
  checkLength(data, 16, 'block data');
  const plain = new Uint8Array(24);
  plain.set([...wcntBytes(wcnt), 0x00, block, 0x00, 0x91, 0x00]);
  plain.set(data, 8);
  return generateMac(swapHalves(sk), rc, plain);
}

/** The Lite-compatible MAC of block 0x81: it does not cover block numbers, so sign-in never uses it. */
export function legacyReadMac(sk: Uint8Array, rc: Uint8Array, data: Uint8Array): Uint8Array {
  return generateMac(sk, rc, data);
}

/** WCNT as it stands on the card: 3 bytes, little-endian. */
export function wcntBytes(wcnt: number): Uint8Array {
  if (!Number.isInteger(wcnt) || wcnt < 0 || wcnt > 0xffffff) throw new TypeError('WCNT is a 24-bit count');
  return Uint8Array.of(wcnt & 0xff, (wcnt >> 8) & 0xff, wcnt >> 16);
}

function swapHalves(sk: Uint8Array): Uint8Array {
  checkLength(sk, 16, 'the session key');
  return Uint8Array.of(...sk.slice(8), ...sk.slice(0, 8));
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte ^ (b[index] ?? 0));
}

/**
 * CK from a 24-byte 3DES master and the ID block, in the manner of Sony's published diversification (CMAC-like).
 * For cards issued elsewhere that way; our own cards use HKDF in the key service.
 */
export function diversifiedCardKey(master: Uint8Array, idBlock: Uint8Array): Uint8Array {
  checkLength(master, 24, 'the master key');
  checkLength(idBlock, 16, 'the ID block');
  const zero = new Uint8Array(8);
  const e = (word: Uint8Array) => encrypt('des-ede3-cbc', master, zero, word);
  const l = e(zero);
  const k1 = l.map((byte, index) => ((byte << 1) | ((l[index + 1] ?? 0) >> 7)) & 0xff);
  if ((l[0] ?? 0) & 0x80) k1[7] = (k1[7] ?? 0) ^ 0x1b;
  const first = idBlock.slice(0, 8);
  const last = xor(idBlock.slice(8), k1);
  const flipped = xor(first, Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0));
  return Uint8Array.of(...e(xor(e(first), last)), ...e(xor(e(flipped), last)));
}
