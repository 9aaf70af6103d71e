import Router from '@koa/router';
import type { Middleware } from 'koa';

/** First segment of a path as the router compares it; undefined where it may be anything. */
function areaOf(path: string): string | undefined {
  const [, first = ''] = path.split('/');
  return /^[\w.-]*$/.test(first) ? first.toLowerCase() : undefined;
}

/**
 * The routes of a router, asked by the first segment of the path: the router tries every route it has on every request,
 * and most of a hub's are pages of the console, which have no part in a sign-in.
 */
export function areaRoutes(all: Router): Middleware {
  const layerAreas = all.stack.map(({ path }) => (typeof path === 'string' ? areaOf(path) : undefined));
  const routesIn = (area: string | undefined) => {
    const router = new Router();
    router.stack = all.stack.filter((_, at) => layerAreas[at] === undefined || layerAreas[at] === area);
    return router.routes() as Middleware;
  };
  const byArea = new Map([...new Set(layerAreas)].map((area) => [area, routesIn(area)]));
  const elsewhere = routesIn(undefined);
  return (ctx, next) => (byArea.get(areaOf(ctx.path)) ?? elsewhere)(ctx, next);
}
