import type { Context } from 'koa';
import { createGate, type GateOptions } from '../account/gate.ts';
import type { Audit } from '../audit.ts';
import { HubPageError } from '../errors.ts';
import type { SsoSession } from '../session.ts';
import type { Administrator, Administrators } from './administrators.ts';
import { AdminError } from './errors.ts';
import { type Act, decideAct, type Work } from './roles.ts';

export interface DoorOptions extends GateOptions {
  readonly administrators: Pick<Administrators, 'currentOf'>;
  readonly audit: Audit;
}

/** An administrator in front of a page, and the sign-in it rests on. */
export interface Admitted {
  readonly administrator: Administrator;
  readonly session: SsoSession;
}

export interface Wanted {
  readonly act?: Act | undefined;
  /** A page of ours that a sign-in comes back to. */
  readonly returnTo?: string;
}

/**
 * R157: whoever decides has shown the card lately. A page that opened still has time to be filled in and sent, so that
 * no form is lost to the question for the card.
 */
const openingMs = 30 * 60_000;
const sendingMs = 60 * 60_000;

/**
 * The door of the console: card and PIN, then an account, then the role. Account and role are read anew at every
 * request, so that what the command revokes is gone with the next click. To everybody else no page is here at all.
 */
export function createDoor(options: DoorOptions) {
  const { administrators, audit, now } = options;
  const enter = createGate(options);

  async function admit(ctx: Context, { act, returnTo = ctx.url }: Wanted = {}): Promise<Admitted | undefined> {
    const session = await enter(ctx, { returnTo, maxAgeMs: ctx.method === 'POST' ? sendingMs : openingMs });
    if (!session) return undefined;
    const administrator = await administrators.currentOf(session.residentRef);
    if (!administrator) throw new HubPageError('PAGE_MISSING', 'the resident has no account in the console');
    if (act) await demand(administrator, act);
    return { administrator, session };
  }

  /** Refusals are audited: somebody inside tried what is not theirs. */
  async function demand(
    administrator: Administrator,
    act: Act,
    work?: Work & { readonly provider?: string },
  ): Promise<void> {
    const decision = decideAct(administrator, act, { at: now(), work });
    if (decision.allowed) return;
    const { reason } = decision;
    await audit.record({
      type: act,
      result: 'refused',
      actor: administrator.id,
      provider: work?.provider,
      code: reason,
    });
    const code = reason === 'OWN_WORK' || reason === 'OWN_CARD' ? reason : 'ACT_NOT_ALLOWED';
    throw new AdminError(code, `${act} is refused: ${reason}`);
  }

  /** For what a page offers; what it does not offer is refused all the same. */
  const may = (administrator: Administrator, act: Act, work?: Work): boolean =>
    decideAct(administrator, act, { at: now(), work }).allowed;

  return { enter, admit, demand, may };
}

export type Door = ReturnType<typeof createDoor>;

/** A token of one sign-in is worth nothing in another. */
export const aboutOf = ({ id }: Pick<SsoSession, 'id'>) => `admin:${id}`;
