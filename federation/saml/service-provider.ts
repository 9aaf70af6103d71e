import type { KeyObject } from 'node:crypto';
import { parseInstant } from '../../lib/time.ts';
import {
  attributeOf,
  checkSequence,
  childNamed,
  childrenNamed,
  decryptElement,
  dsNamespace,
  elementsOf,
  readXml,
  type Slot,
  textOf,
  type VerificationKey,
  verifyElement,
  type XmlElement,
  xencNamespace,
} from '../../lib/xml/index.ts';
import { SamlError } from '../errors.ts';
import type { ReplayGuard } from '../replay.ts';
import type { ReceivedMessage } from './bindings.ts';
import { type QualifiedNameId, readNameId } from './name-id.ts';
import { samlNs, samlpNs } from './names.ts';

/** Who signed in, as the assertion says it: the only source the SP role decides by. */
export interface SignedInSubject {
  readonly nameId: QualifiedNameId;
  readonly sessionIndex?: string | undefined;
  readonly contextClass: string;
  readonly authenticatedAt: number;
  readonly sessionEndsAt?: number | undefined;
  /** Text values by attribute name. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** The first element of an attribute whose value is an element (a bootstrap endpoint reference), by attribute name. */
  readonly elements: Readonly<Record<string, XmlElement>>;
}

export interface ResponseContext {
  /** Our entityID as a service provider. */
  readonly entityId: string;
  readonly acsUrl: string;
  /** ID of the request this browser was sent with; an answer nobody asked for is refused. */
  readonly requestId: string;
  readonly idp: { readonly entityId: string; readonly signingKeys: readonly VerificationKey[] };
  readonly decryptionKeys: readonly KeyObject[];
  readonly replay: ReplayGuard;
  readonly now: number;
  readonly skewMs?: number;
}

const one = (ns: string, names: readonly string[], min: 0 | 1 = 0): Slot => ({ ns, names, min, max: 1 });
const responseShape: readonly Slot[] = [
  one(samlNs, ['Issuer']),
  one(dsNamespace, ['Signature']),
  one(samlpNs, ['Extensions']),
  one(samlpNs, ['Status'], 1),
  one(samlNs, ['Assertion', 'EncryptedAssertion']),
];
const assertionShape: readonly Slot[] = [
  one(samlNs, ['Issuer'], 1),
  one(dsNamespace, ['Signature']),
  one(samlNs, ['Subject'], 1),
  one(samlNs, ['Conditions'], 1),
  one(samlNs, ['Advice']),
  { ns: samlNs, names: ['AuthnStatement', 'AttributeStatement'], min: 1, max: 'many' },
];

/**
 * Web SSO, the party's side (SAML Profiles 4.1.4.3). The assertion alone decides: with only it signed, the Response's
 * Destination, Status and InResponseTo are whoever's carried it. A refused sign-in comes as SamlError RESPONSE_REFUSED.
 */
export async function consumeResponse(message: ReceivedMessage, context: ResponseContext): Promise<SignedInSubject> {
  const response = readXml(message.octets);
  if (response.ns !== samlpNs || response.name !== 'Response')
    throw new SamlError('MESSAGE_UNEXPECTED', 'a Response is expected here');
  checkSequence(response, responseShape);
  const received = assertionOf(response, context.decryptionKeys);
  if (!received) {
    const reason = statusOf(response);
    throw new SamlError('RESPONSE_REFUSED', `the identity provider refused: ${reason}`, { reason });
  }
  checkSequence(received, assertionShape);
  const { element } = verifyElement(received, context.idp.signingKeys);
  if (textOf(requiredChild(element, 'Issuer')).trim() !== context.idp.entityId)
    throw new SamlError('ASSERTION_INVALID', 'the assertion is of another issuer');
  const expires = checkSubject(requiredChild(element, 'Subject'), context);
  checkConditions(requiredChild(element, 'Conditions'), context);
  const first = await context.replay.isFirstUse(context.idp.entityId, attributeOf(element, 'ID') ?? '', expires);
  if (!first) throw new SamlError('MESSAGE_REPLAYED', 'the assertion was already used');
  return readSubject(element);
}

function assertionOf(response: XmlElement, keys: readonly KeyObject[]): XmlElement | undefined {
  const plain = childNamed(response, samlNs, 'Assertion');
  const encrypted = childNamed(response, samlNs, 'EncryptedAssertion');
  if (!encrypted) return plain;
  const data = childNamed(encrypted, xencNamespace, 'EncryptedData');
  if (!data) throw new SamlError('ASSERTION_INVALID', 'the EncryptedAssertion holds no EncryptedData');
  const opened = decryptElement(data, keys, childrenNamed(encrypted, xencNamespace, 'EncryptedKey'));
  if (opened.ns !== samlNs || opened.name !== 'Assertion')
    throw new SamlError('ASSERTION_INVALID', 'the EncryptedAssertion holds no Assertion');
  return opened;
}

