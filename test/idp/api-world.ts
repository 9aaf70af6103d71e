import { createHash, randomBytes } from 'node:crypto';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';

type Own = Awaited<ReturnType<AdminWorld['signedIn']>>;
export const callback = 'http://127.0.0.1:9/callback';
export const everything = [
  'admin.providers.read',
  'admin.providers.write',
  'admin.providers.approve',
  'admin.administrators.read',
  'admin.audit.read',
  'admin.cards.stop',
];
export const machineScopes = everything.filter((scope) => scope !== 'admin.providers.approve');

interface Sent {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The console's world with clients of the API, registered and approved in the console. */
export async function startApiWorld({ more = {} }: { more?: object } = {}) {
  const world = await startAdminWorld({ more });
  const { origin } = world;
  const api = `${origin}/api/admin/v1`;
  const [registrar, approver] = [await world.signedIn('registrar'), await world.signedIn('approver')];

  async function decide(own: Own, id: string, what = 'registration', seen = '1') {
    const page = await world.textOf(own, `/admin/provider?${new URLSearchParams({ id })}`);
    const fields = { csrf: csrfIn(page), id, what, seen, outcome: 'approved', comment: '確かめた' };
    return world.post(own, '/admin/provider/decide', fields);
  }

  /** Through the console's form; the secret is on the page that follows. */
  async function register(metadata: object, approve = true): Promise<string> {
    const path = '/admin/providers/new';
    const csrf = csrfIn(await world.textOf(registrar, path));
    const names = { nameJa: '登録の自動化', nameEn: 'Registration pipeline' };
    const fields = { csrf, protocol: 'oidc', seen: '0', do: 'save', ...names, metadata: JSON.stringify(metadata) };
    const page = await (await world.upload(registrar, path, fields)).text();
    const { client_id } = metadata as { client_id: string };
    if (approve && (await decide(approver, `oidc:${client_id}`)).status !== 303) throw new Error(page);
    return /id="secret">([\w-]{43})</.exec(page)?.[1] ?? '';
  }

  const machineOf = (client_id: string, scopes: readonly string[] = machineScopes) => ({
    client_id,
    grant_types: ['client_credentials'],
    sanuki_api: { scopes },
  });
  const personalOf = (client_id: string, scopes: readonly string[] = everything) => ({
    client_id,
    redirect_uris: [callback],
    sanuki_api: { scopes },
  });

  const atTokens = (clientId: string, secret: string, fields: Record<string, string>, path = 'token') =>
    fetch(`${origin}/oidc/${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    });

  async function machineToken(clientId: string, secret: string, scope = machineScopes.join(' ')) {
    const fields = { grant_type: 'client_credentials', scope, resource: api };
    const answer = await (await atTokens(clientId, secret, fields)).json();
    return answer as { access_token: string; scope?: string; error?: string };
  }

  /** An authorization request of a program, as the administrator's browser meets it. */
  function authorization(clientId: string, scope: string, parameters: Record<string, string> = {}) {
    const verifier = randomBytes(32).toString('base64url');
    const url = `${origin}/oidc/authorize?${new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: callback,
      scope,
      resource: api,
      state: 'xyz',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    })}`;
    return { url, verifier };
  }

  /** Presses a button of the page about a program's access; gives the address that the browser is sent to. */
  async function press(own: Pick<Own, 'request' | 'visit'>, page: { url: string; response: Response }, button: string) {
    const csrf = csrfIn(await page.response.clone().text());
    const answered = await world.post(own, new URL(page.url).pathname, { csrf, do: button });
    const location = answered.headers.get('location') ?? '';
    return (await own.visit(new URL(location, origin).href)).left ?? '';
  }

  async function personToken(own: Own, clientId: string, secret: string, scope = everything.join(' ')) {
    const { url, verifier } = authorization(clientId, scope);
    const left = await press(own, await own.visit(url), 'agree');
    return redeem(clientId, secret, left, verifier);
  }

  async function redeem(clientId: string, secret: string, left: string, verifier: string, more: object = {}) {
    const code = new URL(left).searchParams.get('code') ?? '';
    const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier, ...more };
    const answer = await (await atTokens(clientId, secret, fields)).json();
    return answer as { access_token: string; id_token?: string; scope?: string; error?: string };
  }

  async function call(path: string, { method, token, body, headers = {} }: Sent = {}) {
    const response = await fetch(path.startsWith('http') ? path : `${api}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined,
    };
  }

  const key = () => ({ 'idempotency-key': `"${randomBytes(12).toString('hex')}"` });

  return {
    ...world,
    api,
    registrar,
    approver,
    decide,
    register,
    machineOf,
    personalOf,
    atTokens,
    machineToken,
    authorization,
    press,
    personToken,
    redeem,
    call,
    key,
  };
}

export type ApiWorld = Awaited<ReturnType<typeof startApiWorld>>;
