import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLocalJWKSet, type JWTPayload, SignJWT } from 'jose';
import type { PostToSource } from '../../../attribute-service/sources/answer.ts';
import type { Source } from '../../../attribute-service/sources/source.ts';
import type { Settings } from '../../../config/index.ts';
import { createKeyRing, type KeyRecord, keyCollection } from '../../../federation/index.ts';
import { openSources, type SourcesOptions } from '../../../idp/sources.ts';
import { createLog } from '../../../lib/log.ts';
import { postBytes } from '../../../lib/outgoing.ts';
import { randomText } from '../../../lib/random.ts';
import { createSeal } from '../../../lib/seal.ts';
import { verificationKey } from '../../../lib/xml/index.ts';
import { createMemoryStorage } from '../../../storage/index.ts';
import { prepareBodyKey, readBodyKey } from '../../../trial/bodies/body-key.ts';
import { createHoldings } from '../../../trial/bodies/holdings.ts';
import { createHubTokenCheck } from '../../../trial/bodies/hub-token.ts';
import { jsonEndpoint } from '../../../trial/bodies/json-endpoint.ts';
import { startBody } from '../../../trial/bodies/main.tsx';
import { openRecords, recordsFileOf, seedBodies } from '../../../trial/bodies/records.ts';
import { endpointOf } from '../../../trial/bodies/registration.ts';
import { soapEndpoint } from '../../../trial/bodies/soap-endpoint.ts';
import { type BodyId, bodies } from '../../../trial/insurers.ts';
import { freePort } from '../../ports.ts';

const hub = 'http://localhost:4100';
const site = {
  operator: { ja: '運営者', en: 'Operator' },
  support: { phone: '0120-000-000', hours: { ja: '平日', en: 'Weekdays' } },
};

/** As the hub of a trial posts. */
const postToSource: PostToSource = (address, request) => postBytes(address, { ...request, allowLoopback: true });

/** Lines of a log, kept for the question whether a person is in them. */
export function memoryLog() {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, log: createLog({ name: 'body', level: 'debug', destination }) };
}

/** Pseudonyms as the hub's links give them: random, one per resident and party, made at the first question. */
export function pseudonyms() {
  const known = new Map<string, string>();
  return async (residentRef: string, party: string) => {
    const key = `${residentRef} ${party}`;
    const pseudonym = known.get(key) ?? randomText(24, 'base64url');
    known.set(key, pseudonym);
    return pseudonym;
  };
}

/** The trial's data of all bodies in a folder of its own. */
export async function seededFolder(now: number) {
  const data = await mkdtemp(join(tmpdir(), 'sanuki-bodies-'));
  const pseudonymFor = pseudonyms();
  await seedBodies({ data, pseudonymFor, now, timeZone: 'Asia/Tokyo' });
  return { data, pseudonymFor, clean: () => rm(data, { recursive: true }) };
}

export async function setFault(origin: string, fault: object): Promise<Response> {
  return fetch(`${origin}/trial/fault`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
}

/** A JSON body as it runs in the trial, the hub's key, and the adapter that the hub asks it with. */
export async function startJsonWorld({ body = 'kyokai', now = () => Date.parse('2026-11-25T00:00:00Z') } = {}) {
  const { id, name } = bodies[body as BodyId];
  const { data, pseudonymFor, clean } = await seededFolder(now());
  const ring = await hubKeyRing();
  const { privateKey, publicKey, id: kid } = ring.active('oidc-es256');
  const keys = createLocalJWKSet({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }] });
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const { lines, log } = memoryLog();
  const endpoint = jsonEndpoint({
    check: createHubTokenCheck({ issuer: hub, audience: id, keys, now }),
    holdings: createHoldings({
      records: openRecords(recordsFileOf(data, body as BodyId)),
      timeZone: 'Asia/Tokyo',
      now,
    }),
    log,
  });
  const running = await startBody({
    ...site,
    origin,
    listen: { host: '127.0.0.1', port },
    name,
    log,
    endpoint: { path: '/coverage', answer: endpoint, signs: false },
  });

  /** A token of the hub's key as an attacker would like it. */
  const sign = (claims: object, more: JWTPayload = {}, header: object = {}) => {
    const seconds = Math.floor(now() / 1000);
    const times = { iss: hub, iat: seconds, exp: seconds + 60 };
    return new SignJWT({ ...times, ...claims, ...more })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'source+jwt', ...header })
      .sign(privateKey);
  };
  const address = `${origin}/coverage`;
  const registered: Registered = { kind: 'json', id, name, address, deadlineMs: 1500 };
  const source = await openSource(registered, { keys: ring, now });
  const ask = async (
    residentRef: string,
    { purpose = 'urn:x-sanuki:purpose:self-view', signal = AbortSignal.timeout(5000) } = {},
  ) =>
    source.fetch({
      type: 'coverage',
      subject: await pseudonymFor(residentRef, id),
      purpose,
      requestId: 'request-1',
      signal,
    });
  const close = async () => {
    await running.close();
    await clean();
  };
  return { id, origin, address, sign, ask, lines, data, pseudonymFor, close, now };
}

