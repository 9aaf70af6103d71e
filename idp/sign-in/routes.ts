import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { CardAuthentication, CardSignIn, PinAuthentication } from '../../card-auth/index.ts';
import { type ProviderRegistry, SamlError } from '../../federation/index.ts';
import { HubPageError } from '../errors.ts';
import { readForm } from '../guards.ts';
import type { Sessions, SsoSession } from '../session.ts';
import { type Decided, noteDecision } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';
import { browserSecretOf } from './browser-secret.ts';
import { nextStep, type SignInDemand } from './dispatch.ts';
import type { Interaction, Interactions } from './interaction.ts';
import { base64url, possession, readMessage, writeCount } from './messages.ts';

/** How one protocol goes on after the sign-in. */
export interface Responder {
  respond(ctx: Context, interaction: Interaction, session: SsoSession, contextClass: string): Promise<void>;
  refuse(ctx: Context, interaction: Interaction, reason: SamlError): Promise<void>;
  /** How a sessionless interaction goes on with the card; it has no session to go on with. */
  present?(ctx: Context, interaction: Interaction, presented: CardAuthentication): Promise<void>;
}

export interface SignInRoutesOptions {
  /** Signs somebody out everywhere whose browser another resident uses now. */
  readonly endSession: (id: string) => Promise<unknown>;
  readonly interactions: Interactions;
  readonly sessions: Sessions;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly card: CardSignIn;
  readonly responders: Readonly<Record<Interaction['protocol'], Responder>>;
  /** Shows the card prompt. */
  readonly showPrompt: (ctx: Context, interaction: Interaction, csrfToken: string) => Promise<void>;
  readonly sessionCookie: string;
  readonly browserCookie: string;
  readonly secure: boolean;
  readonly now: () => number;
}

/** The page follows its card at once; what nobody followed is not for whoever comes next to the terminal. */
const presentedMs = 60_000;
const bodyMaxBytes = 4096;
const messages = {
  start: z.strictObject({}),
  tap: z.strictObject({ sid: base64url }),
  present: z.strictObject(possession),
  prove: z.strictObject({ ...possession, blinded: base64url }),
  finish: z.strictObject({ sid: base64url, wcnt2: writeCount, mac2: base64url, proof: base64url }),
} as const;

/** The hub's sign-in page and the four steps of the card behind it. Every step ends back at the page, and it asks the dispatcher. */
export function signInRoutes(options: SignInRoutesOptions): (router: Router) => void {
  const { interactions, card } = options;

  /** The interaction of this browser; a step of the card also needs the anti-forgery token. */
  async function interactionOf(ctx: Context & { params: { id?: string } }): Promise<Interaction> {
    const interaction = await interactions.resume(ctx.params.id ?? '', browserSecretOf(ctx, options));
    traceOf(ctx).follow(interaction.trace);
    if (ctx.method === 'POST')
      interactions.checkCsrf(interaction.id, browserSecretOf(ctx, options), ctx.get('x-csrf-token'));
    return interaction;
  }

  return (router) => {
    router.get('/sign-in/:id', async (ctx) => showStep(ctx, await interactionOf(ctx), options));

    router.post('/sign-in/:id/card/start', async (ctx) => {
      const { id, protocol, partyKey, requestId, sessionless } = await interactionOf(ctx);
      await readMessage(ctx, messages.start);
      ctx.body = await card.start({ interactionId: id, protocol, partyId: partyKey, requestId }, sessionless?.level);
      noteCard(ctx, 'start');
    });

    router.post('/sign-in/:id/card/tap', async (ctx) => {
      const { id } = await interactionOf(ctx);
      ctx.body = await card.tap(id, (await readMessage(ctx, messages.tap)).sid);
      noteCard(ctx, 'tap');
    });

    router.post('/sign-in/:id/card/prove', async (ctx) => {
      const { id } = await interactionOf(ctx);
      ctx.body = await card.prove(id, await readMessage(ctx, messages.prove));
      noteCard(ctx, 'prove');
    });

    router.post('/sign-in/:id/card/finish', async (ctx) => {
      const interaction = await interactionOf(ctx);
      const presented = await card.finish(interaction.id, await readMessage(ctx, messages.finish));
      noteCard(ctx, 'finish');
      if (interaction.sessionless) await interactions.present(interaction.id, presented);
      else await openSession(ctx, presented, options);
      ctx.body = { next: `/sign-in/${interaction.id}` };
    });

    // Level card never opens a session: only a sessionless interaction was started for it, and only that one takes it.
    router.post('/sign-in/:id/card/present', async (ctx) => {
      const { id } = await interactionOf(ctx);
      await interactions.present(id, await card.present(id, await readMessage(ctx, messages.present)));
      noteCard(ctx, 'present');
      ctx.body = { next: `/sign-in/${id}` };
    });

    // By the page's own form, so it works without script; the party is told that the resident went away.
    router.post('/sign-in/:id/cancel', async (ctx) => {
      const secret = browserSecretOf(ctx, options);
      const interaction = await interactions.resume(ctx.params.id ?? '', secret);
      traceOf(ctx).follow(interaction.trace);
      const token = (await readForm(ctx, bodyMaxBytes)).get('csrf') ?? undefined;
      interactions.checkCsrf(interaction.id, secret, token);
      await interactions.finish(interaction.id);
      traceOf(ctx).keep();
      const cancelled = new SamlError('SIGN_IN_CANCELLED', 'the resident cancelled the sign-in');
      await options.responders[interaction.protocol].refuse(ctx, interaction, cancelled);
    });
  };
}

