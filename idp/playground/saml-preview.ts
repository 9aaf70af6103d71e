import {
  createReplayGuard,
  defaultConsumerOf,
  nameIdFormats,
  newMessageId,
  type ServiceProviderMetadata,
  samlNs,
  type UsedId,
  usedIdCollection,
} from '../../federation/index.ts';
import { parseInstant } from '../../lib/time.ts';
import {
  attributeOf,
  childNamed,
  childrenNamed,
  elementsOf,
  signatureUriOf,
  textOf,
  verificationKey,
  writeXml,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { createSamlSso } from '../saml/sso.ts';
import type { Stage } from './stage.ts';

export interface ShownAttribute {
  readonly name: string;
  readonly friendlyName: string;
  readonly values: readonly string[];
}

/** What a SAML party would be sent, read from the answer itself. */
export interface SamlPreview {
  readonly protocol: 'saml';
  readonly acsUrl: string;
  /** The Response as it would be posted. */
  readonly xml: string;
  /** The assertion inside it, before encryption. */
  readonly assertion: string;
  readonly encryption:
    | { readonly fingerprint: string; readonly transport: string; readonly content: string }
    | undefined;
  readonly signatureAlgorithm: string;
  readonly nameId: { readonly value: string; readonly format: string };
  readonly audience: string;
  /** ms since 1970. */
  readonly notBefore: number;
  readonly notOnOrAfter: number;
  readonly contextClass: string;
  readonly attributes: readonly ShownAttribute[];
}

/**
 * The live answer, for a request that nobody made: InResponseTo names no request of this party, and the signature is by
 * a key that is published nowhere. Audience, Recipient and Destination are the real ones, because that is what has to be
 * looked at; whoever copies the answer to the party's address is refused there by the signature.
 */
export async function previewSaml(stage: Stage, contextClass: string): Promise<SamlPreview> {
  const { registry, record, session, keys, storage, entityId, origin } = stage;
  const { metadata } = await registry.samlProvider(record.key);
  const acs = defaultConsumerOf(metadata);
  if (!acs) throw new TypeError('metadata without an address for HTTP-POST is not registered');
  const sso = createSamlSso({
    ...stage,
    ssoUrl: `${origin}/saml/sso`,
    // Nothing of a preview stays behind, and nobody signs out of it.
    names: { note: async () => undefined },
    replay: createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) }),
    signingKey: keys.samlKey,
    entityId,
  });
  const request = {
    id: newMessageId(),
    issuer: record.key,
    acs,
    forceAuthn: false,
    isPassive: false,
    nameIdPolicy: { format: expectedFormat(metadata), allowCreate: true },
    issuedAt: stage.now(),
    signed: true,
  };
  const { xml, assertion, recipient } = await sso.compose(request, session, contextClass);
  return {
    protocol: 'saml',
    acsUrl: acs.location,
    xml,
    assertion: writeXml(assertion),
    encryption: recipient && {
      fingerprint: verificationKey(recipient.publicKey).fingerprint,
      transport: recipient.transport,
      content: recipient.content,
    },
    signatureAlgorithm: signatureUriOf(keys.samlKey().algorithm),
    ...readAssertion(assertion),
  };
}

/** The request decides; metadata that lists transient and not persistent tells what it will ask for. */
const expectedFormat = ({ nameIdFormats: listed }: ServiceProviderMetadata): string | undefined =>
  listed.includes(nameIdFormats.transient) && !listed.includes(nameIdFormats.persistent)
    ? nameIdFormats.transient
    : undefined;

function readAssertion(assertion: XmlElement) {
  const nameId = at(assertion, 'Subject', 'NameID');
  const conditions = at(assertion, 'Conditions');
  const statements = childrenNamed(assertion, samlNs, 'AttributeStatement');
  return {
    nameId: { value: textOf(nameId), format: attributeOf(nameId, 'Format') ?? '' },
    audience: textOf(at(conditions, 'AudienceRestriction', 'Audience')),
    notBefore: parseInstant(attributeOf(conditions, 'NotBefore') ?? '') ?? 0,
    notOnOrAfter: parseInstant(attributeOf(conditions, 'NotOnOrAfter') ?? '') ?? 0,
    contextClass: textOf(at(assertion, 'AuthnStatement', 'AuthnContext', 'AuthnContextClassRef')),
    attributes: statements.flatMap((statement) => childrenNamed(statement, samlNs, 'Attribute')).map(readAttribute),
  };
}

function readAttribute(attribute: XmlElement): ShownAttribute {
  return {
    name: attributeOf(attribute, 'Name') ?? '',
    friendlyName: attributeOf(attribute, 'FriendlyName') ?? '',
    values: childrenNamed(attribute, samlNs, 'AttributeValue').map((value) =>
      elementsOf(value).length > 0 ? `<${elementsOf(value)[0]?.name}>` : textOf(value),
    ),
  };
}

/** Our own answer, so what is not there is a fault of ours. */
function at(element: XmlElement, ...path: readonly string[]): XmlElement {
  return path.reduce((parent, name) => {
    const child = childNamed(parent, samlNs, name);
    if (!child) throw new TypeError(`the assertion lacks ${name}`);
    return child;
  }, element);
}
