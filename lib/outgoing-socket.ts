import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** One connection to an address from the settings (never from a party), for a client library of a protocol that is not HTTP. */
export interface SingleSocket {
  readonly connectTcp: typeof connectTcp;
  readonly connectTls: typeof connectTls;
  /** From the first sign that the peer has ended. */
  readonly isOpen: () => boolean;
}

/**
 * Factories that each work once. A library that silently connects again would do so without the TLS and the account
 * that the first connection was given; here that is an error.
 */
export function singleSocket(): SingleSocket {
  const used = new Set<'tcp' | 'tls'>();
  let open = true;
  const ended = () => {
    open = false;
  };

  function watched<T extends Socket>(kind: 'tcp' | 'tls', make: () => T): T {
    if (used.has(kind) || !open) throw new Error('this connection was ended and is not opened again');
    used.add(kind);
    return make().once('end', ended).once('close', ended);
  }

  return {
    // The factories are overloaded: whatever the library passes, Node's own function gets.
    connectTcp: ((...given: Parameters<typeof connectTcp>) =>
      watched('tcp', () => connectTcp(...given))) as typeof connectTcp,
    connectTls: ((...given: Parameters<typeof connectTls>) =>
      watched('tls', () => connectTls(...given))) as typeof connectTls,
    isOpen: () => open,
  };
}

/** TLS to this host and no other; `ca` replaces the system's authorities. */
export function tlsTo(hostname: string, ca?: string): ConnectionOptions {
  const host = hostname.replace(/^\[|\]$/g, '');
  // RFC 6066 3: the name indication never holds an address.
  const name = isIP(host) ? {} : { servername: host };
  return { minVersion: 'TLSv1.2', host, ...name, ...(ca === undefined ? {} : { ca }) };
}
