import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from 'koa';
import type { Fault } from './faults.ts';

/** The faults that do not depend on what is spoken. True when there is nothing left to answer. */
export async function misbehave(ctx: Context, { mode, ms = 1000 }: Fault): Promise<boolean> {
  if (mode === 'delay') await wait(ms);
  if (mode !== 'hang' && mode !== 'close') return false;
  ctx.respond = false;
  if (mode === 'close') ctx.req.socket.destroy();
  else if (!ctx.req.socket.destroyed) await once(ctx.req.socket, 'close');
  return true;
}
