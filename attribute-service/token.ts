import type { KeyObject } from 'node:crypto';
import { checkConditions, nameIdFormats, newMessageId, SamlError, saml, samlNs } from '../federation/index.ts';
import { sha256 } from '../lib/bytes.ts';
import { formatInstant, parseInstant } from '../lib/time.ts';
import {
  attributeOf,
  checkSequence,
  childNamed,
  childrenNamed,
  decodeBase64,
  decryptElement,
  ds,
  dsNamespace,
  elementFactory,
  elementsOf,
  encryptElement,
  type Recipient,
  type SigningKey,
  type Slot,
  signElement,
  textOf,
  type VerificationKey,
  verificationKeyFromCertificate,
  verifyElement,
  type XmlElement,
  XmlError,
  xencNamespace,
} from '../lib/xml/index.ts';
import { SoapFault } from './faults.ts';

const dsig11Ns = 'http://www.w3.org/2009/xmldsig11#';
const dsig11 = elementFactory('dsig11', dsig11Ns);
const holderOfKey = 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key';
const skewDefaultMs = 90_000;

export interface TokenSubject {
  readonly nameId: string;
  readonly format: string;
  /** Makes an EncryptedID, so that the holder of the token cannot read the name used at the service. */
  readonly encryptFor?: Recipient | undefined;
}

export interface TokenRequest {
  /** Our entityID. */
  readonly issuer: string;
  /** providerID of the service that the token opens. */
  readonly audience: string;
  /** The party that may use it, and the key it has to prove. */
  readonly holder: { readonly providerId: string; readonly publicKey: KeyObject };
  readonly subject: TokenSubject;
  /** Level of the resident's sign-in, and when it was. */
  readonly contextClass: string;
  readonly authenticatedAt: number;
  readonly key: SigningKey;
  readonly now: number;
  readonly lifetimeMs: number;
  readonly skewMs?: number;
}

/** A signed holder-of-key assertion for one service (SAML Profiles 3.1, ID-WSF 2.0 Security Mechanisms, SAMLV2). */
export function issueToken(request: TokenRequest): Promise<XmlElement> {
  const { issuer, audience, contextClass, authenticatedAt, key, now, lifetimeMs, skewMs = skewDefaultMs } = request;
  const assertion = saml('Assertion', { ID: newMessageId(), Version: '2.0', IssueInstant: formatInstant(now) }, [
    saml('Issuer', {}, [issuer]),
    saml('Subject', {}, [subjectName(request), confirmation(request)]),
    saml('Conditions', { NotBefore: formatInstant(now - skewMs), NotOnOrAfter: formatInstant(now + lifetimeMs) }, [
      saml('AudienceRestriction', {}, [saml('Audience', {}, [audience])]),
    ]),
    saml('AuthnStatement', { AuthnInstant: formatInstant(authenticatedAt) }, [
      saml('AuthnContext', {}, [saml('AuthnContextClassRef', {}, [contextClass])]),
    ]),
  ]);
  return signElement(assertion, key, { after: 'Issuer' });
}

function subjectName({ issuer, audience, subject: { nameId, format, encryptFor } }: TokenRequest): XmlElement {
  const name = saml('NameID', { Format: format, NameQualifier: issuer, SPNameQualifier: audience }, [nameId]);
  return encryptFor ? saml('EncryptedID', {}, [encryptElement(name, encryptFor)]) : name;
}

/** A party's key is written into every token of its, and costs as much to encode as a signature. */
const encodedKeys = new WeakMap<KeyObject, string>();

/** The key goes as it is (XMLDSig 1.1 4.5.9): a certificate would say nothing more, and not every party has one. */
function confirmation({ holder: { providerId, publicKey } }: TokenRequest): XmlElement {
  const der = encodedKeys.get(publicKey) ?? publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  encodedKeys.set(publicKey, der);
  return saml('SubjectConfirmation', { Method: holderOfKey }, [
    saml('NameID', { Format: nameIdFormats.entity }, [providerId]),
    // The prefix in the value is that of the element it stands on, so its declaration is signed with it (facts: only
    // prefixes of names are visibly used).
    saml('SubjectConfirmationData', { 'xsi:type': 'saml:KeyInfoConfirmationDataType' }, [
      ds('KeyInfo', {}, [dsig11('DEREncodedKeyValue', {}, [der])]),
    ]),
  ]);
}

export interface TokenContext {
  readonly issuer: string;
  readonly issuerKeys: readonly VerificationKey[];
  /** Our own providerID. */
  readonly audience: string;
  /** For EncryptedID. */
  readonly decryptionKeys?: readonly KeyObject[];
  readonly now: number;
  readonly skewMs?: number;
}

/** What the issuer says. Whoever sent it has still to prove the holder's key. */
export interface VerifiedToken {
  readonly id: string;
  readonly issuer: string;
  readonly nameId: string;
  readonly format: string;
  readonly contextClass: string;
  readonly authenticatedAt: number;
  /** Fingerprint of the confirmed key, as in VerificationKey. */
  readonly holder: string;
  /** providerID of the party that may use it, where the token names one. */
  readonly holderId?: string | undefined;
  readonly notOnOrAfter: number;
}

const one = (names: readonly string[], min: 0 | 1 = 1, ns = samlNs): Slot => ({ ns, names, min, max: 1 });

