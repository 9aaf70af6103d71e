import type { MadeCode } from '../../card-auth/index.ts';
import { codeSheet, type LetterSheet, type Sender } from './letter-sheet.ts';
import { type OfficePagesOptions, residentOf } from './pages.ts';

export interface CodeLetterOptions extends Pick<OfficePagesOptions, 'residents' | 'now'> {
  readonly origin: string;
  readonly sender: Sender;
}

/** The letter to the holder of a card whose codes were made this moment. */
export async function codeLetterOf(
  { card, code, stopCode }: MadeCode,
  { origin, sender, now, ...options }: CodeLetterOptions,
): Promise<LetterSheet> {
  const resident = await residentOf(card.residentRef, options);
  const entered = { code, address: `${origin}/card/activate` };
  return codeSheet({ resident, entered, stop: { code: stopCode, address: `${origin}/card/stop` }, at: now(), sender });
}
