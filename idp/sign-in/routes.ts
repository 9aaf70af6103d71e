import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { type CardAuthentication, CardError, type CardSignIn, type Schemes } from '../../card-auth/index.ts';
import { type ProviderRegistry, SamlError } from '../../federation/index.ts';
import { HubPageError } from '../errors.ts';
import { readForm, readJson } from '../guards.ts';
import type { Sessions, SsoSession } from '../session.ts';
import { type Decided, noteDecision } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';
import { browserSecretOf } from './browser-secret.ts';
import { nextStep, type SignInDemand, type Step } from './dispatch.ts';
import type { Interaction, Interactions } from './interaction.ts';
import { base64url, possession, readMessage, writeCount } from './messages.ts';
import { type OpenSessionOptions, openSession } from './open-session.ts';

/** How one protocol goes on after the sign-in. */
export interface Responder {
  respond(ctx: Context, interaction: Interaction, session: SsoSession, contextClass: string): Promise<void>;
  refuse(ctx: Context, interaction: Interaction, reason: SamlError): Promise<void>;
  /** How a sessionless interaction goes on with the card; it has no session to go on with. */
  present?(ctx: Context, interaction: Interaction, presented: CardAuthentication): Promise<void>;
}

/** The pages that ask for something. */
export interface Prompts {
  /** Card and PIN, or at a counter the card. `other`: a passkey would do too, and the page leads to it. */
  readonly card: (ctx: Context, asked: Asked & { readonly other: boolean }) => Promise<void>;
  /** A passkey alone. `other`: card and PIN would do too. */
  readonly passkey: (ctx: Context, asked: Asked & { readonly other: boolean }) => Promise<void>;
  /** The bound key of the session's resident beside card and PIN, or the way to bind one. */
  readonly key: (ctx: Context, asked: Asked & { readonly session: SsoSession }) => Promise<void>;
}

export interface Asked {
  readonly interaction: Interaction;
  readonly csrfToken: string;
}

export interface SignInRoutesOptions {
  /** Signs somebody out everywhere whose browser another resident uses now. */
  readonly endSession: (id: string) => Promise<unknown>;
  readonly knownBrowsers: OpenSessionOptions['knownBrowsers'];
  readonly lastSignIns: OpenSessionOptions['lastSignIns'];
  readonly interactions: Interactions;
  readonly sessions: Sessions;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly card: CardSignIn;
  readonly schemes: Pick<Schemes, 'present'>;
  readonly responders: Readonly<Record<Interaction['protocol'], Responder>>;
  readonly prompts: Prompts;
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
  const interactionOf = (ctx: AtInteraction) => interactionAt(ctx, options);

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
      else await openSession(ctx, presented, { party: interaction.providerId }, options);
      ctx.body = { next: `/sign-in/${interaction.id}` };
    });

    // R43: a card of another kind, in one message of its own; a counter knows the hub's own cards only.
    router.post('/sign-in/:id/scheme/:scheme', async (ctx) => {
      const interaction = await interactionOf(ctx);
      if (interaction.sessionless) throw new CardError('LEVEL_REFUSED', 'a counter takes no card of another kind');
      const message = await readJson(ctx, bodyMaxBytes);
      const presented = await options.schemes.present(ctx.params.scheme ?? '', interaction.id, message);
      noteCard(ctx, 'finish');
      await openSession(ctx, presented, { party: interaction.providerId }, options);
      ctx.set('cache-control', 'no-store');
      ctx.body = { next: `/sign-in/${interaction.id}` };
    });

    // Level card never opens a session: only a sessionless interaction was started for it, and only that one takes it.
    router.post('/sign-in/:id/card/present', async (ctx) => {
      const { id } = await interactionOf(ctx);
      await interactions.present(id, await card.present(id, await readMessage(ctx, messages.present)));
      noteCard(ctx, 'present');
      ctx.body = { next: `/sign-in/${id}` };
    });

    router.post('/sign-in/:id/without-passkey', async (ctx) => {
      const { id } = await ownForm(ctx, options);
      await interactions.forgoWish(id);
      ctx.status = 303;
      ctx.redirect(`/sign-in/${id}`);
    });

    // By the page's own form, so it works without script; the party is told that the resident went away.
    router.post('/sign-in/:id/cancel', async (ctx) => {
      const interaction = await ownForm(ctx, options);
      await interactions.finish(interaction.id);
      traceOf(ctx).keep();
      const cancelled = new SamlError('SIGN_IN_CANCELLED', 'the resident cancelled the sign-in');
      await options.responders[interaction.protocol].refuse(ctx, interaction, cancelled);
    });
  };
}

