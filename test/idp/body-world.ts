import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buildSoap, type Coverage } from '../../attribute-service/index.ts';
import { childNamed, elementsOf, readXml, type SigningKey, verificationKey } from '../../lib/xml/index.ts';
import { startBody } from '../../trial/bodies/main.tsx';
import { soapEndpoint } from '../../trial/bodies/soap-endpoint.ts';
import { freePort } from '../ports.ts';
import { memoryLog } from '../trial/bodies/world.ts';
import type { TestHub } from './world.ts';

export const coverage: Coverage = {
  insurerNumber: '06379994',
  insurerName: '架空健保',
  number: '55512345',
  relation: 1,
  certificateClass: '01',
  name: '国分 大地',
  sex: 1,
  birthDate: '1990-11-30',
  qualifiedOn: '2010-02-22',
};

const site = {
  operator: { ja: '運営者', en: 'Operator' },
  support: { phone: '0120-000-000', hours: { ja: '平日', en: 'Weekdays' } },
};
export const pemOf = (key: KeyObject) => String(key.export({ type: 'spki', format: 'pem' }));
export const newPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A body of the trial's code with one insured person, which takes questions of this hub; it counts them. */
export async function startInsurer(
  { origin, keys }: Pick<TestHub, 'origin' | 'keys'>,
  providerId: string,
  { knownAs }: { readonly knownAs?: string } = {},
) {
  const { privateKey, publicKey } = newPair();
  const port = await freePort();
  const own = `http://127.0.0.1:${port}`;
  const name = { ja: '架空健保', en: 'Example insurer' };
  const asked: { subject: string; purpose: string }[] = [];
  const { log } = memoryLog();
  const answer = soapEndpoint({
    id: 'insurer',
    name,
    providerId,
    address: knownAs ?? `${own}/soap`,
    key: { privateKey, algorithm: 'rsa-sha256' },
    hub: async () => ({
      providerId: `${origin}/saml/metadata`,
      keys: keys.published('saml').map((key) => verificationKey(key.publicKey)),
    }),
    holdings: async (subject, purpose) => {
      asked.push({ subject, purpose });
      return { kind: 'answer', subject, asOf: Date.now(), coverages: [coverage] };
    },
    log,
    now: Date.now,
  });
  const listen = { host: '127.0.0.1', port };
  const { close } = await startBody({
    ...site,
    origin: own,
    listen,
    name,
    log,
    endpoint: { path: '/soap', answer, signs: true },
  });
  return { address: `${own}/soap`, privateKey, publicKey: pemOf(publicKey), asked, close };
}

/** A server that only counts what reaches it: connections, and so questions of a name that is not asked. */
export async function startTrap(answer: (body: string) => Promise<string> = async () => '') {
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      answer(Buffer.concat(chunks).toString()).then(
        (text) => response.setHeader('content-type', 'text/xml').end(text),
        () => response.destroy(),
      );
    });
  }).on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${port}/soap`, connections: () => connections, close };
}

/** Stands between hub and body. Gives on what the body said, as it is, or under a signature of their own. */
export async function relayed(
  body: string,
  { address, providerId, key }: { readonly address: string; readonly providerId: string; readonly key?: SigningKey },
): Promise<string> {
  const headers = { 'content-type': 'text/xml', soapaction: '""' };
  const said = await (await fetch(address, { method: 'POST', headers, body })).text();
  if (!key) return said;
  const [header, content] = elementsOf(readXml(Buffer.from(said)));
  const relatesTo = header && childNamed(header, 'http://www.w3.org/2005/08/addressing', 'RelatesTo')?.children[0];
  const [answer] = content ? elementsOf(content) : [];
  if (!answer || typeof relatesTo !== 'string') throw new Error('the body said nothing');
  const action = `${answer.ns}:${answer.name}`;
  return buildSoap({ action, sender: providerId, relatesTo, body: answer }, { key, now: Date.now() });
}