/** The innermost status code, for the log and for words to the resident; it proves nothing. */
function statusOf(response: XmlElement): string {
  const status = childNamed(response, samlpNs, 'Status');
  const top = status && childNamed(status, samlpNs, 'StatusCode');
  const inner = top && childNamed(top, samlpNs, 'StatusCode');
  return (
    ((inner ?? top) &&
      attributeOf((inner ?? top) as XmlElement, 'Value')
        ?.split(':')
        .at(-1)) ??
    'no status'
  );
}

function requiredChild(element: XmlElement, name: string): XmlElement {
  const child = childNamed(element, samlNs, name);
  if (!child) throw new SamlError('ASSERTION_INVALID', `${element.name} lacks ${name}`);
  return child;
}

/** SAML Profiles 4.1.4.2: a bearer confirmation for this address and this request, still current. */
function checkSubject(subject: XmlElement, { acsUrl, requestId, now, skewMs = 90_000 }: ResponseContext): number {
  for (const confirmation of childrenNamed(subject, samlNs, 'SubjectConfirmation')) {
    const data = childNamed(confirmation, samlNs, 'SubjectConfirmationData');
    if (!data || attributeOf(confirmation, 'Method') !== 'urn:oasis:names:tc:SAML:2.0:cm:bearer') continue;
    const end = parseInstant(attributeOf(data, 'NotOnOrAfter') ?? '');
    const fits =
      attributeOf(data, 'Recipient') === acsUrl &&
      attributeOf(data, 'InResponseTo') === requestId &&
      attributeOf(data, 'NotBefore') === undefined;
    if (fits && end !== undefined && now < end + skewMs) return end + 2 * skewMs;
  }
  throw new SamlError('ASSERTION_INVALID', 'no SubjectConfirmation is for this address, this request and now');
}

/** SAML Core 2.5.1: NotBefore is inclusive and NotOnOrAfter exclusive; every AudienceRestriction has to name us. */
export function checkConditions(
  conditions: XmlElement,
  { entityId, now, skewMs = 90_000 }: Pick<ResponseContext, 'entityId' | 'now' | 'skewMs'>,
): void {
  for (const [name, holds] of [
    ['NotBefore', (at: number) => at - skewMs <= now],
    ['NotOnOrAfter', (at: number) => now < at + skewMs],
  ] as const) {
    const text = attributeOf(conditions, name);
    const at = text === undefined ? undefined : parseInstant(text);
    if (text !== undefined && (at === undefined || !holds(at)))
      throw new SamlError('MESSAGE_NOT_CURRENT', 'the assertion is outside its validity period');
  }
  const restrictions = childrenNamed(conditions, samlNs, 'AudienceRestriction');
  const forUs = restrictions.every((restriction) =>
    childrenNamed(restriction, samlNs, 'Audience').some((audience) => textOf(audience).trim() === entityId),
  );
  if (restrictions.length === 0 || !forUs)
    throw new SamlError('AUDIENCE_MISMATCH', 'the assertion is for another audience');
  const known = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];
  if (elementsOf(conditions).some(({ ns, name }) => ns !== samlNs || !known.includes(name))) {
    throw new SamlError(
      'ASSERTION_INVALID',
      'the assertion has a condition that is not understood (SAML Core 2.5.1.1)',
    );
  }
}

function readSubject(assertion: XmlElement): SignedInSubject {
  const nameId = requiredChild(requiredChild(assertion, 'Subject'), 'NameID');
  const statement = requiredChild(assertion, 'AuthnStatement');
  const context = requiredChild(requiredChild(statement, 'AuthnContext'), 'AuthnContextClassRef');
  const authenticatedAt = parseInstant(attributeOf(statement, 'AuthnInstant') ?? '');
  if (authenticatedAt === undefined) throw new SamlError('ASSERTION_INVALID', 'AuthnInstant is missing');
  return {
    nameId: readNameId(nameId),
    sessionIndex: attributeOf(statement, 'SessionIndex'),
    contextClass: textOf(context).trim(),
    authenticatedAt,
    sessionEndsAt: parseInstant(attributeOf(statement, 'SessionNotOnOrAfter') ?? ''),
    ...valuesOf(assertion),
  };
}

function valuesOf(assertion: XmlElement): Pick<SignedInSubject, 'attributes' | 'elements'> {
  const attributes = new Map<string, readonly string[]>();
  const elements = new Map<string, XmlElement>();
  for (const statement of childrenNamed(assertion, samlNs, 'AttributeStatement')) {
    for (const attribute of childrenNamed(statement, samlNs, 'Attribute')) {
      const name = attributeOf(attribute, 'Name') ?? '';
      const values = childrenNamed(attribute, samlNs, 'AttributeValue');
      attributes.set(name, values.filter((value) => elementsOf(value).length === 0).map(textOf));
      const element = values.flatMap(elementsOf)[0];
      if (element) elements.set(name, element);
    }
  }
  return { attributes: Object.fromEntries(attributes), elements: Object.fromEntries(elements) };
}
