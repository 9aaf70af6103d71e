import type { Context } from 'koa';
import { cardPin, refedsMfa } from '../../federation/index.ts';
import { localPath } from '../../web/index.ts';
import { HubPageError } from '../errors.ts';
import type { Sessions, SsoSession } from '../session.ts';
import { nextStep } from '../sign-in/dispatch.ts';
import type { Interaction, Interactions } from '../sign-in/interaction.ts';
import type { Responder } from '../sign-in/routes.ts';
import { noteDecision, noteRefusal } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';

export interface GateOptions {
  readonly sessions: Sessions;
  readonly interactions: Interactions;
  readonly sessionCookie: string;
  readonly now: () => number;
}

/** Where a sign-in for one of the hub's own pages leads. */
export interface Way {
  /** Path of the page that is wanted. */
  readonly returnTo: string;
  /** The page is for this resident only. */
  readonly residentRef?: string;
  /** A passkey alone does too: for what a holder without the card has to be able to do. */
  readonly orPasskey?: true;
  /** The card was presented no longer ago than this. */
  readonly maxAgeMs?: number;
  /** Where to go when the sign-in is cancelled: a checked address of the party that waits. */
  readonly cancelTo?: string;
}

/** Card and PIN, or more: the resident's own pages show who sees what, so possession of the card is not enough. */
const needed = { comparison: 'minimum', classRefs: [cardPin] } as const;
const neededAtLeast = { comparison: 'minimum', classRefs: [cardPin, refedsMfa] } as const;

/**
 * The door of the resident's own pages: gives the session, or sends the browser to the card and back. A session of
 * another resident is no session here: whoever holds the right card signs in afresh.
 */
export function createGate({ sessions, interactions, sessionCookie, now }: GateOptions) {
  return async function enter(ctx: Context, way: Way): Promise<SsoSession | undefined> {
    const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
    const other = session !== undefined && way.residentRef !== undefined && session.residentRef !== way.residentRef;
    const at = now();
    const demand = {
      fresh: other,
      passive: false,
      context: way.orPasskey ? neededAtLeast : needed,
      required: undefined,
      at,
      maxAgeMs: way.maxAgeMs,
    };
    const step = nextStep(demand, session, at);
    if (session && step.step === 'respond' && !other) return session;
    const trace = traceOf(ctx);
    trace.note('request', {
      protocol: 'hub',
      fresh: other,
      passive: false,
      maxAge: way.maxAgeMs && way.maxAgeMs / 1000,
    });
    noteDecision(trace, { step, demand, session, at });
    const memory = { ...way };
    const common = { protocol: 'hub', providerId: '', partyKey: '', requestId: '' } as const;
    const start = { ...common, demand, memory, trace: trace.park() };
    const interaction = await interactions.open(start);
    ctx.status = 303;
    ctx.redirect(`/sign-in/${interaction.id}`);
    return undefined;
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** The party's address that a cancelled sign-in leads to; the sign-in page's policy has to allow it. */
export const cancelAddressOf = ({ memory }: Pick<Interaction, 'memory'>): string | undefined => textOf(memory.cancelTo);

/** How a sign-in for the hub's own pages goes on. */
export const hubResponder: Responder = {
  async respond(ctx, { memory }, session) {
    const expected = textOf(memory.residentRef);
    // Refused instead of asked again: two people taking turns would go round in circles.
    if (expected !== undefined && expected !== session.residentRef)
      throw new HubPageError('OTHER_RESIDENT', 'the page is for another resident than the one who signed in');
    traceOf(ctx).note('answer', {});
    ctx.status = 303;
    ctx.redirect(localPath(textOf(memory.returnTo)));
  },
  async refuse(ctx, interaction, reason) {
    noteRefusal(traceOf(ctx), { error: reason, told: 'page' });
    ctx.status = 303;
    ctx.redirect(cancelAddressOf(interaction) ?? '/');
  },
};
