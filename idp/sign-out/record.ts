import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';
import type { Participant, SessionEnd } from '../session.ts';

/** What became of telling one party; `no-endpoint`: it registered no address for sign-outs. */
export type Outcome = 'confirmed' | 'failed' | 'not-reached' | 'no-endpoint' | 'pending';

export interface Told {
  readonly outcome: Outcome;
  readonly at: number;
}

/** Where the browser goes when everything is told. */
export type Answer =
  | {
      readonly protocol: 'saml';
      /** entityID of the party that asked. */
      readonly party: string;
      readonly requestId: string;
      readonly binding: 'redirect' | 'post';
      readonly relayState?: string | undefined;
    }
  | { readonly protocol: 'oidc'; readonly party: string; readonly url: string };

/** The sign-out of one session: who was told, and with what result. Names nobody's NameID. */
export interface SignOut extends StoredRecord {
  readonly residentRef: string;
  readonly sessionId: string;
  readonly how: SessionEnd;
  /** By registration id. */
  readonly told: Readonly<Record<string, Told>>;
  /** Further sessions that the same request ended; their results count for its answer. */
  readonly siblings?: readonly string[] | undefined;
  readonly answer?: Answer | undefined;
  /** Hash of the secret of the browser that held the session: the chain and the names of services are for it alone. */
  readonly browser?: string | undefined;
  readonly expiresAt: number;
}

/** One party that is still to be told. Goes when it is, or when it makes no sense any more. */
export interface Delivery extends StoredRecord {
  readonly signOut: string;
  /** Registration id. */
  readonly party: string;
  readonly participant: Participant;
  /** By the hub itself, or by the browser. */
  readonly way: 'back' | 'front';
  /** front: sent means that the browser went there and has not come back. */
  readonly state: 'waiting' | 'sent';
  readonly attempts: number;
  /** back: not before; whoever tries puts it off first, so that of several processes one does. */
  readonly dueAt: number;
  /** ID of the LogoutRequest that the browser carried. */
  readonly requestId?: string | undefined;
  readonly expiresAt: number;
}

export const signOutCollection: CollectionDefinition = { name: 'sign-out', indexes: [['residentRef']] };
export const deliveryCollection: CollectionDefinition = {
  name: 'sign-out-delivery',
  indexes: [['signOut'], ['way'], ['requestId']],
};

export interface SignOutStores {
  readonly signOuts: Collection<SignOut>;
  readonly deliveries: Collection<Delivery>;
}

/** A party whose delivery was given up is not on its way any more. */
export const outcomeNow = ({ outcome, at }: Told, now: number): Outcome =>
  outcome === 'pending' && now > at + deliveryMs ? 'not-reached' : outcome;

/** How long a party is tried to be told: after that its own session has most likely ended by itself. */
export const deliveryMs = 3600_000;

export const isConfirmedByAll = (records: readonly Pick<SignOut, 'told'>[]): boolean =>
  records.every(({ told }) => Object.values(told).every(({ outcome }) => outcome === 'confirmed'));
