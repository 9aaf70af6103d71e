import { randomBytes } from 'node:crypto';
import type { QualifiedNameId } from '../federation/index.ts';
import { sha256 } from '../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import type { BrowserFamily } from './browser-family.ts';
import type { SignInPlace } from './sign-in/last-sign-ins.ts';

/** A party that took part in a session: what single logout has to name, exactly as it was given to the party. */
export interface Participant {
  readonly protocol: 'saml' | 'oidc';
  /** SAML: every NameID it was given in this session, one of a format, as whole tuples; the latest comes last. */
  readonly nameIds?: readonly QualifiedNameId[] | undefined;
  /** OIDC: the `sub` that it knows the resident by. */
  readonly subject?: string | undefined;
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
  /** The passkey that its level stands on; none where the card alone does. */
  readonly authenticatorId?: string | undefined;
  /** What kind of browser it was opened in, so that its resident knows it again. */
  readonly browser?: BrowserFamily | undefined;
  /** R68: the sign-in of this resident before this one, wherever it was; none before the first. */
  readonly previous?: SignInPlace | undefined;
  /** ms since 1970 of the last presentation of the card, or of the passkey where that stands alone. */
  readonly authenticatedAt: number;
  readonly startedAt: number;
  readonly lastUsedAt: number;
  readonly participants: Readonly<Record<string, Participant>>;
  /** What the OIDC provider keeps between the steps of a sign-out. */
  readonly oidcState?: Readonly<Record<string, unknown>> | undefined;
  /** From here on it is no session for anybody; the record stays until its participants are to be told. */
  readonly ended?: 'yes' | undefined;
  readonly end?: SessionEnd | undefined;
  readonly expiresAt: number;
}

/** Who or what ended a session. */
export interface SessionEnd {
  /** Id of the sign-out that tells the participants. */
  readonly signOut: string;
  readonly reason: 'party' | 'resident' | 'administrator' | 'card' | 'passkey';
  /** The party that asked for it; it is not told. */
  readonly initiator?: string | undefined;
  /** Id of the administrator. */
  readonly actor?: string | undefined;
  readonly at: number;
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
  readonly authenticatorId?: string | undefined;
  readonly browser?: BrowserFamily | undefined;
  readonly previous?: SignInPlace | undefined;
  readonly at: number;
}

