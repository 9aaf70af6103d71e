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
  constructor(code: keyof typeof outcomes, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}

export interface FetchLimits {
  /** Trial: loopback and plain http are where everything lives. */
  readonly allowLoopback: boolean;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

/** Networks that nobody outside may make us call: private, link-local, shared, multicast, documentation, reserved. */
const refused = new BlockList();
const loopback = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  refused.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 128],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  refused.addSubnet(net, prefix, 'ipv6');
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isAllowed({ address, family }: LookupAddress, allowLoopback: boolean): boolean {
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, kind)) return allowLoopback;
  return !refused.check(address, kind);
}

/**
 * Fetches a text from an address that an outsider named. The name is resolved once, every address is judged, and the
 * connection goes to the judged one, so that a second answer of the name server changes nothing (DNS rebinding).
 * Redirects are refused; time and size are capped.
 */
export async function fetchText(
  address: string,
  { allowLoopback, maxBytes = 1024 * 1024, timeoutMs = 10_000 }: FetchLimits,
): Promise<string> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url?.protocol === 'http:' && allowLoopback;
  if (!url || (url.protocol !== 'https:' && !isPlain) || url.username !== '' || url.password !== '')
    throw new OutgoingError('ADDRESS_REFUSED', 'the address has to be https, without user name');
  const pinned = await resolve(url, allowLoopback);
  const body = await get(url, pinned, { maxBytes, timeoutMs });
  return body.toString('utf8');
}

async function resolve(url: URL, allowLoopback: boolean): Promise<LookupAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  let found: readonly LookupAddress[];
  try {
    found = family ? [{ address: host, family }] : await lookup(host, { all: true });
  } catch (cause) {
    throw new OutgoingError('UNREACHABLE', `the host ${host} has no address`, { cause });
  }
  const [first] = found;
  if (!first || found.some((one) => !isAllowed(one, allowLoopback)))
    throw new OutgoingError('ADDRESS_REFUSED', `the host ${host} leads into a network that is not called from here`);
  return first;
}

function get(
  url: URL,
  pinned: LookupAddress,
  { maxBytes, timeoutMs }: { maxBytes: number; timeoutMs: number },
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
    const request = open(url, { lookup: pin, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        return fail(new OutgoingError('ANSWER_NOT_OK', `${url.host} answered with status ${response.statusCode}`));
      }
      readAtMost(response, maxBytes).then((body) => {
        if (body) return settle(body);
        request.destroy();
        return fail(new OutgoingError('ANSWER_TOO_LARGE', `the answer of ${url.host} has more than ${maxBytes} bytes`));
      }, fail);
    });
    request.on('error', fail);
    request.end();
  });
}
