import { once } from 'node:events';
import type { Middleware } from 'koa';
import { readAtMost } from '../../lib/body.ts';
import type { Log } from '../../lib/log.ts';
import { createSite, demandOwnOrigin, PartyError, readForm } from '../../relying-parties/index.ts';
import type { Text } from '../../web/index.ts';
import { FaultPage, faultPageTitle } from './fault-page.tsx';
import { createFaults, type Faults } from './faults.ts';
import { jsonOf } from './json-body.ts';

export interface BodyOptions {
  readonly origin: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly name: Text;
  readonly operator: Text;
  readonly support: { readonly phone: string; readonly hours: Text };
  readonly log: Log;
  /** Where the hub asks, and what answers there. */
  readonly endpoint: {
    readonly path: string;
    readonly answer: (faults: Faults) => Middleware;
    readonly signs: boolean;
  };
}

/** A body of the trial: the endpoint that the hub asks, and a page on which a person makes it misbehave. */
export async function startBody(options: BodyOptions): Promise<{ close: () => Promise<void> }> {
  const { origin, listen, name, operator, support, log, endpoint } = options;
  const faults = createFaults({ signs: endpoint.signs });
  const owner = `sanuki-body-${listen.port}`;
  const site = createSite({ owner, origin, name, operator, support, trial: true, log });
  site.router.use(async (ctx, next) => {
    // Whoever reaches this port under another name is a page that rebound its own.
    if (ctx.host !== new URL(origin).host) throw new PartyError('FORGED_REQUEST', 'the body has another address');
    await next();
  });
  site.router.get('/', (ctx) => {
    const language = site.languageOf(ctx);
    const body = <FaultPage {...{ language, name, signs: faults.signs, fault: faults.get() }} />;
    site.send(ctx, { title: faultPageTitle[language], body });
  });
  site.router.post('/fault', async (ctx) => {
    demandOwnOrigin(ctx, origin);
    const form = await readForm(ctx, 1024);
    const ms = form.get('ms');
    faults.set({ mode: form.get('mode'), ...(ms === null ? {} : { ms: Number(ms) }) });
    ctx.status = 303;
    ctx.redirect('/');
  });
  site.router.get('/trial/fault', (ctx) => {
    ctx.body = faults.get();
  });
  site.router.post('/trial/fault', async (ctx) => {
    // A page elsewhere can send a form here, but no JSON without asking first.
    if (!ctx.is('application/json') || ctx.get('origin') !== '') demandOwnOrigin(ctx, origin);
    faults.set(jsonOf(await readAtMost(ctx.req, 1024)));
    ctx.body = faults.get();
  });
  site.router.post(endpoint.path, endpoint.answer(faults));

  const server = await site.start(listen);
  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    // Also those that a fault keeps waiting.
    server.closeAllConnections();
    await closed;
  }
  return { close };
}
