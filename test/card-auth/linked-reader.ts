import { type FrameSocket, openSoftwareReader } from '../../card-auth/client/index.ts';
import type { SoftwareCard } from '../../card-auth/index.ts';

/** A reader over a software card in the same process, through the very socket protocol of the card box. */
export function linkedReader(
  cardOnReader: () => SoftwareCard | undefined,
  onFrame: (frame: Uint8Array) => void = () => undefined,
) {
  const listeners: { type: string; listener: (event: { data: unknown }) => void }[] = [];
  const emit = (type: string, data?: unknown) => {
    for (const one of listeners) if (one.type === type) one.listener({ data });
  };
  const socket: FrameSocket = {
    binaryType: 'blob',
    send(frame) {
      onFrame(frame);
      const answered = Promise.resolve(cardOnReader()?.respond(frame));
      void answered.then((answer = new Uint8Array()) => {
        onFrame(answer);
        emit('message', Uint8Array.from(answer).buffer);
      });
    },
    close: () => emit('close'),
    addEventListener: (type: string, listener: (event: { data: unknown }) => void) =>
      void listeners.push({ type, listener }),
  };
  const reader = openSoftwareReader(socket);
  emit('open');
  return { reader, emit };
}
