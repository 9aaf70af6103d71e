import { X509Certificate } from 'node:crypto';
import type { Agent } from 'node:https';
import { certificateThumbprint, parseClientMetadata } from '../../../federation/index.ts';
import { type AskingParty, partyOf } from '../asking-world.ts';
import { startTestHub } from '../world.ts';
import type { Issued } from './certificates.ts';
import { ask, createTlsFolder } from './world.ts';

export const callback = 'http://127.0.0.1:9/callback';
const scope = 'admin.providers.read';

/** A hub whose machine faces are behind a listener that demands a certificate, and what parties do there. */
export async function openMutualTls() {
  const folder = await createTlsFolder();
  const { tls, clientCertificates } = folder;
  const limits = { pages: { points: 10_000 }, token: { points: 10_000 }, api: { points: 10_000 } };
  const hub = await startTestHub({
    listeners: (port) => [
      { port, serves: ['pages', 'console', 'setup', 'health'] },
      {
        port: port + 1,
        origin: `https://localhost:${port + 1}`,
        tls,
        clientCertificates,
        serves: ['tokens', 'api', 'id-wsf'],
      },
    ],
    more: { limits },
  });
  const machines = `https://localhost:${hub.port + 1}`;
  const { ca } = folder.authority;
  const tlsOf = ({ certificate, key }: Issued) => ({ cert: certificate, key, ca });
  const thumbprintOf = ({ certificate }: Issued) => certificateThumbprint(new X509Certificate(certificate));

  /** An approved client; gives its secret. */
  async function register(clientId: string, certificates: readonly Issued[], members: object = {}): Promise<string> {
    const own = certificates.length > 0 ? { sanuki_tls: { certificates: certificates.map(thumbprintOf) } } : {};
    const declared = { client_id: clientId, client_name: clientId, ...own, ...members };
    const { secret = '', name, metadata, counter, api } = parseClientMetadata(declared, { allowHttp: true });
    const sealedSecret = hub.clientSecrets.seal(Buffer.from(secret), `oidc:${clientId}`);
    await hub.registry.register({
      protocol: 'oidc',
      key: clientId,
      name,
      status: 'approved',
      contract: { attributes: [] },
      settings: {},
      counter,
      api,
      oidc: { metadata, sealedSecret },
    });
    return secret;
  }

  const program = { grant_types: ['client_credentials'], sanuki_api: { scopes: [scope] } };
  const basic = (clientId: string, secret: string) =>
    `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;

  function post(path: string, as: Issued, authorization: string, fields: Record<string, string>) {
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(fields).toString();
    return ask(`${machines}${path}`, { method: 'POST', headers, body, ...tlsOf(as) });
  }

  const token = (clientId: string, secret: string, as: Issued) =>
    post('/oidc/token', as, basic(clientId, secret), { grant_type: 'client_credentials', scope });

  const call = (value: string, as: Issued, agent?: Agent) =>
    ask(`${machines}/api/admin/v1/providers`, {
      headers: { authorization: `Bearer ${value}` },
      ...tlsOf(as),
      ...(agent ? { agent } : {}),
    });

  /** A party of ID-WSF whose connections show a certificate for the key of its SAML metadata. */
  async function samlParty(name: string): Promise<{ party: AskingParty; own: Issued }> {
    const party = await partyOf(name);
    const { privateKey } = party.keys.active('saml');
    return { party, own: await folder.parties.issue({ name, privateKey }) };
  }

  async function close(): Promise<void> {
    await hub.close();
    await folder.remove();
  }

  return { folder, hub, machines, tlsOf, thumbprintOf, register, program, basic, post, token, call, samlParty, close };
}

export type MutualTls = Awaited<ReturnType<typeof openMutualTls>>;
