import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { trialDirectory } from '../../trial/index.ts';
import { refusal } from '../refusal.ts';
import { staffClient } from './staff-client.ts';

describe('a staff directory that is none', () => {
  /** Accepts connections and does this with them. */
  async function setUp(act: (socket: Socket) => void) {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      act(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const close = async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    };
    return { url: `ldap://127.0.0.1:${port}`, sockets, close };
  }

  const bound = (id: number) => Buffer.from([0x30, 0x0c, 0x02, 0x01, id, 0x61, 0x07, 0x0a, 0x01, 0, 0x04, 0, 0x04, 0]);

  for (const [what, act] of [
    ['hangs', () => undefined],
    [
      'hangs after the bind',
      (socket: Socket) => void socket.once('data', (asked) => socket.write(bound(asked[4] ?? 0))),
    ],
    ['hangs up', (socket: Socket) => void socket.destroy()],
    ['answers garbage', (socket: Socket) => void socket.write(randomBytes(500))],
    ['speaks HTTP', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ] as const) {
    it(`${what}: is silent when the deadline is over`, async () => {
      const peer = await setUp(act);
      const staff = staffClient(peer.url, { deadlineMs: 150 });
      expect(await refusal(staff.staffOf('P032'))).to.equal('SOURCE_SILENT');
      staff.close();
      await peer.close();
    });
  }

  it('is never asked in plain text by a connection that began with StartTLS', async () => {
    const heard: Buffer[] = [];
    const peer = await setUp((socket) =>
      socket.on('data', (octets) => {
        heard.push(octets);
        // "StartTLS is not available", RFC 4511 4.14.2.
        const [id = 0] = octets.subarray(4, 5);
        socket.write(Buffer.from([0x30, 0x0c, 0x02, 0x01, id, 0x78, 0x07, 0x0a, 0x01, 0x34, 0x04, 0, 0x04, 0]));
      }),
    );
    const staff = staffClient(peer.url, { startTls: true, deadlineMs: 500 });
    expect(await refusal(staff.staffOf('P032'))).to.equal('SOURCE_REFUSED');
    const all = Buffer.concat(heard);
    expect(all.includes('1.3.6.1.4.1.1466.20037'), 'StartTLS was asked for').to.equal(true);
    for (const secret of [trialDirectory.bindDn, 'pass', 'P032']) expect(all.includes(secret), secret).to.equal(false);
    staff.close();
    await peer.close();
  });

  it('is not even tried with settings that can never work', () => {
    expect(() => staffClient('ldap://127.0.0.1:1', { password: '' }), 'RFC 4513 5.1.2').to.throw(TypeError, 'password');
    expect(() => staffClient('ldap://127.0.0.1:1', { filter: '(((' })).to.throw(TypeError, 'RFC 4515');
  });
});
