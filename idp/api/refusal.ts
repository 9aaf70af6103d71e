import type { Context, Middleware } from 'koa';
import { HubError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { HubPageError, httpStatusOf } from '../errors.ts';
import { apiResourceOf } from '../oidc/api-access.ts';
import { noteRefusal } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';
import { ApiError } from './errors.ts';
import { apiRoot, type Operation, routeOf } from './operation.ts';
import { anchorOf, isProblemCode, problems } from './problems.ts';

export interface ApiProblemsOptions {
  readonly operations: readonly Operation[];
  readonly log: Log;
  readonly origin: string;
}

/** Around everything below the root of the API: what is refused there, by whatever guard, is a problem (RFC 9457). */
export function apiProblems({ log, origin, operations }: ApiProblemsOptions): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== apiRoot && !ctx.path.startsWith(`${apiRoot}/`)) return next();
    try {
      await next();
      if (ctx.status === 404 && !ctx.body) throw new HubPageError('PAGE_MISSING', 'no endpoint has this address');
    } catch (error) {
      noteRefusal(traceOf(ctx), { error, told: 'program' });
      const trace = traceOf(ctx).keep();
      const known = error instanceof HubError ? error : undefined;
      if (known) log.info({ trace, code: known.code, reason: known.message, path: ctx.path }, 'refused');
      else log.error({ trace, err: error }, 'a bug reached the edge');
      sendProblem(ctx, known, { trace, origin, operations });
    }
    return undefined;
  };
}

function sendProblem(
  ctx: Context,
  error: HubError | undefined,
  { trace, origin, operations }: { trace: string } & Pick<ApiProblemsOptions, 'origin' | 'operations'>,
): void {
  const code = error && isProblemCode(error.code) ? error.code : 'UNEXPECTED';
  const { title, remedy } = problems[code];
  const status = error ? httpStatusOf(error) : 500;
  ctx.status = status;
  ctx.set({ 'cache-control': 'no-store', ...challengeFor(code, error, origin) });
  if (code === 'METHOD_NOT_ALLOWED') ctx.set('allow', methodsAt(ctx.path, operations));
  if (code === 'IDEMPOTENCY_KEY_BUSY') ctx.set('retry-after', '1');
  ctx.body = {
    type: `${apiResourceOf(origin)}/docs#${anchorOf(code)}`,
    title,
    status,
    ...(error ? { detail: error.message } : {}),
    code: error?.code ?? code,
    trace,
    remedy,
    ...(error instanceof ApiError ? error.more : {}),
  };
  ctx.type = 'application/problem+json';
}

/** RFC 6750 3: how to get in, and what was wrong; without a token nothing is said to be wrong. RFC 9728 5.1. */
function challengeFor(code: string, error: HubError | undefined, origin: string): Record<string, string> {
  const said = { TOKEN_REFUSED: 'invalid_token', SCOPE_MISSING: 'insufficient_scope' }[code];
  if (code !== 'TOKEN_MISSING' && said === undefined) return {};
  const scope = error instanceof ApiError ? error.more.scope : undefined;
  const parameters = [
    `realm="${apiResourceOf(origin)}"`,
    ...(said ? [`error="${said}"`] : []),
    ...(typeof scope === 'string' ? [`scope="${scope}"`] : []),
    `resource_metadata="${origin}${metadataPath}"`,
  ];
  return { 'www-authenticate': `Bearer ${parameters.join(', ')}` };
}

/** RFC 9728 3.1: the well-known name goes between the host and the path of the resource. */
export const metadataPath = `/.well-known/oauth-protected-resource${apiRoot}`;

const methodsAt = (path: string, operations: readonly Operation[]): string => {
  const there = operations.filter((one) => new RegExp(`^${routeOf(one).replaceAll(/:\w+/g, '[^/]+')}$`).test(path));
  return there.length === 0 ? 'GET, HEAD' : there.map(({ method }) => method.toUpperCase()).join(', ');
};
