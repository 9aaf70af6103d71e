import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { startTestHub, type TestHub } from '../world.ts';
import { createTlsFolder, startTlsHub } from './world.ts';

const head = (port: number, more = '') => `GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\n${more}`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What came until the other end closed, and after how long. */
async function untilClosed(socket: Socket): Promise<{ text: string; ms: number }> {
  const started = performance.now();
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  // A reset ends it as well.
  socket.on('error', () => undefined);
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return { text, ms: performance.now() - started };
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

describe('limits of connections', () => {
  let hub: TestHub;
  const connections = { headerSeconds: 0.5, requestSeconds: 1, keepAliveSeconds: 0.3, mostPerAddress: 20, most: 40 };
  before(async () => {
    hub = await startTestHub({ more: { connections } });
  });
  after(() => hub?.close());

  it('end a head that trickles in (attacker: slowloris), while others are served', async () => {
    const slow = await Promise.all(Array.from({ length: 10 }, () => open(hub.port)));
    const trickle = setInterval(() => {
      for (const socket of slow) socket.write('X-Slow: 1\r\n');
    }, 100);
    for (const socket of slow) socket.write(head(hub.port));
    const ends = Promise.all(slow.map(untilClosed));
    expect((await fetch(`${hub.origin}/healthz`)).status).to.equal(200);
    for (const { text, ms } of await ends) {
      expect(text).to.match(/^HTTP\/1\.1 408 /);
      expect(ms).to.be.below(2000);
    }
    clearInterval(trickle);
  });

  it('end a body that trickles in, and a connection that says nothing', async () => {
    const [slow, silent] = [await open(hub.port), await open(hub.port)];
    const fields = 'Content-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<a';
    slow.write(head(hub.port, fields).replace('GET /healthz', 'POST /soap'));
    const trickle = setInterval(() => slow.write(' '), 100);
    const [one, other] = await Promise.all([untilClosed(slow), untilClosed(silent)]);
    clearInterval(trickle);
    expect(one.ms).to.be.below(3000);
    expect(one.text).to.not.match(/^HTTP\/1\.1 5/);
    expect(other.ms).to.be.below(2000);
  });

  it('end an idle connection after its answer', async () => {
    const socket = await open(hub.port);
    socket.write(`${head(hub.port)}\r\n`);
    const { text, ms } = await untilClosed(socket);
    expect(text).to.match(/^HTTP\/1\.1 200 /);
    expect(ms).to.be.below(2500);
  });

  it('refuse a head that is too large, and one that is none, without an error of ours', async () => {
    for (const [words, status] of [
      [head(hub.port, `X-Large: ${'a'.repeat(20_000)}\r\n\r\n`), 431],
      ['\u0016\u0003\u0001 no http\r\n\r\n', 400],
      [head(hub.port, 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'), 400],
      ['GET /healthz HTTP/1.1\r\n\r\n', 400],
    ] as const) {
      const socket = await open(hub.port);
      socket.write(words);
      expect((await untilClosed(socket)).text).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
  });

  it('leave room for others: one address has so many connections and no more', async () => {
    const held = await Promise.all(Array.from({ length: 30 }, () => open(hub.port)));
    await pause(100);
    const closed = held.filter((socket) => socket.closed || socket.readableEnded || socket.destroyed);
    for (const socket of held) socket.on('error', () => undefined).destroy();
    expect(closed.length).to.be.within(9, 11);
    await pause(50);
    expect((await fetch(`${hub.origin}/healthz`)).status, 'closed ones count no more').to.equal(200);
  });

  it('end a TLS handshake that never comes', async () => {
    const folder = await createTlsFolder();
    const secure = await startTlsHub(folder, { more: { connections } });
    const socket = await open(secure.port);
    expect((await untilClosed(socket)).ms).to.be.below(3000);
    const inside = connectTls({ port: secure.port, host: 'localhost', ca: secure.ca });
    await once(inside, 'secureConnect');
    inside.write(head(secure.port));
    expect((await untilClosed(inside)).ms).to.be.below(3000);
    await secure.close();
    await folder.remove();
  });
});

describe('the end of a hub', () => {
  /** A request whose body is not there yet. */
  function underWay({ port }: Pick<TestHub, 'port'>, agent?: Agent) {
    const sent = request({
      port,
      host: 'localhost',
      path: '/soap',
      method: 'POST',
      headers: { 'content-type': 'text/xml', 'transfer-encoding': 'chunked' },
      ...(agent ? { agent } : {}),
    });
    const answered = new Promise<string>((resolve) => {
      sent.on('response', (response) => {
        response.resume();
        resolve(`${response.statusCode} ${response.headers.connection}`);
      });
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    });
    sent.write('<a');
    return { answered, finish: () => sent.end('/>') };
  }

  it('answers what is under way, takes nothing new, and waits for no idle connection', async () => {
    const hub = await startTestHub();
    const agent = new Agent({ keepAlive: true });
    const [one, idle] = [underWay(hub, agent), await open(hub.port)];
    await pause(100);
    const started = performance.now();
    const ended = hub.close();
    await pause(50);
    const refused = await fetch(`${hub.origin}/healthz`).then(
      () => 'answered',
      () => 'refused',
    );
    expect(refused).to.equal('refused');
    one.finish();
    expect(await one.answered).to.equal('400 close');
    await ended;
    expect(performance.now() - started).to.be.below(2000);
    idle.destroy();
    agent.destroy();
  });

  it('is bounded: who never finishes is cut off, and the store is closed after that', async () => {
    const hub = await startTestHub({ more: { connections: { drainSeconds: 0.3 } } });
    const one = underWay(hub);
    await pause(100);
    const started = performance.now();
    await hub.close();
    expect(performance.now() - started).to.be.below(3000);
    expect(await one.answered).to.equal('ECONNRESET');
    expect(hub.logged.join('')).to.include('cut off');
  });

  it('at a start that fails closes the listeners that were open already', async () => {
    const folder = await createTlsFolder();
    await writeFile(folder.tls.key, 'no key');
    const { freePorts } = await import('../../ports.ts');
    const port = await freePorts(2);
    const listeners = [{ port }, { port: port + 1, tls: folder.tls }];
    const failed = await startTestHub({ more: { listeners } }).catch((error: { code: string }) => error.code);
    expect(failed).to.equal('TLS_FILES_UNUSABLE');
    const left = await fetch(`http://localhost:${port}/healthz`).then(
      () => 'open',
      () => 'closed',
    );
    expect(left).to.equal('closed');
    await folder.remove();
  });
});
