import { HubError, type Outcome } from '../../lib/errors.ts';

const outcomes = {
  READER_ABSENT: 'unavailable',
  READER_UNSUPPORTED: 'unavailable',
  READER_BUSY: 'unavailable',
  READER_TIMEOUT: 'unavailable',
  CARD_ABSENT: 'missing',
  CARD_LIFTED: 'missing',
  CARD_REFUSED: 'denied',
  CARD_DAMAGED: 'denied',
  CARD_TYPE: 'denied',
  CARD_NOT_BLANK: 'denied',
  CARD_SPOILT: 'denied',
  CARD_UNLOCKED: 'denied',
  CARD_SWAPPED: 'denied',
  READER_MESSAGE_MALFORMED: 'invalid',
} as const satisfies Record<string, Outcome>;

export type ReaderErrorCode = keyof typeof outcomes;

/** What can go wrong between the terminal and a card; pages choose the remedy by the code. */
export class ReaderError extends HubError<ReaderErrorCode> {
  constructor(code: ReaderErrorCode, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}

/**
 * A reader of FeliCa cards, real or software. Runs in a browser and in Node. One exchange at a time: a second call
 * before the first has ended is refused with READER_BUSY. `frame` and the answer are LEN | code | rest.
 */
export interface FelicaReader {
  readonly description: string;
  /** The card of this system that lies on the reader now, or `undefined`. */
  poll(systemCode: number, signal?: AbortSignal): Promise<{ idm: Uint8Array; pmm: Uint8Array } | undefined>;
  /** Rejects with CARD_LIFTED when the card does not answer within `timeoutMs`. */
  exchange(frame: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /** Field off and on: the card forgets what it only remembers under power, and a new memory configuration rules from then. */
  cycle(): Promise<void>;
  close(): Promise<void>;
}
