import type { Middleware } from 'koa';
import { z } from 'zod';
import { readAtMost } from '../../lib/body.ts';
import type { Log } from '../../lib/log.ts';
import type { Faults } from './faults.ts';
import type { Holdings } from './holdings.ts';
import type { HubTokenCheck } from './hub-token.ts';
import { jsonOf } from './json-body.ts';
import { misbehave } from './misbehave.ts';

export interface JsonEndpointOptions {
  readonly check: HubTokenCheck;
  readonly holdings: Holdings;
  readonly log: Log;
}

const Question = z.object({ type: z.literal('coverage'), requestId: z.string().max(200) });

/** The JSON interface of a body. Person and purpose are what the hub signed; the body of the request adds nothing to them. */
export function jsonEndpoint({ check, holdings, log }: JsonEndpointOptions): (faults: Faults) => Middleware {
  return (faults) => async (ctx) => {
    const token = await check(ctx.get('authorization'));
    const question = Question.safeParse(jsonOf(await readAtMost(ctx.req, 4096)));
    const decline = (status: number, title: string) => {
      ctx.status = status;
      ctx.body = { type: 'about:blank', status, title };
      ctx.type = 'application/problem+json';
    };
    ctx.set('cache-control', 'no-store');
    if (!token) return decline(401, 'the token is not one of the hub for this body, or was used');
    if (!question.success) return decline(400, 'the request has another form');
    const fault = faults.get();
    if (await misbehave(ctx, fault)) return;
    const holding = await holdings(token.subject, token.purpose, fault.mode);
    log.info({ requestId: question.data.requestId, purpose: token.purpose, said: holding.kind }, 'asked by the hub');
    if (holding.kind === 'refused') return decline(403, 'declined');
    const { subject, asOf, coverages } = holding;
    const answer = JSON.stringify({ mark: '架空データ', subject, asOf: new Date(asOf).toISOString(), coverages });
    ctx.type = 'application/json';
    ctx.body = fault.mode === 'garbage' ? answer.slice(0, -20) : answer;
  };
}
