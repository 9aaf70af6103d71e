import type Router from '@koa/router';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { ProviderRegistry } from '../../federation/index.ts';
import type { Audit } from '../audit.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import { type Explanation, explain } from '../traces/explanation.ts';
import type { Traces } from '../traces/store.ts';
import { isTraceCode } from '../traces/trace.ts';
import type { Administrator } from './administrators.ts';
import { adminCopy } from './copy.ts';
import type { Door } from './door.ts';
import { ExplainPage, type Found } from './explain-page.tsx';
import { pageOf } from './provider-list.tsx';

export interface ExplainRoutesOptions {
  readonly door: Door;
  readonly frame: PageFrame;
  readonly audit: Audit;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly traces: Pick<Traces, 'find'>;
  readonly timeZone: string;
  /** How long a started sign-in may stay unfinished. */
  readonly signInMs: number;
  /** How long a record can be looked up. */
  readonly days: number;
  readonly now: () => number;
}

/** As many as a busy call centre types; who tries codes gets nowhere with it among 2 to the 40. */
const lookUps = { points: 30, duration: 60 };

/** The way of one sign-in by the code that its pages show. Every look is audited, and every miss. */
export function explainRoutes(options: ExplainRoutesOptions): (router: Router) => void {
  const { door, frame, audit, timeZone } = options;
  const limiter = new RateLimiterMemory(lookUps);

  async function lookUp(code: string, administrator: Administrator): Promise<Found> {
    // What is no code may be a name or a card number typed by mistake: it is neither looked for nor recorded.
    if (!isTraceCode(code)) return { kind: 'malformed' };
    await demandCalm(administrator);
    const record = await options.traces.find(code);
    const outcome = record ? ({ result: 'ok' } as const) : ({ result: 'refused', code: 'TRACE_UNKNOWN' } as const);
    await audit.record({ type: 'trace.read', ...outcome, actor: administrator.id, trace: code });
    if (!record) return { kind: 'unknown', days: options.days };
    const explanation = explain(record, { now: options.now(), signInMs: options.signInMs });
    return { kind: 'found', explanation, service: await serviceOf(explanation, administrator) };
  }

  async function demandCalm({ id: actor }: Administrator): Promise<void> {
    try {
      await limiter.consume(actor);
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      await audit.record({ type: 'trace.read', result: 'refused', actor, code: 'TOO_MANY_REQUESTS' });
      throw new HubPageError('TOO_MANY_REQUESTS', 'more look-ups of traces than the limit allows');
    }
  }

  async function serviceOf({ protocol, provider }: Explanation, administrator: Administrator) {
    if (provider === undefined || (protocol !== 'saml' && protocol !== 'oidc')) return undefined;
    const record = await options.registry.get(protocol, provider);
    if (!record) return undefined;
    const href = door.may(administrator, 'provider.read') ? pageOf(record.id) : undefined;
    return { names: record.name, href };
  }

  return (router) => {
    router.get('/admin/explain', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'trace.read' });
      if (!admitted) return;
      const typed = (ctx.URL.searchParams.get('code') ?? '').trim().slice(0, 40);
      const found: Found =
        typed === '' ? { kind: 'nothing asked' } : await lookUp(readCode(typed), admitted.administrator);
      frame.send(ctx, {
        title: adminCopy.explain[frame.preferencesOf(ctx).language],
        body: ({ language }) => <ExplainPage {...{ typed, found, language, timeZone }} />,
      });
    });
  };
}

/** As people write down what they hear: any width and case, in groups, and O for zero. */
export const readCode = (typed: string): string =>
  typed.normalize('NFKC').toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0');
