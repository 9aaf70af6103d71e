import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { fetchText, isAllowed, postBytes } from '../../lib/outgoing.ts';
import { refusal } from '../refusal.ts';

describe('outgoing HTTP', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** A server on loopback, as in a trial. */
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/soap`;
  }

  const message = { body: '<a>予約</a>', contentType: 'text/xml; charset=utf-8', allowLoopback: true };

  async function bodyOf(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  it('posts octets with their type, length and headers, and hands back the octets of the answer', async () => {
    const seen: { method?: string; body?: string; headers?: IncomingMessage['headers'] } = {};
    const address = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        Object.assign(seen, { method: request.method, body, headers: request.headers });
        response.end('<b/>');
      });
    });
    const answer = await postBytes(address, { ...message, headers: { soapaction: '"urn:x:Query"' } });
    expect(answer.toString()).to.equal('<b/>');
    expect(seen).to.include({ method: 'POST', body: message.body });
    expect(seen.headers).to.include({
      'content-type': message.contentType,
      'content-length': '13',
      soapaction: '"urn:x:Query"',
    });
  });

  it('reads the body of a status only where that status is an answer (SOAP 1.1 6.2)', async () => {
    const address = await serve((_request, response) => response.writeHead(500).end('<fault/>'));
    expect(await refusal(postBytes(address, message))).to.equal('ANSWER_NOT_OK');
    expect((await postBytes(address, { ...message, acceptStatus: [200, 500] })).toString()).to.equal('<fault/>');
    expect(await refusal(fetchText(address, message))).to.equal('ANSWER_NOT_OK');
  });

  it('follows no redirect, and takes no more octets than allowed', async () => {
    const redirecting = await serve((_request, response) => response.writeHead(302, { location: '/' }).end());
    expect(await refusal(postBytes(redirecting, message))).to.equal('ANSWER_NOT_OK');
    const long = await serve((_request, response) => response.end('x'.repeat(2000)));
    expect(await refusal(postBytes(long, { ...message, maxBytes: 1000 }))).to.equal('ANSWER_TOO_LARGE');
  });

  it('gives up when the time is up, when the caller does, and when the connection breaks', async () => {
    const silent = await serve(() => undefined);
    expect(await refusal(postBytes(silent, { ...message, timeoutMs: 50 }))).to.equal('UNREACHABLE');
    expect(await refusal(postBytes(silent, { ...message, signal: AbortSignal.abort() }))).to.equal('UNREACHABLE');
    const breaking = await serve((request) => request.socket.destroy());
    expect(await refusal(postBytes(breaking, message))).to.equal('UNREACHABLE');
    const half = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    expect(await refusal(postBytes(half, message))).to.equal('UNREACHABLE');
  });

  it('calls neither loopback outside a trial, nor private networks ever, nor plain http', async () => {
    const address = await serve((_request, response) => response.end('secret'));
    for (const refused of [
      address,
      address.replace('http:', 'https:'),
      'https://10.0.0.1/',
      'https://169.254.169.254/',
      'https://[fc00::1]/',
      'https://user@host.example/',
      'ftp://host.example/',
      'no address',
    ])
      expect(await refusal(postBytes(refused, { ...message, allowLoopback: false })), refused).to.equal(
        'ADDRESS_REFUSED',
      );
  });

  it('may reach the operator’s own network only where its settings name it, and link-local addresses never', () => {
    const isReached = (address: string, reach: { allowPrivate?: boolean }) =>
      isAllowed({ address, family: isIP(address) }, { allowLoopback: false, ...reach });
    for (const own of ['10.0.0.1', '172.16.0.1', '192.168.1.1', 'fc00::1', 'fd12::1']) {
      expect(isReached(own, { allowPrivate: true }), own).to.equal(true);
      expect(isReached(own, {}), own).to.equal(false);
    }
    for (const never of ['127.0.0.1', '::1', '169.254.169.254', 'fe80::1', '0.0.0.0', '224.0.0.1'])
      expect(isReached(never, { allowPrivate: true }), never).to.equal(false);
  });

  describe('asked by an attacker, who chooses the address and the server behind it', () => {
    const outside = { allowLoopback: false };

    it('sees through every notation of an inner address', async () => {
      for (const host of [
        '127.0.0.1',
        '2130706433',
        '0x7f000001',
        '0x7f.1',
        '0177.0.0.1',
        '127.1',
        '127.0.0.1.',
        '127。0。0。1',
        '①②⑦.0.0.1',
        'localhost',
        'LOCALHOST',
        '0',
        '[::]',
        '[::1]',
        '[::ffff:127.0.0.1]',
        '[::ffff:7f00:1]',
        '[::127.0.0.1]',
        '[::ffff:10.0.0.1]',
        '[::ffff:169.254.169.254]',
        '[64:ff9b::a00:1]',
        '[64:ff9b:1::a00:1]',
        '[2002:a00:1::]',
        '[2002:7f00:1::]',
        '[2001:0:4136:e378:8000:63bf:f5ff:fffe]',
        '[fe80::1]',
        '[fec0::1]',
        '[fd00:ec2::254]',
        '[ff02::1]',
        '[100::1]',
        '[2001:db8::1]',
        '192.168.1.1',
        '100.64.0.1',
        '192.0.2.1',
        '255.255.255.255',
      ])
        expect(await refusal(fetchText(`https://${host}/`, outside)), host).to.equal('ADDRESS_REFUSED');
      // Whether the name with a dot at its end has an address is the resolver's choice; it is never called.
      expect(await refusal(fetchText('https://localhost./', outside))).to.be.oneOf(['ADDRESS_REFUSED', 'UNREACHABLE']);
    });

    it('judges addresses as a name server may answer them, with zone and mapped', () => {
      for (const address of [
        '::ffff:10.0.0.1',
        '::ffff:8.8.8.8',
        'fe80::1%eth0',
        '64:ff9b::808:808',
        '2002:808:808::1',
      ])
        expect(isAllowed({ address, family: 6 }, outside), address).to.equal(false);
      for (const address of ['8.8.8.8', '2606:4700::1111', '2400:cb00::1'])
        expect(isAllowed({ address, family: isIP(address) }, outside), address).to.equal(true);
    });

    it('calls no port of another service, no user and no plain http outside this machine', async () => {
      for (const refused of [
        'https://example.com:25/',
        'https://example.com:22/',
        'https://example.com:80/',
        'https://user:secret@example.com/',
        'https://:secret@example.com/',
        'http://example.com/',
        'gopher://example.com/',
        'file:///etc/passwd',
        'data:text/xml,<a/>',
        'https://',
        '//example.com/',
      ])
        expect(await refusal(fetchText(refused, outside)), refused).to.equal('ADDRESS_REFUSED');
      expect(await refusal(fetchText('http://8.8.8.8/', { allowLoopback: true })), 'in a trial').to.equal(
        'ADDRESS_REFUSED',
      );
    });

    it('is not led on by a redirect, to plain http or anywhere', async () => {
      let visits = 0;
      const inner = await serve((_request, response) => {
        visits += 1;
        response.end('inner');
      });
      for (const status of [301, 302, 303, 307, 308]) {
        const address = await serve((_request, response) => response.writeHead(status, { location: inner }).end());
        expect(await refusal(fetchText(address, message))).to.equal('ANSWER_NOT_OK');
      }
      expect(visits).to.equal(0);
    });

    it('does not wait for a body that drips, nor for one that never ends', async () => {
      let open = 0;
      const endless = (status: number, piece: string, everyMs: number): RequestListener => {
        return (_request, response) => {
          open += 1;
          const timer = setInterval(() => response.write(piece), everyMs);
          response.on('close', () => {
            clearInterval(timer);
            open -= 1;
          });
          response.writeHead(status);
          response.write(piece);
        };
      };
      const limits = { allowLoopback: true, timeoutMs: 150, maxBytes: 10_000 };
      const started = Date.now();
      expect(await refusal(fetchText(await serve(endless(200, '.', 10)), limits))).to.equal('UNREACHABLE');
      expect(Date.now() - started).to.be.below(2000);
      const flood = await serve(endless(200, 'x'.repeat(4096), 1));
      expect(await refusal(fetchText(flood, { ...limits, timeoutMs: 5000 }))).to.equal('ANSWER_TOO_LARGE');
      const refusedFlood = await serve(endless(404, 'x'.repeat(4096), 1));
      expect(await refusal(fetchText(refusedFlood, { ...limits, timeoutMs: 60_000 }))).to.equal('ANSWER_NOT_OK');
      await new Promise((wait) => setTimeout(wait, 100));
      expect(open, 'connections that still run').to.equal(0);
    });

    it('takes no huge header, no compressed body and nothing that is not UTF-8', async () => {
      const headers = await serve((_request, response) => {
        response.writeHead(200, { 'x-much': 'x'.repeat(64 * 1024) }).end('a');
      });
      expect(await refusal(fetchText(headers, message))).to.equal('UNREACHABLE');
      let asked: string | undefined;
      const bomb = await serve((request, response) => {
        asked = String(request.headers['accept-encoding']);
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000)));
      });
      expect(await refusal(fetchText(bomb, { ...message, maxBytes: 1000 }))).to.equal('ANSWER_NOT_TEXT');
      expect(asked).to.equal('identity');
      for (const body of [Buffer.from([0x82, 0xb1, 0x82]), Buffer.from('<a/>', 'utf16le').fill(0xff, 0, 2)]) {
        const address = await serve((_request, response) => response.end(body));
        expect(await refusal(fetchText(address, message))).to.equal('ANSWER_NOT_TEXT');
      }
    });
  });
});
