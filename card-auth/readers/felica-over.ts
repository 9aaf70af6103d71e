import { buildRequest, parsePolling } from '../felica/commands.ts';
import { parseFrame } from '../felica/frame.ts';
import { type FelicaReader, ReaderError } from './reader.ts';

/** What a reader's own protocol has to offer: one FeliCa frame out, the card's frame back, undefined for silence. */
export interface FrameExchange {
  readonly description: string;
  exchange(frame: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined>;
  /** Field off and on. */
  cycle(): Promise<void>;
  close(): Promise<void>;
}

const pollMs = 30;

/** A FelicaReader over any reader that passes frames through. */
export function felicaOver(link: FrameExchange): FelicaReader {
  return {
    description: link.description,
    cycle: () => link.cycle(),
    close: () => link.close(),
    async poll(systemCode, signal) {
      signal?.throwIfAborted();
      const request = buildRequest({ command: 'polling', systemCode, requestCode: 0x00, timeSlots: 0x00 });
      const answer = await link.exchange(request, pollMs);
      signal?.throwIfAborted();
      if (!answer) return undefined;
      const { idm, pmm } = parsePolling(answer);
      return { idm, pmm };
    },
    async exchange(frame, timeoutMs) {
      const answer = await link.exchange(frame, timeoutMs);
      if (!answer) throw new ReaderError('CARD_LIFTED', 'the card did not answer');
      parseFrame(answer);
      return answer;
    },
  };
}
