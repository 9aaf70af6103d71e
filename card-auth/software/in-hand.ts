import { buildRequest, parsePolling } from '../felica/commands.ts';
import { type FelicaReader, ReaderError } from '../readers/reader.ts';
import type { SoftwareCard } from './card.ts';

/** A reader in the same process on which one software card lies. */
export function readerHolding(card: Pick<SoftwareCard, 'respond' | 'power'>): FelicaReader {
  return {
    description: 'software card in the same process',
    async poll(systemCode) {
      const request = buildRequest({ command: 'polling', systemCode, requestCode: 0x00, timeSlots: 0x00 });
      const answer = await card.respond(request);
      return answer && parsePolling(answer);
    },
    async exchange(frame) {
      const answer = await card.respond(frame);
      if (!answer) throw new ReaderError('CARD_LIFTED', 'the card did not answer');
      return answer;
    },
    cycle: async () => card.power(),
    close: async () => undefined,
  };
}
