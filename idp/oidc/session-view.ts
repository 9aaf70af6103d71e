import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Participant, Sessions, SsoSession } from '../session.ts';
import type { NoteVisit } from '../visits.ts';

/**
 * What oidc-provider takes for its Session is a view of the hub's ledger: found by the hub's cookie, gone with the
 * hub's session. The provider may add parties and rotate the cookie; only the ledger starts and ends sessions.
 */
export interface SessionViewOptions {
  readonly sessions: Sessions;
  /** Sessions without a resident (a dead cookie, a sign-out without session): the provider's own short-lived records. */
  readonly anonymous: Adapter;
  /** The `sub` of a resident at a client. */
  readonly subjectFor: (residentRef: string, clientId: string) => Promise<string>;
  readonly noteVisit: NoteVisit;
  readonly now: () => number;
}

type Authorizations = Record<string, { sid: string; grantId?: string | undefined }>;

const partyOf = (clientId: string) => `oidc:${clientId}`;
const anonymousSeconds = 600;

export function createSessionView({ sessions, anonymous, subjectFor, noteVisit, now }: SessionViewOptions): Adapter {
  async function upsert(cookie: string, payload: AdapterPayload): Promise<void> {
    if (!payload.accountId || !payload.uid) return anonymous.upsert(cookie, payload, anonymousSeconds);
    const session = await sessions.live(payload.uid);
    // An ended session is never revived, whatever the provider still holds in memory.
    if (!session || session.residentRef !== payload.accountId) return;
    if ((await sessions.byCookie(cookie))?.id !== session.id)
      await sessions.addCookie(session.id, cookie, session.expiresAt);
    await noteChanges(session, payload);
  }

  /** Merges, because two first visits in parallel each know only their own party; called at every authorize, so it writes only changes. */
  async function noteChanges(session: SsoSession, payload: AdapterPayload): Promise<void> {
    const authorizations = (payload.authorizations ?? {}) as Authorizations;
    const changed = Object.entries(authorizations).filter(([clientId, { sid, grantId }]) => {
      const known = session.participants[partyOf(clientId)];
      return known?.sessionIndex !== sid || known.grantId !== grantId;
    });
    const state = payload.state as SsoSession['oidcState'];
    if (changed.length === 0 && JSON.stringify(state) === JSON.stringify(session.oidcState)) return;
    const visits = await Promise.all(
      changed.map(async ([clientId, authorization]) => {
        const subject = await subjectFor(session.residentRef, clientId);
        return [partyOf(clientId), participantOf(authorization, session, subject)] as const;
      }),
    );
    await sessions.change(session.id, (current) => ({
      ...current,
      participants: { ...current.participants, ...Object.fromEntries(visits) },
      oidcState: state,
    }));
    const first = visits.filter(([party]) => session.participants[party] === undefined);
    await Promise.all(first.map(([party]) => noteVisit(session.residentRef, party)));
  }

  function participantOf(
    { sid, grantId }: Authorizations[string],
    { level }: SsoSession,
    subject: string,
  ): Participant {
    return { protocol: 'oidc', subject, sessionIndex: sid, grantId, level, since: now() };
  }

  return {
    upsert,
    async find(cookie) {
      const session = await sessions.byCookie(cookie);
      return session ? viewOf(session, cookie) : anonymous.find(cookie);
    },
    async findByUid(uid) {
      const session = await sessions.live(uid);
      return session && viewOf(session, undefined);
    },
    // Called when a cookie is rotated and at sign-out: forget that value only.
    async destroy(cookie) {
      await Promise.all([sessions.retireCookie(cookie), anonymous.destroy(cookie)]);
    },
    async consume() {
      throw new TypeError('a session is not a single-use record');
    },
    async findByUserCode() {
      return undefined;
    },
    async revokeByGrantId() {},
  };
}

function viewOf(session: SsoSession, cookie: string | undefined): AdapterPayload {
  const authorizations: Authorizations = {};
  for (const [party, participant] of Object.entries(session.participants)) {
    if (participant.protocol !== 'oidc') continue;
    authorizations[party.slice('oidc:'.length)] = { sid: participant.sessionIndex, grantId: participant.grantId };
  }
  return {
    kind: 'Session',
    // The cookie ends with the browser: the next person at a shared computer finds no session.
    transient: true,
    ...(cookie ? { jti: cookie } : { jti: session.id }),
    uid: session.id,
    accountId: session.residentRef,
    loginTs: Math.floor(session.authenticatedAt / 1000),
    acr: session.level,
    amr: [...session.amr],
    iat: Math.floor(session.startedAt / 1000),
    exp: Math.floor(session.expiresAt / 1000),
    authorizations,
    ...(session.oidcState ? { state: session.oidcState } : {}),
  };
}
