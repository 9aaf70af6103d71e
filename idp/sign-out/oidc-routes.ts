import type Router from '@koa/router';
import { compactVerify, decodeProtectedHeader, errors } from 'jose';
import type { Context } from 'koa';
import { z } from 'zod';
import type { KeyRing, ProviderRegistry } from '../../federation/index.ts';
import { HubPageError } from '../errors.ts';
import { readForm } from '../guards.ts';
import type { SsoSession } from '../session.ts';
import { traceOf } from '../traces/trace.ts';
import { sendFront } from './answer.ts';
import { ask, type ChainOptions, pathOf } from './chain-routes.tsx';
import type { Answer } from './record.ts';

export interface OidcLogoutOptions extends ChainOptions {
  readonly issuer: string;
  readonly keys: Pick<KeyRing, 'published' | 'samlKey'>;
}

const path = '/oidc/end-session';
const members = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const;
type Parameters = Partial<Record<(typeof members)[number], string>>;

/** RP-Initiated Logout 1.0: end_session_endpoint. */
export function oidcLogoutRoutes(options: OidcLogoutOptions): (router: Router) => void {
  return (router) => {
    router.get(path, (ctx) => endSession(ctx, parametersIn(ctx.URL.searchParams), options));
    // A cross-site POST comes without our Lax cookie, so it goes on as a GET of ours.
    router.post(path, async (ctx) => {
      const query = new URLSearchParams(parametersIn(await readForm(ctx, 16 * 1024)));
      ctx.status = 303;
      ctx.redirect(`${path}?${query}`);
    });
  };
}

function parametersIn(given: URLSearchParams): Parameters {
  const found = members.flatMap((name) => {
    const [value, second] = given.getAll(name);
    if (second !== undefined) throw refused(`the parameter ${name} is repeated`);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

const refused = (message: string) => new HubPageError('SIGN_OUT_REFUSED', message);

/** RP-Initiated Logout 1.0 2: at once with an ID token of this very session, else the resident is asked. */
async function endSession(ctx: Context, parameters: Parameters, options: OidcLogoutOptions): Promise<void> {
  const { sessions, sessionCookie, signOut, partyNameOf, stylesheet } = options;
  traceOf(ctx).note('request', () => ({ protocol: 'oidc', endpoint: 'end-session' }));
  const hint = await hintIn(parameters.id_token_hint, options);
  const { client_id: named = hint?.aud, state, post_logout_redirect_uri: back } = parameters;
  if (hint && named !== hint.aud) throw refused('client_id and id_token_hint are of two clients');
  const fields = { client_id: named, post_logout_redirect_uri: back, state };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  const answer = await options.returnOf(new URLSearchParams(given));
  const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
  if (!session && hint && answer?.protocol === 'oidc') return sendFront(ctx, { url: answer.url }, stylesheet);
  if (!session || !hint || !isOf(hint, session))
    return ask(ctx, given, { ...options, from: named === undefined ? undefined : await partyNameOf(`oidc:${named}`) });
  const record = await signOut.end(session.id, { reason: 'party', initiator: `oidc:${hint.aud}` }, { answer });
  ctx.set('cache-control', 'no-store');
  ctx.status = 303;
  ctx.redirect(record ? pathOf(record) : '/sign-out');
}

const Hint = z.object({ iss: z.string(), sub: z.string(), aud: z.string(), sid: z.string().optional() });
type Hint = z.output<typeof Hint>;

/** An ID token of ours, also an expired one: it proves that a party of the session sent the browser, nothing else. */
async function hintIn(
  token: string | undefined,
  { issuer, keys }: Pick<OidcLogoutOptions, 'issuer' | 'keys'>,
): Promise<Hint | undefined> {
  if (token === undefined) return undefined;
  try {
    const { kid } = decodeProtectedHeader(token);
    const own = [...keys.published('oidc-es256'), ...keys.published('oidc-rsa')].find(({ id }) => id === kid);
    if (!own) return undefined;
    const { payload, protectedHeader } = await compactVerify(token, own.publicKey, {
      algorithms: ['ES256', 'RS256', 'PS256'],
    });
    // A logout token has the same signer, and says nothing about who sent the browser.
    if (protectedHeader.typ !== undefined && protectedHeader.typ !== 'JWT') return undefined;
    const { success, data } = Hint.safeParse(JSON.parse(Buffer.from(payload).toString('utf8')));
    return success && data.iss === issuer ? data : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof SyntaxError)
      return undefined;
    throw error;
  }
}

function isOf({ aud, sub, sid }: Hint, { participants }: SsoSession): boolean {
  const participant = participants[`oidc:${aud}`];
  return (
    participant !== undefined && participant.subject === sub && (sid === undefined || sid === participant.sessionIndex)
  );
}

/** RP-Initiated Logout 1.0 3: an address that the client registered, to the letter, with its state. */
export function returnTo(registry: Pick<ProviderRegistry, 'get'>): ChainOptions['returnOf'] {
  return async (fields): Promise<Answer | undefined> => {
    const [party, uri, state] = [fields.get('client_id'), fields.get('post_logout_redirect_uri'), fields.get('state')];
    if (uri === null) return undefined;
    const record = party === null ? undefined : await registry.get('oidc', party);
    const registered = record?.oidc?.metadata.post_logout_redirect_uris;
    const known = record?.status === 'approved' && Array.isArray(registered) && registered.includes(uri);
    if (party === null || !known) throw refused('the post_logout_redirect_uri is not registered for this client');
    const url = new URL(uri);
    if (state !== null) url.searchParams.set('state', state);
    return { protocol: 'oidc', party, url: state === null ? uri : url.href };
  };
}
