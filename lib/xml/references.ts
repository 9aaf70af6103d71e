import { canonicalize } from './canonical.ts';
import { XmlError } from './errors.ts';
import { indexIds } from './ids.ts';
import type { SigningKey, VerificationKey } from './keys.ts';
import type { XmlElement } from './node.ts';
import {
  buildReference,
  buildSignature,
  checkDigest,
  checkEnveloped,
  checkSignatureValue,
  enveloped,
  exclusiveC14n,
  prefixesOf,
  readSignature,
  requiredAttribute,
  transform,
} from './signed-info.ts';

/**
 * Signatures over several elements of one document (WS-Security), beside the SAML profile in `signature.ts`. What is
 * handed out is the set of covered nodes: the caller must find in it the very nodes it goes on to process.
 */
const referencesMax = 32;

/** The node that a referenced element stands for, and the canonical forms of it whose digest counts; the first one is signed. */
export interface Dereferenced {
  readonly target: XmlElement;
  readonly forms: readonly [string, ...string[]];
}

/** Transforms that a token profile brings, by Algorithm; they get the referenced element and the ds:Transform. */
export type Transforms = ReadonlyMap<string, (referenced: XmlElement, step: XmlElement) => Dereferenced>;

export interface ReferenceToSign {
  readonly id: string;
  /** A ds:Transform of `Transforms`; exclusive C14N when absent. */
  readonly step?: XmlElement;
}

/**
 * The Signature over elements of a tree by their IDs. It has to be placed outside all of them, which is why no
 * enveloped-signature transform is written.
 */
export async function signReferences(
  root: XmlElement,
  references: readonly ReferenceToSign[],
  key: SigningKey,
  { transforms = new Map(), keyInfo }: { transforms?: Transforms; keyInfo?: XmlElement } = {},
): Promise<XmlElement> {
  if (references.length > referencesMax) throw new TypeError('more elements to sign than a reader accepts');
  const ids = indexIds(root);
  const blocks = references.map(({ id, step = transform(exclusiveC14n) }) => {
    const { forms } = dereference(resolve(`#${id}`, ids), [step], transforms, undefined);
    return buildReference(id, forms[0], [step], key.algorithm);
  });
  return buildSignature(blocks, key, keyInfo);
}

declare const verified: unique symbol;

/** Nodes of the document that the signature covers. There is no other way to make one. */
export interface VerifiedReferences {
  readonly [verified]: true;
  readonly covered: ReadonlySet<XmlElement>;
  readonly fingerprint: string;
}

/**
 * Verifies a Signature anywhere in a document. The keys are the caller's; KeyInfo is not looked at. SignatureValue is
 * verified before a reference is resolved, so that only who holds a key can make us compute digests; these are over the
 * untouched tree, so nothing may be decrypted or moved in it before.
 */
export function verifyReferences(
  root: XmlElement,
  signature: XmlElement,
  keys: readonly VerificationKey[],
  { transforms = new Map() }: { transforms?: Transforms } = {},
): VerifiedReferences {
  const references = readSignature(signature, 'many');
  if (references.length > referencesMax)
    throw new XmlError('XML_TOO_COMPLEX', `the signature has more than ${referencesMax} references`);
  const fingerprint = checkSignatureValue(signature, keys);
  const ids = indexIds(root);
  const covered = new Set<XmlElement>();
  for (const reference of references) {
    const { target, forms } = dereference(resolve(reference.uri, ids), reference.transforms, transforms, signature);
    checkDigest(reference, forms, target);
    covered.add(target);
  }
  return { covered, fingerprint } as unknown as VerifiedReferences;
}

function resolve(uri: string, ids: ReadonlyMap<string, XmlElement>): XmlElement {
  const referenced = uri.startsWith('#') ? ids.get(uri.slice(1)) : undefined;
  if (!referenced)
    throw new XmlError('REFERENCE_WRONG', 'a reference leads to no element of this document', {
      detail: { reference: uri },
    });
  return referenced;
}

/** Enveloped-signature if at all first, then exactly one step that makes octets: exclusive C14N or one of the profile's. */
function dereference(
  referenced: XmlElement,
  steps: readonly XmlElement[],
  transforms: Transforms,
  signature: XmlElement | undefined,
): Dereferenced {
  const [first] = steps;
  const isEnveloped = first !== undefined && requiredAttribute(first, 'Algorithm') === enveloped;
  if (isEnveloped) checkEnveloped(first);
  const [step, further] = isEnveloped ? steps.slice(1) : steps;
  if (!step || further) throw new XmlError('ALGORITHM_REFUSED', 'the transforms are not those of this profile');
  const own = transforms.get(requiredAttribute(step, 'Algorithm'));
  if (own) return own(referenced, step);
  // Without this transform a signature inside its own target never verifies; with it on another element it does nothing.
  const without = isEnveloped ? signature : undefined;
  return { target: referenced, forms: [canonicalize(referenced, { prefixes: prefixesOf(step), without })] };
}
