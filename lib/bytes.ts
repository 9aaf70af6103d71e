import { createHash, hash as hashOnce, timingSafeEqual } from 'node:crypto';

/** Strict base64url without padding (RFC 4648 section 5): what `Buffer.from` would skip or round is refused with `undefined`. */
export function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

/** Constant-time comparison; a different length is simply different. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  // Texts in one go: a third of the time of a Hash object.
  if (parts.every((part) => typeof part === 'string')) return hashOnce('sha256', parts.join(''), 'buffer');
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
