import { canonicalize } from './canonical.ts';
import { XmlError } from './errors.ts';
import type { SigningKey, VerificationKey } from './keys.ts';
import { attributeOf, childrenNamed, type XmlElement, type XmlNode } from './node.ts';
import { readXml } from './read.ts';
import {
  buildReference,
  buildSignature,
  checkDigest,
  checkEnveloped,
  checkSignatureValue,
  ds,
  dsNamespace,
  enveloped,
  exclusiveC14n,
  prefixesOf,
  readSignature,
  requiredAttribute,
  transform,
} from './signed-info.ts';

declare const verified: unique symbol;

/** An element read from the very octets whose signature was verified. There is no other way to make one. */
export interface VerifiedElement {
  readonly [verified]: true;
  readonly element: XmlElement;
  readonly fingerprint: string;
}

/**
 * Signs an element by its ID attribute (SAML Core 5.4): enveloped, exclusive C14N, one Reference. `after` names the
 * child behind which the Signature stands; without it the Signature comes first.
 */
export async function signElement(
  element: XmlElement,
  key: SigningKey,
  { after }: { after?: string } = {},
): Promise<XmlElement> {
  const id = attributeOf(element, 'ID');
  if (!id) throw new TypeError(`${element.name} has no ID to sign`);
  const transforms = [transform(enveloped), transform(exclusiveC14n)];
  const reference = buildReference(id, canonicalize(element), transforms, key.algorithm);
  const keyInfo = key.certificate
    ? ds('KeyInfo', {}, [ds('X509Data', {}, [ds('X509Certificate', {}, [key.certificate])])])
    : undefined;
  const block = await buildSignature([reference], key, keyInfo);
  return { ...element, children: insertAfter(element.children, after, block) };
}

function insertAfter(children: readonly XmlNode[], after: string | undefined, block: XmlElement): XmlNode[] {
  const at = children.findIndex((child) => typeof child !== 'string' && child.name === after) + 1;
  return [...children.slice(0, at), block, ...children.slice(at)];
}

/**
 * Verifies the enveloped signature of `target` under the SAML profile and reads the element again from the verified
 * octets. The order matters: algorithms, then SignatureValue, then the digest, so that nothing unverified costs work.
 */
export function verifyElement(target: XmlElement, keys: readonly VerificationKey[]): VerifiedElement {
  const signature = onlySignatureOf(target);
  const [reference] = readSignature(signature, 1);
  const id = attributeOf(target, 'ID');
  if (!reference || !id || reference.uri !== `#${id}`)
    throw new XmlError('REFERENCE_WRONG', 'the signature is over another element', {
      detail: { reference: reference?.uri ?? '', element: target.name },
    });
  const prefixes = checkTransforms(reference.transforms);
  const fingerprint = checkSignatureValue(signature, keys);
  const octets = checkDigest(reference, [canonicalize(target, { prefixes, without: signature })], target);
  return { element: readXml(octets), fingerprint } as VerifiedElement;
}

function onlySignatureOf(target: XmlElement): XmlElement {
  const [signature, second] = childrenNamed(target, dsNamespace, 'Signature');
  if (!signature)
    throw new XmlError('SIGNATURE_MISSING', `${target.name} is not signed`, { detail: { element: target.name } });
  if (second)
    throw new XmlError('SIGNATURE_MALFORMED', `${target.name} has two signatures`, {
      detail: { element: target.name },
    });
  return signature;
}

/** Exactly enveloped-signature and exclusive C14N, in this order (SAML Core 5.4.4). */
function checkTransforms([first, second, third]: readonly XmlElement[]): readonly string[] {
  if (!first || !second || third || requiredAttribute(first, 'Algorithm') !== enveloped)
    throw new XmlError('ALGORITHM_REFUSED', 'the transforms are not exactly enveloped-signature and exclusive C14N');
  checkEnveloped(first);
  return prefixesOf(second);
}
