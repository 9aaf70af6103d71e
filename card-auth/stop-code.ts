import { createHmac, createSecretKey, randomInt } from 'node:crypto';
import type { CardPerson } from './card-office.ts';
import type { CardRecord, CardRegistry } from './card-registry.ts';
import { typedDigits, withCheckDigit } from './client/hand-over-digits.ts';
import { CardError } from './errors.ts';
import { mayMove } from './life-cycle.ts';

const length = 16;

/** Whether these digits can be a stop code at all; fewer than a hand-over code has, so that the two are never mistaken. */
export const isStopCode = (digits: string): boolean =>
  /^\d+$/.test(digits) && digits.length === length && withCheckDigit(digits.slice(0, -1)) === digits;

/**
 * R44: a code that stops one card and does nothing else, for a holder who has nothing but the letter at home. Fifteen
 * random digits and a check digit: of a million cards a guess stops one in a thousand million times, so no try is
 * counted and nobody can use tries up for the holder. Only a keyed hash is kept, by which the card is found.
 */
export function createStopCodes({ key }: { readonly key: Uint8Array }) {
  const secret = createSecretKey(key);
  const hashOf = (code: string): string =>
    createHmac('sha256', secret).update(`sanuki-stop-code ${code}`).digest('base64url');

  function make(): { readonly code: string; readonly hash: string } {
    const code = withCheckDigit(Array.from({ length: length - 1 }, () => randomInt(10)).join(''));
    return { code, hash: hashOf(code) };
  }

  return { make, hashOf };
}

export type StopCodes = ReturnType<typeof createStopCodes>;

/** not-in-use: not activated yet, or ended, so that nobody signs in with it. `moved`: it was this very code that stopped it. */
export type CardStop =
  | { readonly outcome: 'stopped'; readonly moved: boolean; readonly card: CardRecord }
  | { readonly outcome: 'not-in-use' };

export interface CardStopOptions {
  readonly cards: Pick<CardRegistry, 'byStopCode'>;
  readonly stopCodes: Pick<StopCodes, 'hashOf'>;
  /** The card office's own. */
  readonly suspend: (number: string, reason: 'LOST', by: CardPerson) => Promise<CardRecord>;
}

/** Stops the card of a stop code as its holder would, as often as it is asked. A slip of the finger is told from a code that is none. */
export function createCardStop({ cards, stopCodes, suspend }: CardStopOptions) {
  return async function stopByCode(typed: string, id: string): Promise<CardStop> {
    const digits = typedDigits(typed);
    if (!isStopCode(digits)) throw new CardError('STOP_CODE_MISTYPED', 'these digits can be no stop code');
    const card = await cards.byStopCode(stopCodes.hashOf(digits));
    if (!card) throw new CardError('STOP_CODE_UNKNOWN', 'the stop code belongs to no card');
    const already = { outcome: 'stopped', moved: false, card } as const;
    if (card.status === 'suspended') return already;
    if (!mayMove(card.status, 'suspended', 'holder')) return { outcome: 'not-in-use' };
    try {
      return { ...already, moved: true, card: await suspend(card.number, 'LOST', { as: 'holder', id }) };
    } catch (error) {
      // Somebody stopped or ended it in between: nobody signs in with it either way.
      if (error instanceof CardError && error.code === 'MOVE_REFUSED') return already;
      throw error;
    }
  };
}

export type StopByCode = ReturnType<typeof createCardStop>;