export type AtInteraction = Context & { params: { id?: string } };

/** The interaction of this browser; a step of card or passkey also needs the anti-forgery token. */
export async function interactionAt(
  ctx: AtInteraction,
  options: Pick<SignInRoutesOptions, 'interactions' | 'browserCookie' | 'secure'>,
): Promise<Interaction> {
  const { interactions } = options;
  const interaction = await interactions.resume(ctx.params.id ?? '', browserSecretOf(ctx, options));
  traceOf(ctx).follow(interaction.trace);
  if (ctx.method === 'POST')
    interactions.checkCsrf(interaction.id, browserSecretOf(ctx, options), ctx.get('x-csrf-token'));
  return interaction;
}

/** The interaction of this browser, for a form of its page. */
async function ownForm(ctx: AtInteraction, options: SignInRoutesOptions): Promise<Interaction> {
  const { interactions } = options;
  const secret = browserSecretOf(ctx, options);
  const interaction = await interactions.resume(ctx.params.id ?? '', secret);
  traceOf(ctx).follow(interaction.trace);
  const token = (await readForm(ctx, bodyMaxBytes)).get('csrf') ?? undefined;
  interactions.checkCsrf(interaction.id, secret, token);
  return interaction;
}

/** What the terminal did, without a byte of it. From `prove` on the card has shown that it is one of ours. */
function noteCard(ctx: Context, act: 'start' | 'tap' | 'prove' | 'finish' | 'present'): void {
  const trace = traceOf(ctx);
  trace.note('card', { act });
  trace.keep();
  if (act !== 'start' && act !== 'tap') trace.prove();
}

async function showStep(ctx: Context, interaction: Interaction, options: SignInRoutesOptions): Promise<void> {
  const { interactions, sessions, responders, sessionCookie, now } = options;
  if (interaction.sessionless) return showSessionlessStep(ctx, interaction, interaction.sessionless.presented, options);
  const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
  const at = now();
  const demand = await currentDemand(interaction, options);
  const step = nextStep(demand, session, at);
  noteStep(ctx, interaction, { step, demand, session, at });
  const responder = responders[interaction.protocol];
  if (step.step !== 'respond' && step.step !== 'refuse')
    return showPrompt(ctx, interaction, { step, session }, options);
  await interactions.finish(interaction.id);
  if (step.step === 'refuse')
    return responder.refuse(ctx, interaction, new SamlError(step.reason, 'the demand cannot be met'));
  if (!session) throw new HubPageError('SIGN_IN_EXPIRED', 'the session ended meanwhile');
  return responder.respond(ctx, interaction, session, step.contextClass);
}

function showPrompt(
  ctx: Context,
  interaction: Interaction,
  { step, session }: { readonly step: Step; readonly session: SsoSession | undefined },
  options: SignInRoutesOptions,
): Promise<void> {
  const { interactions, prompts } = options;
  const asked = { interaction, csrfToken: interactions.csrfToken(interaction.id, browserSecretOf(ctx, options)) };
  if (step.step === 'key' && session) return prompts.key(ctx, { ...asked, session });
  if (step.step === 'passkey') return prompts.passkey(ctx, { ...asked, other: false });
  const other = step.step === 'card' && step.orPasskey === true;
  return prompts[other && ctx.query.with === 'passkey' ? 'passkey' : 'card'](ctx, { ...asked, other });
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
export async function currentDemand(
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
  const { interactions, prompts, responders, now } = options;
  if (!presented) {
    const csrfToken = interactions.csrfToken(interaction.id, browserSecretOf(ctx, options));
    return prompts.card(ctx, { interaction, csrfToken, other: false });
  }
  traceOf(ctx).keep();
  await interactions.finish(interaction.id);
  if (now() - presented.at > presentedMs)
    throw new HubPageError('SIGN_IN_EXPIRED', 'the card was presented too long ago');
  const responder = responders[interaction.protocol];
  if (!responder.present) throw new TypeError('an interaction without session, for a protocol that has none');
  return responder.present(ctx, interaction, presented);
}
