import type { ProviderRegistry } from '../../federation/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import type { Log } from '../../lib/log.ts';
import { randomText } from '../../lib/random.ts';
import { insertOnce } from '../../storage/index.ts';
import type { Audit } from '../audit.ts';
import type { SessionEnd, SessionOwner, Sessions, SsoSession } from '../session.ts';
import type { Attempt, BackChannel } from './back-channel.ts';
import { logoutEndpointOf } from './endpoints.ts';
import { type Delivery, deliveryMs, type Outcome, type SignOut, type SignOutStores, type Told } from './record.ts';

export interface SignOutsOptions extends SignOutStores {
  readonly sessions: Sessions;
  readonly registry: ProviderRegistry;
  readonly backChannel: BackChannel;
  readonly audit: Audit;
  readonly log: Log;
  /** How long each party has to answer while somebody waits. */
  readonly deadlineMs: number;
  readonly now: () => number;
}

/** For administrators; the results of one that waited are in the journal too. */
const keptMs = 30 * 24 * 3600_000;
/** Whoever tries has this long before another process does. */
const leaseMs = 15_000;
/** After each try without an answer; then the party counts as not reached. */
const waits = [10_000, 60_000, 300_000, 1_200_000];

type How = Omit<SessionEnd, 'signOut' | 'at'>;

/** What the sign-out has to know of whoever waits for it. */
export type Waiting = Pick<SignOut, 'answer' | 'browser' | 'siblings'>;

/**
 * The one sign-out, whoever asks for it. First the session ends in the store, so that every process refuses it; then
 * everybody who can be told without a browser is told at once; the browser does the rest (see `front-channel.ts`).
 */
