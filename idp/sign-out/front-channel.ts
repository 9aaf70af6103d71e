import {
  buildLogoutRequest,
  encodeFront,
  type FrontMessage,
  isLogoutConfirmed,
  type KeyRing,
  type LogoutResponse,
  newMessageId,
  type ProviderRegistry,
} from '../../federation/index.ts';
import type { FetchLimits } from '../../lib/outgoing.ts';
import { isRefusing } from '../../lib/outgoing-knock.ts';
import { reasonUri } from './back-channel.ts';
import { type LogoutEndpoint, logoutEndpointOf } from './endpoints.ts';
import type { Delivery, SignOut, SignOutStores } from './record.ts';
import type { SignOuts } from './sign-outs.ts';

export interface FrontChannelOptions extends SignOutStores {
  readonly entityId: string;
  readonly registry: ProviderRegistry;
  readonly keys: Pick<KeyRing, 'samlKey'>;
  readonly note: SignOuts['note'];
  readonly reach: Pick<FetchLimits, 'allowLoopback' | 'allowPrivate'>;
  readonly now: () => number;
}

/** The next party that the browser goes to. */
export interface Hop {
  readonly party: string;
  readonly message: FrontMessage;
}

/**
 * One party after the other, each from a page of the hub: a party that keeps the browser stops nobody, because coming
 * back to that page in whatever way goes on behind it. Parties here have no SOAP address.
 */
export function createFrontChannel(options: FrontChannelOptions) {
  const { deliveries, signOuts, registry, note, reach, now } = options;

  /** Undefined when nobody is left. Whoever was visited and has not answered by now is not waited for. */
  async function next(signOut: SignOut): Promise<Hop | undefined> {
    const { records } = await deliveries.find({ where: { signOut: signOut.id }, limit: 1000 });
    const front = records.filter(({ way }) => way === 'front');
    for (const gone of front.filter(({ state }) => state === 'sent')) await giveUp(gone);
    for (const delivery of front.filter(({ state }) => state === 'waiting')) {
      const hop = await visit(delivery, signOut);
      if (hop) return hop;
    }
    return undefined;
  }

  /** The entry stays for an answer that comes late. */
  async function giveUp(delivery: Delivery): Promise<void> {
    const { told } = (await signOuts.get(delivery.signOut)) ?? {};
    if (told?.[delivery.party]?.outcome === 'pending') await note(delivery, 'not-reached');
  }

  async function visit(delivery: Delivery, { how }: SignOut): Promise<Hop | undefined> {
    const { id, party, participant } = delivery;
    const endpoint = await logoutEndpointOf(registry, party);
    const nameId = participant.nameIds?.at(-1);
    const requestId = newMessageId();
    let mine = false;
    await deliveries.update(id, (current) => {
      mine = current.state === 'waiting';
      return mine ? { ...current, state: 'sent', requestId } : current;
    });
    // A browser that is sent to a closed door does not come back by itself.
    if (!mine || endpoint?.kind !== 'front' || !nameId || (await isRefusing(endpoint.service.location, reach))) {
      await giveUp(delivery);
      return undefined;
    }
    const names = { id: requestId, nameId, sessionIndex: participant.sessionIndex, reason: reasonUri(how) };
    return { party, message: await messageTo(endpoint, names, delivery.signOut) };
  }

  async function messageTo(
    { service }: Extract<LogoutEndpoint, { kind: 'front' }>,
    names: Pick<Parameters<typeof buildLogoutRequest>[0], 'id' | 'nameId' | 'sessionIndex' | 'reason'>,
    relayState: string,
  ): Promise<FrontMessage> {
    const { entityId, keys } = options;
    const { location } = service;
    const element = buildLogoutRequest({ ...names, issuer: entityId, destination: location, now: now() });
    return encodeFront(service, { name: 'SAMLRequest', element, relayState, key: keys.samlKey() });
  }

  /** The party's answer, as the browser brought it; returns the sign-out that goes on. */
  async function answered({ issuer, inResponseTo, ...response }: LogoutResponse): Promise<string | undefined> {
    const { records } = await deliveries.find({ where: { requestId: inResponseTo }, limit: 1 });
    const [delivery] = records;
    if (delivery?.party !== `saml:${issuer}`) return undefined;
    const confirmed = isLogoutConfirmed({ issuer, inResponseTo, ...response });
    await note(delivery, confirmed ? 'confirmed' : 'failed');
    await deliveries.take(delivery.id);
    return delivery.signOut;
  }

  return { next, answered };
}

export type FrontChannel = ReturnType<typeof createFrontChannel>;
