import type { Context } from 'koa';
import { z } from 'zod';
import { CardError } from '../../card-auth/index.ts';
import { readJson } from '../guards.ts';

const bodyMaxBytes = 4096;

/** A write count as the card has it: three bytes. */
export const writeCount = z.int().min(0).max(0xffffff);
export const base64url = z
  .string()
  .max(200)
  .regex(/^[\w-]*$/);

/** What a terminal tells of the card that answered an rc. */
export const possession = {
  sid: base64url,
  id: base64url,
  ckv: z.int().min(0).max(0xffff),
  wcnt1: writeCount,
  mac1: base64url,
};

/** A message of a terminal; another shape is refused, and no copy of the answer is kept on its way. */
export async function readMessage<T>(ctx: Context, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await readJson(ctx, bodyMaxBytes));
  if (!parsed.success) throw new CardError('READER_MESSAGE_MALFORMED', 'the message of the terminal has another shape');
  ctx.set('cache-control', 'no-store');
  return parsed.data;
}
