import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { refusal } from '../../refusal.ts';
import { ask, createTlsFolder, startTlsHub, type TlsFolder } from './world.ts';

type Hub = Awaited<ReturnType<typeof startTlsHub>>;

/** Whether a handshake with these options comes to an end. */
async function shakes(port: number, options: object): Promise<string> {
  const socket: TLSSocket = connect({ port, host: 'localhost', servername: 'localhost', ...options });
  try {
    await once(socket, 'secureConnect');
    return socket.getProtocol() ?? '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed';
  } finally {
    socket.destroy();
  }
}

/** A certificate whose octets are others from a place on: its frame, or its public key, which then is no point of its curve. */
function bent(certificate: string): string[] {
  const { raw, publicKey } = new X509Certificate(certificate);
  const key = raw.indexOf(publicKey.export({ type: 'spki', format: 'der' }));
  return [4, key + 60].map((place) => {
    const octets = Buffer.from(raw);
    for (let at = place; at < place + 8; at++) octets[at] = (octets[at] ?? 0) ^ 0x55;
    const lines = octets.toString('base64').match(/.{1,64}/g) ?? [];
    return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  });
}

describe('a listener with TLS', () => {
  let folder: TlsFolder;
  let hub: Hub;
  before(async () => {
    folder = await createTlsFolder();
    hub = await startTlsHub(folder, { more: { limits: { pages: { points: 100_000 }, token: { points: 100_000 } } } });
  });
  after(async () => {
    await hub?.close();
    await folder?.remove();
  });

  const until = async (name: string) => {
    for (let tries = 0; tries < 500; tries++) {
      if ((await hub.visit('/healthz')).shown === name) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the hub never showed ${name}`);
  };
  const logged = (words: string) => hub.logged.filter((line) => line.includes(words)).length;

  it('speaks TLS 1.3, and 1.2 with whoever has no better, but nothing older and no cipher without forward secrecy', async () => {
    const { ca, port } = hub;
    expect(await shakes(port, { ca })).to.equal('TLSv1.3');
    expect(await shakes(port, { ca, maxVersion: 'TLSv1.2' })).to.equal('TLSv1.2');
    const old = { ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
    expect(await shakes(port, old)).to.match(/^ERR_SSL|ECONNRESET/);
    for (const ciphers of ['AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA'])
      expect(await shakes(port, { ca, maxVersion: 'TLSv1.2', ciphers }), ciphers).to.match(/^ERR_SSL|ECONNRESET/);
  });

  it('gives HSTS and cookies that never leave TLS', async () => {
    const { status, headers } = await hub.visit('/account', { headers: { accept: 'text/html' } });
    expect(status).to.equal(303);
    expect(headers['strict-transport-security']).to.equal('max-age=63072000');
    const page = await hub.visit(new URL(headers.location ?? '', hub.origin).pathname, {
      headers: { accept: 'text/html' },
    });
    const cookies = page.headers['set-cookie'] ?? [];
    expect(cookies.length).to.be.above(0);
    for (const cookie of cookies)
      expect(cookie)
        .to.match(/; secure/i)
        .and.match(/; httponly/i);
  });

  it('believes no header about the sender: no proxy is named', async () => {
    const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example', forwarded: 'proto=http' };
    const found = JSON.parse((await hub.visit('/.well-known/openid-configuration', { headers })).body);
    expect(found.token_endpoint).to.equal(`${hub.origin}/oidc/token`);
  });

  it('answers nothing to plain http at its port', async () => {
    const answer = await fetch(`http://localhost:${hub.port}/`).then(
      ({ status }) => status,
      (error: Error) => error.name,
    );
    expect(answer).to.equal('TypeError');
  });

  it('shows a renewed certificate to new connections, without a failed request and with the old ones open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: hub.ca });
    const old = () => ask(`${hub.origin}/healthz`, { agent });
    expect((await old()).shown).to.equal('first');
    const results: string[] = [];
    let asking = true;
    const visitors = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (asking) {
          const { status, shown } = await hub.visit('/healthz');
          results.push(`${status} ${shown}`);
        }
      }),
    );
    await folder.install(await folder.issueServer('second'));
    await until('second');
    const kept = await old();
    asking = false;
    await visitors;
    expect(new Set(results)).to.deep.equal(new Set(['200 first', '200 second']));
    expect([kept.status, kept.shown], 'the open connection').to.deep.equal([200, 'first']);
    agent.destroy();
  });

  it('keeps its certificate while files are half written or no pair, says so once, and takes them when they are whole', async () => {
    const third = await folder.issueServer('third');
    const other = await folder.issueServer('other');
    const half = third.certificate.slice(0, 300);
    const broken = [half, '', `${third.certificate}${half}`, ...bent(third.certificate), other.certificate];
    const aLook = () => new Promise((resolve) => setTimeout(resolve, 250));
    await writeFile(folder.tls.key, third.key);
    await aLook();
    // Put there in one step: what a look in the middle of a write would find is among the broken ones.
    const place = async (certificate: string) => {
      await writeFile(`${folder.tls.certificate}.new`, certificate);
      await rename(`${folder.tls.certificate}.new`, folder.tls.certificate);
    };
    for (const certificate of broken) {
      const before = logged('the listener keeps its certificate');
      await place(certificate);
      await aLook();
      const { status, shown } = await hub.visit('/healthz');
      expect([status, shown], certificate.slice(0, 40)).to.deep.equal([200, 'second']);
      expect(logged('the listener keeps its certificate') - before).to.be.within(0, 1);
    }
    expect(logged('the listener keeps its certificate')).to.be.above(1);
    await place(third.certificate);
    await until('third');
    for (const secret of ['PRIVATE KEY', third.key.split('\n')[1] ?? ''])
      expect(hub.logged.join('')).to.not.include(secret);
  });

  it('never goes over to a certificate that has expired', async () => {
    const gone = await folder.authority.issue({ name: 'gone', hosts: ['localhost'], days: -1 });
    await folder.install(gone);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect((await hub.visit('/healthz')).shown).to.equal('third');
    expect(logged('has expired')).to.equal(1);
    await folder.install(await folder.issueServer('fourth'));
    await until('fourth');
  });

  it('refuses to start on files that are no pair, and says which', async () => {
    const broken = await createTlsFolder();
    await writeFile(broken.tls.key, (await broken.issueServer('x')).key);
    expect(await refusal(startTlsHub(broken))).to.equal('TLS_FILES_UNUSABLE');
    const missing = { ...broken, tls: { ...broken.tls, key: `${broken.tls.key}.none` } };
    expect(await startTlsHub(missing).catch(({ message }: Error) => message)).to.match(/hub\.key\.none cannot be read/);
    await broken.remove();
  });
});
