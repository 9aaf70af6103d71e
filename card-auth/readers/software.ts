import { buildRequest, parsePolling } from '../felica/commands.ts';
import { type FelicaReader, ReaderError } from './reader.ts';

/** What a software reader needs of a WebSocket: the browser's own, or one of the same shape in Node. */
export interface FrameSocket {
  binaryType: string;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
}

/**
 * A reader at the other end of a WebSocket: the trial's card box. Every binary message is one FeliCa frame. An empty one
 * is silence where the card says it, and field off and on where the terminal does; nothing else is said. A real
 * reader's cable would carry the same frames.
 */
export async function openSoftwareReader(socket: FrameSocket, { openMs = 5_000 } = {}): Promise<FelicaReader> {
  socket.binaryType = 'arraybuffer';
  let waiting:
    | { readonly resolve: (answer: Uint8Array) => void; readonly reject: (error: ReaderError) => void }
    | undefined;
  let isOpen = false;

  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new ReaderError('READER_ABSENT', 'the reader did not answer')), openMs);
    const settle = (act: () => void) => () => {
      clearTimeout(timer);
      act();
    };
    socket.addEventListener(
      'open',
      settle(() => {
        isOpen = true;
        resolve();
      }),
    );
    const lost = settle(() => {
      isOpen = false;
      const error = new ReaderError('READER_ABSENT', 'the connection to the reader is gone');
      waiting?.reject(error);
      reject(error);
    });
    socket.addEventListener('close', lost);
    socket.addEventListener('error', lost);
  });
  socket.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer) waiting?.resolve(new Uint8Array(data));
    else waiting?.reject(new ReaderError('READER_MESSAGE_MALFORMED', 'the reader sent something that is no frame'));
  });

  /** One frame out, one answer in; an empty answer is silence. */
  async function transceive(frame: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    if (waiting) throw new ReaderError('READER_BUSY', 'the reader is in use');
    if (!isOpen) throw new ReaderError('READER_ABSENT', 'the connection to the reader is gone');
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        waiting = { resolve, reject };
        timer = setTimeout(
          () => reject(new ReaderError('READER_TIMEOUT', 'the reader did not answer')),
          timeoutMs + 2_000,
        );
        socket.send(Uint8Array.from(frame));
      });
    } finally {
      clearTimeout(timer);
      waiting = undefined;
    }
  }

  return {
    description: 'software reader',
    async poll(systemCode, signal) {
      signal?.throwIfAborted();
      const answer = await transceive(
        buildRequest({ command: 'polling', systemCode, requestCode: 0x00, timeSlots: 0x00 }),
        100,
      );
      if (answer.length === 0) return undefined;
      const { idm, pmm } = parsePolling(answer);
      return { idm, pmm };
    },
    async exchange(frame, timeoutMs) {
      const answer = await transceive(frame, timeoutMs);
      if (answer.length === 0) throw new ReaderError('CARD_LIFTED', 'the card did not answer');
      return answer;
    },
    async cycle() {
      await transceive(new Uint8Array(), 100);
    },
    async close() {
      isOpen = false;
      socket.close();
    },
  };
}
