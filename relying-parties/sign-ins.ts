import { randomBytes } from 'node:crypto';
import type { QualifiedNameId } from '../federation/index.ts';
import { sha256 } from '../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import { PartyError } from './errors.ts';

/** What this person is at work, as the hub had it from a directory at the sign-in; nothing here means not staff. */
export interface StaffRecord {
  readonly roles: readonly string[];
  readonly licence?: string | undefined;
  readonly facility?: { readonly code?: string | undefined; readonly name?: string | undefined } | undefined;
}

/** Who is signed in here, as the hub said it: a pseudonym of this party's own, never an identifier others know. */
export interface SignedIn {
  readonly pseudonym: string;
  readonly level: string;
  readonly authenticatedAt: number;
  readonly name?: string | undefined;
  readonly staff?: StaffRecord | undefined;
  /** The hub's own session ends then at the latest. */
  readonly endsAt?: number | undefined;
  /** The EndpointReference that opens the hub's attribute service for this sign-in, as XML. */
  readonly bootstrap?: string | undefined;
  /** SAML SessionIndex or OIDC `sid`: what the hub calls its session towards this party. */
  readonly hubSession?: string | undefined;
  /** SAML: the whole name, which a sign-out has to repeat. */
  readonly nameId?: QualifiedNameId | undefined;
  /** OIDC: the ID token of this sign-in. */
  readonly idToken?: string | undefined;
}

/** A sign-in on its way to the hub and back, tied to one browser. */
export interface PendingSignIn extends StoredRecord {
  readonly browser: string;
  /** What the protocol has to remember. */
  readonly memory: Readonly<Record<string, string>>;
  readonly result?: SignedIn | undefined;
  readonly expiresAt: number;
}

export interface PartySession extends StoredRecord {
  /** The pseudonym, by which the hub names whose session is over. */
  readonly subject: string;
  readonly signedIn: SignedIn;
  readonly expiresAt: number;
}

export const pendingCollection: CollectionDefinition = { name: 'pending-sign-in' };
export const partySessionCollection: CollectionDefinition = { name: 'party-session', indexes: [['subject']] };

const pendingMs = 15 * 60_000;
const sessionMs = 8 * 3600_000;
const hashOf = (value: string) => sha256('sanuki-party:', value).toString('base64url');
export const newSecret = () => randomBytes(32).toString('base64url');

export interface SignInsOptions {
  readonly pending: Collection<PendingSignIn>;
  readonly sessions: Collection<PartySession>;
  readonly now: () => number;
}

/** A party's sign-ins: sent to the hub, back with an answer, and from then on a session of its own. */
export function createSignIns({ pending, sessions, now }: SignInsOptions) {
  async function begin(id: string, browserSecret: string, memory: Readonly<Record<string, string>>): Promise<void> {
    await pending.insert({ id, browser: hashOf(browserSecret), memory, expiresAt: now() + pendingMs });
  }

  async function find(id: string): Promise<PendingSignIn> {
    const found = await pending.get(id);
    if (!found)
      throw new PartyError('SIGN_IN_UNKNOWN', 'the answer belongs to no sign-in of this party, or came too late');
    return found;
  }

  /** Parks the hub's answer until the browser comes by with its own cookie. */
  async function park(id: string, result: SignedIn): Promise<void> {
    await pending.update(id, (current) => ({ ...current, result }));
  }

  /** Only the browser that began gets the session: an answer planted in another one is refused (login CSRF). */
  async function take(id: string, browserSecret: string | undefined): Promise<PendingSignIn> {
    const found = await pending.take(id);
    if (!found) throw new PartyError('SIGN_IN_UNKNOWN', 'the sign-in is unknown, finished or has expired');
    if (!browserSecret || found.browser !== hashOf(browserSecret))
      throw new PartyError('OTHER_BROWSER', 'the sign-in was begun in another browser');
    return found;
  }

  /** Returns the value of the session cookie; a new one for every sign-in. */
  async function open(signedIn: SignedIn): Promise<string> {
    const cookie = newSecret();
    const expiresAt = Math.min(now() + sessionMs, signedIn.endsAt ?? Number.POSITIVE_INFINITY);
    await sessions.insert({ id: hashOf(cookie), subject: signedIn.pseudonym, signedIn, expiresAt });
    return cookie;
  }

  async function current(cookie: string | undefined): Promise<PartySession | undefined> {
    return cookie ? sessions.get(hashOf(cookie)) : undefined;
  }

  async function close(cookie: string | undefined): Promise<void> {
    if (cookie) await sessions.take(hashOf(cookie));
  }

  /** What the hub says is over: the named sessions of a pseudonym, or all of them where none is named. */
  async function closeOf(pseudonym: string, hubSessions: readonly string[]): Promise<void> {
    const { records } = await sessions.find({ where: { subject: pseudonym }, limit: 1000 });
    const meant = records.filter(
      ({ signedIn: { hubSession = '' } }) => hubSessions.length === 0 || hubSessions.includes(hubSession),
    );
    await Promise.all(meant.map(({ id }) => sessions.take(id)));
  }

  return { begin, find, park, take, open, current, close, closeOf };
}

export type SignIns = ReturnType<typeof createSignIns>;
