import { randomBytes } from 'node:crypto';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import type { Settings } from '../config/index.ts';
import { HubError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { HubPageError, httpStatusOf } from './errors.ts';
import { contentSecurityPolicy, limitRate, newNonce, refuseOtherHosts, securityHeaders } from './guards.ts';
import { postFormPage, refusalPage } from './pages.ts';
import type { PostForm } from './saml/sso.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly log: Log;
  /** Adds the endpoints; each folder of the hub brings its own. */
  readonly routes: readonly ((router: Router) => void)[];
  /** Whether the store answers. */
  readonly isHealthy: () => Promise<boolean>;
}

/** The hub's HTTP: guards in front, refusals turned into honest answers, endpoints behind. */
export function createApp({ settings, log, routes, isHealthy }: AppOptions): Koa {
  const app = new Koa();
  app.proxy = settings.trustedProxy;
  app.silent = true;
  app.use(securityHeaders({ https: settings.origin.startsWith('https:') }));
  app.use(answerRefusals({ log, support: settings.service.support.phone }));
  app.use(refuseOtherHosts(settings.origin));
  app.use(limitRate(settings.limits.pages));
  const router = new Router();
  router.get('/healthz', async (ctx) => {
    ctx.status = (await isHealthy()) ? 200 : 503;
    ctx.body = { status: ctx.status === 200 ? 'ok' : 'unavailable' };
  });
  for (const add of routes) add(router);
  app.use(router.routes());
  app.use(
    router.allowedMethods({
      throw: true,
      methodNotAllowed: () => new HubPageError('METHOD_NOT_ALLOWED', 'the endpoint has no such method'),
      notImplemented: () => new HubPageError('METHOD_NOT_ALLOWED', 'the method is not known'),
    }),
  );
  return app;
}

/** Every refusal ends here: an honest status, words, and a trace code that leads to the log. Bugs look the same from outside. */
function answerRefusals({ log, support }: { log: Log; support: string }): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404) throw new HubPageError('PAGE_MISSING', 'no endpoint has this address');
    } catch (error) {
      const trace = randomBytes(5).toString('hex').toUpperCase();
      const known = error instanceof HubError;
      const code = known ? error.code : 'UNEXPECTED';
      if (known)
        log.info(
          { trace, code, reason: error.message, detail: 'detail' in error ? error.detail : undefined },
          'refused',
        );
      else log.error({ trace, err: error }, 'a bug reached the edge');
      ctx.status = known ? httpStatusOf(error) : 500;
      ctx.set('cache-control', 'no-store');
      ctx.set('content-security-policy', contentSecurityPolicy({}));
      if (ctx.accepts('html', 'json') === 'json') {
        ctx.type = 'application/problem+json';
        ctx.body = JSON.stringify({ type: 'about:blank', status: ctx.status, code, trace });
      } else {
        ctx.type = 'html';
        ctx.body = refusalPage({ code, trace, support });
      }
    }
  };
}

/** Sends a form to a party; only this page's policy lets it post there. */
export function sendPostForm(ctx: Context, { action, fields }: PostForm): void {
  const nonce = newNonce();
  ctx.set('content-security-policy', contentSecurityPolicy({ nonce, formAction: [new URL(action).origin] }));
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  ctx.body = Buffer.from(postFormPage({ action, fields, nonce }));
}
