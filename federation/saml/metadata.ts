import { parseInstant } from '../../lib/time.ts';
import {
  attributeOf,
  childNamed,
  childrenNamed,
  dsNamespace,
  elementsOf,
  readXml,
  textOf,
  type VerificationKey,
  verificationKeyFromCertificate,
  type XmlElement,
  XmlError,
} from '../../lib/xml/index.ts';
import { FederationError } from '../errors.ts';
import { bindings, mdNs, mduiNs } from './names.ts';

export interface AssertionConsumerService {
  readonly location: string;
  readonly binding: string;
  readonly index: number;
  readonly isDefault: boolean;
}

/** Where a party takes LogoutRequests, and LogoutResponses where that is another address (SAML Metadata 2.2.2). */
export interface SingleLogoutService {
  readonly binding: string;
  readonly location: string;
  readonly responseLocation: string;
}

/** What a service provider's metadata says (SAML Metadata 2.4.4), read once per version. */
export interface ServiceProviderMetadata {
  readonly entityId: string;
  readonly validUntil?: number | undefined;
  readonly assertionConsumerServices: readonly AssertionConsumerService[];
  readonly singleLogoutServices: readonly SingleLogoutService[];
  readonly signingKeys: readonly VerificationKey[];
  readonly encryptionKey?: VerificationKey | undefined;
  /** Algorithms the provider announces for encryption, in its order: URI and digest. */
  readonly encryptionMethods: readonly { readonly uri: string; readonly digest?: string | undefined }[];
  readonly nameIdFormats: readonly string[];
  readonly authnRequestsSigned: boolean;
  readonly names: Readonly<Record<string, string>>;
  /** Names of the attributes the provider asks for (SAML Metadata 2.4.4.2). */
  readonly requestedAttributes: readonly string[];
}

/** One provider with its keys and names is far below this. */
export const metadataLimits = { maxBytes: 1024 * 1024, maxNodes: 20_000, comments: true };

/**
 * Reads the metadata of one service provider through the gate. Every refusal names the element and the remedy.
 * Trust comes from the registration, not from the document: its signature is checked where a key is pinned.
 */
export function parseServiceProviderMetadata(
  xml: string,
  { now, allowHttp }: { now: number; allowHttp: boolean },
): ServiceProviderMetadata {
  const entity = readEntity(xml);
  const entityId = attributeOf(entity, 'entityID');
  if (!entityId || entityId.length > 1024)
    throw invalid('EntityDescriptor needs an entityID of at most 1024 characters (SAML Metadata 2.3.2)');
  const validUntil = instantOf(entity);
  if (validUntil !== undefined && validUntil <= now)
    throw new FederationError('METADATA_EXPIRED', 'validUntil has passed: ask the provider for current metadata');
  const roles = childrenNamed(entity, mdNs, 'SPSSODescriptor').filter(speaksSaml2);
  const [role, second] = roles;
  if (!role || second) throw invalid('exactly one SPSSODescriptor for SAML 2.0 is expected');
  return {
    entityId,
    validUntil,
    assertionConsumerServices: consumersOf(role, allowHttp),
    singleLogoutServices: logoutServicesOf(role, allowHttp),
    ...keysOf(role),
    nameIdFormats: childrenNamed(role, mdNs, 'NameIDFormat').map((format) => textOf(format).trim()),
    authnRequestsSigned: /^(true|1)$/.test(attributeOf(role, 'AuthnRequestsSigned') ?? ''),
    names: namesOf(role),
    requestedAttributes: childrenNamed(role, mdNs, 'AttributeConsumingService')
      .flatMap((service) => childrenNamed(service, mdNs, 'RequestedAttribute'))
      .map((attribute) => attributeOf(attribute, 'Name') ?? ''),
  };
}

/** What a party needs of an identity provider (SAML Metadata 2.4.3). */
export interface IdentityProviderMetadata {
  readonly entityId: string;
  /** Where AuthnRequests go by HTTP-Redirect. */
  readonly ssoUrl: string;
  /** Where LogoutRequests go by HTTP-Redirect; undefined where it takes none. */
  readonly sloUrl?: string | undefined;
  readonly signingKeys: readonly VerificationKey[];
}

/** Reads an identity provider's metadata for the party's role; trust comes from where it was fetched or who pinned it. */
export function parseIdentityProviderMetadata(xml: string, { now }: { now: number }): IdentityProviderMetadata {
  const entity = readEntity(xml);
  const entityId = attributeOf(entity, 'entityID');
  const validUntil = instantOf(entity);
  if (validUntil !== undefined && validUntil <= now)
    throw new FederationError('METADATA_EXPIRED', 'validUntil of the identity provider has passed');
  const role = childrenNamed(entity, mdNs, 'IDPSSODescriptor').find(speaksSaml2);
  const service =
    role &&
    childrenNamed(role, mdNs, 'SingleSignOnService').find((one) => attributeOf(one, 'Binding') === bindings.redirect);
  const ssoUrl = service && attributeOf(service, 'Location');
  if (!entityId || !role || !ssoUrl)
    throw invalid('an IDPSSODescriptor with a SingleSignOnService by Redirect is needed');
  const { signingKeys } = keysOf(role);
  if (signingKeys.length === 0) throw invalid('the IDPSSODescriptor has no signing key');
  const slo = logoutServicesOf(role, true).find(({ binding }) => binding === bindings.redirect);
  return { entityId, ssoUrl, sloUrl: slo?.location, signingKeys };
}

