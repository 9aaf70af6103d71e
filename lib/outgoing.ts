import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { readAtMost } from './body.ts';
import { HubError, type Outcome } from './errors.ts';

const outcomes = {
  ADDRESS_REFUSED: 'denied',
  ANSWER_TOO_LARGE: 'invalid',
  ANSWER_NOT_OK: 'unavailable',
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
  /** Trial: loopback and plain http are where everything lives. */
  readonly allowLoopback: boolean;
  /** The address stands in our own settings, so it may lie in the operator's own network; never for what others name. */
  readonly allowPrivate?: boolean;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

/** Networks that nobody outside may make us call: private ones, and link-local, shared, multicast, reserved ones always. */
const refused = new BlockList();
const ownNetworks = new BlockList();
const loopback = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  refused.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 128],
  ['64:ff9b::', 96],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  refused.addSubnet(net, prefix, 'ipv6');
ownNetworks.addSubnet('10.0.0.0', 8, 'ipv4');
ownNetworks.addSubnet('172.16.0.0', 12, 'ipv4');
ownNetworks.addSubnet('192.168.0.0', 16, 'ipv4');
ownNetworks.addSubnet('fc00::', 7, 'ipv6');
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

type Reach = Pick<FetchLimits, 'allowLoopback' | 'allowPrivate'>;

/** Whether an address may be called: decided before anything is sent. */
export function isAllowed({ address, family }: LookupAddress, { allowLoopback, allowPrivate = false }: Reach): boolean {
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, kind)) return allowLoopback;
  if (ownNetworks.check(address, kind)) return allowPrivate;
  return !refused.check(address, kind);
}

/**
 * Fetches a text from an address that an outsider named. The name is resolved once, every address is judged, and the
 * connection goes to the judged one, so that a second answer of the name server changes nothing (DNS rebinding).
 * Redirects are refused; time and size are capped.
 */
export async function fetchText(address: string, limits: FetchLimits): Promise<string> {
  const body = await exchange(address, limits, { method: 'GET', headers: {} });
  return body.toString('utf8');
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
  { maxBytes = 1024 * 1024, timeoutMs = 10_000, ...reach }: FetchLimits,
  message: Exchange,
): Promise<Buffer> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url?.protocol === 'http:' && reach.allowLoopback;
  if (!url || (url.protocol !== 'https:' && !isPlain) || url.username !== '' || url.password !== '')
    throw new OutgoingError('ADDRESS_REFUSED', 'the address has to be https, without user name');
  // The time that the name server takes counts too.
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = message.signal ? AbortSignal.any([message.signal, timeout]) : timeout;
  const pinned = await resolve(url, reach);
  return send(url, pinned, { ...message, signal, maxBytes });
}

/** Whether the address names a host by a number that may not be called. Of a host's name only the call itself can tell. */
export function isRefusedHost({ hostname }: URL, reach: Reach): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && !isAllowed({ address, family }, reach);
}

async function resolve(url: URL, reach: Reach): Promise<LookupAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  let found: readonly LookupAddress[];
  try {
    found = family ? [{ address: host, family }] : await lookup(host, { all: true });
  } catch (cause) {
    throw new OutgoingError('UNREACHABLE', `the host ${host} has no address`, { cause });
  }
  const [first] = found;
  if (!first || found.some((one) => !isAllowed(one, reach)))
    throw new OutgoingError('ADDRESS_REFUSED', `the host ${host} leads into a network that is not called from here`);
  return first;
}

function send(
  url: URL,
  pinned: LookupAddress,
  { method, headers, body, signal, acceptStatus = [200], maxBytes }: Exchange & { maxBytes: number },
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
    const options = { method, headers, lookup: pin, agent: false, ...(signal ? { signal } : {}) };
    const request = open(url, options, (response) => {
      if (!acceptStatus.includes(response.statusCode ?? 0)) {
        response.resume();
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
