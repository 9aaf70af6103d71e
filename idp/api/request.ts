import type { Context } from 'koa';
import type { z } from 'zod';
import { HubPageError } from '../errors.ts';
import { readBody } from '../guards.ts';
import { ApiError } from './errors.ts';
import { idempotencyKeyIn } from './idempotency.ts';
import type { Operation } from './operation.ts';
import { bodies, queries } from './schemas.ts';

/** The registry takes metadata of 1 MiB; as JSON text it may take twice as much. */
const bodyMaxBytes = 2 * 1024 * 1024 + 64 * 1024;
/** Deeper than any metadata, and far from where a walk through it would run out of stack. */
const depthMax = 40;

/** What an operation is sent, held to its schemas. */
export async function readRequest(ctx: Context, one: Operation) {
  const query = parsed(queries[one.query], Object.fromEntries(onlyOnce(ctx.URL.searchParams)), 'query');
  const key = one.once ? idempotencyKeyIn(ctx.get('idempotency-key')) : undefined;
  const ifMatch = ctx.get('if-match');
  if (one.once === 'required' && key === undefined)
    throw new ApiError('IDEMPOTENCY_KEY_MISSING', 'the operation needs an Idempotency-Key');
  if (one.ifMatch === 'required' && ifMatch === '')
    throw new ApiError('VERSION_MISSING', 'the operation needs If-Match');
  if (!one.body) return { query, key, ifMatch, text: '', body: undefined };
  const text = (await readBody(ctx, { maxBytes: bodyMaxBytes, types: ['application/json'] })).toString('utf8');
  return { query, key, ifMatch, text, body: parsed(bodies[one.body], jsonOf(text), 'body') };
}

/** RFC 6749 3.1 in spirit: a parameter twice is a mistake, and no two readers would take the same one. */
function onlyOnce(parameters: URLSearchParams): [string, string][] {
  const entries = [...parameters];
  const twice = entries.find(([name], at) => entries.findIndex(([other]) => other === name) !== at);
  if (twice) throw new ApiError('REQUEST_INVALID', 'a query parameter stands there twice');
  return entries;
}

function jsonOf(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    if (isDeeperThan(json, depthMax)) throw new HubPageError('BODY_MALFORMED', 'the body is nested too deeply');
    return json;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new HubPageError('BODY_MALFORMED', 'the body is not JSON', { cause });
  }
}

/** Level by level, because a walk into the depth is what it protects from. */
function isDeeperThan(json: unknown, depth: number): boolean {
  let level: unknown[] = [json];
  for (let at = 0; at <= depth; at += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, from: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, 20).map(({ path, message }) => ({
    where: [from, ...path.map(String)].join('/').slice(0, 300),
    message: message.slice(0, 300),
  }));
  throw new ApiError('REQUEST_INVALID', 'the request has another shape than documented', { more: { errors } });
}
