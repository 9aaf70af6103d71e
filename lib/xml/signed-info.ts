import { createHash, hash as hashOnce } from 'node:crypto';
import { algorithms, digests, type SignatureAlgorithm, signatureUriOf } from './algorithms.ts';
import { canonicalize } from './canonical.ts';
import { XmlError } from './errors.ts';
import { type SigningKey, signOctets, type VerificationKey, verifyOctets } from './keys.ts';
import {
  attributeOf,
  checkSequence,
  childNamed,
  childrenNamed,
  elementsOf,
  type Slot,
  textOf,
  type XmlElement,
} from './node.ts';
import { elementFactory } from './write.ts';

/** What every profile of XML Signature shares: the block's shape, its value, its digests, the bounds of its parameters. */
export const dsNamespace = 'http://www.w3.org/2000/09/xmldsig#';
export const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const prefixListMax = 16;
export const ds = elementFactory('ds', dsNamespace);

export const transform = (algorithm: string) => ds('Transform', { Algorithm: algorithm });

/** A Reference to an element by its ID, over its canonical octets. */
export function buildReference(
  id: string,
  octets: string,
  transforms: readonly XmlElement[],
  algorithm: SignatureAlgorithm,
): XmlElement {
  const { digest } = algorithms[algorithm];
  return ds('Reference', { URI: `#${id}` }, [
    ds('Transforms', {}, transforms),
    ds('DigestMethod', { Algorithm: digests[digest] }),
    ds('DigestValue', {}, [hashOnce(digest, octets, 'base64')]),
  ]);
}

export async function buildSignature(
  references: readonly XmlElement[],
  key: SigningKey,
  keyInfo: XmlElement | undefined,
): Promise<XmlElement> {
  const signedInfo = ds('SignedInfo', {}, [
    ds('CanonicalizationMethod', { Algorithm: exclusiveC14n }),
    ds('SignatureMethod', { Algorithm: signatureUriOf(key.algorithm) }),
    ...references,
  ]);
  const value = await signOctets(Buffer.from(canonicalize(signedInfo)), key);
  return ds('Signature', {}, [signedInfo, ds('SignatureValue', {}, [value.toString('base64')]), keyInfo]);
}

const slot = (name: string, min: 0 | 1 = 1, max: 1 | 'many' = 1): Slot => ({
  ns: dsNamespace,
  names: [name],
  min,
  max,
});

/**
 * Signature = SignedInfo, SignatureValue, KeyInfo?; SignedInfo = two methods and its References. An Object is refused.
 * Resolves to the References, read but not verified.
 */
export function readSignature(signature: XmlElement, references: 1 | 'many'): readonly UnverifiedReference[] {
  return malformedOnWrongStructure(() => {
    checkSequence(signature, [slot('SignedInfo'), slot('SignatureValue'), slot('KeyInfo', 0)]);
    const signedInfo = requiredChild(signature, 'SignedInfo');
    checkSequence(signedInfo, [
      slot('CanonicalizationMethod'),
      slot('SignatureMethod'),
      slot('Reference', 1, references),
    ]);
    checkSequence(requiredChild(signedInfo, 'SignatureMethod'), []);
    return childrenNamed(signedInfo, dsNamespace, 'Reference').map(readReference);
  });
}

export interface UnverifiedReference {
  readonly uri: string;
  readonly transforms: readonly XmlElement[];
  readonly digest: string;
  readonly value: Buffer;
}

function readReference(reference: XmlElement): UnverifiedReference {
  checkSequence(reference, [slot('Transforms'), slot('DigestMethod'), slot('DigestValue')]);
  const uri = requiredAttribute(reference, 'URI');
  const transforms = requiredChild(reference, 'Transforms');
  checkSequence(transforms, [slot('Transform', 1, 'many')]);
  const algorithm = requiredAttribute(requiredChild(reference, 'DigestMethod'), 'Algorithm');
  const digest = Object.entries(digests).find(([, known]) => known === algorithm)?.[0];
  if (!digest)
    throw new XmlError('ALGORITHM_REFUSED', 'the digest algorithm is not accepted', { detail: { algorithm } });
  checkSequence(requiredChild(reference, 'DigestMethod'), []);
  const value = decodeValue(requiredChild(reference, 'DigestValue'));
  return { uri, transforms: elementsOf(transforms), digest, value };
}

