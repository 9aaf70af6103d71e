import { randomBytes } from 'node:crypto';
import { type ConsentRequest, consentRequestCollection, createConsentRequests } from '../../attribute-service/index.ts';
import type { CardAuthentication } from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import {
  type AccountLink,
  type AccountLinks,
  accountLinkCollection,
  createAccountLinks,
  createKeyRing,
  createProviderRegistry,
  type KeyRecord,
  type KeyRing,
  keyCollection,
  type ProviderRecord,
  providerCollection,
  type Registration,
} from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import { createMemoryStorage, type Storage } from '../../storage/index.ts';
import { createBootstrap } from '../attributes/bootstrap.ts';
import { createHandles } from '../attributes/handle.ts';
import type { StaffLook } from '../attributes/staff.ts';
import {
  type CounterPresentation,
  counterPresentationCollection,
  createCounterPresentations,
} from '../counter-presentations.ts';
import type { KeyUses } from '../key-use.ts';
import { nobodyProofed } from '../oidc/identity.ts';
import {
  createSessions,
  type Presentation,
  type SessionCookie,
  type SsoSession,
  sessionCollection,
  sessionCookieCollection,
} from '../session.ts';
import { nobodyTests } from './admission.ts';

export interface StageOptions {
  readonly settings: Settings;
  /** Read only: a preview makes no pseudonym that lasts. */
  readonly links: Pick<AccountLinks, 'knownPseudonym'>;
  readonly lookAtStaff: (residentRef: string) => Promise<StaffLook>;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  readonly keyUses: Pick<KeyUses, 'latest'>;
  readonly entityId: string;
  readonly now: () => number;
}

const minute = 60_000;

/**
 * A hub of one provider and one card, in memory: what a test sign-in happens in. Everything that answers is the live
 * code; what it answers from is thrown away with the page. The real store is read for what is known of the card's
 * holder and never written: no session, no participant, no pseudonym, no token stays behind.
 */
export async function openStage(
  registration: Registration,
  { presented, ...reached }: { readonly presented: CardAuthentication } & Pick<Presentation, 'level' | 'amr'>,
  options: StageOptions,
) {
  const { settings, links, lookAtStaff, entityId, now } = options;
  const { origin, profile, session } = settings;
  const storage = createMemoryStorage({ now });
  // Approved here and nowhere else. At the beginning of time no metadata has expired: that is said, and not in the way.
  const registry = createProviderRegistry({
    providers: storage.collection<ProviderRecord>(providerCollection),
    allowHttp: profile === 'trial',
    now: () => 0,
  });
  const record = await registry.register({ ...registration, status: 'approved' });
  const { sessions, presentations } = signInsOn(storage, session, now);
  const keys = await playgroundKeys();
  const handles = createHandles({ seal: createSeal(randomBytes(32), 'playground'), now });
  const soapUrl = `${origin}/soap`;
  const signing = { entityId, soapUrl, registry, handles, signingKey: keys.samlKey, now };
  const { bootstrapFor } = createBootstrap({ ...signing, keyUses: options.keyUses });
  let staff: StaffLook['outcome'] | undefined;

  async function staffOf(residentRef: string) {
    const looked = await lookAtStaff(residentRef);
    staff = looked.outcome;
    return looked.staff;
  }

  return {
    record,
    storage,
    registry,
    sessions,
    presentations,
    ...(await sessions.start({ ...presented, ...reached })),
    presented,
    keys,
    links: linksOn(storage, links),
    bootstrapFor,
    identity: nobodyProofed,
    consentRequests: createConsentRequests({ requests: storage.collection<ConsentRequest>(consentRequestCollection) }),
    staffOf,
    /** What became of the question to the staff directory; undefined when nobody asked. */
    staffOutcome: () => staff,
    displayNameOf: options.displayNameOf,
    noteVisit: async () => undefined,
    audit: { record: async () => undefined },
    keyUses: { note: () => undefined },
    testing: nobodyTests,
    entityId,
    origin,
    now,
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** Where a live hub keeps who is signed in, and who stands at a counter. */
function signInsOn(storage: Storage, session: Settings['session'], now: () => number) {
  const sessions = createSessions({
    sessions: storage.collection<SsoSession>(sessionCollection),
    cookies: storage.collection<SessionCookie>(sessionCookieCollection),
    isCardUsable: async () => true,
    isAuthenticatorUsable: async () => true,
    absoluteMs: session.absoluteMinutes * minute,
    idleMs: session.idleMinutes * minute,
    now,
  });
  const presentations = createCounterPresentations({
    presentations: storage.collection<CounterPresentation>(counterPresentationCollection),
    isCardUsable: async () => true,
    isTerminal: async () => true,
    now,
  });
  return { sessions, presentations };
}

/** A pseudonym that is there is shown; for a first visit one is made up, and forgotten: the real one will be another. */
function linksOn(storage: Storage, real: StageOptions['links']): AccountLinks {
  const own = createAccountLinks({
    links: storage.collection<AccountLink>(accountLinkCollection),
    indexKey: randomBytes(32),
  });
  return {
    ...own,
    pseudonymFor: async (residentRef, party) =>
      (await real.knownPseudonym(residentRef, party)) ?? own.pseudonymFor(residentRef, party),
  };
}

let made: Promise<KeyRing> | undefined;

/**
 * Keys that no metadata and no JWKS ever names: whatever is signed here is refused by every party that verifies, whoever
 * copies it from the page, and whatever that party makes of times and InResponseTo. Made at the first test sign-in,
 * because that takes a moment; they live in this process only.
 */
function playgroundKeys(): Promise<KeyRing> {
  made ??= makeKeys();
  return made;
}

async function makeKeys(): Promise<KeyRing> {
  const ring = createKeyRing({
    keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'playground'),
    commonName: 'test sign-in, trusted by nobody',
    trial: true,
  });
  await ring.ensure();
  return ring;
}
