import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { WebSocketServer } from 'ws';
import type { SoftwareCard } from '../../card-auth/index.ts';
import { freePort } from '../ports.ts';

/** The card box's reader, without its page: whatever card lies on it answers. */
export async function startReader() {
  let card: SoftwareCard | undefined;
  const port = await freePort();
  const server: Server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    card?.power();
    socket.on('message', (frame: Buffer) => {
      void Promise.resolve(card?.respond(Uint8Array.from(frame))).then((answer) =>
        socket.send(answer ?? new Uint8Array()),
      );
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  };
  return {
    address: `ws://127.0.0.1:${port}/reader`,
    put: (next: SoftwareCard | undefined) => {
      card = next;
    },
    close,
  };
}
