import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Listener } from '../../config/index.ts';

/** Who sent a request, as far as we believe it. */
export interface Sender {
  /** IP address. */
  readonly address: string;
  /** Whether the request left the sender's machine over TLS. */
  readonly https: boolean;
}

/** What the socket itself says. */
export interface Peer {
  readonly address: string;
  readonly encrypted: boolean;
}

/** Whoever wrote it took the request from this address, over TLS or not. */
interface Hop {
  readonly address: string | undefined;
  readonly https: boolean;
}

/** More proxies than stand in front of anybody; what comes before them is not read. */
const hopsMax = 20;

/** Every header that speaks of another sender, host or scheme than the connection's. */
export const forwardingHeaders = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
] as const;

/**
 * Reads who sends, from the right: our own proxy wrote the last entry, and each entry counts only as long as whoever
 * wrote it is a trusted proxy. The first address that is none is the sender; what stands left of it is their invention.
 */
export function createSenderOf(behindProxy: Listener['behindProxy']) {
  const trusted = networksOf(behindProxy?.trusted ?? []);
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, kindOf(address));

  function senderOf(peer: Peer, headers: IncomingHttpHeaders): Sender {
    const address = addressIn(peer.address) ?? peer.address;
    if (!behindProxy || !isTrusted(address)) return { address, https: peer.encrypted };
    const hops = behindProxy.header === 'forwarded' ? readForwarded(headers) : readXForwarded(headers);
    let sender: Sender = { address, https: false };
    for (const hop of hops.slice(-hopsMax).reverse()) {
      // An entry without an address (RFC 7239 6.3) tells the scheme all the same; the proxy then stands for its visitor.
      sender = { address: hop.address ?? sender.address, https: hop.https };
      if (hop.address === undefined || !isTrusted(hop.address)) break;
    }
    return sender;
  }

  return { senderOf, isTrusted: (address: string) => isTrusted(addressIn(address) ?? address) };
}

const kindOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

function networksOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [net = '', prefix] = entry.split('/');
    if (prefix === undefined) list.addAddress(net, kindOf(net));
    else list.addSubnet(net, Number(prefix), kindOf(net));
  }
  return list;
}

const textOf = (value: string | string[] | undefined): string => [value ?? []].flat().join(',');

/** The scheme is one word for all hops: where one of them was plain, none counts as TLS. */
function readXForwarded(headers: IncomingHttpHeaders): Hop[] {
  const schemes = textOf(headers['x-forwarded-proto']).split(',');
  const https = schemes.every((scheme) => scheme.trim().toLowerCase() === 'https');
  return textOf(headers['x-forwarded-for'])
    .split(',')
    .map((entry) => ({ address: addressIn(entry), https }));
}

const element = /(?:[^",]|"(?:[^"\\]|\\.)*")+/g;
const pair = /(?:^|;)\s*([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;"\s]*))/g;

/** RFC 7239 4: one element for each proxy, of pairs of a name and a token or quoted string. */
function readForwarded(headers: IncomingHttpHeaders): Hop[] {
  return (textOf(headers.forwarded).match(element) ?? []).map((text) => {
    const pairs = new Map(
      [...text.trim().matchAll(pair)].map(([, name = '', quoted, token]) => [
        name.toLowerCase(),
        quoted ?? token ?? '',
      ]),
    );
    return { address: addressIn(pairs.get('for') ?? ''), https: pairs.get('proto')?.toLowerCase() === 'https' };
  });
}

/** With or without a port, an IPv6 address with or without brackets; one that carries an IPv4 address is that one. */
function addressIn(text: string): string | undefined {
  const trimmed = text.trim();
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(trimmed) ?? [];
  const [, withPort] = /^([\d.]+):\d{1,5}$/.exec(trimmed) ?? [];
  const [plain = ''] = (bracketed ?? withPort ?? trimmed).split('%');
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain) ?? [];
  const address = (mapped ?? plain).toLowerCase();
  return isIP(address) === 0 ? undefined : address;
}
