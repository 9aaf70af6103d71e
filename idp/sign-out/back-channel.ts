import {
  buildLogoutRequest,
  decodeSoap,
  encodeSoap,
  isLogoutConfirmed,
  type KeyRing,
  type LogoutResponse,
  logoutReasons,
  newMessageId,
  type ProviderRegistry,
  parseLogoutResponse,
  SamlError,
} from '../../federation/index.ts';
import { OutgoingError, type PostOptions, postBytes } from '../../lib/outgoing.ts';
import { signElement, XmlError } from '../../lib/xml/index.ts';
import type { SessionEnd } from '../session.ts';
import { type LogoutEndpoint, logoutEndpointOf } from './endpoints.ts';
import { buildLogoutToken } from './logout-token.ts';
import type { Delivery } from './record.ts';

export interface BackChannelOptions {
  readonly issuer: string;
  /** Our SAML entityID. */
  readonly entityId: string;
  readonly registry: ProviderRegistry;
  readonly keys: Pick<KeyRing, 'active' | 'samlKey'>;
  readonly reach: Pick<PostOptions, 'allowLoopback' | 'allowPrivate'>;
  readonly now: () => number;
}

/** unreachable: nothing was said, so it is worth another try. */
export type Attempt = 'confirmed' | 'failed' | 'unreachable';

export const reasonUri = ({ reason }: Pick<SessionEnd, 'reason'>): string =>
  reason === 'party' || reason === 'resident' ? logoutReasons.user : logoutReasons.admin;

/** Tells one party over a connection of the hub's own: a logout token, or a LogoutRequest by SOAP. */
export function createBackChannel(options: BackChannelOptions) {
  const { registry, reach } = options;

  async function tell(delivery: Delivery, how: Pick<SessionEnd, 'reason'>, timeoutMs: number): Promise<Attempt> {
    const endpoint = await logoutEndpointOf(registry, delivery.party);
    const limits = { ...reach, timeoutMs, maxBytes: 64 * 1024 };
    try {
      if (endpoint?.kind === 'oidc') return await tellClient(endpoint, delivery, { limits, ...options });
      if (endpoint?.kind === 'soap') return await tellProvider(endpoint, delivery, { how, limits, ...options });
      return 'failed';
    } catch (error) {
      if (error instanceof OutgoingError) return attemptOf(error);
      // An answer that cannot be believed confirms nothing, and the next one will be no better.
      if (error instanceof SamlError || error instanceof XmlError) return 'failed';
      throw error;
    }
  }

  return { tell };
}

export type BackChannel = ReturnType<typeof createBackChannel>;

/** A definite no is one; what comes from a proxy or from nobody is not the party's word. */
const attemptOf = ({ code, status = 0 }: OutgoingError): Attempt =>
  (code === 'ANSWER_NOT_OK' && status < 500 && status !== 408 && status !== 429) || code === 'ADDRESS_REFUSED'
    ? 'failed'
    : 'unreachable';

type Of<Kind> = Extract<LogoutEndpoint, { kind: Kind }>;
type Limits = Omit<PostOptions, 'body' | 'contentType'>;

/** Back-Channel Logout 1.0 2.5, 2.8. */
async function tellClient(
  { clientId, uri, algorithm }: Of<'oidc'>,
  { participant }: Delivery,
  { issuer, keys, now, limits }: BackChannelOptions & { readonly limits: Limits },
): Promise<Attempt> {
  const { subject, sessionIndex: sid } = participant;
  const token = await buildLogoutToken({ issuer, clientId, algorithm, subject, sid, keys, now: now() });
  await postBytes(uri, {
    ...limits,
    body: new URLSearchParams({ logout_token: token }).toString(),
    contentType: 'application/x-www-form-urlencoded',
    acceptStatus: [200, 204],
  });
  return 'confirmed';
}

/** SAML Profiles 4.4.3.3, Bindings 3.2. */
async function tellProvider(
  { entityId: party, location, keys: signingKeys }: Of<'soap'>,
  { participant, attempts }: Delivery,
  {
    entityId,
    keys,
    now,
    limits,
    how,
  }: BackChannelOptions & { readonly limits: Limits; readonly how: Pick<SessionEnd, 'reason'> },
): Promise<Attempt> {
  const nameId = participant.nameIds?.at(-1);
  if (!nameId) return 'failed';
  const id = newMessageId();
  const names = { id, issuer: entityId, destination: location, nameId, sessionIndex: participant.sessionIndex };
  const request = buildLogoutRequest({ ...names, reason: reasonUri(how), now: now() });
  const answer = await postBytes(location, {
    ...limits,
    body: encodeSoap(await signElement(request, keys.samlKey(), { after: 'Issuer' })),
    contentType: 'text/xml; charset=utf-8',
    headers: { soapaction: '"http://www.oasis-open.org/committees/security"' },
    acceptStatus: [200, 500],
  });
  const response = await parseLogoutResponse(decodeSoap(answer), {
    senderOf: async (issuer) => {
      if (issuer !== party) throw new SamlError('MESSAGE_UNEXPECTED', 'somebody else answered');
      return { entityId: party, signingKeys };
    },
    destination: '',
    unsignedAllowed: location.startsWith('https:'),
    now: now(),
  });
  return response.inResponseTo === id && isOver(response, attempts) ? 'confirmed' : 'failed';
}

/** Told once before without an answer, the party may have heard it: that it knows no such session is then a yes. */
const isOver = (response: LogoutResponse, attempts: number): boolean =>
  isLogoutConfirmed(response) || (attempts > 1 && response.status.subcode?.endsWith(':UnknownPrincipal') === true);
