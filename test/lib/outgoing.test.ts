import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
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
});
