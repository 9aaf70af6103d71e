import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;

/**
 * Random bytes for identifiers, nonces and tokens, taken from a pool that is filled at once: one call to the generator
 * costs as much as the rest of a message. What was handed out is wiped from the pool, so it cannot be read from it later.
 */
export function randomText(bytes: number, encoding: 'hex' | 'base64url'): string {
  if (bytes > pool.length) throw new TypeError('more random bytes than the pool holds');
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString(encoding, used, used + bytes);
  pool.fill(0, used, used + bytes);
  used += bytes;
  return text;
}