/** What the terminal did, without a byte of it. From `prove` on the card has shown that it is one of ours. */
function noteCard(ctx: Context, act: 'start' | 'tap' | 'prove' | 'finish' | 'present'): void {
  const trace = traceOf(ctx);
  trace.note('card', { act });
  trace.keep();
  if (act !== 'start' && act !== 'tap') trace.prove();
}

async function showStep(ctx: Context, interaction: Interaction, options: SignInRoutesOptions): Promise<void> {
  const { interactions, sessions, responders, showPrompt, sessionCookie, now } = options;
  if (interaction.sessionless) return showSessionlessStep(ctx, interaction, interaction.sessionless.presented, options);
  const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
  const at = now();
  const demand = await currentDemand(interaction, options);
  const step = nextStep(demand, session, at);
  noteStep(ctx, interaction, { step, demand, session, at });
  const responder = responders[interaction.protocol];
  if (step.step === 'card')
    return showPrompt(ctx, interaction, interactions.csrfToken(interaction.id, browserSecretOf(ctx, options)));
  await interactions.finish(interaction.id);
  if (step.step === 'refuse')
    return responder.refuse(ctx, interaction, new SamlError(step.reason, 'the demand cannot be met'));
  if (!session) throw new HubPageError('SIGN_IN_EXPIRED', 'the session ended meanwhile');
  return responder.respond(ctx, interaction, session, step.contextClass);
}

/** A reloaded prompt says nothing new. What ends without a page, as a plain sign-on does, leaves no record. */
function noteStep(ctx: Context, { trace: parked }: Interaction, decided: Decided): void {
  const trace = traceOf(ctx);
  const { step, demand, session } = decided;
  const noted = parked.steps.some(({ kind }) => kind === 'decision');
  if (!noted || step.step !== 'card') noteDecision(trace, decided);
  // The card was shown here, perhaps a moment ago and in another process: the record must not depend on its steps.
  const carded = session !== undefined && session.authenticatedAt >= demand.at;
  if (carded || (step.step === 'refuse' && step.reason !== 'NO_PASSIVE')) trace.keep();
}

/** A request that was parked before its registration began to demand more is answered by what it demands now. */
async function currentDemand(
  { protocol, partyKey, demand }: Interaction,
  { registry }: Pick<SignInRoutesOptions, 'registry'>,
): Promise<SignInDemand> {
  if (protocol === 'hub' || protocol === 'test') return demand;
  return { ...demand, required: (await registry.get(protocol, partyKey))?.requiredLevel };
}

/** The card, then the answer to the request that asked. The browser's session is not looked at. */
async function showSessionlessStep(
  ctx: Context,
  interaction: Interaction,
  presented: CardAuthentication | undefined,
  options: SignInRoutesOptions,
): Promise<void> {
  const { interactions, showPrompt, responders, now } = options;
  if (!presented)
    return showPrompt(ctx, interaction, interactions.csrfToken(interaction.id, browserSecretOf(ctx, options)));
  traceOf(ctx).keep();
  await interactions.finish(interaction.id);
  if (now() - presented.at > presentedMs)
    throw new HubPageError('SIGN_IN_EXPIRED', 'the card was presented too long ago');
  const responder = responders[interaction.protocol];
  if (!responder.present) throw new TypeError('an interaction without session, for a protocol that has none');
  return responder.present(ctx, interaction, presented);
}

/** The same resident keeps the session and its parties; another one ends it. Either way the cookie is new. */
async function openSession(
  ctx: Context,
  presentation: PinAuthentication,
  { sessions, sessionCookie, secure, endSession }: SignInRoutesOptions,
): Promise<void> {
  const before = ctx.cookies.get(sessionCookie);
  const current = await sessions.byCookie(before);
  const same =
    current?.residentRef === presentation.residentRef ? await sessions.renew(current.id, presentation) : undefined;
  if (current && !same) await endSession(current.id);
  const { cookie } = same ?? (await sessions.start(presentation));
  if (before) await sessions.retireCookie(before);
  ctx.cookies.set(sessionCookie, cookie, { httpOnly: true, sameSite: 'lax', secure, path: '/', overwrite: true });
}