/** A body's settings as registered, its running server, and a hub's key ring that asks it through `openSources`. */
export async function startSoapWorld({ now = () => Date.parse('2026-11-25T00:00:00Z') } = {}) {
  const { id, name } = bodies.nhi;
  const { data, pseudonymFor, clean } = await seededFolder(now());
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const { address, path, providerId } = endpointOf('nhi', origin);
  const publicKey = await prepareBodyKey(data, 'nhi');
  const { lines, log } = memoryLog();
  const keys = await hubKeyRing();
  const endpoint = soapEndpoint({
    id,
    name,
    providerId,
    address,
    key: { privateKey: await readBodyKey(data, 'nhi'), algorithm: 'rsa-sha256' },
    hub: async () => ({ providerId: entityId, keys: [verificationKey(keys.active('saml').publicKey)] }),
    holdings: createHoldings({ records: openRecords(recordsFileOf(data, 'nhi')), timeZone: 'Asia/Tokyo', now }),
    log,
    now,
  });
  const listen = { host: '127.0.0.1', port };
  const running = await startBody({
    ...site,
    origin,
    listen,
    name,
    log,
    endpoint: { path, answer: endpoint, signs: true },
  });
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  const registered: Registered = {
    kind: 'id-wsf',
    id,
    name,
    address,
    providerId,
    publicKey: pem,
    deadlineMs: 1500,
  };
  const sent: { address: string; body: string }[] = [];
  const post: PostToSource = (to, message) => {
    sent.push({ address: to, body: message.body });
    return postToSource(to, message);
  };
  const source = await openSource(registered, { keys, now, post });
  const ask = async (
    residentRef: string,
    { purpose = 'urn:x-sanuki:purpose:self-view', signal = AbortSignal.timeout(5000) } = {},
  ) => {
    const subject = await pseudonymFor(residentRef, id);
    return source.fetch({ type: 'coverage', subject, purpose, requestId: 'request-1', signal });
  };
  const close = async () => {
    await running.close();
    await clean();
  };
  return { id, origin, address, providerId, publicKey, keys, entityId, ask, sent, lines, pseudonymFor, close, now };
}

export type SoapWorld = Awaited<ReturnType<typeof startSoapWorld>>;

const entityId = `${hub}/saml/metadata`;

type Registered = Settings['sources'][number];
type Opening = Pick<SourcesOptions, 'keys' | 'post' | 'now'>;

/** The adapter as the hub opens it. */
async function openSource(registered: Registered, options: Opening): Promise<Source> {
  const settings = { profile: 'trial' as const, origin: hub, sources: [registered] };
  const [source] = await openSources({ ...options, settings, entityId });
  if (!source) throw new Error('one source expected');
  return source;
}

/** The hub's keys, in memory. */
export async function hubKeyRing() {
  const keys = createKeyRing({
    keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'keys'),
    commonName: 'localhost',
    trial: true,
  });
  await keys.ensure();
  return keys;
}

export type JsonWorld = Awaited<ReturnType<typeof startJsonWorld>>;
