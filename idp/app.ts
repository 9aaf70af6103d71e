import Router from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Settings } from '../config/index.ts';
import { HubError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { areaRoutes } from './area-routes.ts';
import { HubPageError, httpStatusOf } from './errors.ts';
import { limitRequests, refuseOtherHosts, securityHeaders } from './guards.ts';
import { type Arrivals, refuseOtherFaces } from './listeners/arrival.ts';
import type { PageFrame } from './page-frame.ts';
import { refusalPage, refusalTitle } from './refusal-page.tsx';
import { noteRefusal } from './traces/notes.ts';
import type { Traces } from './traces/store.ts';
import { traceOf } from './traces/trace.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly frame: PageFrame;
  readonly traces: Pick<Traces, 'middleware'>;
  readonly arrivals: Pick<Arrivals, 'settle'>;
  /** Adds the endpoints; each folder of the hub brings its own. */
  readonly routes: readonly ((router: Router) => void)[];
  /** Reads keys that were moved since the last request, by whatever process. */
  readonly followKeys: () => Promise<void>;
  /** Around the administration API: its refusals have a form of their own. */
  readonly api: Middleware;
  /** The OpenID Connect provider, behind our own endpoints. */
  readonly oidc: Middleware;
  /** Whether the store answers. */
  readonly isHealthy: () => Promise<boolean>;
}

/** The hub's HTTP: guards in front, refusals turned into honest answers, endpoints behind. */
export function createApp(options: AppOptions): Koa {
  const { settings, log, frame, traces, arrivals, routes, followKeys, api, oidc, isHealthy } = options;
  const https = settings.origin.startsWith('https:');
  const app = new Koa();
  // What the arrival leaves of forwarding headers is its own word.
  app.proxy = true;
  app.silent = true;
  app.use(arrivals.settle);
  app.use(securityHeaders({ https }));
  app.use(traces.middleware);
  app.use(answerRefusals({ log, frame }));
  app.use(refuseOtherFaces({ https }));
  app.use(api);
  app.use(refuseOtherHosts(settings.origin));
  app.use(limitRequests(settings.limits));
  app.use(async (_ctx, next) => {
    await followKeys();
    await next();
  });
  const router = new Router();
  router.get('/healthz', async (ctx) => {
    ctx.status = (await isHealthy()) ? 200 : 503;
    ctx.body = { status: ctx.status === 200 ? 'ok' : 'unavailable' };
  });
  for (const add of [frame.routes, ...routes]) add(router);
  app.use(areaRoutes(router));
  app.use(
    router.allowedMethods({
      throw: true,
      methodNotAllowed: () => new HubPageError('METHOD_NOT_ALLOWED', 'the endpoint has no such method'),
      notImplemented: () => new HubPageError('METHOD_NOT_ALLOWED', 'the method is not known'),
    }),
  );
  app.use(oidc);
  return app;
}

/** Every refusal ends here: an honest status, words, and a trace code that leads to its steps and to the log. Bugs look the same from outside. */
function answerRefusals({ log, frame }: Pick<AppOptions, 'log' | 'frame'>): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && !ctx.body) throw new HubPageError('PAGE_MISSING', 'no endpoint has this address');
    } catch (error) {
      const steps = traceOf(ctx);
      if (steps.isEmpty()) steps.note('request', { protocol: 'http', endpoint: areaOf(ctx.path) });
      noteRefusal(steps, { error, told: ctx.accepts('html', 'json') === 'json' ? 'program' : 'page' });
      const trace = steps.keep();
      if (error instanceof HubError) {
        const detail = 'detail' in error ? error.detail : undefined;
        log.info({ trace, code: error.code, reason: error.message, detail }, 'refused');
        const more = 'remainingTries' in error ? { remainingTries: error.remainingTries } : {};
        sendRefusal(ctx, frame, { code: error.code, trace, status: httpStatusOf(error), more });
      } else {
        log.error({ trace, err: error }, 'a bug reached the edge');
        sendRefusal(ctx, frame, { code: 'UNEXPECTED', trace, status: 500 });
      }
    }
  };
}

const areas: readonly string[] = ['account', 'admin', 'card', 'consent', 'oidc', 'saml', 'sign-in', 'soap'];

/** A path may hold a token or whatever somebody typed, so it is told by its area only. */
const areaOf = (path: string): string => areas.find((area) => area === path.split('/')[1]) ?? 'other';

export interface Refusal {
  readonly code: string;
  readonly trace: string;
  readonly status: number;
  /** Further members of the problem details (RFC 9457 3.2). */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** As a page for people, as problem details (RFC 9457) for programs. */
export function sendRefusal(ctx: Context, frame: PageFrame, { code, trace, status, more = {} }: Refusal): void {
  ctx.status = status;
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.set('cache-control', 'no-store');
    ctx.body = { type: 'about:blank', status, code, trace, ...more };
    ctx.type = 'application/problem+json';
    return;
  }
  const { language } = frame.preferencesOf(ctx);
  frame.send(ctx, { title: refusalTitle(code)[language], body: () => refusalPage(code, trace, language) });
}
