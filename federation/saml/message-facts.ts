import {
  attributeOf,
  childrenNamed,
  dsNamespace,
  elementsOf,
  readXml,
  type SigningKey,
  signatureUriOf,
  type XmlElement,
  XmlError,
} from '../../lib/xml/index.ts';
import type { SamlProvider } from '../entity-registry.ts';
import type { ReceivedMessage } from './bindings.ts';
import { samlNs, samlpNs } from './names.ts';
import { recipientOf } from './response.ts';

/**
 * What an AuthnRequest says, true or not: read for whoever has to find out why it was refused, and relied on by nobody.
 * The shape and the public parts only; no text of an element but Issuer and the classes.
 */
export interface AuthnRequestFacts {
  readonly elements?: readonly string[];
  readonly attributes?: readonly string[];
  readonly provider?: string | undefined;
  readonly id?: string | undefined;
  readonly issueInstant?: string | undefined;
  readonly destination?: string | undefined;
  readonly acs?: string | undefined;
  readonly acsIndex?: string | undefined;
  readonly nameIdFormat?: string | undefined;
  readonly fresh?: boolean;
  readonly passive?: boolean;
  readonly comparison?: string | undefined;
  readonly classes?: readonly string[];
  /** Where a signature stands, whether it is right or not. */
  readonly signed: 'in the message' | 'in the query' | 'no' | 'cannot be read';
  readonly signature?: string | undefined;
  readonly digest?: string | undefined;
}

export function readAuthnRequestFacts({ octets, detached }: ReceivedMessage): AuthnRequestFacts {
  const byQuery = detached && ({ signed: 'in the query', signature: detached.algorithm } as const);
  try {
    const element = readXml(octets);
    return { ...factsIn(element), ...(byQuery ?? signatureIn(element)) };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return byQuery ?? { signed: 'cannot be read' };
  }
}

/** Of two children of one name the first: a message that is refused for it is shown all the same. */
const first = (element: XmlElement | undefined, ns: string, name: string) =>
  element && childrenNamed(element, ns, name)[0];
const plainText = ({ children }: XmlElement) =>
  children
    .map((node) => (typeof node === 'string' ? node : ''))
    .join('')
    .trim();

function factsIn(element: XmlElement): AuthnRequestFacts {
  const named = (name: string) => attributeOf(element, name);
  const issuer = first(element, samlNs, 'Issuer');
  const policy = first(element, samlpNs, 'NameIDPolicy');
  const requested = first(element, samlpNs, 'RequestedAuthnContext');
  return {
    elements: [element.name, ...elementsOf(element).map(({ name }) => name)],
    attributes: element.attributes.map(({ name }) => name),
    provider: issuer && plainText(issuer),
    id: named('ID'),
    issueInstant: named('IssueInstant'),
    destination: named('Destination'),
    acs: named('AssertionConsumerServiceURL'),
    acsIndex: named('AssertionConsumerServiceIndex'),
    nameIdFormat: policy && attributeOf(policy, 'Format'),
    fresh: /^(true|1)$/.test(named('ForceAuthn') ?? ''),
    passive: /^(true|1)$/.test(named('IsPassive') ?? ''),
    ...(requested
      ? {
          comparison: attributeOf(requested, 'Comparison') ?? 'exact',
          classes: childrenNamed(requested, samlNs, 'AuthnContextClassRef').map(plainText),
        }
      : {}),
    signed: 'no',
  };
}

function signatureIn(element: XmlElement): Pick<AuthnRequestFacts, 'signed' | 'signature' | 'digest'> {
  const signature = first(element, dsNamespace, 'Signature');
  if (!signature) return { signed: 'no' };
  const info = first(signature, dsNamespace, 'SignedInfo');
  const method = first(info, dsNamespace, 'SignatureMethod');
  const digest = first(first(info, dsNamespace, 'Reference'), dsNamespace, 'DigestMethod');
  return {
    signed: 'in the message',
    signature: method && attributeOf(method, 'Algorithm'),
    digest: digest && attributeOf(digest, 'Algorithm'),
  };
}

export interface AnswerProtection {
  readonly parts: readonly ('Assertion' | 'Response')[];
  readonly signature: string;
  readonly encryption: string;
  readonly keyTransport?: string;
}

/** How an answer with an assertion for this provider is signed and encrypted (see buildResponse). */
export function protectionFor(provider: SamlProvider, { algorithm }: Pick<SigningKey, 'algorithm'>): AnswerProtection {
  const recipient = recipientOf(provider);
  return {
    parts: provider.record.settings.signResponse ? ['Assertion', 'Response'] : ['Assertion'],
    signature: signatureUriOf(algorithm),
    ...(recipient ? { encryption: recipient.content, keyTransport: recipient.transport } : { encryption: 'none' }),
  };
}
