import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import Koa from 'koa';
import type { Registration } from '../../federation/index.ts';
import type { Log } from '../../lib/log.ts';
import { createSeal } from '../../lib/seal.ts';
import { mountOidc } from '../oidc/mount.ts';
import type { PageFrame } from '../page-frame.ts';
import { createInteractions, type Interaction, interactionCollection } from '../sign-in/interaction.ts';
import { createTrace } from '../traces/trace.ts';
import { type Answer, askInMemory, type Question } from './in-memory-http.ts';
import type { Stage } from './stage.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** What an OIDC party would be given. No token leaves: only what would be in it. */
export interface OidcPreview {
  readonly protocol: 'oidc';
  /** Where the code would go, with the code left out. */
  readonly redirectTo: string;
  readonly scope: string;
  readonly idTokenAlgorithm: string;
  readonly idToken: Claims;
  readonly userInfo: Claims;
}

/** The hub's own protocol code refused; the party would be told this. */
export interface Refused {
  readonly protocol: 'saml' | 'oidc';
  readonly refused: string;
}

/** Everything that the hub offers: what the contract allows of it is granted. */
const scope = 'openid profile staff attributes';
const cookie = 'session';

/** The party as the hub plays it: its key and its secret are not ours to use, so on the stage it has none. */
export function playedClient(registration: Registration): Registration {
  const { oidc, ...rest } = registration;
  if (!oidc) return registration;
  return { ...rest, oidc: { metadata: { ...oidc.metadata, token_endpoint_auth_method: 'none' } } };
}

/**
 * Code, token and UserInfo of the live provider, on the stage: its client is public, its keys sign for nobody, and what
 * it issues is known to its own memory only.
 */
export async function previewOidc(
  stage: Stage,
  { log, frame }: { readonly log: Log; readonly frame: PageFrame },
): Promise<OidcPreview | Refused> {
  const ask = playOn(stage, { log, frame });
  const metadata = stage.record.oidc?.metadata ?? {};
  const [redirectUri] = Array.isArray(metadata.redirect_uris) ? metadata.redirect_uris.map(String) : [];
  if (redirectUri === undefined) throw new TypeError('a client without redirect_uris is not registered');
  const verifier = randomBytes(32).toString('base64url');
  const client = { client_id: stage.record.key, redirect_uri: redirectUri };
  const answered = await authorize(client, verifier, ask);
  const code = codeIn(answered);
  if (code === undefined) return { protocol: 'oidc', refused: reasonIn(answered) };
  const form = new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier, ...client });
  const issued = await ask({ method: 'POST', path: '/oidc/token', body: form.toString() });
  if (issued.status !== 200) return { protocol: 'oidc', refused: reasonIn(issued) };
  const tokens = JSON.parse(issued.body);
  const told = await ask({ path: '/oidc/userinfo', headers: { authorization: `Bearer ${tokens.access_token}` } });
  if (told.status !== 200) return { protocol: 'oidc', refused: reasonIn(told) };
  return {
    protocol: 'oidc',
    redirectTo: withoutCode(answered.headers.location ?? ''),
    scope: String(tokens.scope ?? ''),
    idTokenAlgorithm: decodeProtectedHeader(tokens.id_token).alg ?? '',
    idToken: decodeJwt(tokens.id_token),
    userInfo: JSON.parse(told.body),
  };
}

type Ask = ReturnType<typeof playOn>;

/** The party's request, with everything it may ask for; at a counter by way of the card. */
async function authorize(client: Readonly<Record<string, string>>, verifier: string, ask: Ask): Promise<Answer> {
  const parameters = new URLSearchParams({
    ...client,
    response_type: 'code',
    scope,
    state: 'state',
    nonce: 'nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const asked = await ask({ path: `/oidc/authorize?${parameters}` });
  const { location } = asked.headers;
  return location?.startsWith('/sign-in/') ? ask({ path: location }) : asked;
}

/** The live endpoints over the stage; a counter's request, which waits for its own card, is handed the one presented. */
function playOn(stage: Stage, { log, frame }: { readonly log: Log; readonly frame: PageFrame }) {
  const { origin, storage, keys, presented, now } = stage;
  const interactions = createInteractions({
    interactions: storage.collection<Interaction>(interactionCollection),
    csrfKey: randomBytes(32),
    lifetimeMs: 60_000,
    now,
  });
  const { middleware, responder } = mountOidc({
    ...stage,
    issuer: origin,
    interactions,
    clientSecrets: createSeal(randomBytes(32), 'playground'),
    keys,
    log,
    frame,
    sessionCookie: cookie,
  });
  const app = new Koa();
  app.silent = true;
  // A proxy's word for the scheme, so that an https issuer sees its own addresses; nobody else can ask here.
  app.proxy = true;
  app.use((ctx, next) => {
    ctx.state.trace = createTrace(now);
    return next();
  });
  app.use(async (ctx, next) => {
    const [, id] = /^\/sign-in\/([\w-]+)$/.exec(ctx.path) ?? [];
    if (id === undefined || !responder.present) return next();
    await responder.present(ctx, await interactions.resume(id, 'playground'), presented);
  });
  app.use(middleware);
  const handle = app.callback();
  const { host, protocol } = new URL(origin);
  return ({
    method = 'GET',
    path,
    headers = {},
    body,
  }: Partial<Question> & { readonly path: string }): Promise<Answer> =>
    askInMemory((request, response) => void handle(request, response), {
      method,
      path,
      headers: {
        host,
        accept: 'application/json',
        'x-forwarded-proto': protocol.slice(0, -1),
        cookie: `${cookie}=${stage.cookie}`,
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
}

const codeIn = ({ headers: { location = '' } }: Answer): string | undefined =>
  (URL.canParse(location) ? new URL(location).searchParams.get('code') : null) ?? undefined;

function withoutCode(location: string): string {
  const url = new URL(location);
  for (const name of ['code', 'state']) if (url.searchParams.has(name)) url.searchParams.set(name, '…');
  return decodeURIComponent(url.href);
}

/** OAuth's own words for it (RFC 6749 4.1.2.1, 5.2), or the hub's code. */
function reasonIn({ headers: { location = '' }, body, status }: Answer): string {
  const told = URL.canParse(location) ? new URL(location).searchParams.get('error') : null;
  if (told) return told;
  try {
    const { error, code } = JSON.parse(body) as { error?: string; code?: string };
    return error ?? code ?? String(status);
  } catch (error) {
    if (error instanceof SyntaxError) return String(status);
    throw error;
  }
}
