import { createHmac, createSecretKey, randomInt } from 'node:crypto';
import { equalBytes, fromBase64url } from '../lib/bytes.ts';
import { isHandOverCode, withCheckDigit } from './client/hand-over-digits.ts';

/** A code that lets the holder set a PIN at a reader (card-protocol 5): to activate a new card, or after a reset. */
export interface HandOverCode {
  /** HMAC of card and code under a key that is not in the database; base64url. */
  readonly hash: string;
  readonly purpose: 'activate' | 'reset';
  /** Wrong ones since it was made. */
  readonly wrong: number;
  readonly expiresAt: number;
}

const codeTriesMax = 5;
const codeMs = 30 * 24 * 3_600_000;
const randomDigits = 19;

/**
 * Codes of twenty digits, 63 bits and a check digit, so that a slip of the finger is told at the terminal and costs no
 * try. Only a keyed hash is kept; the code itself is in the letter and nowhere else.
 */
export function createHandOverCodes({ key, now = Date.now }: { key: Uint8Array; now?: () => number }) {
  const secret = createSecretKey(key);
  const hashOf = (cardId: string, code: string) =>
    createHmac('sha256', secret).update(`sanuki-hand-over-code ${cardId} ${code}`).digest();

  function make(
    cardId: string,
    purpose: HandOverCode['purpose'],
  ): { readonly code: string; readonly kept: HandOverCode } {
    const code = withCheckDigit(Array.from({ length: randomDigits }, () => randomInt(10)).join(''));
    const hash = hashOf(cardId, code).toString('base64url');
    return { code, kept: { hash, purpose, wrong: 0, expiresAt: now() + codeMs } };
  }

  /** Whether it may still be tried. */
  const isOpen = ({ wrong, expiresAt }: HandOverCode): boolean => wrong < codeTriesMax && expiresAt > now();

  function isRight(cardId: string, kept: HandOverCode, code: string): boolean {
    const hash = fromBase64url(kept.hash);
    return isHandOverCode(code) && hash !== undefined && equalBytes(hash, hashOf(cardId, code));
  }

  return { make, isOpen, isRight, triesMax: codeTriesMax };
}

export type HandOverCodes = ReturnType<typeof createHandOverCodes>;
