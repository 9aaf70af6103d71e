import { randomText } from '../../lib/random.ts';
import { formatInstant } from '../../lib/time.ts';
import {
  contentEncryptionOf,
  encryptElement,
  keyTransportOf,
  type Recipient,
  type SigningKey,
  signElement,
  writeXml,
  type XmlElement,
  type XmlNode,
} from '../../lib/xml/index.ts';
import type { SamlProvider } from '../entity-registry.ts';
import type { SamlStatus } from '../errors.ts';
import { type NameId, nameIdElement } from './name-id.ts';
import { nameIdFormats, saml, samlp, uriNameFormat } from './names.ts';

export interface SamlAttribute {
  readonly name: string;
  readonly friendlyName?: string;
  /** Text, or an element (a bootstrap endpoint reference). */
  readonly values: readonly XmlNode[];
}

/** What one answer tells a party about a resident. */
export interface AssertionContent {
  readonly nameId: NameId;
  readonly sessionIndex: string;
  readonly contextClass: string;
  readonly authenticatedAt: number;
  readonly sessionEndsAt: number;
  readonly attributes: readonly SamlAttribute[];
}

export interface ResponseTarget {
  /** Our entityID. */
  readonly issuer: string;
  readonly provider: SamlProvider;
  /** Address the answer goes to. */
  readonly acsUrl: string;
  /** ID of the request; undefined for an answer nobody asked for. */
  readonly inResponseTo?: string | undefined;
  readonly key: SigningKey;
  readonly now: number;
  readonly skewMs?: number;
  readonly lifetimeMs?: number;
}

const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** xs:ID with 160 random bits (SAML Core 1.3.4). */
export const newMessageId = () => `_${randomText(20, 'hex')}`;

export const newTransientId = (): NameId => ({
  value: `_${randomText(24, 'base64url')}`,
  format: nameIdFormats.transient,
});

export interface BuiltResponse {
  /** What is sent. */
  readonly xml: string;
  /** The signed assertion in it, as it was before encryption. */
  readonly assertion: XmlElement;
  /** Whom the assertion was encrypted for, and how; undefined where it stands in the clear. */
  readonly recipient: Recipient | undefined;
}

/** A signed answer with one signed assertion, encrypted where the provider can read that (SAML Profiles 4.1.4). Returns XML. */
export async function buildResponse(content: AssertionContent, target: ResponseTarget): Promise<string> {
  return (await composeResponse(content, target)).xml;
}

/** The same answer, with what is inside it for whoever made it: after encryption only the provider can tell. */
export async function composeResponse(content: AssertionContent, target: ResponseTarget): Promise<BuiltResponse> {
  const assertion = await signElement(assertionOf(content, target), target.key, { after: 'Issuer' });
  const { record } = target.provider;
  const recipient = recipientOf(target.provider);
  const body = recipient ? saml('EncryptedAssertion', {}, [encryptElement(assertion, recipient)]) : assertion;
  const response = responseOf({ code: success }, target, [body]);
  // Nobody asked for it: without a signature of its own its Destination would be anybody's (and lasso refuses it).
  const sign = record.settings.signResponse || target.inResponseTo === undefined;
  const xml = writeXml(sign ? await signElement(response, target.key, { after: 'Issuer' }) : response);
  return { xml, assertion, recipient };
}

/** A refusal as a signed Response without assertion (SAML Core 3.2.2). */
export async function buildErrorResponse(status: SamlStatus, target: ResponseTarget): Promise<string> {
  return writeXml(await signElement(responseOf(status, target, []), target.key, { after: 'Issuer' }));
}

function responseOf(
  { code, subcode }: SamlStatus,
  { issuer, acsUrl, inResponseTo, now }: ResponseTarget,
  body: readonly XmlElement[],
): XmlElement {
  const attributes = {
    ID: newMessageId(),
    Version: '2.0',
    IssueInstant: formatInstant(now),
    Destination: acsUrl,
    InResponseTo: inResponseTo,
  };
  const detail = subcode ? [samlp('StatusCode', { Value: subcode })] : [];
  return samlp('Response', attributes, [
    saml('Issuer', {}, [issuer]),
    samlp('Status', {}, [samlp('StatusCode', { Value: code }, detail)]),
    ...body,
  ]);
}

/** SAML Core 2.3.3; Profiles 4.1.4.2: bearer, for one audience, one recipient and one request. */
function assertionOf(content: AssertionContent, target: ResponseTarget): XmlElement {
  const { issuer, provider, acsUrl, inResponseTo, now, skewMs = 90_000, lifetimeMs = 300_000 } = target;
  const { key: audience } = provider.record;
  const end = formatInstant(now + lifetimeMs);
  return saml('Assertion', { ID: newMessageId(), Version: '2.0', IssueInstant: formatInstant(now) }, [
    saml('Issuer', {}, [issuer]),
    saml('Subject', {}, [
      nameIdElement({ ...content.nameId, nameQualifier: issuer, spNameQualifier: audience }),
      saml('SubjectConfirmation', { Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' }, [
        saml('SubjectConfirmationData', { NotOnOrAfter: end, Recipient: acsUrl, InResponseTo: inResponseTo }),
      ]),
    ]),
    // Backdated, because the party's clock may be behind ours.
    saml('Conditions', { NotBefore: formatInstant(now - skewMs), NotOnOrAfter: end }, [
      saml('AudienceRestriction', {}, [saml('Audience', {}, [audience])]),
    ]),
    saml(
      'AuthnStatement',
      {
        AuthnInstant: formatInstant(content.authenticatedAt),
        SessionIndex: content.sessionIndex,
        SessionNotOnOrAfter: formatInstant(content.sessionEndsAt),
      },
      [saml('AuthnContext', {}, [saml('AuthnContextClassRef', {}, [content.contextClass])])],
    ),
    content.attributes.length === 0
      ? undefined
      : saml('AttributeStatement', {}, content.attributes.map(attributeElement)),
  ]);
}

function attributeElement({ name, friendlyName, values }: SamlAttribute): XmlElement {
  return saml(
    'Attribute',
    { Name: name, NameFormat: uriNameFormat, FriendlyName: friendlyName },
    values.map((value) => saml('AttributeValue', {}, [value])),
  );
}

/** md:EncryptionMethod decides, then the provider's setting, then what every deployed stack reads. */
export function recipientOf({ record: { settings }, metadata }: SamlProvider): Recipient | undefined {
  const { encryptionKey, encryptionMethods } = metadata;
  if (!encryptionKey || settings.encryptAssertion === false) return undefined;
  const announcedTransport = encryptionMethods.flatMap(({ uri, digest }) => keyTransportOf(uri, digest) ?? [])[0];
  const announcedContent = encryptionMethods.flatMap(({ uri }) => contentEncryptionOf(uri) ?? [])[0];
  return {
    publicKey: encryptionKey.publicKey,
    transport: announcedTransport ?? settings.keyTransport ?? 'rsa-oaep-mgf1p',
    content: announcedContent ?? settings.contentEncryption ?? 'aes256-gcm',
  };
}
