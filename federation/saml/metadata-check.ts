/** The linter for SAML metadata: reads more patiently than the parser, so that one look finds everything. */
import { HubError } from '../../lib/errors.ts';
import { parseInstant } from '../../lib/time.ts';
import {
  attributeOf,
  childrenNamed,
  contentEncryptionOf,
  dsNamespace,
  elementsOf,
  keyTransportOf,
  readXml,
  signatureUris,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { checkCertificate, dayOf, endSeverity } from '../key-check.ts';
import { addressFindings, logoFindings, type Names, namesFindings } from '../presentation-check.ts';
import type { CheckContext, DraftKey, ReadDraft } from '../registration-draft.ts';
import { type Finding, finding } from '../registration-finding.ts';
import { logoutBindings, metadataLimits } from './metadata.ts';
import { bindings, mdNs, mduiNs, nameIdFormats } from './names.ts';

const algNs = 'urn:oasis:names:tc:SAML:metadata:algsupport';

/** Undefined where the text is not even the XML of one provider: the parser says why. */
export function checkSamlMetadata(
  xml: string,
  { names, requestedKnown, ...context }: CheckContext & { names: Names; requestedKnown: (name: string) => boolean },
): ReadDraft | undefined {
  const entity = entityOf(xml);
  const role = entity && childrenNamed(entity, mdNs, 'SPSSODescriptor')[0];
  if (!entity || !role) return undefined;
  const { keys, findings: keyFindings } = keysOf(role, context.now);
  const info = extensionsOf(role).filter(({ ns, name }) => ns === mduiNs && name === 'UIInfo');
  return {
    key: attributeOf(entity, 'entityID') ?? '',
    keys,
    findings: [
      ...validityFindings(entity, context.now),
      ...consumerFindings(role, context),
      ...logoutFindings(role, context),
      ...keyFindings,
      ...missingKeyFindings(role, keys),
      ...promiseFindings(role),
      ...algorithmFindings(role, extensionsOf(entity)),
      ...namesFindings(
        { ...displayNames(info), ...definedNames(names) },
        (lang) => `UIInfo/DisplayName[@lang=${lang}]`,
      ),
      ...info
        .flatMap((one) => childrenNamed(one, mduiNs, 'Logo'))
        .flatMap((logo, at) => logoFindings(plainText(logo), `UIInfo/Logo[${at}]`, context)),
      ...requestedOf(role)
        .filter((name) => !requestedKnown(name))
        .map((name) =>
          finding('ATTRIBUTE_NOT_OFFERED', 'AttributeConsumingService/RequestedAttribute', { value: name }),
        ),
    ],
  };
}

function entityOf(xml: string): XmlElement | undefined {
  try {
    const root = readXml(Buffer.from(xml), metadataLimits);
    return root.ns === mdNs && root.name === 'EntityDescriptor' ? root : undefined;
  } catch (error) {
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

/** Text as it stands there, for a finding; nothing is decided by it. */
const plainText = (element: XmlElement): string =>
  element.children
    .filter((node): node is string => typeof node === 'string')
    .join('')
    .trim();

const extensionsOf = (element: XmlElement): XmlElement[] =>
  childrenNamed(element, mdNs, 'Extensions').flatMap(elementsOf);

const definedNames = (names: Names): Names =>
  Object.fromEntries(Object.entries(names).filter(([, name]) => name !== undefined));

function displayNames(info: readonly XmlElement[]): Names {
  const names = info.flatMap((one) => childrenNamed(one, mduiNs, 'DisplayName'));
  const of = (language: string) =>
    names.find(({ attributes }) =>
      attributes.some(({ prefix, name, value }) => prefix === 'xml' && name === 'lang' && value === language),
    );
  const [ja, en] = [of('ja'), of('en')];
  return { ja: ja && plainText(ja), en: en && plainText(en) };
}

function validityFindings(entity: XmlElement, now: number): Finding[] {
  const until = parseInstant(attributeOf(entity, 'validUntil') ?? '');
  if (until === undefined) return [];
  const where = 'EntityDescriptor/@validUntil';
  if (until <= now) return [finding('METADATA_PAST', where, { value: dayOf(until) })];
  const severity = endSeverity(until - now);
  return severity ? [finding('METADATA_ENDS_SOON', where, { value: dayOf(until), severity })] : [];
}

function consumerFindings(role: XmlElement, context: CheckContext): Finding[] {
  const consumers = childrenNamed(role, mdNs, 'AssertionConsumerService');
  const indexes = new Set<string>();
  const findings = consumers.flatMap((consumer, at) => {
    const where = `AssertionConsumerService[${at}]`;
    const [binding = '', index = ''] = [attributeOf(consumer, 'Binding'), attributeOf(consumer, 'index')];
    const taken = indexes.has(index) || !/^\d{1,5}$/.test(index) || Number(index) > 65_535;
    indexes.add(index);
    return [
      ...(taken ? [finding('ACS_INDEX_REPEATED', `${where}/@index`, { value: index })] : []),
      ...(binding === bindings.post ? [] : [finding('ACS_BINDING_UNUSED', `${where}/@Binding`, { value: binding })]),
      ...addressFindings(attributeOf(consumer, 'Location') ?? '', `${where}/@Location`, context),
    ];
  });
  const posts = consumers.some((consumer) => attributeOf(consumer, 'Binding') === bindings.post);
  return posts ? findings : [finding('ACS_MISSING', 'SPSSODescriptor'), ...findings];
}

/** SAML Metadata 2.4.2: without a usable address the party hears of no sign-out. */
function logoutFindings(role: XmlElement, context: CheckContext): Finding[] {
  const services = childrenNamed(role, mdNs, 'SingleLogoutService');
  if (services.length === 0) return [finding('LOGOUT_MISSING', 'SPSSODescriptor')];
  const usable = services.some((service) => logoutBindings.includes(attributeOf(service, 'Binding') ?? ''));
  return [
    ...(usable ? [] : [finding('LOGOUT_MISSING', 'SingleLogoutService', { severity: 'warning' })]),
    ...services.flatMap((service, at) =>
      ['Location', 'ResponseLocation'].flatMap((name) => {
        const address = attributeOf(service, name);
        if (address === undefined && name === 'ResponseLocation') return [];
        return addressFindings(address ?? '', `SingleLogoutService[${at}]/@${name}`, context);
      }),
    ),
  ];
}

function keysOf(role: XmlElement, now: number): { keys: DraftKey[]; findings: Finding[] } {
  const keys: DraftKey[] = [];
  const findings: Finding[] = [];
  for (const [at, descriptor] of childrenNamed(role, mdNs, 'KeyDescriptor').entries()) {
    const use = useOf(descriptor);
    const where = `KeyDescriptor[${at}]${use ? `[@use=${use}]` : ''}`;
    for (const certificate of certificatesIn(descriptor)) {
      const checked = checkCertificate(certificate, where, now);
      findings.push(...checked.findings);
      if (!checked.key) continue;
      keys.push({ fingerprint: checked.key.fingerprint, where, use });
      if (use === 'encryption' && checked.key.type !== 'rsa') findings.push(finding('ENCRYPTION_KEY_MISSING', where));
    }
  }
  return { keys, findings };
}

function useOf(descriptor: XmlElement): DraftKey['use'] {
  const use = attributeOf(descriptor, 'use');
  return use === 'signing' || use === 'encryption' ? use : undefined;
}

const certificatesIn = (descriptor: XmlElement): string[] =>
  childrenNamed(descriptor, dsNamespace, 'KeyInfo')
    .flatMap((info) => childrenNamed(info, dsNamespace, 'X509Data'))
    .flatMap((data) => childrenNamed(data, dsNamespace, 'X509Certificate'))
    .map((certificate) => plainText(certificate).replaceAll(/\s/g, ''));

const isTrue = (text: string | undefined) => text === 'true' || text === '1';

function missingKeyFindings(role: XmlElement, keys: readonly DraftKey[]): Finding[] {
  const promised = isTrue(attributeOf(role, 'AuthnRequestsSigned'));
  return [
    // Signed requests without a key to check them would all be refused.
    ...(keys.some(({ use }) => use !== 'encryption')
      ? []
      : [finding('SIGNING_KEY_MISSING', 'SPSSODescriptor', { severity: promised ? 'error' : 'warning' })]),
    ...(keys.some(({ use }) => use !== 'signing') ? [] : [finding('ENCRYPTION_KEY_MISSING', 'SPSSODescriptor')]),
  ];
}

const givenFormats: readonly string[] = [nameIdFormats.persistent, nameIdFormats.transient, nameIdFormats.unspecified];

function promiseFindings(role: XmlElement): Finding[] {
  const formats = childrenNamed(role, mdNs, 'NameIDFormat').map(plainText);
  const refused = formats.length > 0 && !formats.some((format) => givenFormats.includes(format));
  return [
    ...(isTrue(attributeOf(role, 'AuthnRequestsSigned'))
      ? []
      : [finding('REQUESTS_NOT_SIGNED', 'SPSSODescriptor/@AuthnRequestsSigned')]),
    ...(isTrue(attributeOf(role, 'WantAssertionsSigned'))
      ? []
      : [finding('ASSERTIONS_SIGNED_ANYWAY', 'SPSSODescriptor/@WantAssertionsSigned')]),
    ...(refused ? [finding('NAME_ID_FORMAT_REFUSED', 'NameIDFormat', { value: formats.join(', ') })] : []),
  ];
}

/** An announcement that leaves one acceptable algorithm is no matter; one that leaves none means silence later. */
function algorithmFindings(role: XmlElement, entityExtensions: readonly XmlElement[]): Finding[] {
  const methods = childrenNamed(role, mdNs, 'KeyDescriptor').flatMap((descriptor) =>
    childrenNamed(descriptor, mdNs, 'EncryptionMethod'),
  );
  const uris = methods.map((method) => attributeOf(method, 'Algorithm') ?? '');
  const isTransport = (uri: string) => /#rsa-/.test(uri);
  const transports = methods.filter((method) => isTransport(attributeOf(method, 'Algorithm') ?? ''));
  const contents = uris.filter((uri) => !isTransport(uri));
  const readable = transports.some((method) =>
    keyTransportOf(attributeOf(method, 'Algorithm') ?? '', digestOf(method)),
  );
  const lacking = (contents.length > 0 && !contents.some(contentEncryptionOf)) || (transports.length > 0 && !readable);
  const signing = [...extensionsOf(role), ...entityExtensions]
    .filter(({ ns, name }) => ns === algNs && name === 'SigningMethod')
    .map((method) => attributeOf(method, 'Algorithm') ?? '');
  const unsigned = signing.length > 0 && !signing.some((uri) => signatureUris.includes(uri));
  return [
    ...(lacking
      ? [finding('ENCRYPTION_ALGORITHM_REFUSED', 'KeyDescriptor/EncryptionMethod', { value: uris.join(', ') })]
      : []),
    ...(unsigned
      ? [finding('SIGNATURE_ALGORITHM_REFUSED', 'Extensions/SigningMethod', { value: signing.join(', ') })]
      : []),
  ];
}

function digestOf(method: XmlElement): string | undefined {
  const digest = childrenNamed(method, dsNamespace, 'DigestMethod')[0];
  return digest && attributeOf(digest, 'Algorithm');
}

const requestedOf = (role: XmlElement): string[] =>
  childrenNamed(role, mdNs, 'AttributeConsumingService')
    .flatMap((service) => childrenNamed(service, mdNs, 'RequestedAttribute'))
    .map((attribute) => attributeOf(attribute, 'Name') ?? '');
