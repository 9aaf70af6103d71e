import type Router from '@koa/router';
import type { Context } from 'koa';
import type { z } from 'zod';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import { readMessage } from '../sign-in/messages.ts';
import type { OfficePagesOptions } from './pages.ts';

/** An officer, and what the address is about. */
export interface Found<T> {
  readonly admitted: Admitted;
  readonly about: T;
}

/**
 * The steps that a program on one of the office's pages takes. Each asks for Origin, sign-in, role and token anew; an
 * ended sign-in is a refusal here and no way to the sign-in page.
 */
export function programSteps<T>(
  { forms }: Pick<OfficePagesOptions, 'forms'>,
  find: (ctx: Context, returnTo: string) => Promise<Found<T> | undefined>,
) {
  return function step<M>(
    router: Router,
    path: string,
    schema: z.ZodType<M>,
    act: (found: Found<T>, message: M) => Promise<unknown>,
  ): void {
    router.post(path, async (ctx) => {
      forms.demandOrigin(ctx);
      const found = await find(ctx, '/admin/office/tasks');
      if (!found) throw new HubPageError('SIGN_IN_EXPIRED', 'the sign-in has ended');
      forms.demandToken(ctx, aboutOf(found.admitted.session));
      ctx.body = (await act(found, await readMessage(ctx, schema))) ?? {};
    });
  };
}