/** Verifies SignatureValue over SignedInfo, before any digest costs work; resolves to the fingerprint of the key that fits. */
export function checkSignatureValue(signature: XmlElement, keys: readonly VerificationKey[]): string {
  const signedInfo = requiredChild(signature, 'SignedInfo');
  const prefixes = prefixesOf(requiredChild(signedInfo, 'CanonicalizationMethod'));
  const algorithm = requiredAttribute(requiredChild(signedInfo, 'SignatureMethod'), 'Algorithm');
  const value = decodeValue(requiredChild(signature, 'SignatureValue'));
  return verifyOctets(Buffer.from(canonicalize(signedInfo, { prefixes })), value, algorithm, keys);
}

/** The octets of these that have the digest; several are several canonical forms of one and the same node. */
export function checkDigest(reference: UnverifiedReference, forms: readonly string[], target: XmlElement): Buffer {
  let found = Buffer.alloc(0);
  for (const form of forms) {
    const octets = Buffer.from(form);
    found = createHash(reference.digest).update(octets).digest();
    if (found.equals(reference.value)) return octets;
  }
  const detail = {
    element: target.name,
    reference: reference.uri,
    expectedDigest: reference.value.toString('base64'),
    foundDigest: found.toString('base64'),
  };
  throw new XmlError('DIGEST_WRONG', 'the signed element was changed', { detail });
}

/** The enveloped-signature transform has no parameters. */
export function checkEnveloped(step: XmlElement): void {
  // xml-crypto writes an InclusiveNamespaces (in a namespace of its own making) under the enveloped transform too,
  // where it means nothing.
  if (elementsOf(step).some(({ name }) => name !== 'InclusiveNamespaces'))
    throw new XmlError('SIGNATURE_MALFORMED', 'the enveloped-signature transform has parameters');
}

/**
 * InclusiveNamespaces of an exclusive canonicalization, the only one accepted. The list stands in what is not verified
 * yet, so its length is bounded.
 */
export function prefixesOf(method: XmlElement): readonly string[] {
  const algorithm = requiredAttribute(method, 'Algorithm');
  if (algorithm !== exclusiveC14n)
    throw new XmlError('ALGORITHM_REFUSED', 'the canonical form is not the exclusive one', { detail: { algorithm } });
  malformedOnWrongStructure(() =>
    checkSequence(method, [{ ns: exclusiveC14n, names: ['InclusiveNamespaces'], min: 0, max: 1 }]),
  );
  const [inclusive] = elementsOf(method);
  const list = (inclusive && attributeOf(inclusive, 'PrefixList')) ?? '';
  const names = list.split(/[ \t\r\n]+/).filter((name) => name !== '');
  if (names.length > prefixListMax)
    throw new XmlError('XML_TOO_COMPLEX', `a PrefixList has more than ${prefixListMax} names`);
  return names.map((name) => (name === '#default' ? '' : name));
}

export function requiredAttribute(element: XmlElement, name: string): string {
  const value = attributeOf(element, name);
  if (value === undefined)
    throw new XmlError('SIGNATURE_MALFORMED', `${element.name} lacks ${name}`, { detail: { element: element.name } });
  return value;
}

function requiredChild(element: XmlElement, name: string): XmlElement {
  const child = childNamed(element, dsNamespace, name);
  if (!child)
    throw new XmlError('SIGNATURE_MALFORMED', `${element.name} lacks ${name}`, { detail: { element: element.name } });
  return child;
}

function decodeValue(element: XmlElement): Buffer {
  const text = textOf(element).replaceAll(/[ \t\r\n]/g, '');
  const value = Buffer.from(text, 'base64');
  if (value.length === 0 || value.toString('base64') !== text) {
    throw new XmlError('SIGNATURE_MALFORMED', `${element.name} is not base64`, { detail: { element: element.name } });
  }
  return value;
}

function malformedOnWrongStructure<R>(check: () => R): R {
  try {
    return check();
  } catch (cause) {
    if (!(cause instanceof XmlError && cause.code === 'STRUCTURE_WRONG')) throw cause;
    throw new XmlError('SIGNATURE_MALFORMED', cause.message, { cause, detail: cause.detail });
  }
}
