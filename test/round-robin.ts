import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/**
 * What stands in front of several hubs: each request goes to the next one, so that no step of a sign-in stays where it
 * began. A hub that takes no connection has done nothing, so the next one is asked; what breaks off later is a 502.
 */
export async function startRoundRobin(port: number, targets: readonly number[]) {
  let turn = 0;
  let pinned: number | undefined;
  const faults: string[] = [];

  const onFault = (fault: string) => void faults.push(fault);

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    turn += 1;
    const order = pinned === undefined ? targets.map((_, at) => targets[(turn + at) % targets.length]) : [pinned];
    for (const target of order) {
      if (target !== undefined && (await forward(target, { incoming, body, outgoing, onFault })) === 'answered') return;
    }
    outgoing.writeHead(502).end();
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    /** What hubs answered with 500 and above; a hub that died is none. */
    faults: faults as readonly string[],
    /** From now on everything goes to this port; undefined for by turns again. */
    pin: (target: number | undefined) => {
      pinned = target;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Passing {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
  readonly outgoing: ServerResponse;
  readonly onFault: (fault: string) => void;
}

function forward(port: number, { incoming, body, outgoing, onFault }: Passing): Promise<'answered' | 'refused'> {
  return new Promise((resolve) => {
    const { method, url, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (answer) => {
      buffer(answer).then((content) => {
        const { statusCode: status = 502 } = answer;
        if (status >= 500) onFault(`${status} ${method} ${url?.split('?')[0]} ${content.toString().slice(0, 200)}`);
        outgoing.writeHead(status, answer.headers).end(content);
        resolve('answered');
      }, breakOff);
    });
    const breakOff = () => {
      outgoing.writeHead(502).end();
      resolve('answered');
    };
    onward.on('error', (error) => ('code' in error && error.code === 'ECONNREFUSED' ? resolve('refused') : breakOff()));
    onward.end(body);
  });
}
