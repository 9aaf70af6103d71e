import { randomBytes } from 'node:crypto';
import { sha256 } from '../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';

/** A party that took part in a session: what single logout has to name, exactly as it was given to the party. */
export interface Participant {
  readonly protocol: 'saml' | 'oidc';
  /** The pseudonym the party knows; for SAML the value of the NameID. */
  readonly pseudonym?: string | undefined;
  /** SAML SessionIndex or OIDC `sid`: random per party, so that parties cannot compare sessions. */
  readonly sessionIndex: string;
  /** OIDC grant that the party's tokens hang on. */
  readonly grantId?: string | undefined;
  readonly level: string;
  readonly since: number;
}

/** One sign-in of one resident in one browser: the authority for both protocols. */
export interface SsoSession extends StoredRecord {
  readonly residentRef: string;
  readonly cardId: string;
  /** URI of the level reached by the strongest sign-in of this session. */
  readonly level: string;
  readonly amr: readonly string[];
  /** ms since 1970 of the last presentation of the card. */
  readonly authenticatedAt: number;
  readonly startedAt: number;
  readonly lastUsedAt: number;
  readonly participants: Readonly<Record<string, Participant>>;
  /** What the OIDC provider keeps between the steps of a sign-out. */
  readonly oidcState?: Readonly<Record<string, unknown>> | undefined;
  readonly expiresAt: number;
}

/** A cookie value that leads to a session; only its hash is stored, so a reader of the database cannot sign in with it. */
export interface SessionCookie extends StoredRecord {
  readonly sessionId: string;
  readonly expiresAt: number;
}

export interface Presentation {
  readonly residentRef: string;
  readonly cardId: string;
  readonly level: string;
  readonly amr: readonly string[];
  readonly at: number;
}

export const sessionCollection: CollectionDefinition = {
  name: 'sso-session',
  indexes: [['cardId'], ['residentRef']],
  readMostly: true,
};
export const sessionCookieCollection: CollectionDefinition = {
  name: 'sso-session-cookie',
  indexes: [['sessionId']],
  readMostly: true,
};

/** A second tab may still send the cookie that was just replaced. */
const replacedCookieMs = 30_000;
/** Use is noted at most this often, so that an SSO answer costs no write for it. */
const useNotedMs = 60_000;

export interface SessionsOptions {
  readonly sessions: Collection<SsoSession>;
  readonly cookies: Collection<SessionCookie>;
  /** Whether the card behind a session may still be used: a suspended card ends its sessions at the next request. */
  readonly isCardUsable: (cardId: string) => Promise<boolean>;
  readonly absoluteMs: number;
  readonly idleMs: number;
  readonly now?: () => number;
}

const hashOf = (cookie: string) => sha256('sanuki-session-cookie:', cookie).toString('base64url');

export function createSessions({
  sessions,
  cookies,
  isCardUsable,
  absoluteMs,
  idleMs,
  now = Date.now,
}: SessionsOptions) {
  /** Binds a cookie value to a session. */
  async function addCookie(sessionId: string, cookie: string, expiresAt: number): Promise<void> {
    await cookies.insert({ id: hashOf(cookie), sessionId, expiresAt });
  }

  /** A new sign-in always gets a new cookie value (session fixation). */
  async function start(presentation: Presentation): Promise<{ session: SsoSession; cookie: string }> {
    const at = now();
    const { at: authenticatedAt, ...who } = presentation;
    const times = { authenticatedAt, startedAt: at, lastUsedAt: at, expiresAt: at + absoluteMs };
    const session = { id: randomBytes(16).toString('base64url'), ...who, ...times, participants: {} };
    const cookie = randomBytes(32).toString('base64url');
    // In any order: a session without cookie and a cookie without session both lead nowhere.
    await Promise.all([sessions.insert(session), addCookie(session.id, cookie, session.expiresAt)]);
    return { session, cookie };
  }

  /** The same resident presented the card again: the session stays (its participants too), its level, time and cookie are new. */
  async function renew(
    id: string,
    presentation: Presentation,
  ): Promise<{ session: SsoSession; cookie: string } | undefined> {
    const session = await sessions.update(id, (current) => ({
      ...current,
      cardId: presentation.cardId,
      level: presentation.level,
      amr: presentation.amr,
      authenticatedAt: presentation.at,
      lastUsedAt: now(),
    }));
    if (!session) return undefined;
    const cookie = randomBytes(32).toString('base64url');
    await addCookie(id, cookie, session.expiresAt);
    return { session, cookie };
  }

  async function live(id: string): Promise<SsoSession | undefined> {
    const session = await sessions.get(id);
    if (!session || now() - session.lastUsedAt > idleMs) return undefined;
    return (await isCardUsable(session.cardId)) ? session : undefined;
  }

  async function byCookie(cookie: string | undefined): Promise<SsoSession | undefined> {
    if (!cookie) return undefined;
    const bound = await cookies.get(hashOf(cookie));
    const session = bound && (await live(bound.sessionId));
    if (session && now() - session.lastUsedAt > useNotedMs) {
      return sessions.update(session.id, (current) => ({ ...current, lastUsedAt: now() }));
    }
    return session;
  }

  /** Forgets one cookie value after a grace period; the session lives on under its other cookie. */
  async function retireCookie(cookie: string): Promise<void> {
    await cookies.update(hashOf(cookie), (bound) => ({
      ...bound,
      expiresAt: Math.min(bound.expiresAt, now() + replacedCookieMs),
    }));
  }

  /** Notes a party's first visit; of two parallel first visits the earlier entry stays. Costs no write when it is known. */
  async function join(session: SsoSession, party: string, participant: Participant): Promise<Participant> {
    const known = session.participants[party];
    if (known) return known;
    const written = await sessions.update(session.id, (current) => ({
      ...current,
      participants: { ...current.participants, [party]: current.participants[party] ?? participant },
    }));
    return written?.participants[party] ?? participant;
  }

  /** Changes only what the OIDC view owns; an ended session is never revived. */
  function change(id: string, patch: (current: SsoSession) => SsoSession): Promise<SsoSession | undefined> {
    return sessions.update(id, patch);
  }

  /** Ends the session for every party and process at once: its cookies lead nowhere from here on. */
  async function end(id: string): Promise<SsoSession | undefined> {
    return sessions.take(id);
  }

  /** Ends every session that was opened with this card, in whatever browser; resolves to them, for whoever has to be told. */
  async function endOfCard(cardId: string): Promise<readonly SsoSession[]> {
    const ended: SsoSession[] = [];
    for (;;) {
      const { records } = await sessions.find({ where: { cardId }, limit: 1000 });
      if (records.length === 0) return ended;
      for (const { id } of records) {
        const session = await end(id);
        if (session) ended.push(session);
      }
    }
  }

  return { start, renew, live, byCookie, addCookie, retireCookie, join, change, end, endOfCard };
}

export type Sessions = ReturnType<typeof createSessions>;