function readEntity(xml: string): XmlElement {
  try {
    const root = readXml(Buffer.from(xml), metadataLimits);
    if (root.ns === mdNs && root.name === 'EntityDescriptor') return root;
  } catch (cause) {
    if (!(cause instanceof XmlError)) throw cause;
    throw new FederationError('METADATA_INVALID', `the metadata cannot be read as XML: ${cause.message}`, { cause });
  }
  throw invalid('the root is not md:EntityDescriptor; register one provider at a time');
}

const invalid = (message: string) => new FederationError('METADATA_INVALID', message);

const speaksSaml2 = (role: XmlElement) =>
  (attributeOf(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes('urn:oasis:names:tc:SAML:2.0:protocol');

function instantOf(element: XmlElement): number | undefined {
  const text = attributeOf(element, 'validUntil');
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (instant === undefined) throw invalid('validUntil is not an xs:dateTime with a time zone');
  return instant;
}

function consumersOf(role: XmlElement, allowHttp: boolean): AssertionConsumerService[] {
  const consumers = childrenNamed(role, mdNs, 'AssertionConsumerService').map((element) => {
    const [location, binding, index] = [
      attributeOf(element, 'Location'),
      attributeOf(element, 'Binding'),
      Number(attributeOf(element, 'index')),
    ];
    if (!location || !binding || !Number.isInteger(index) || index < 0 || index > 65_535) {
      throw invalid('an AssertionConsumerService needs Location, Binding and index (SAML Metadata 2.4.4)');
    }
    checkLocation(location, allowHttp);
    return { location, binding, index, isDefault: /^(true|1)$/.test(attributeOf(element, 'isDefault') ?? '') };
  });
  if (!consumers.some(({ binding }) => binding === bindings.post))
    throw invalid('at least one AssertionConsumerService with HTTP-POST is needed');
  if (new Set(consumers.map(({ index }) => index)).size < consumers.length)
    throw invalid('two AssertionConsumerServices share an index');
  return consumers;
}

/** An answer goes nowhere but to a plain https address; loopback over http serves trials. */
function checkLocation(location: string, allowHttp: boolean): void {
  if (!isUsable(location, allowHttp))
    throw invalid('an AssertionConsumerService Location has to be an https address without user name and fragment');
}

function isUsable(location: string, allowHttp: boolean): boolean {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const allowed = url?.protocol === 'https:' || (allowHttp && url?.protocol === 'http:');
  return allowed && url?.username === '' && url.password === '' && !location.includes('#');
}

/** Bindings in which a party can be told. */
export const logoutBindings: readonly string[] = [bindings.soap, bindings.redirect, bindings.post];

/** An address that cannot be used counts as none: a party must not lose its sign-in for it. The linter names it. */
function logoutServicesOf(role: XmlElement, allowHttp: boolean): SingleLogoutService[] {
  return childrenNamed(role, mdNs, 'SingleLogoutService').flatMap((element) => {
    const [binding = '', location = ''] = [attributeOf(element, 'Binding'), attributeOf(element, 'Location')];
    const responseLocation = attributeOf(element, 'ResponseLocation') ?? location;
    const usable = [location, responseLocation].every((one) => isUsable(one, allowHttp));
    return usable && logoutBindings.includes(binding) ? [{ binding, location, responseLocation }] : [];
  });
}

/** SAML Metadata 2.4.1.1: a key without `use` serves both purposes; every signing key counts, so that a rollover needs no outage. */
function keysOf(
  role: XmlElement,
): Pick<ServiceProviderMetadata, 'signingKeys' | 'encryptionKey' | 'encryptionMethods'> {
  const descriptors = childrenNamed(role, mdNs, 'KeyDescriptor').map((descriptor) => ({
    use: attributeOf(descriptor, 'use'),
    keys: certificatesOf(descriptor).map(keyOf),
    methods: childrenNamed(descriptor, mdNs, 'EncryptionMethod').map((method) => {
      const digest = childNamed(method, dsNamespace, 'DigestMethod');
      return { uri: attributeOf(method, 'Algorithm') ?? '', digest: digest && attributeOf(digest, 'Algorithm') };
    }),
  }));
  const encryption = descriptors.find(
    ({ use, keys }) => use !== 'signing' && keys[0]?.publicKey.asymmetricKeyType === 'rsa',
  );
  return {
    signingKeys: descriptors.filter(({ use }) => use !== 'encryption').flatMap(({ keys }) => keys),
    encryptionKey: encryption?.keys[0],
    encryptionMethods: encryption?.methods ?? [],
  };
}

function certificatesOf(descriptor: XmlElement): string[] {
  const keyInfo = childNamed(descriptor, dsNamespace, 'KeyInfo');
  const data = keyInfo ? childrenNamed(keyInfo, dsNamespace, 'X509Data') : [];
  return data.flatMap((one) =>
    childrenNamed(one, dsNamespace, 'X509Certificate').map((certificate) => textOf(certificate).replaceAll(/\s/g, '')),
  );
}

function keyOf(certificate: string): VerificationKey {
  try {
    return verificationKeyFromCertificate(certificate);
  } catch (cause) {
    throw new FederationError(
      'METADATA_INVALID',
      'a KeyDescriptor has no usable certificate: RSA of 2048 bits or more, P-256 or P-384',
      { cause },
    );
  }
}

function namesOf(role: XmlElement): Record<string, string> {
  const extensions = childNamed(role, mdNs, 'Extensions');
  const info = extensions && childNamed(extensions, mduiNs, 'UIInfo');
  const names = info ? elementsOf(info).filter(({ ns, name }) => ns === mduiNs && name === 'DisplayName') : [];
  return Object.fromEntries(
    names.map((name) => [
      name.attributes.find((attribute) => attribute.prefix === 'xml' && attribute.name === 'lang')?.value ?? '',
      textOf(name).trim(),
    ]),
  );
}
