import type { WebSocket } from 'ws';
import type { SoftwareCard } from '../../card-auth/index.ts';

/**
 * The box's readers. One stands on the desk: whatever card was put on it answers whoever is connected. Beside it every
 * headless terminal may have a reader of its own that holds one card; two of them for the same card take turns, because
 * a card cannot lie on two readers.
 */
export function createReaders() {
  let onDesk: { readonly number: string; readonly card: SoftwareCard } | undefined;
  const holders = new Map<string, Promise<void>>();

  function put(number: string, card: SoftwareCard): void {
    onDesk?.card.power();
    card.power();
    onDesk = { number, card };
  }

  function lift(): void {
    onDesk?.card.power();
    onDesk = undefined;
  }

  /** A terminal at the desk reader. */
  function serveDesk(socket: WebSocket): void {
    receiveFrames(socket, (frame) => answer(socket, onDesk?.card, frame));
  }

  /** A reader of its own for one card; the turn ends when the socket closes. Until it comes, the reader is empty. */
  async function serveOwn(socket: WebSocket, number: string, looked: Promise<SoftwareCard | undefined>): Promise<void> {
    let card: SoftwareCard | undefined;
    receiveFrames(socket, (frame) => answer(socket, card, frame));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const found = await looked;
    if (!found) return socket.close(4404, 'no such card');
    const turn = (holders.get(number) ?? Promise.resolve()).then(async () => {
      if (socket.readyState !== socket.OPEN) return;
      card = found;
      card.power();
      await closed;
    });
    holders.set(number, turn);
    await turn;
    if (holders.get(number) === turn) holders.delete(number);
  }

  return { put, lift, serveDesk, serveOwn, cardOnDesk: () => onDesk?.number };
}

/** Anything but a frame ends the connection. */
function receiveFrames(socket: WebSocket, receive: (frame: Uint8Array) => void): void {
  socket.on('message', (data, isBinary) => {
    if (isBinary && Buffer.isBuffer(data) && data.length <= frameMax) receive(Uint8Array.from(data));
    else socket.close(1003, 'frames only');
  });
}

/** An empty message is silence: no card, or one that does not answer this. */
function answer(socket: WebSocket, card: SoftwareCard | undefined, frame: Uint8Array): void {
  const answered = card ? card.respond(frame) : Promise.resolve(undefined);
  answered.then(
    (bytes) => socket.send(bytes ?? new Uint8Array()),
    () => socket.close(1011, 'the card could not be written'),
  );
}

const frameMax = 255;
