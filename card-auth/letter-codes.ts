import type { HandOverCode, HandOverCodes } from './hand-over-code.ts';
import type { StopCodes } from './stop-code.ts';

export interface LetterCodesOptions {
  readonly codes: Pick<HandOverCodes, 'make'>;
  readonly stopCodes: Pick<StopCodes, 'make'>;
}

/**
 * The two codes of a letter: what it tells, once, and what the card's record keeps of them; both codes of the letter
 * before are worth nothing then.
 */
export function createLetterCodes({ codes, stopCodes }: LetterCodesOptions) {
  return (cardId: string, purpose: HandOverCode['purpose']) => {
    const [{ code, kept: handOver }, stop] = [codes.make(cardId, purpose), stopCodes.make()];
    return { told: { code, stopCode: stop.code }, kept: { handOver, stopCode: stop.hash } };
  };
}
