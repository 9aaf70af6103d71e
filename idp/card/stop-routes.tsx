import type Router from '@koa/router';
import type { Context } from 'koa';
import { CardError } from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { Log } from '../../lib/log.ts';
import { createOwnForms, type OwnFormsOptions } from '../account/own-form.ts';
import type { PageFrame } from '../page-frame.ts';
import { noteRefusal } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';
import { type StopProblem, stopCopy } from './stop-copy.ts';
import type { StopLine } from './stop-line.ts';
import { StopByCodePage } from './stop-page.tsx';

export interface StopRoutesOptions extends OwnFormsOptions {
  readonly stopCard: StopLine;
  readonly frame: PageFrame;
  readonly settings: Settings;
  readonly log: Log;
}

const path = '/card/stop';
/** Nobody is signed in: the token binds the form to the browser that opened it. */
const about = 'card-stop-code';
/** Longer than any way to group the digits. */
const typedMost = 60;

interface Filled {
  readonly typed: string;
  readonly problem?: StopProblem;
  readonly trace?: string;
  readonly notInUse: boolean;
}

/**
 * R44: stopping a card with nothing but the letter at home, at any hour. The page says in words whether the card is
 * stopped, because who believes it wrongly looks no further; a code that is none is told as such whoever's it might be.
 */
export function stopRoutes(options: StopRoutesOptions): (router: Router) => void {
  const { stopCard, frame, settings, log } = options;
  const forms = createOwnForms(options);

  function show(ctx: Context, filled: Filled): void {
    const page = { ...filled, csrfToken: forms.prepare(ctx, about), phone: settings.service.support.phone };
    frame.send(ctx, {
      title: stopCopy.title[frame.preferencesOf(ctx).language],
      path,
      body: ({ language }) => <StopByCodePage {...page} language={language} />,
    });
  }

  async function stop(ctx: Context): Promise<void> {
    const typed = ((await forms.read(ctx, about)).get('code') ?? '').slice(0, typedMost);
    try {
      if ((await stopCard(typed, 'stop-code')) === 'not-in-use') return show(ctx, { typed: '', notInUse: true });
      ctx.status = 303;
      return ctx.redirect('/card/stopped');
    } catch (error) {
      const problem = problemIn(error);
      if (!problem) throw error;
      noteRefusal(traceOf(ctx), { error, told: 'page' });
      const trace = traceOf(ctx).keep();
      log.info({ trace, code: problem, path }, 'refused');
      ctx.status = 422;
      return show(ctx, { typed, problem, trace, notInUse: false });
    }
  }

  return (router) => {
    router.get(path, (ctx) => show(ctx, { typed: '', notInUse: false }));
    router.post(path, async (ctx) => {
      forms.demandOrigin(ctx);
      await stop(ctx);
    });
  };
}

function problemIn(error: unknown): StopProblem | undefined {
  if (!(error instanceof CardError)) return undefined;
  return error.code === 'STOP_CODE_MISTYPED' || error.code === 'STOP_CODE_UNKNOWN' ? error.code : undefined;
}
