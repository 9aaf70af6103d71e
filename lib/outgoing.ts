import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { readAtMost } from './body.ts';
import { HubError, type Outcome } from './errors.ts';

const outcomes = {
  ADDRESS_REFUSED: 'denied',
  ANSWER_TOO_LARGE: 'invalid',
  ANSWER_NOT_OK: 'unavailable',
  ANSWER_NOT_TEXT: 'invalid',
  UNREACHABLE: 'unavailable',
} as const satisfies Record<string, Outcome>;

export class OutgoingError extends HubError<keyof typeof outcomes> {
  /** With ANSWER_NOT_OK: the HTTP status that came instead. */
  readonly status: number | undefined;

  constructor(
    code: keyof typeof outcomes,
    message: string,
    { status, ...options }: ErrorOptions & { readonly status?: number | undefined } = {},
  ) {
    super(code, outcomes[code], message, options);
    this.status = status;
  }
}

export interface FetchLimits {
  /** Trial: loopback is where everything lives, and there without TLS. */
  readonly allowLoopback: boolean;
  /** The address stands in our own settings, so it may lie in the operator's own network; never for what others name. */
  readonly allowPrivate?: boolean;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  /** Our certificate and key (PEM) for a server that demands one, and the authorities to believe instead of the system's. */
  readonly tls?: Pick<SecureContextOptions, 'cert' | 'key' | 'ca'> | undefined;
}

/**
 * Networks that nobody outside may make us call (IANA special-purpose registries): private ones, and this-host, shared,
 * link-local, relay, documentation, benchmark, multicast and reserved ones always.
 */
const refused4 = new BlockList();
const ownNetworks = new BlockList();
const loopback = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  refused4.addSubnet(net, prefix, 'ipv4');
// RFC 4291 2.4: of IPv6 the global unicast range and nothing else, so that no notation that carries an IPv4 address
// leads around the list above: mapped, compatible and translated ones (NAT64) lie outside it, Teredo and 6to4 in it.
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
const refused6 = new BlockList();
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  refused6.addSubnet(net, prefix, 'ipv6');
ownNetworks.addSubnet('10.0.0.0', 8, 'ipv4');
ownNetworks.addSubnet('172.16.0.0', 12, 'ipv4');
ownNetworks.addSubnet('192.168.0.0', 16, 'ipv4');
ownNetworks.addSubnet('fc00::', 7, 'ipv6');
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

type Reach = Pick<FetchLimits, 'allowLoopback' | 'allowPrivate'>;

const kindOf = ({ family }: LookupAddress) => (family === 6 ? 'ipv6' : 'ipv4');
const isLoopback = (one: LookupAddress): boolean => loopback.check(one.address, kindOf(one));

/** Whether an address may be called: decided before anything is sent. */
export function isAllowed(one: LookupAddress, { allowLoopback, allowPrivate = false }: Reach): boolean {
  const { address } = one;
  const kind = kindOf(one);
  if (isLoopback(one)) return allowLoopback;
  if (ownNetworks.check(address, kind)) return allowPrivate;
  if (kind === 'ipv4') return !refused4.check(address, kind);
  return global6.check(address, kind) && !refused6.check(address, kind);
}

/**
 * Fetches a text from an address that an outsider named. The name is resolved once, every address is judged, and the
 * connection goes to the judged one, so that a second answer of the name server changes nothing (DNS rebinding).
 * Redirects are refused; time and size are capped; nothing is decompressed, and what is not UTF-8 is no text.
 */
export async function fetchText(address: string, limits: FetchLimits): Promise<string> {
  const body = await exchange(address, limits, { method: 'GET', headers: { 'accept-encoding': 'identity' } });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new OutgoingError('ANSWER_NOT_TEXT', 'the answer is no text in UTF-8', { cause });
  }
}

export interface PostOptions extends FetchLimits {
  readonly body: Uint8Array | string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the attempt earlier than its time is up. */
  readonly signal?: AbortSignal | undefined;
  /** Statuses whose body is an answer; a SOAP fault comes with 500 (SOAP 1.1 6.2). */
  readonly acceptStatus?: readonly number[];
}

