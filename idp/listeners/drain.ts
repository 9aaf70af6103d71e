import type { Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Log } from '../../lib/log.ts';

const sweepMs = 50;

/**
 * The end of a listener: what is under way is answered for a bounded time, and nothing else is waited for. Node counts
 * neither a connection that never said anything nor one in its handshake as idle, and looks for none whose time is up
 * once a server closes; so both are known here.
 */
export function createDrain(server: Server | SecureServer) {
  const sockets = new Set<Socket>();
  const answers = new Set<ServerResponse>();
  let closing = false;
  server.prependListener('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  function noteAnswer(response: ServerResponse): void {
    // Or the connection would wait for another request while the end waits for it.
    if (closing) response.shouldKeepAlive = false;
    answers.add(response);
    response.once('close', () => answers.delete(response));
  }

  function cut(): void {
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  }

  function drain({ seconds, log }: { readonly seconds: number; readonly log: Log }): Promise<void> {
    closing = true;
    for (const response of answers) response.shouldKeepAlive = false;
    if (!server.listening) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const sweep = () => (answers.size === 0 ? cut() : server.closeIdleConnections());
      const sweeping = setInterval(sweep, sweepMs);
      const cutting = setTimeout(() => {
        log.warn({ seconds, answers: answers.size }, 'requests were still under way at the end and were cut off');
        cut();
      }, seconds * 1000);
      server.close((error) => {
        clearInterval(sweeping);
        clearTimeout(cutting);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  return { noteAnswer, drain };
}
