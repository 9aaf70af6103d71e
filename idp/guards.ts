import type { Context, Middleware } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Settings } from '../config/index.ts';
import { readAtMost } from '../lib/body.ts';
import { commonHeaders, contentSecurityPolicy } from '../web/index.ts';
import { HubPageError } from './errors.ts';
import { connectionOf } from './listeners/arrival.ts';

/**
 * The issuer is fixed: a request under another Host is refused before any URL is derived from it
 * (Host and X-Forwarded-Host games; oidc-provider builds its URLs from them).
 */
export function refuseOtherHosts(origin: string): Middleware {
  const { host } = new URL(origin);
  return (ctx, next) => {
    if (ctx.request.headers.host?.toLowerCase() !== host) {
      throw new HubPageError('UNKNOWN_HOST', 'the request names a host that is not ours');
    }
    return next();
  };
}

/**
 * A nonce per answer; pages set a wider form-action for exactly the party they post to. RFC 6797 7.2: of HSTS nothing
 * is said where the request came without TLS.
 */
export function securityHeaders({ https }: { https: boolean }): Middleware {
  const headersOver = (tls: boolean) => ({
    ...commonHeaders({ https: tls, referrerPolicy: 'no-referrer' }),
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(self)',
    'content-security-policy': contentSecurityPolicy({}),
  });
  const [secure, plain] = [headersOver(https), headersOver(false)];
  return (ctx, next) => {
    ctx.set(connectionOf(ctx).https ? secure : plain);
    return next();
  };
}

/**
 * Counts requests per name of whoever sends them; the refusal tells when to come back. Every process counts what comes to
 * it: a limit keeps one process from drowning and costs no write, and several processes together bear as many times as
 * much. Nothing that must not be tried more often rests on it; tries of a PIN are counted in the store.
 */
export function createLimit({ points, seconds }: { points: number; seconds: number }) {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  return async function count(ctx: Context, who: string): Promise<void> {
    try {
      await limiter.consume(who);
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      ctx.set('retry-after', String(seconds));
      throw new HubPageError('TOO_MANY_REQUESTS', 'more requests from one sender than the limit allows');
    }
  };
}

function limitRate(limit: { points: number; seconds: number }): Middleware {
  const count = createLimit(limit);
  return async (ctx, next) => {
    await count(ctx, ctx.ip);
    await next();
  };
}

const machinePaths =
  /^\/(soap$|api\/|oidc\/(?!authorize|end-session)|saml\/(metadata|slo\/soap)|\.well-known\/|healthz)/;

/** Where a terminal sends the steps of a card. */
const cardPaths = /^\/(sign-in|account\/card|card)\//;

/** Three limits: the card's steps, calls of parties' servers (many residents behind one address), and pages. */
export function limitRequests({ pages, signIn, token }: Settings['limits']): Middleware {
  const [forPages, forSignIn, forMachines] = [limitRate(pages), limitRate(signIn), limitRate(token)];
  return (ctx, next) => {
    if (machinePaths.test(ctx.path)) return forMachines(ctx, next);
    return (ctx.method === 'POST' && cardPaths.test(ctx.path) ? forSignIn : forPages)(ctx, next);
  };
}

/** Reads a body of at most `maxBytes`, of one of the given media types. */
export async function readBody(
  ctx: Context,
  { maxBytes, types }: { maxBytes: number; types: readonly string[] },
): Promise<Buffer> {
  if (!ctx.is([...types]))
    throw new HubPageError('WRONG_MEDIA_TYPE', 'the body has another media type than this endpoint reads');
  const body = await readAtMost(ctx.req, maxBytes);
  if (body) return body;
  ctx.set('connection', 'close');
  throw new HubPageError('BODY_TOO_LARGE', `the body is larger than ${maxBytes} bytes`);
}

/** A form as its fields in order, so that a duplicated field stays visible to whoever has to refuse it. */
export async function readForm(ctx: Context, maxBytes: number): Promise<URLSearchParams> {
  const body = await readBody(ctx, { maxBytes, types: ['application/x-www-form-urlencoded'] });
  return new URLSearchParams(body.toString('utf8'));
}

/** A form with files (RFC 7578), each file as its text, because most are XML or JSON; `binary` ones as base64. */
export async function readMultipart(
  ctx: Context,
  maxBytes: number,
  binary: readonly string[] = [],
): Promise<URLSearchParams> {
  const body = await readBody(ctx, { maxBytes, types: ['multipart/form-data'] });
  const fields = new URLSearchParams();
  try {
    const headers = { 'content-type': ctx.get('content-type') };
    for (const [name, value] of await new Response(new Uint8Array(body), { headers }).formData())
      if (typeof value === 'string' || !binary.includes(name))
        fields.append(name, typeof value === 'string' ? value : await value.text());
      else fields.append(name, Buffer.from(await value.arrayBuffer()).toString('base64'));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new HubPageError('BODY_MALFORMED', 'the body is no multipart form', { cause });
  }
  return fields;
}

export async function readJson(ctx: Context, maxBytes: number): Promise<unknown> {
  const body = await readBody(ctx, { maxBytes, types: ['application/json'] });
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new HubPageError('BODY_MALFORMED', 'the body is not JSON', { cause });
  }
}