/** Posts to an address under the same guard as `fetchText`; resolves to the octets of the answer. */
export function postBytes(
  address: string,
  { body, contentType, headers = {}, signal, acceptStatus, ...limits }: PostOptions,
): Promise<Buffer> {
  const octets = Buffer.from(body);
  const all = { ...headers, 'content-type': contentType, 'content-length': String(octets.byteLength) };
  return exchange(address, limits, { method: 'POST', headers: all, body: octets, signal, acceptStatus });
}

interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal | undefined;
  readonly acceptStatus?: readonly number[] | undefined;
}

async function exchange(
  address: string,
  { maxBytes = 1024 * 1024, timeoutMs = 10_000, tls, ...reach }: FetchLimits,
  message: Exchange,
): Promise<Buffer> {
  const url = urlOf(address, reach);
  // The time that the name server takes counts too.
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = message.signal ? AbortSignal.any([message.signal, timeout]) : timeout;
  const pinned = await resolve(url, reach, signal);
  return send(url, pinned, { ...message, signal, maxBytes, tls });
}

/** Whether the address names a host by a number that may not be called. Of a host's name only the call itself can tell. */
export function isRefusedHost({ hostname }: URL, reach: Reach): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && !isAllowed({ address, family }, reach);
}

/** An outsider's address never leads to a port where something else than HTTP answers (mail, names, databases by custom). */
const lowestFreePort = 1024;

function urlOf(address: string, { allowLoopback, allowPrivate = false }: Reach): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url?.protocol === 'http:' && allowLoopback;
  if (!url || (url.protocol !== 'https:' && !isPlain) || url.username !== '' || url.password !== '')
    throw new OutgoingError('ADDRESS_REFUSED', 'the address has to be https, without user name');
  // The port that the scheme means is written as none.
  if (url.port !== '' && Number(url.port) < lowestFreePort && !allowPrivate)
    throw new OutgoingError('ADDRESS_REFUSED', `the port ${url.port} is none that is called from here`);
  return url;
}

async function resolve(url: URL, reach: Reach, signal: AbortSignal): Promise<LookupAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  let found: readonly LookupAddress[];
  try {
    found = family ? [{ address: host, family }] : await before(signal, lookup(host, { all: true }));
  } catch (cause) {
    throw new OutgoingError('UNREACHABLE', `the host ${host} has no address`, { cause });
  }
  const [first] = found;
  // Without TLS nothing leaves this machine.
  const isPlain = url.protocol === 'http:';
  const mayCall = (one: LookupAddress) => isAllowed(one, reach) && (!isPlain || isLoopback(one));
  if (!first || !found.every(mayCall))
    throw new OutgoingError('ADDRESS_REFUSED', `the host ${host} leads into a network that is not called from here`);
  return first;
}

/** A name server cannot be told to hurry; its answer is then no longer waited for. */
async function before<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const late = new Promise<never>((_settle, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

function send(
  url: URL,
  pinned: LookupAddress,
  {
    method,
    headers,
    body,
    signal,
    acceptStatus = [200],
    maxBytes,
    tls = {},
  }: Exchange & Pick<FetchLimits, 'tls'> & { maxBytes: number },
): Promise<Buffer> {
  const pin: LookupFunction = (_host, options, done) =>
    options.all ? done(null, [pinned]) : done(null, pinned.address, pinned.family);
  return new Promise((settle, reject) => {
    const fail = (cause: Error) =>
      reject(
        cause instanceof OutgoingError
          ? cause
          : new OutgoingError('UNREACHABLE', `no answer from ${url.host}`, { cause }),
      );
    const open = url.protocol === 'https:' ? requestHttps : requestHttp;
    const options = { method, headers, lookup: pin, agent: false, ...(signal ? { signal } : {}), ...tls };
    const request = open(url, options, (response) => {
      if (!acceptStatus.includes(response.statusCode ?? 0)) {
        // Nobody reads it: an endless body would otherwise come in until the time is up.
        request.destroy();
        const status = response.statusCode;
        return fail(new OutgoingError('ANSWER_NOT_OK', `${url.host} answered with status ${status}`, { status }));
      }
      readAtMost(response, maxBytes).then((octets) => {
        if (octets) return settle(octets);
        request.destroy();
        return fail(new OutgoingError('ANSWER_TOO_LARGE', `the answer of ${url.host} has more than ${maxBytes} bytes`));
      }, fail);
    });
    request.on('error', fail);
    request.end(body);
  });
}
