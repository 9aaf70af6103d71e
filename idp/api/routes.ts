import { createHash } from 'node:crypto';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { HubError } from '../../lib/errors.ts';
import type { Audit } from '../audit.ts';
import type { createLimit } from '../guards.ts';
import type { Caller, Callers } from './caller.ts';
import type { Answer, Once } from './idempotency.ts';
import { type Operation, routeOf } from './operation.ts';
import { readRequest } from './request.ts';

export interface ApiRoutesOptions {
  readonly operations: readonly Operation[];
  readonly callers: Callers;
  readonly once: Once;
  readonly limit: ReturnType<typeof createLimit>;
  readonly audit: Audit;
}

export function apiRoutes(options: ApiRoutesOptions): (router: Router) => void {
  const { operations } = options;
  return (router) => {
    for (const one of operations) router[one.method](routeOf(one), (ctx) => serve(ctx, one, options));
  };
}

type Parts = Pick<ApiRoutesOptions, 'callers' | 'once' | 'limit' | 'audit'>;

/** One request: who calls, whether they may, what they send; then the act, at most once. */
async function serve(ctx: Context & { params: { id?: string } }, one: Operation, parts: Parts): Promise<void> {
  const caller = await parts.callers.identify(ctx);
  await parts.limit(ctx, caller.clientId);
  const [act, ...others] = one.acts;
  if (others.length === 0) await parts.callers.demand(caller, act);
  const { query, text, ...sent } = await readRequest(ctx, one);
  const carryOut = async (): Promise<Answer> => {
    const call = { caller, id: ctx.params.id ?? '', query, body: sent.body as never, ifMatch: sent.ifMatch };
    const answer = await auditedAct(ctx, one, caller, parts.audit, () => one.handle(call));
    return { status: answer.status ?? one.status, ...answer };
  };
  const { key } = sent;
  const fingerprint = fingerprintOf([ctx.method, ctx.url, sent.ifMatch, text]);
  const request = { caller: `${caller.clientId}\n${caller.actor}`, key: key ?? '', fingerprint };
  send(ctx, key === undefined ? await carryOut() : await parts.once(request, carryOut));
}

/** Who had which program do what; the act itself is on record beside it, as when it is done in the console. */
async function auditedAct<T>(
  ctx: Context,
  one: Operation,
  caller: Caller,
  audit: Audit,
  act: () => Promise<T>,
): Promise<T> {
  if (!one.once) return act();
  const detail = { client: caller.clientId, operation: one.id };
  const provider = (ctx.params as { id?: string }).id;
  const record = (result: 'ok' | 'refused', code?: string) =>
    audit.record({ type: 'api.call', result, actor: caller.actor, provider, code, detail });
  try {
    const done = await act();
    await record('ok');
    return done;
  } catch (error) {
    if (error instanceof HubError) await record('refused', error.code);
    throw error;
  }
}

const fingerprintOf = (parts: readonly string[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

function send(ctx: Context, { status, body, headers = {} }: Answer): void {
  ctx.set({ ...headers, 'cache-control': 'no-store' });
  ctx.status = status;
  ctx.body = body;
  ctx.type = 'application/json';
}