/** Throws the same SoapFault for every reason; why is in its cause, for the log. */
export function verifyToken(assertion: XmlElement, context: TokenContext): VerifiedToken {
  try {
    checkShape(assertion);
    const { element } = verifyElement(assertion, context.issuerKeys);
    checkShape(element);
    return readToken(element, context);
  } catch (cause) {
    if (!(cause instanceof XmlError || cause instanceof SamlError)) throw cause;
    throw new SoapFault('InappropriateCredentials', `the token is not accepted: ${cause.code}`, { cause });
  }
}

/** Order and cardinality count on the tree that arrived too: a second Subject outside what is read must not be there. */
function checkShape(assertion: XmlElement): void {
  if (assertion.ns !== samlNs || assertion.name !== 'Assertion' || attributeOf(assertion, 'Version') !== '2.0')
    throw wrong('the token is no SAML 2.0 assertion');
  checkSequence(assertion, [
    one(['Issuer']),
    one(['Signature'], 0, dsNamespace),
    one(['Subject']),
    one(['Conditions']),
    one(['Advice'], 0),
    one(['AuthnStatement']),
    one(['AttributeStatement'], 0),
  ]);
}

function readToken(assertion: XmlElement, context: TokenContext): VerifiedToken {
  const issuer = textOf(child(assertion, 'Issuer'));
  if (issuer !== context.issuer) throw wrong('the token is of another issuer');
  const conditions = child(assertion, 'Conditions');
  const { audience: entityId, now, skewMs = skewDefaultMs } = context;
  checkConditions(conditions, { entityId, now, skewMs });
  const statement = child(assertion, 'AuthnStatement');
  const notOnOrAfter = parseInstant(attributeOf(conditions, 'NotOnOrAfter') ?? '');
  const authenticatedAt = parseInstant(attributeOf(statement, 'AuthnInstant') ?? '');
  if (notOnOrAfter === undefined || authenticatedAt === undefined) throw wrong('the token lacks an instant');
  const subject = child(assertion, 'Subject');
  checkSequence(subject, [one(['NameID', 'EncryptedID']), one(['SubjectConfirmation'])]);
  const name = nameOf(subject, context.decryptionKeys ?? []);
  return {
    id: attributeOf(assertion, 'ID') ?? '',
    issuer,
    nameId: textOf(name),
    format: attributeOf(name, 'Format') ?? nameIdFormats.unspecified,
    contextClass: textOf(child(child(statement, 'AuthnContext'), 'AuthnContextClassRef')),
    authenticatedAt,
    ...holderOf(child(subject, 'SubjectConfirmation')),
    notOnOrAfter,
  };
}

function nameOf(subject: XmlElement, keys: readonly KeyObject[]): XmlElement {
  const encrypted = childNamed(subject, samlNs, 'EncryptedID');
  if (!encrypted) return child(subject, 'NameID');
  const data = childNamed(encrypted, xencNamespace, 'EncryptedData');
  if (!data) throw wrong('the EncryptedID holds no EncryptedData');
  const name = decryptElement(data, keys, childrenNamed(encrypted, xencNamespace, 'EncryptedKey'));
  if (name.ns !== samlNs || name.name !== 'NameID') throw wrong('the EncryptedID holds no NameID');
  return name;
}

/** SAML Profiles 3.1: one confirmation with one key; a choice of keys would be a choice of holders. */
function holderOf(confirmation: XmlElement): Pick<VerifiedToken, 'holder' | 'holderId'> {
  checkSequence(confirmation, [one(['NameID'], 0), one(['SubjectConfirmationData'])]);
  if (attributeOf(confirmation, 'Method') !== holderOfKey) throw wrong('the token is not holder-of-key');
  const data = child(confirmation, 'SubjectConfirmationData');
  // Times, Recipient and Address would be conditions that nobody here looks at; xsi:type is not needed to read it.
  if (data.attributes.some(({ ns }) => ns === '')) throw wrong('the confirmation has conditions of its own');
  checkSequence(data, [one(['KeyInfo'], 1, dsNamespace)]);
  const keyInfo = childNamed(data, dsNamespace, 'KeyInfo');
  const [key, second] = keyInfo ? elementsOf(keyInfo) : [];
  if (!key || second) throw wrong('the confirmation has no key, or several');
  const id = childNamed(confirmation, samlNs, 'NameID');
  return { holder: confirmedKey(key), holderId: id && textOf(id) };
}

/**
 * The fingerprint is all that is wanted: the key to verify with is the registered one that has it, so a confirmed key
 * that is weak or none at all fits nothing.
 */
function confirmedKey(key: XmlElement): string {
  if (key.ns === dsig11Ns && key.name === 'DEREncodedKeyValue')
    return sha256(decodeBase64(textOf(key))).toString('base64url');
  const certificate = key.ns === dsNamespace && key.name === 'X509Data' && elementsOf(key);
  if (certificate && certificate.length === 1 && certificate[0]?.name === 'X509Certificate')
    return verificationKeyFromCertificate(textOf(certificate[0])).fingerprint;
  throw wrong('the confirmed key is in no form that is read here');
}

function child(element: XmlElement, name: string): XmlElement {
  const found = childNamed(element, samlNs, name);
  if (!found) throw wrong(`${element.name} lacks ${name}`);
  return found;
}

const wrong = (message: string) => new XmlError('STRUCTURE_WRONG', message);