export const sessionCollection: CollectionDefinition = {
  name: 'sso-session',
  indexes: [['cardId'], ['residentRef'], ['authenticatorId'], ['ended']],
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

/** One NameID per format: a transient one is kept for the whole session, so that a later sign-out can name it. */
function joined(known: Participant, { nameIds = [] }: Participant): Participant {
  const names = known.nameIds ?? [];
  const added = nameIds.filter(({ format }) => !names.some((name) => name.format === format));
  return added.length === 0 ? known : { ...known, nameIds: [...names, ...added] };
}

export interface SessionsOptions {
  readonly sessions: Collection<SsoSession>;
  readonly cookies: Collection<SessionCookie>;
  /** Whether the card behind a session may still be used: a suspended card ends its sessions at the next request. */
  readonly isCardUsable: (cardId: string) => Promise<boolean>;
  /** The same of the passkey: a removed one ends the sessions that were made with it. */
  readonly isAuthenticatorUsable: (id: string) => Promise<boolean>;
  readonly absoluteMs: number;
  readonly idleMs: number;
  readonly now?: () => number;
}

/** What all sessions of it end with. */
export type SessionOwner =
  | { readonly residentRef: string }
  | { readonly cardId: string }
  | { readonly authenticatorId: string };

const hashOf = (cookie: string) => sha256('sanuki-session-cookie:', cookie).toString('base64url');

export function createSessions({
  sessions,
  cookies,
  isCardUsable,
  isAuthenticatorUsable,
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

  /** The same resident presented the card or a passkey again: the session stays (its participants too), its level, time and cookie are new. */
  async function renew(
    id: string,
    presentation: Presentation,
  ): Promise<{ session: SsoSession; cookie: string } | undefined> {
    const session = await change(id, (current) => ({
      ...current,
      cardId: presentation.cardId,
      level: presentation.level,
      amr: presentation.amr,
      authenticatorId: presentation.authenticatorId,
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
    if (!session || session.ended || now() - session.lastUsedAt > idleMs) return undefined;
    const { cardId, authenticatorId } = session;
    const usable =
      (await isCardUsable(cardId)) && (authenticatorId === undefined || (await isAuthenticatorUsable(authenticatorId)));
    return usable ? session : undefined;
  }

  async function byCookie(cookie: string | undefined): Promise<SsoSession | undefined> {
    if (!cookie) return undefined;
    const bound = await cookies.get(hashOf(cookie));
    const session = bound && (await live(bound.sessionId));
    if (session && now() - session.lastUsedAt > useNotedMs) {
      return change(session.id, (current) => ({ ...current, lastUsedAt: now() }));
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

  /** Forgets every cookie value of the session at once; `renew` gives a new one. A crash between leaves nobody signed in. */
  async function dropCookies(sessionId: string): Promise<void> {
    for (;;) {
      const { records, next } = await cookies.find({ where: { sessionId } });
      await Promise.all(records.map(({ id }) => cookies.take(id)));
      if (next === undefined) return;
    }
  }

  /**
   * Notes a party's first visit, and a NameID of a format that it has not been given yet; of two parallel first visits
   * the earlier entry stays. Costs no write when it is known; undefined when the session ended meanwhile.
   */
  async function join(session: SsoSession, party: string, participant: Participant): Promise<Participant | undefined> {
    const known = session.participants[party];
    if (known && joined(known, participant) === known) return known;
    const written = await change(session.id, (current) => {
      const there = current.participants[party];
      const participants = { ...current.participants, [party]: there ? joined(there, participant) : participant };
      return { ...current, participants };
    });
    return written?.participants[party];
  }

  /** An ended session is never changed, so never revived. */
  async function change(id: string, patch: (current: SsoSession) => SsoSession): Promise<SsoSession | undefined> {
    const written = await sessions.update(id, (current) => (current.ended ? current : patch(current)));
    return written?.ended ? undefined : written;
  }

  /**
   * Ends the session for every party and process at once. Of several callers one gets it, with the participants that
   * are to be told; the record stays until `forget`, so that a crash in between loses nobody.
   */
  async function end(id: string, how: SessionEnd): Promise<SsoSession | undefined> {
    const written = await sessions.update(id, (current) =>
      current.ended ? current : { ...current, ended: 'yes', end: how },
    );
    return written?.end?.signOut === how.signOut ? written : undefined;
  }

  async function forget(id: string): Promise<void> {
    await sessions.take(id);
  }

  /** A session that has not ended, however long nobody used it. */
  async function peek(id: string): Promise<SsoSession | undefined> {
    const session = await sessions.get(id);
    return session?.ended ? undefined : session;
  }

  /** Sessions by what they stand on, also those that nobody used for long: their participants may be signed in still. */
  async function sessionsOf(where: SessionOwner | { readonly ended: 'yes' }): Promise<readonly SsoSession[]> {
    return (await sessions.find({ where, limit: 1000 })).records;
  }

  /** The session that a cookie leads to or led to: after its end it still says whose browser this is. */
  async function sessionIdOf(cookie: string | undefined): Promise<string | undefined> {
    return cookie ? (await cookies.get(hashOf(cookie)))?.sessionId : undefined;
  }

  return {
    start,
    renew,
    live,
    byCookie,
    addCookie,
    retireCookie,
    dropCookies,
    join,
    change,
    end,
    forget,
    peek,
    sessionsOf,
    sessionIdOf,
  };
}

export type Sessions = ReturnType<typeof createSessions>;
