import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import { expect } from 'chai';
import Koa from 'koa';
import { areaRoutes } from '../../idp/area-routes.ts';

describe('routes by area', () => {
  const router = new Router();
  const paths = [
    '/',
    '/admin',
    '/admin/cases/:id',
    '/sign-in/:id',
    '/.well-known/x',
    '/:any/deep',
    '/oidc/end-session',
  ];
  for (const path of paths)
    router.get(path, (ctx, next) => {
      ctx.state.seen = [...(ctx.state.seen ?? []), path];
      ctx.body = [ctx.state.seen, ctx.params];
      return next();
    });
  router.post('/admin/cases/:id', (ctx) => {
    ctx.body = 'posted';
  });

  async function answersOf(routes: Koa.Middleware, requests: readonly (readonly [string, string])[]) {
    const app = new Koa();
    app.use(routes);
    app.use(router.allowedMethods());
    const handle = app.callback();
    const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answers = [];
    for (const [method, path] of requests) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      answers.push([path, answer.status, answer.headers.get('allow'), await answer.text()]);
    }
    server.closeAllConnections();
    server.close();
    return answers;
  }

  it('answer whatever the router answers, in order, with parameters and allowed methods', async () => {
    const asked = [
      ['GET', '/'],
      ['GET', '/admin'],
      ['GET', '/ADMIN/cases/7'],
      ['GET', '/admin/'],
      ['GET', '/admin/deep'],
      ['POST', '/admin/cases/7'],
      ['DELETE', '/admin/cases/7'],
      ['GET', '/sign-in/a%20b'],
      ['GET', '/.well-known/x'],
      ['GET', '/unknown/deep'],
      ['GET', '/%61dmin'],
      ['GET', '//admin'],
      ['GET', '/oidc/end-session'],
      ['GET', '/constructor'],
    ] as const;
    const answers = await answersOf(areaRoutes(router), asked);
    expect(answers).to.deep.equal(await answersOf(router.routes() as Koa.Middleware, asked));
    expect(answers.filter(([, status]) => status === 200)).to.have.length.of.at.least(9);
  });
});
