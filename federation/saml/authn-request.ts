import { formatInstant, parseInstant } from '../../lib/time.ts';
import {
  attributeOf,
  checkSequence,
  childNamed,
  childrenNamed,
  dsNamespace,
  type SigningKey,
  type Slot,
  signElement,
  textOf,
  writeXml,
  type XmlElement,
} from '../../lib/xml/index.ts';
import type { Comparison, RequestedAuthnContext } from '../authn-context.ts';
import type { ProviderRegistry, SamlProvider } from '../entity-registry.ts';
import { SamlError } from '../errors.ts';
import type { ReplayGuard } from '../replay.ts';
import type { ReceivedMessage } from './bindings.ts';
import { checkEnvelope, type EnvelopeContext, issuerOf, messageElement, verifySender } from './message.ts';
import type { AssertionConsumerService, ServiceProviderMetadata } from './metadata.ts';
import { bindings, nameIdFormats, saml, samlNs, samlp, samlpNs } from './names.ts';

/** An AuthnRequest of a registered, approved provider, checked as far as its sender decides (SAML Core 3.4.1). Plain data. */
export interface AuthnRequest {
  readonly id: string;
  readonly issuer: string;
  readonly acs: AssertionConsumerService;
  readonly relayState?: string | undefined;
  readonly forceAuthn: boolean;
  readonly isPassive: boolean;
  readonly nameIdPolicy: {
    readonly format?: string | undefined;
    readonly spNameQualifier?: string | undefined;
    readonly allowCreate: boolean;
  };
  readonly requestedAuthnContext?: RequestedAuthnContext | undefined;
  readonly issuedAt: number;
  readonly signed: boolean;
  /** A refusal that the provider is to be told, found while reading what comes after the ACS was fixed. */
  readonly refusal?: SamlError | undefined;
}

export interface AuthnRequestContext extends EnvelopeContext {
  readonly registry: Pick<ProviderRegistry, 'samlProvider'>;
  readonly replay: ReplayGuard;
}

const slot = (ns: string, name: string, max: 1 | 'many' = 1): Slot => ({ ns, names: [name], min: 0, max });

/** SAML Core 3.2.1 and 3.4.1: children in the order of the schema. */
const shape: readonly Slot[] = [
  { ns: samlNs, names: ['Issuer'], min: 1, max: 1 },
  slot(dsNamespace, 'Signature'),
  slot(samlpNs, 'Extensions'),
  slot(samlNs, 'Subject'),
  slot(samlpNs, 'NameIDPolicy'),
  slot(samlNs, 'Conditions'),
  slot(samlpNs, 'RequestedAuthnContext'),
  slot(samlpNs, 'Scoping'),
];

/**
 * From octets to a typed request. Until the provider, its signature and its ACS are certain, every refusal is thrown
 * and stays with us; what is wrong after that comes back in `refusal`, to be told to the provider as a SAML Status.
 */
export async function parseAuthnRequest(
  message: ReceivedMessage,
  context: AuthnRequestContext,
): Promise<{ request: AuthnRequest; provider: SamlProvider; verifiedBy: string | undefined }> {
  const received = messageElement(message, 'AuthnRequest');
  checkSequence(received, shape);
  const provider = await context.registry.samlProvider(issuerOf(received));
  const { record, metadata } = provider;
  const sender = { entityId: record.key, signingKeys: metadata.signingKeys };
  const { element, signed, verifiedBy } = verifySender(received, message, sender);
  // SAML Bindings 3.4.5.2, 3.5.5.2: what has to be signed and is not is refused.
  if (!signed && (metadata.authnRequestsSigned || record.settings.requireSignedRequests))
    throw new SamlError('SIGNATURE_REQUIRED', 'the provider signs its requests, and this one is not signed');
  const id = checkEnvelope(element, context, { destinationNeeded: signed });
  const acs = chooseAcs(element, provider);
  const lifetimeMs = context.lifetimeMs ?? 300_000;
  const fresh = await context.replay.isFirstUse(
    provider.record.key,
    id,
    context.now + lifetimeMs + 2 * (context.skewMs ?? 90_000),
  );
  if (!fresh) throw new SamlError('MESSAGE_REPLAYED', 'this request was already received');
  const request = readRequest(element, { id, acs, signed, provider, relayState: message.relayState });
  return { request, provider, verifiedBy };
}

const postConsumersOf = ({ assertionConsumerServices }: ServiceProviderMetadata) =>
  assertionConsumerServices.filter(({ binding }) => binding === bindings.post);

/** SAML Metadata 2.2.3: where an answer goes that no request named an address for. */
export function defaultConsumerOf(metadata: ServiceProviderMetadata): AssertionConsumerService | undefined {
  const consumers = postConsumersOf(metadata);
  return consumers.find(({ isDefault }) => isDefault) ?? consumers[0];
}

/** SAML Core 3.4.1: by exact URL, by index, or the default; never an address that is not in the metadata. */
function chooseAcs(element: XmlElement, { metadata }: SamlProvider): AssertionConsumerService {
  const [url, index] = [
    attributeOf(element, 'AssertionConsumerServiceURL'),
    attributeOf(element, 'AssertionConsumerServiceIndex'),
  ];
  const consumers = postConsumersOf(metadata);
  if (index !== undefined && (url !== undefined || attributeOf(element, 'ProtocolBinding') !== undefined)) {
    throw new SamlError('ACS_NOT_REGISTERED', 'AssertionConsumerServiceIndex excludes URL and ProtocolBinding');
  }
  const chosen =
    url !== undefined
      ? consumers.find(({ location }) => location === url)
      : index !== undefined
        ? consumers.find((consumer) => String(consumer.index) === index)
        : defaultConsumerOf(metadata);
  if (!chosen)
    throw new SamlError('ACS_NOT_REGISTERED', 'the AssertionConsumerService is not in the metadata of the provider');
  return chosen;
}

