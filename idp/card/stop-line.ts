import type { CardStop, StopByCode } from '../../card-auth/index.ts';
import { randomText } from '../../lib/random.ts';
import type { Letters } from '../office/letters.ts';

/**
 * Stopping a card by the code of its letter, for whatever the holder has at hand: a browser, or a telephone with an
 * automated line behind it. Whoever stops a card this way is known to nobody, so its holder also gets a letter: a
 * stopped card signs in to no notice. `by` goes into the audit.
 */
export const createStopLine =
  ({ stopByCode, letters }: { readonly stopByCode: StopByCode; readonly letters: Pick<Letters, 'queue'> }) =>
  async (typed: string, by: string): Promise<CardStop['outcome']> => {
    const stop = await stopByCode(typed, by);
    if (stop.outcome === 'stopped' && stop.moved)
      await letters.queue(randomText(9, 'base64url'), stop.card.residentRef, 'card-stopped');
    return stop.outcome;
  };

export type StopLine = ReturnType<typeof createStopLine>;
