import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestHub } from '../world.ts';
import { createAuthority, type Issued } from './certificates.ts';

/** Certificates in a folder, as an operator has them. */
export async function createTlsFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-tls-'));
  const authority = await createAuthority('operator');
  const parties = await createAuthority('parties');
  const at = (name: string) => join(folder, name);
  const tls = { certificate: at('hub.pem'), key: at('hub.key'), checkSeconds: 0.05 };
  const clientCertificates = { ca: at('parties.pem') };
  const issueServer = (name: string) => authority.issue({ name, hosts: ['localhost', 'machines.localhost'] });
  async function install({ certificate, key }: Issued): Promise<void> {
    await Promise.all([writeFile(tls.certificate, certificate), writeFile(tls.key, key)]);
  }
  await install(await issueServer('first'));
  await writeFile(clientCertificates.ca, parties.ca);
  return {
    tls,
    clientCertificates,
    authority,
    parties,
    issueServer,
    install,
    remove: () => rm(folder, { recursive: true }),
  };
}

export type TlsFolder = Awaited<ReturnType<typeof createTlsFolder>>;

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Common name of the certificate that the hub showed. */
  readonly shown: string | undefined;
  readonly protocol: string | undefined;
}

/** One request over TLS; each on a connection of its own unless an agent is given. */
export function ask(
  url: string,
  { body, ...options }: RequestOptions & { readonly body?: string } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (response) => {
      const socket = response.socket as import('node:tls').TLSSocket;
      const [shown, protocol] = [nameOf(socket), socket.getProtocol() ?? undefined];
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
          shown,
          protocol,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const nameOf = (socket: import('node:tls').TLSSocket) => String(socket.getPeerCertificate().subject?.CN);

/** A hub at an https origin that ends TLS itself. */
export async function startTlsHub(
  folder: TlsFolder,
  { listen = {}, more = {} }: { listen?: object; more?: object } = {},
) {
  const hub = await startTestHub({ https: true, listen: { tls: folder.tls, ...listen }, more });
  const { ca } = folder.authority;
  const visit = (path: string, options: Parameters<typeof ask>[1] = {}) =>
    ask(`${hub.origin}${path}`, { ca, ...options });
  return { ...hub, ca, visit };
}