interface Certain {
  readonly id: string;
  readonly acs: AssertionConsumerService;
  readonly signed: boolean;
  readonly provider: SamlProvider;
  readonly relayState: string | undefined;
}

function readRequest(element: XmlElement, { provider, ...certain }: Certain): AuthnRequest {
  const policy = childNamed(element, samlpNs, 'NameIDPolicy');
  const request = {
    ...certain,
    issuer: provider.record.key,
    forceAuthn: isTrue(element, 'ForceAuthn'),
    isPassive: isTrue(element, 'IsPassive'),
    nameIdPolicy: {
      format: policy && attributeOf(policy, 'Format'),
      spNameQualifier: policy && attributeOf(policy, 'SPNameQualifier'),
      allowCreate: policy ? isTrue(policy, 'AllowCreate') : false,
    },
    issuedAt: parseInstant(attributeOf(element, 'IssueInstant') ?? '') ?? 0,
  };
  try {
    checkDemands(element, request.nameIdPolicy, provider);
    return { ...request, requestedAuthnContext: contextOf(element) };
  } catch (refusal) {
    if (!(refusal instanceof SamlError) || !refusal.status) throw refusal;
    return { ...request, refusal };
  }
}

const isTrue = (element: XmlElement, name: string) => /^(true|1)$/.test(attributeOf(element, name) ?? '');

const formats: readonly string[] = [nameIdFormats.persistent, nameIdFormats.transient, nameIdFormats.unspecified];

function checkDemands(element: XmlElement, policy: AuthnRequest['nameIdPolicy'], { record }: SamlProvider): void {
  if (attributeOf(element, 'Version') !== '2.0') throw new SamlError('VERSION_MISMATCH', 'Version is not 2.0');
  const binding = attributeOf(element, 'ProtocolBinding');
  if (binding !== undefined && binding !== bindings.post)
    throw new SamlError('BINDING_UNSUPPORTED', 'only HTTP-POST is answered');
  if (policy.format !== undefined && !formats.includes(policy.format))
    throw new SamlError('NAME_ID_POLICY_INVALID', 'only persistent and transient NameIDs are given');
  if (policy.spNameQualifier !== undefined && policy.spNameQualifier !== record.key) {
    throw new SamlError('NAME_ID_POLICY_INVALID', 'SPNameQualifier names another party');
  }
  // Another person cannot be asked for: who presents the card is the subject.
  if (childNamed(element, samlNs, 'Subject'))
    throw new SamlError('REQUEST_UNSUPPORTED', 'a requested Subject is not supported');
}

/** SAML Core 3.3.2.2.1; a declaration reference names nothing we issue. */
function contextOf(element: XmlElement): RequestedAuthnContext | undefined {
  const requested = childNamed(element, samlpNs, 'RequestedAuthnContext');
  if (!requested) return undefined;
  const comparison = attributeOf(requested, 'Comparison') ?? 'exact';
  const classRefs = childrenNamed(requested, samlNs, 'AuthnContextClassRef').map((ref) => textOf(ref).trim());
  if (!isComparison(comparison) || classRefs.length === 0)
    throw new SamlError('NO_AUTHN_CONTEXT', 'the RequestedAuthnContext names no class or an unknown comparison');
  return { comparison, classRefs };
}

const isComparison = (text: string): text is Comparison => ['exact', 'minimum', 'better', 'maximum'].includes(text);

export interface AuthnRequestOptions {
  readonly id: string;
  readonly issuer: string;
  readonly destination: string;
  readonly acsUrl: string;
  readonly now: number;
  readonly forceAuthn?: boolean;
  readonly isPassive?: boolean;
  readonly nameIdFormat?: string;
  readonly requestedAuthnContext?: RequestedAuthnContext;
}

/** The SP role's request; signed inside the message when `key` is given (HTTP-POST), else by the Redirect binding. */
export async function buildAuthnRequest(options: AuthnRequestOptions, key?: SigningKey): Promise<string> {
  const {
    id,
    issuer,
    destination,
    acsUrl,
    now,
    forceAuthn,
    isPassive,
    nameIdFormat = nameIdFormats.persistent,
    requestedAuthnContext,
  } = options;
  const context =
    requestedAuthnContext &&
    samlp(
      'RequestedAuthnContext',
      { Comparison: requestedAuthnContext.comparison },
      requestedAuthnContext.classRefs.map((ref) => saml('AuthnContextClassRef', {}, [ref])),
    );
  const flags = { ForceAuthn: forceAuthn ? 'true' : undefined, IsPassive: isPassive ? 'true' : undefined };
  const names = { ID: id, Version: '2.0', IssueInstant: formatInstant(now), Destination: destination };
  const element = samlp(
    'AuthnRequest',
    { ...names, ...flags, ProtocolBinding: bindings.post, AssertionConsumerServiceURL: acsUrl },
    [saml('Issuer', {}, [issuer]), samlp('NameIDPolicy', { Format: nameIdFormat, AllowCreate: 'true' }), context],
  );
  return writeXml(key ? await signElement(element, key, { after: 'Issuer' }) : element);
}