export function createSignOuts(options: SignOutsOptions) {
  const { sessions, signOuts, deliveries, registry, backChannel, audit, log, deadlineMs, now } = options;

  /** Undefined when the session is over already: of two at once one tells the parties. */
  async function end(sessionId: string, how: How, waiting: Waiting = {}): Promise<SignOut | undefined> {
    const signOut = randomText(16, 'base64url');
    const session = await sessions.end(sessionId, { ...how, signOut, at: now() });
    if (!session) return undefined;
    const due = await plan(session, waiting);
    await Promise.all(due.map((delivery) => attempt(delivery, how, deadlineMs)));
    return record(signOut, session);
  }

  /** Writes down who is to be told. Repeated after a crash it writes the same once more. */
  async function plan(session: SsoSession, waiting: Waiting = {}): Promise<readonly Delivery[]> {
    const { id: sessionId, residentRef, end: how, participants } = session;
    if (!how) throw new TypeError('the session has not ended');
    const at = now();
    const ways = await Promise.all(
      Object.entries(participants).map(async ([party, participant]) => {
        const way = party === how.initiator ? 'asked' : await wayTo(registry, party);
        return { party, participant, way } as const;
      }),
    );
    const made: Delivery[] = ways.flatMap(({ party, participant, way }) => {
      if (way === 'asked' || way === 'none') return [];
      const id = sha256('sanuki-sign-out:', how.signOut, '\n', party).toString('base64url');
      const start = { state: 'waiting', attempts: 0, dueAt: at + leaseMs, expiresAt: at + deliveryMs } as const;
      return [{ id, signOut: how.signOut, party, participant, way, ...start }];
    });
    await Promise.all(made.map((delivery) => insertOnce(deliveries, delivery)));
    const told = Object.fromEntries(ways.map(({ party, way }) => [party, { outcome: firstOutcome[way], at }]));
    const common = { id: how.signOut, residentRef, sessionId, how, told, expiresAt: at + keptMs };
    await insertOnce(signOuts, { ...common, ...waiting });
    // Only now is nothing lost without it.
    await sessions.forget(sessionId);
    return made.filter(({ way }) => way === 'back');
  }

  /** One try; without an answer the party is tried again later, also when nobody waits any more. */
  async function attempt(delivery: Delivery, how: Pick<SessionEnd, 'reason'>, timeoutMs: number): Promise<void> {
    const tries = delivery.attempts + 1;
    const result: Attempt = await backChannel.tell({ ...delivery, attempts: tries }, how, timeoutMs);
    const wait = waits[tries - 1];
    if (result === 'unreachable' && wait !== undefined) {
      await deliveries.update(delivery.id, (current) => ({ ...current, attempts: tries, dueAt: now() + wait }));
      return;
    }
    await note(delivery, result === 'unreachable' ? 'not-reached' : result);
    await deliveries.take(delivery.id);
  }

  async function note({ signOut, party }: Pick<Delivery, 'signOut' | 'party'>, outcome: Outcome): Promise<void> {
    const told: Told = { outcome, at: now() };
    await signOuts.update(signOut, (current) => ({ ...current, told: { ...current.told, [party]: told } }));
    if (outcome === 'failed' || outcome === 'not-reached')
      log.info({ signOut, party, outcome }, 'a party did not confirm a sign-out');
  }

  async function record(id: string, { cardId }: Pick<SsoSession, 'cardId'>): Promise<SignOut | undefined> {
    const done = await signOuts.get(id);
    if (!done) return undefined;
    const { how, told } = done;
    const withOutcome = (wanted: Outcome) =>
      Object.entries(told).flatMap(([party, { outcome }]) => (outcome === wanted ? [party] : []));
    await audit.record({
      type: 'sign-out',
      result: 'ok',
      provider: how.initiator,
      actor: how.actor,
      card: cardId,
      detail: {
        reason: how.reason,
        signOut: id,
        confirmed: withOutcome('confirmed'),
        unconfirmed: Object.keys(told).filter((party) => told[party]?.outcome !== 'confirmed'),
      },
    });
    return done;
  }

  /** Everything that another process began and did not finish, and whoever was not reached yet. */
  async function retry(): Promise<void> {
    const at = now();
    for (const session of await sessions.sessionsOf({ ended: 'yes' }))
      if (session.end && at > session.end.at + leaseMs) await plan(session);
    let after: string | undefined;
    do {
      const page = await deliveries.find({ where: { way: 'back' }, limit: 100, ...(after ? { after } : {}) });
      await Promise.all(page.records.filter(({ dueAt }) => dueAt <= at).map((due) => retryOne(due, at)));
      after = page.next;
    } while (after);
  }

  async function retryOne({ id, signOut }: Delivery, at: number): Promise<void> {
    let mine = false;
    const delivery = await deliveries.update(id, (current) => {
      mine = current.dueAt <= at;
      return mine ? { ...current, dueAt: at + leaseMs } : current;
    });
    const how = (await signOuts.get(signOut))?.how;
    if (!delivery || !mine || !how) return;
    await attempt(delivery, how, 5 * deadlineMs);
    const outcome = (await signOuts.get(signOut))?.told[delivery.party]?.outcome;
    if (outcome && outcome !== 'pending')
      await audit.record({
        type: 'sign-out.late',
        result: 'ok',
        provider: delivery.party,
        detail: { signOut, outcome },
      });
  }

  /**
   * Every session of a resident, of a card or of a passkey: for administrators, and for what is stopped. `except`: the
   * one that its own browser ends afterwards.
   */
  async function endAll(
    who: SessionOwner,
    how: How,
    { except }: { readonly except?: string } = {},
  ): Promise<readonly SignOut[]> {
    const found = (await sessions.sessionsOf(who)).filter(({ id }) => id !== except);
    const ended = await Promise.all(found.map(({ id }) => end(id, how)));
    return ended.filter((one) => one !== undefined);
  }

  return { end, endAll, note, retry };
}

export type SignOuts = ReturnType<typeof createSignOuts>;

const firstOutcome = { asked: 'confirmed', back: 'pending', front: 'pending', none: 'no-endpoint' } as const;

async function wayTo(registry: ProviderRegistry, party: string): Promise<'back' | 'front' | 'none'> {
  const endpoint = await logoutEndpointOf(registry, party);
  if (!endpoint) return 'none';
  return endpoint.kind === 'front' ? 'front' : 'back';
}
