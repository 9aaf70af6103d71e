import { formatInstant, parseInstant } from '../../lib/time.ts';
import {
  attributeOf,
  checkSequence,
  childNamed,
  childrenNamed,
  dsNamespace,
  type Slot,
  textOf,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { SamlError } from '../errors.ts';
import type { ReplayGuard } from '../replay.ts';
import type { ReceivedMessage } from './bindings.ts';
import {
  checkEnvelope,
  type EnvelopeContext,
  issuerOf,
  type MessageSender,
  messageElement,
  verifySender,
} from './message.ts';
import { nameIdElement, type QualifiedNameId, readNameId } from './name-id.ts';
import { saml, samlNs, samlp, samlpNs } from './names.ts';

/** A request to end the sessions of one principal (SAML Core 3.7.1), of a sender that proved itself. Plain data. */
export interface LogoutRequest {
  readonly id: string;
  readonly issuer: string;
  readonly nameId: QualifiedNameId;
  /** None means every session of the principal at the sender. */
  readonly sessionIndexes: readonly string[];
  readonly binding: ReceivedMessage['binding'];
  readonly relayState?: string | undefined;
  /** Fingerprint of the key that the message was signed with. */
  readonly verifiedBy?: string | undefined;
}

/** What the sender is told of, because it is certain who it was. */
export type ReceivedLogout =
  | { readonly request: LogoutRequest }
  | { readonly refused: Omit<LogoutRequest, 'nameId' | 'sessionIndexes'>; readonly refusal: SamlError };

export interface LogoutContext extends EnvelopeContext {
  /** Throws for a sender that is not known. */
  readonly senderOf: (entityId: string) => Promise<MessageSender>;
  readonly replay: ReplayGuard;
}

/** SAML Core 3.2.1 and 3.7.1: children in the order of the schema. */
const shape: readonly Slot[] = [
  { ns: samlNs, names: ['Issuer'], min: 1, max: 1 },
  { ns: dsNamespace, names: ['Signature'], min: 0, max: 1 },
  { ns: samlpNs, names: ['Extensions'], min: 0, max: 1 },
  { ns: samlNs, names: ['BaseID', 'NameID', 'EncryptedID'], min: 1, max: 1 },
  { ns: samlpNs, names: ['SessionIndex'], min: 0, max: 'many' },
];

/**
 * From octets to a typed request (SAML Profiles 4.4.3.1, 4.4.4.1). It has to be signed in every binding: whoever could
 * send another's would sign people out.
 */
export async function parseLogoutRequest(message: ReceivedMessage, context: LogoutContext): Promise<ReceivedLogout> {
  const received = messageElement(message, 'LogoutRequest');
  checkSequence(received, shape);
  const sender = await context.senderOf(issuerOf(received));
  const { element, signed, verifiedBy } = verifySender(received, message, sender);
  if (!signed) throw new SamlError('SIGNATURE_REQUIRED', 'a LogoutRequest has to be signed, and this one is not');
  const id = checkEnvelope(element, context, { destinationNeeded: message.binding !== 'soap' });
  checkEnd(element, context);
  const { now, skewMs = 90_000, lifetimeMs = 300_000 } = context;
  if (!(await context.replay.isFirstUse(sender.entityId, id, now + lifetimeMs + 2 * skewMs)))
    throw new SamlError('MESSAGE_REPLAYED', 'this request was already received');
  const { binding, relayState } = message;
  const certain = { id, issuer: sender.entityId, binding, relayState, verifiedBy };
  const refusal = refusalOf(element);
  if (refusal) return { refused: certain, refusal };
  const nameId = childNamed(element, samlNs, 'NameID');
  if (!nameId) throw new TypeError('the shape has a NameID');
  const sessionIndexes = childrenNamed(element, samlpNs, 'SessionIndex').map(textOf);
  return { request: { ...certain, nameId: readNameId(nameId), sessionIndexes } };
}

/** SAML Core 3.7.1: NotOnOrAfter is exclusive. */
function checkEnd(element: XmlElement, { now, skewMs = 90_000 }: EnvelopeContext): void {
  const text = attributeOf(element, 'NotOnOrAfter');
  const end = text === undefined ? undefined : parseInstant(text);
  if (text !== undefined && (end === undefined || now >= end + skewMs))
    throw new SamlError('MESSAGE_NOT_CURRENT', 'NotOnOrAfter of the request has passed');
}

function refusalOf(element: XmlElement): SamlError | undefined {
  if (attributeOf(element, 'Version') !== '2.0') return new SamlError('VERSION_MISMATCH', 'Version is not 2.0');
  if (!childNamed(element, samlNs, 'NameID'))
    return new SamlError('REQUEST_UNSUPPORTED', 'the principal has to be named by a NameID in the clear');
  return undefined;
}

export interface LogoutRequestOptions {
  readonly id: string;
  readonly issuer: string;
  readonly destination: string;
  readonly nameId: QualifiedNameId;
  readonly sessionIndex?: string | undefined;
  /** SAML Core 3.7.3: why, as a URI. */
  readonly reason?: string | undefined;
  readonly now: number;
  readonly lifetimeMs?: number;
}

/** SAML Core 3.7.3. */
export const logoutReasons = {
  user: 'urn:oasis:names:tc:SAML:2.0:logout:user',
  admin: 'urn:oasis:names:tc:SAML:2.0:logout:admin',
} as const;

/** Not signed yet: how it is signed is the binding's. */
export function buildLogoutRequest(options: LogoutRequestOptions): XmlElement {
  const { id, issuer, destination, nameId, sessionIndex, reason, now, lifetimeMs = 300_000 } = options;
  const names = { ID: id, Version: '2.0', IssueInstant: formatInstant(now), Destination: destination };
  return samlp('LogoutRequest', { ...names, Reason: reason, NotOnOrAfter: formatInstant(now + lifetimeMs) }, [
    saml('Issuer', {}, [issuer]),
    nameIdElement(nameId),
    sessionIndex === undefined ? undefined : samlp('SessionIndex', {}, [sessionIndex]),
  ]);
}
