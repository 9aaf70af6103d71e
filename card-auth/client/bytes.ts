/** Byte work of the terminal side: no Buffer and no node modules, so that it runs in a browser unchanged. */

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export function u16be(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([value >> 8, value & 0xff]);
}

export function u32le(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff]);
}

export function xor(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  if (a.length !== b.length) throw new TypeError('only equal lengths can be combined');
  return Uint8Array.from(a, (byte, at) => byte ^ (b[at] ?? 0));
}

/** Each field with a u16be length in front: no two lists of fields give the same octets. */
export function lengthPrefixed(fields: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concat(...fields.flatMap((field) => [u16be(field.length), field]));
}

export async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', concat(...parts)));
}
