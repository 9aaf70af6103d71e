import type { Settings } from '../config/index.ts';
import type { Storage } from '../storage/index.ts';
import {
  createSessions,
  type SessionCookie,
  type SessionsOptions,
  type SsoSession,
  sessionCollection,
  sessionCookieCollection,
} from './session.ts';

const minute = 60_000;

/** The ledger of sign-ins in the hub's store, with the times that the settings give it. */
export const openSessions = (
  { storage }: { readonly storage: Storage },
  {
    settings: { session },
    ...options
  }: { readonly settings: Pick<Settings, 'session'> } & Pick<
    SessionsOptions,
    'isCardUsable' | 'isAuthenticatorUsable' | 'now'
  >,
) =>
  createSessions({
    ...options,
    sessions: storage.collection<SsoSession>(sessionCollection),
    cookies: storage.collection<SessionCookie>(sessionCookieCollection),
    absoluteMs: session.absoluteMinutes * minute,
    idleMs: session.idleMinutes * minute,
  });
