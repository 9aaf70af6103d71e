import type Router from '@koa/router';
import type { Context } from 'koa';
import { readJson } from '../guards.ts';
import type { Presentation, SsoSession } from '../session.ts';
import { browserSecretOf } from '../sign-in/browser-secret.ts';
import { nextStep, type Step } from '../sign-in/dispatch.ts';
import type { Interaction } from '../sign-in/interaction.ts';
import { openSession } from '../sign-in/open-session.ts';
import { type AtInteraction, currentDemand, interactionAt, type SignInRoutesOptions } from '../sign-in/routes.ts';
import { traceOf } from '../traces/trace.ts';
import type { Ceremonies } from './ceremonies.ts';
import { PasskeyError } from './errors.ts';
import { bindingIn, messageMaxBytes } from './messages.ts';

export interface PasskeyRoutesOptions
  extends Pick<
    SignInRoutesOptions,
    | 'interactions'
    | 'sessions'
    | 'endSession'
    | 'knownBrowsers'
    | 'lastSignIns'
    | 'registry'
    | 'sessionCookie'
    | 'browserCookie'
    | 'secure'
    | 'now'
  > {
  readonly ceremonies: Ceremonies;
}

/** What is asked for at this moment, and of whom. */
interface Moment {
  readonly interaction: Interaction;
  readonly step: Step;
  readonly session: SsoSession | undefined;
  readonly where: { readonly about: string; readonly browserSecret: string };
}

/**
 * The passkey's steps behind the sign-in page. What is asked for is worked out anew at every step from demand and
 * session, so no message can choose it; every step ends back at the page, and it asks the dispatcher.
 */
export function passkeyRoutes(options: PasskeyRoutesOptions): (router: Router) => void {
  const { ceremonies } = options;
  const at = (router: Router, path: string, act: (ctx: Context, moment: Moment) => Promise<object>) =>
    router.post(`/sign-in/:id/passkey/${path}`, async (ctx) => {
      ctx.body = await act(ctx, await momentOf(ctx, options));
      ctx.set('cache-control', 'no-store');
    });

  return (router) => {
    at(router, 'start', async (ctx, { where, ...moment }) => {
      await readJson(ctx, messageMaxBytes);
      note(ctx, 'passkey-start');
      return moment.step.step === 'key'
        ? ceremonies.startBeside(sessionIn(moment), where)
        : ceremonies.startSignIn(demandAlone(moment, where));
    });

    at(router, 'finish', async (ctx, { where, ...moment }) => {
      const message = await readJson(ctx, messageMaxBytes);
      const presentation: Presentation =
        moment.step.step === 'key'
          ? await ceremonies.finishBeside(sessionIn(moment), where, message)
          : await ceremonies.finishSignIn(demandAlone(moment, where), message);
      note(ctx, 'passkey-finish');
      traceOf(ctx).prove();
      await openSession(ctx, presentation, { party: moment.interaction.providerId }, options);
      return { next: `/sign-in/${moment.interaction.id}` };
    });

    at(router, 'bind-start', async (ctx, { where, ...moment }) => {
      await readJson(ctx, messageMaxBytes);
      return ceremonies.startBinding(sessionIn(moment), where);
    });

    at(router, 'bind-finish', async (ctx, { where, ...moment }) => {
      const message = bindingIn(await readJson(ctx, messageMaxBytes));
      await ceremonies.finishBinding(sessionIn(moment), where, message);
      note(ctx, 'passkey-bind');
      return { next: `/sign-in/${moment.interaction.id}?bound` };
    });
  };
}

async function momentOf(ctx: AtInteraction, options: PasskeyRoutesOptions): Promise<Moment> {
  const interaction = await interactionAt(ctx, options);
  const where = { about: `sign-in:${interaction.id}`, browserSecret: browserSecretOf(ctx, options) };
  if (interaction.sessionless) throw notAsked();
  const session = await options.sessions.byCookie(ctx.cookies.get(options.sessionCookie));
  const step = nextStep(await currentDemand(interaction, options), session, options.now());
  return { interaction, step, session, where };
}

const notAsked = () => new PasskeyError('PASSKEY_NOT_ASKED', 'this sign-in asks for no such passkey at this moment');

/** The session whose card and PIN the key stands beside. */
function sessionIn({ step, session }: Pick<Moment, 'step' | 'session'>): SsoSession {
  if (step.step !== 'key' || !session) throw notAsked();
  return session;
}

function demandAlone({ step }: Pick<Moment, 'step'>, where: Moment['where']): Moment['where'] {
  if (step.step === 'passkey' || (step.step === 'card' && step.orPasskey)) return where;
  throw notAsked();
}

/** What the device did, without a byte of it. */
function note(ctx: Context, act: 'passkey-start' | 'passkey-finish' | 'passkey-bind'): void {
  traceOf(ctx).note('card', { act });
  traceOf(ctx).keep();
}
