import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { openSources } from '../../idp/sources.ts';
import { formatInstant } from '../../lib/time.ts';
import { refusal } from '../refusal.ts';
import { hubKeyRing } from '../trial/bodies/world.ts';
import { createAuthority, type Issued } from './listeners/certificates.ts';

describe('a body that demands a certificate of the hub (R140)', () => {
  let folder: string;
  let body: Server;
  let authority: Awaited<ReturnType<typeof createAuthority>>;
  const callers: string[] = [];
  const at = (name: string) => join(folder, name);
  const bodyTls = () => ({ certificate: at('hub.pem'), key: at('hub.key'), ca: at('ca.pem') });
  const install = async ({ certificate, key }: Issued) => {
    await writeFile(at('hub.pem'), certificate);
    await writeFile(at('hub.key'), key);
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-body-tls-'));
    authority = await createAuthority('bodies');
    await writeFile(at('ca.pem'), authority.ca);
    const own = await authority.issue({ name: 'body', hosts: ['localhost'] });
    const demand = { requestCert: true, rejectUnauthorized: true, ca: authority.ca };
    body = createServer({ cert: own.certificate, key: own.key, ...demand }, (request, response) => {
      callers.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ subject: 'pseudonym-1', asOf: formatInstant(Date.now()), coverages: [] }));
    }).listen(0, 'localhost');
    await once(body, 'listening');
  });
  after(async () => {
    body?.closeAllConnections();
    body?.close();
    await rm(folder, { recursive: true });
  });

  async function ask(settings: { bodyTls?: ReturnType<typeof bodyTls> }) {
    const { port } = body.address() as AddressInfo;
    const address = `https://localhost:${port}/coverage`;
    const name = { ja: '機関', en: 'body' };
    const sources = [{ kind: 'json', id: 'body', name, address, deadlineMs: 1500 }] as const;
    const [source] = await openSources({
      settings: { profile: 'trial', origin: 'https://hub.example', sources: [...sources], ...settings },
      keys: await hubKeyRing(),
      entityId: 'https://hub.example/saml/metadata',
    });
    if (!source) throw new TypeError('no source');
    return () =>
      source.fetch({
        type: 'coverage',
        subject: 'pseudonym-1',
        purpose: 'urn:x-sanuki:purpose:self-view',
        requestId: 'request-1',
        signal: AbortSignal.timeout(1500),
      });
  }

  it('is shown it, and the renewed one at the next question', async () => {
    await install(await authority.issue({ name: 'hub-1' }));
    const question = await ask({ bodyTls: bodyTls() });
    expect((await question()).coverages).to.deep.equal([]);
    await install(await authority.issue({ name: 'hub-2' }));
    await question();
    expect(callers.splice(0)).to.deep.equal(['hub-1', 'hub-2']);
  });

  it('is silent towards a hub without one or with one of somebody else, and so is the hub while its files are no pair', async () => {
    expect(await refusal((await ask({}))())).to.equal('SOURCE_SILENT');
    const question = await ask({ bodyTls: bodyTls() });
    await install(await (await createAuthority('others')).issue({ name: 'hub-1' }));
    expect(await refusal(question())).to.equal('SOURCE_SILENT');
    await writeFile(at('hub.key'), (await authority.issue({ name: 'other' })).key);
    expect(await refusal(question())).to.equal('SOURCE_SILENT');
    expect(callers).to.deep.equal([]);
    expect(await refusal(ask({ bodyTls: bodyTls() })), 'nor does it start so').to.equal('START_REFUSED');
  });
});
