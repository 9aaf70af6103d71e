import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Context, Middleware } from 'koa';
import type { Face, Listener } from '../../config/index.ts';
import { HubPageError } from '../errors.ts';
import { facesOf } from './face.ts';
import { createSenderOf, forwardingHeaders } from './sender.ts';

/** How a request reached us, beside its octets. */
export interface Connection {
  /** Whether it left the sender's machine over TLS. */
  readonly https: boolean;
  readonly serves: readonly Face[];
  /** Whether nobody gets to this listener without a certificate. */
  readonly demandsCertificate: boolean;
  /** That of the other end, when it was demanded and accepted. */
  readonly certificate?: X509Certificate | undefined;
}

export type Arrivals = ReturnType<typeof createArrivals>;

/** Ties each request to the listener it came in by, and settles who sends it before anything else reads of it. */
export function createArrivals({ origin }: { readonly origin: string }) {
  const arrived = new WeakMap<IncomingMessage, ReturnType<typeof entranceOf>>();

  /** What a listener does with each request before it is handled. */
  function noteAt(listener: Listener): (request: IncomingMessage) => void {
    const entrance = entranceOf(listener);
    return (request) => arrived.set(request, entrance);
  }

  /**
   * What was said about forwarding is judged here, once, and taken away. In its place stands our own word, which is why
   * the application behind may believe it (`app.proxy`); the provider builds its addresses from it.
   */
  const settle: Middleware = (ctx, next) => {
    const entrance = arrived.get(ctx.req);
    if (!entrance) throw new TypeError('the request came by no listener');
    const { listener, senderOf } = entrance;
    const { headers, socket } = ctx.req;
    const encrypted = socket instanceof TLSSocket;
    const { address, https } = senderOf({ address: socket.remoteAddress ?? '', encrypted }, headers);
    for (const name of forwardingHeaders) delete headers[name];
    headers['x-forwarded-proto'] = https ? 'https' : 'http';
    ctx.request.ip = address;
    if (listener.origin && headers.host?.toLowerCase() === hostOf(listener.origin)) headers.host = hostOf(origin);
    const certificate = listener.clientCertificates && encrypted ? socket.getPeerX509Certificate() : undefined;
    ctx.state.connection = {
      https,
      serves: listener.serves,
      demandsCertificate: listener.clientCertificates !== undefined,
      certificate,
    } satisfies Connection;
    return next();
  };

  return { noteAt, settle };
}

const entranceOf = (listener: Listener) => ({ listener, ...createSenderOf(listener.behindProxy) });
const hostOf = (origin: string) => new URL(origin).host;

/** Of a request without a listener, as the playground plays them in memory, nothing is known. */
export function connectionOf(ctx: { readonly state: object }): Connection {
  const { connection } = ctx.state as { readonly connection?: Connection };
  return connection ?? { https: false, serves: [], demandsCertificate: false };
}

/** What a listener does not serve is not there, and what is https is nothing else. */
export function refuseOtherFaces({ https }: { readonly https: boolean }): Middleware {
  return (ctx: Context, next) => {
    const connection = connectionOf(ctx);
    const faces = facesOf(ctx.path);
    if (!faces.some((face) => connection.serves.includes(face)))
      throw new HubPageError('PAGE_MISSING', 'this listener does not serve the address');
    if (https && !connection.https && !faces.includes('health'))
      throw new HubPageError(
        'PLAIN_HTTP',
        'the request did not come over https, or the proxy does not say that it did',
      );
    return next();
  };
}
