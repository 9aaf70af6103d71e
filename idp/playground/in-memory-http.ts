import { createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http';
import { duplexPair } from 'node:stream';
import { readAtMost } from '../../lib/body.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const answerMax = 1024 * 1024;

/**
 * Asks an HTTP handler over a pair of streams: no port is opened, nobody else can ask it. (Node `http`, event
 * 'connection': any Duplex can be handed in.)
 */
export function askInMemory(handler: RequestListener, { method, path, headers, body }: Question): Promise<Answer> {
  const server = createServer(handler);
  const [near, far] = duplexPair();
  server.emit('connection', far);
  return new Promise((resolve, reject) => {
    const asked = request({ method, path, headers, createConnection: () => near as never }, (response) => {
      readAtMost(response, answerMax).then((read) => {
        near.destroy();
        if (!read) return reject(new TypeError('an answer of our own is larger than a page'));
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read.toString('utf8') });
      }, reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
