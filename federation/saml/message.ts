import { parseInstant } from '../../lib/time.ts';
import {
  attributeOf,
  childNamed,
  dsNamespace,
  readXml,
  textOf,
  type VerificationKey,
  verifyElement,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { SamlError } from '../errors.ts';
import { type ReceivedMessage, verifyDetached } from './bindings.ts';
import { nameIdFormats, samlNs, samlpNs } from './names.ts';
import { unwrapSoap } from './soap-binding.ts';

/** Who may have sent a message: a registered provider, or the identity provider that a party has pinned. */
export interface MessageSender {
  readonly entityId: string;
  readonly signingKeys: readonly VerificationKey[];
}

/** The root of the message that a binding delivered; nothing of it is believed yet. */
export function messageElement(message: ReceivedMessage, name: string): XmlElement {
  const element = message.binding === 'soap' ? unwrapSoap(message.octets) : readXml(message.octets);
  if (element.ns !== samlpNs || element.name !== name)
    throw new SamlError('MESSAGE_UNEXPECTED', `another message than ${name} came`);
  return element;
}

/** The entityID in a message's Issuer (SAML Core 2.2.5). */
export function issuerOf(element: XmlElement): string {
  const issuer = childNamed(element, samlNs, 'Issuer');
  const format = issuer && attributeOf(issuer, 'Format');
  if (!issuer || (format !== undefined && format !== nameIdFormats.entity))
    throw new SamlError('MESSAGE_UNEXPECTED', 'the Issuer is missing or no entityID');
  return textOf(issuer).trim();
}

/** What the signature covers and by which key; without one, the element as it came, which nothing may be decided by. */
export interface Sent {
  readonly element: XmlElement;
  readonly signed: boolean;
  readonly verifiedBy?: string | undefined;
}

/** What is signed is verified (SAML Bindings 3.2.2.1, 3.4.4.1, 3.5.4.2); whether it has to be is the caller's. */
export function verifySender(received: XmlElement, message: ReceivedMessage, { signingKeys, entityId }: MessageSender) {
  const sent = verifySignature(received, message, signingKeys);
  // The unverified Issuer only selected the keys; the verified one has to be the same.
  if (issuerOf(sent.element) !== entityId)
    throw new SamlError('MESSAGE_UNEXPECTED', 'the signed Issuer is another one');
  return sent;
}

function verifySignature(received: XmlElement, message: ReceivedMessage, keys: readonly VerificationKey[]): Sent {
  const embedded = childNamed(received, dsNamespace, 'Signature') !== undefined;
  if (message.binding !== 'redirect') {
    if (!embedded) return { element: received, signed: false };
    const { element, fingerprint } = verifyElement(received, keys);
    return { element, signed: true, verifiedBy: fingerprint };
  }
  if (embedded)
    throw new SamlError(
      'BINDING_MALFORMED',
      'HTTP-Redirect carries its signature in the query, not in the message (SAML Bindings 3.4.4.1)',
    );
  if (!message.detached) return { element: received, signed: false };
  return { element: received, signed: true, verifiedBy: verifyDetached(message.detached, keys) };
}

export interface EnvelopeContext {
  /** The endpoint's own address: a Destination has to name it. */
  readonly destination: string;
  readonly now: number;
  readonly skewMs?: number;
  /** How old a message may be. */
  readonly lifetimeMs?: number;
}

/** ID, IssueInstant and Destination (SAML Core 3.2.1, 3.2.2); returns the ID. */
export function checkEnvelope(
  element: XmlElement,
  { destination, now, skewMs = 90_000, lifetimeMs = 300_000 }: EnvelopeContext,
  { destinationNeeded }: { readonly destinationNeeded: boolean },
): string {
  const [id, issued, named] = [
    attributeOf(element, 'ID'),
    parseInstant(attributeOf(element, 'IssueInstant') ?? ''),
    attributeOf(element, 'Destination'),
  ];
  // xs:ID: a name without colon; it comes back in InResponseTo.
  if (!id || !/^[\p{L}_][\p{L}\p{N}\-._]{0,255}$/u.test(id))
    throw new SamlError('MESSAGE_UNEXPECTED', 'the ID is missing or malformed');
  if (issued === undefined || issued - skewMs > now || issued + lifetimeMs + skewMs <= now) {
    throw new SamlError('MESSAGE_NOT_CURRENT', 'IssueInstant is missing, in the future or too old; check the clocks');
  }
  // SAML Bindings 3.4.5.2, 3.5.5.2: a signed message that passes a browser names where it goes.
  if (named === undefined ? destinationNeeded : named !== destination)
    throw new SamlError('DESTINATION_WRONG', 'the Destination is missing or another address');
  return id;
}
