import { formatInstant } from '../../lib/time.ts';
import {
  attributeOf,
  checkSequence,
  childNamed,
  dsNamespace,
  type Slot,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { SamlError, type SamlStatus } from '../errors.ts';
import type { ReceivedMessage } from './bindings.ts';
import type { LogoutContext } from './logout-request.ts';
import { checkEnvelope, issuerOf, messageElement, verifySender } from './message.ts';
import { saml, samlNs, samlp, samlpNs } from './names.ts';
import { newMessageId } from './response.ts';

const status = 'urn:oasis:names:tc:SAML:2.0:status:';

/** SAML Core 3.7.3.2: this session is over; PartialLogout says that not every other participant confirmed. */
export const logoutStatuses = {
  success: { code: `${status}Success` },
  partial: { code: `${status}Success`, subcode: `${status}PartialLogout` },
} as const satisfies Record<string, SamlStatus>;

/** What a party answered to our LogoutRequest (SAML Core 3.7.2). Plain data. */
export interface LogoutResponse {
  readonly issuer: string;
  readonly inResponseTo: string;
  readonly status: SamlStatus;
  readonly relayState?: string | undefined;
}

/** Whether the sender's own session is over; that others are not is another matter. */
export const isLogoutConfirmed = ({ status: { code } }: LogoutResponse): boolean =>
  code === logoutStatuses.success.code;

const shape: readonly Slot[] = [
  { ns: samlNs, names: ['Issuer'], min: 1, max: 1 },
  { ns: dsNamespace, names: ['Signature'], min: 0, max: 1 },
  { ns: samlpNs, names: ['Extensions'], min: 0, max: 1 },
  { ns: samlpNs, names: ['Status'], min: 1, max: 1 },
];

export interface LogoutResponseContext extends Omit<LogoutContext, 'replay'> {
  /** SAML Profiles 4.4.4.2: over a connection of our own to the registered address TLS says as well who answered. */
  readonly unsignedAllowed?: boolean;
}

/** From octets to a typed answer; whether it answers a request of ours is the caller's. */
export async function parseLogoutResponse(
  message: ReceivedMessage,
  context: LogoutResponseContext,
): Promise<LogoutResponse> {
  const received = messageElement(message, 'LogoutResponse');
  checkSequence(received, shape);
  const sender = await context.senderOf(issuerOf(received));
  const { element, signed } = verifySender(received, message, sender);
  const soap = message.binding === 'soap';
  if (!signed && !(soap && context.unsignedAllowed))
    throw new SamlError('SIGNATURE_REQUIRED', 'a LogoutResponse has to be signed, and this one is not');
  // What comes back over our own connection went nowhere else, and some stacks name the other endpoint.
  if (!soap) checkEnvelope(element, context, { destinationNeeded: true });
  const inResponseTo = attributeOf(element, 'InResponseTo');
  if (!inResponseTo) throw new SamlError('MESSAGE_UNEXPECTED', 'the LogoutResponse answers no request');
  return { issuer: sender.entityId, inResponseTo, status: statusIn(element), relayState: message.relayState };
}

function statusIn(element: XmlElement): SamlStatus {
  const whole = childNamed(element, samlpNs, 'Status');
  const top = whole && childNamed(whole, samlpNs, 'StatusCode');
  const code = top && attributeOf(top, 'Value');
  if (!code) throw new SamlError('MESSAGE_UNEXPECTED', 'the LogoutResponse has no StatusCode');
  const inner = childNamed(top, samlpNs, 'StatusCode');
  const subcode = inner && attributeOf(inner, 'Value');
  return { code, ...(subcode ? { subcode } : {}) };
}

export interface LogoutResponseOptions {
  readonly issuer: string;
  /** Where it goes; over SOAP it goes back the way the request came. */
  readonly destination?: string | undefined;
  readonly inResponseTo: string;
  readonly status: SamlStatus;
  readonly now: number;
}

/** Not signed yet: how it is signed is the binding's. */
export function buildLogoutResponse(options: LogoutResponseOptions): XmlElement {
  const { issuer, destination, inResponseTo, now } = options;
  const { code, subcode } = options.status;
  const attributes = {
    ID: newMessageId(),
    Version: '2.0',
    IssueInstant: formatInstant(now),
    Destination: destination,
    InResponseTo: inResponseTo,
  };
  const detail = subcode ? [samlp('StatusCode', { Value: subcode })] : [];
  return samlp('LogoutResponse', attributes, [
    saml('Issuer', {}, [issuer]),
    samlp('Status', {}, [samlp('StatusCode', { Value: code }, detail)]),
  ]);
}
