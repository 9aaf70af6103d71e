import {
  createHash,
  createPublicKey,
  hash as hashOnce,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { promisify } from 'node:util';
import { type Algorithm, algorithms, digests, type SignatureAlgorithm, signatureUriOf } from './algorithms.ts';
import { canonicalize } from './canonical.ts';
import { XmlError } from './errors.ts';
import {
  attributeOf,
  checkSequence,
  childNamed,
  childrenNamed,
  elementsOf,
  type Slot,
  textOf,
  type XmlElement,
  type XmlNode,
} from './node.ts';
import { readXml } from './read.ts';
import { elementFactory } from './write.ts';

export const dsNamespace = 'http://www.w3.org/2000/09/xmldsig#';
const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const prefixListMax = 16;
const ds = elementFactory('ds', dsNamespace);
const signOnPool = promisify(sign);

/** A key to sign with; the KeyObject is made once per key. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly algorithm: SignatureAlgorithm;
  /** Base64 DER, put into KeyInfo for peers that want it; ours ignores it. */
  readonly certificate?: string;
}

/** A key to verify with, from a provider's registration: never from a message. */
export interface VerificationKey {
  readonly publicKey: KeyObject;
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly fingerprint: string;
}

declare const verified: unique symbol;

/** An element read from the very octets whose signature was verified. There is no other way to make one. */
export interface VerifiedElement {
  readonly [verified]: true;
  readonly element: XmlElement;
  readonly fingerprint: string;
}

export function verificationKey(publicKey: KeyObject): VerificationKey {
  const details = publicKey.asymmetricKeyDetails;
  const type = publicKey.asymmetricKeyType;
  const strong =
    type === 'rsa'
      ? (details?.modulusLength ?? 0) >= 2048
      : type === 'ec' && /^(prime256v1|secp384r1)$/.test(details?.namedCurve ?? '');
  if (!strong) throw new XmlError('KEY_REFUSED', 'the key is neither RSA of 2048 bits or more nor on P-256 or P-384');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { publicKey, fingerprint: createHash('sha256').update(der).digest('base64url') };
}

/** From the base64 DER certificate of a metadata document; only its key counts, as SAML metadata has it. */
export function verificationKeyFromCertificate(base64: string): VerificationKey {
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(
      new X509Certificate(Buffer.from(base64, 'base64')).publicKey.export({ type: 'spki', format: 'pem' }),
    );
  } catch (cause) {
    throw new XmlError('KEY_REFUSED', 'the certificate cannot be read', { cause });
  }
  return verificationKey(publicKey);
}

/** Raw signature over octets (the HTTP-Redirect binding, SAML Bindings 3.4.4.1). RSA runs on the thread pool. */
export async function signOctets(octets: Uint8Array, { privateKey, algorithm }: SigningKey): Promise<Buffer> {
  const { hash, options }: Algorithm = algorithms[algorithm];
  const key = options ? { key: privateKey, ...options } : privateKey;
  return privateKey.asymmetricKeyType === 'rsa' ? signOnPool(hash, octets, key) : sign(hash, octets, key);
}

/** Tries every key of the right type; resolves to the fingerprint of the one that fits. Algorithm and key type are compared first. */
export function verifyOctets(
  octets: Uint8Array,
  signature: Uint8Array,
  algorithmUri: string,
  keys: readonly VerificationKey[],
): string {
  const algorithm: Algorithm | undefined = Object.values<Algorithm>(algorithms).find(({ uri }) => uri === algorithmUri);
  if (!algorithm)
    throw new XmlError('ALGORITHM_REFUSED', 'the signature algorithm is not accepted', {
      detail: { algorithm: algorithmUri },
    });
  const candidates = keys.filter(({ publicKey }) => algorithm.fits(publicKey));
  const fitting = candidates.find(({ publicKey }) => {
    if (algorithm.signatureBytes !== undefined && signature.byteLength !== algorithm.signatureBytes) return false;
    const { hash, options } = algorithm;
    return verify(hash, octets, options ? { key: publicKey, ...options } : publicKey, signature);
  });
  if (fitting) return fitting.fingerprint;
  const detail = { algorithm: algorithmUri, fingerprintsTried: candidates.map(({ fingerprint }) => fingerprint) };
  throw new XmlError('SIGNATURE_WRONG', 'the signature fits none of the registered keys', { detail });
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
  const { digest } = algorithms[key.algorithm];
  const value = hashOnce(digest, canonicalize(element), 'base64');
  const signedInfo = buildSignedInfo(id, key.algorithm, value);
  const signature = await signOctets(Buffer.from(canonicalize(signedInfo)), key);
  const keyInfo =
    key.certificate && ds('KeyInfo', {}, [ds('X509Data', {}, [ds('X509Certificate', {}, [key.certificate])])]);
  const block = ds('Signature', {}, [
    signedInfo,
    ds('SignatureValue', {}, [signature.toString('base64')]),
    keyInfo || undefined,
  ]);
  return { ...element, children: insertAfter(element.children, after, block) };
}

function insertAfter(children: readonly XmlNode[], after: string | undefined, block: XmlElement): XmlNode[] {
  const at = children.findIndex((child) => typeof child !== 'string' && child.name === after) + 1;
  return [...children.slice(0, at), block, ...children.slice(at)];
}

function buildSignedInfo(id: string, algorithm: SignatureAlgorithm, digestValue: string): XmlElement {
  const { digest } = algorithms[algorithm];
  return ds('SignedInfo', {}, [
    ds('CanonicalizationMethod', { Algorithm: exclusiveC14n }),
    ds('SignatureMethod', { Algorithm: signatureUriOf(algorithm) }),
    ds('Reference', { URI: `#${id}` }, [
      ds('Transforms', {}, [ds('Transform', { Algorithm: enveloped }), ds('Transform', { Algorithm: exclusiveC14n })]),
      ds('DigestMethod', { Algorithm: digests[digest] }),
      ds('DigestValue', {}, [digestValue]),
    ]),
  ]);
}

const slot = (name: string, min: 0 | 1 = 1): Slot => ({ ns: dsNamespace, names: [name], min, max: 1 });

/**
 * Verifies the enveloped signature of `target` under the SAML profile and reads the element again from the verified
 * octets. The order matters: algorithms, then SignatureValue, then the digest, so that nothing unverified costs work.
 */
export function verifyElement(target: XmlElement, keys: readonly VerificationKey[]): VerifiedElement {
  const signature = onlySignatureOf(target);
  const signedInfo = checkSignatureShape(signature);
  const reference = checkReference(signedInfo, target);
  const method = requiredAttribute(requiredChild(signedInfo, 'CanonicalizationMethod'), 'Algorithm');
  if (method !== exclusiveC14n)
    throw new XmlError('ALGORITHM_REFUSED', 'SignedInfo is not exclusively canonical', {
      detail: { algorithm: method },
    });
  const prefixes = prefixListOf(requiredChild(signedInfo, 'CanonicalizationMethod'));
  const algorithm = requiredAttribute(requiredChild(signedInfo, 'SignatureMethod'), 'Algorithm');
  const value = decodeValue(requiredChild(signature, 'SignatureValue'));
  const fingerprint = verifyOctets(Buffer.from(canonicalize(signedInfo, { prefixes })), value, algorithm, keys);
  const octets = Buffer.from(canonicalize(target, { prefixes: reference.prefixes, without: signature }));
  const found = createHash(reference.digest).update(octets).digest();
  if (!found.equals(reference.value)) {
    const detail = {
      element: target.name,
      reference: reference.uri,
      expectedDigest: reference.value.toString('base64'),
      foundDigest: found.toString('base64'),
    };
    throw new XmlError('DIGEST_WRONG', 'the signed element was changed', { detail });
  }
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

/** Signature = SignedInfo, SignatureValue, KeyInfo?; SignedInfo = two methods and exactly one Reference. An Object is refused. */
function checkSignatureShape(signature: XmlElement): XmlElement {
  return malformedOnWrongStructure(() => {
    checkSequence(signature, [slot('SignedInfo'), slot('SignatureValue'), slot('KeyInfo', 0)]);
    const signedInfo = requiredChild(signature, 'SignedInfo');
    checkSequence(signedInfo, [slot('CanonicalizationMethod'), slot('SignatureMethod'), slot('Reference')]);
    checkSequence(requiredChild(signedInfo, 'SignatureMethod'), []);
    return signedInfo;
  });
}

interface CheckedReference {
  readonly uri: string;
  readonly digest: string;
  readonly value: Buffer;
  readonly prefixes: readonly string[];
}

function checkReference(signedInfo: XmlElement, target: XmlElement): CheckedReference {
  return malformedOnWrongStructure(() => {
    const reference = requiredChild(signedInfo, 'Reference');
    checkSequence(reference, [slot('Transforms'), slot('DigestMethod'), slot('DigestValue')]);
    const uri = requiredAttribute(reference, 'URI');
    const id = attributeOf(target, 'ID');
    if (!id || uri !== `#${id}`)
      throw new XmlError('REFERENCE_WRONG', 'the signature is over another element', {
        detail: { reference: uri, element: target.name },
      });
    const prefixes = checkTransforms(requiredChild(reference, 'Transforms'));
    const algorithm = requiredAttribute(requiredChild(reference, 'DigestMethod'), 'Algorithm');
    const digest = Object.entries(digests).find(([, known]) => known === algorithm)?.[0];
    if (!digest)
      throw new XmlError('ALGORITHM_REFUSED', 'the digest algorithm is not accepted', { detail: { algorithm } });
    checkSequence(requiredChild(reference, 'DigestMethod'), []);
    return { uri, digest, prefixes, value: decodeValue(requiredChild(reference, 'DigestValue')) };
  });
}

/** Exactly enveloped-signature and exclusive C14N, in this order (SAML Core 5.4.4). */
function checkTransforms(transforms: XmlElement): readonly string[] {
  checkSequence(transforms, [{ ns: dsNamespace, names: ['Transform'], min: 1, max: 'many' }]);
  const [first, second, third] = elementsOf(transforms);
  if (
    !first ||
    !second ||
    third ||
    requiredAttribute(first, 'Algorithm') !== enveloped ||
    requiredAttribute(second, 'Algorithm') !== exclusiveC14n
  ) {
    throw new XmlError('ALGORITHM_REFUSED', 'the transforms are not exactly enveloped-signature and exclusive C14N');
  }
  // xml-crypto writes an InclusiveNamespaces (in a namespace of its own making) under the enveloped transform too,
  // where it means nothing.
  if (elementsOf(first).some(({ name }) => name !== 'InclusiveNamespaces')) {
    throw new XmlError('SIGNATURE_MALFORMED', 'the enveloped-signature transform has parameters');
  }
  return prefixListOf(second);
}

/** InclusiveNamespaces: it stands in what is not verified yet, so its length is bounded. */
function prefixListOf(method: XmlElement): readonly string[] {
  checkSequence(method, [{ ns: exclusiveC14n, names: ['InclusiveNamespaces'], min: 0, max: 1 }]);
  const inclusive = elementsOf(method)[0];
  const names =
    (inclusive &&
      attributeOf(inclusive, 'PrefixList')
        ?.split(/[ \t\r\n]+/)
        .filter((name) => name !== '')) ??
    [];
  if (names.length > prefixListMax)
    throw new XmlError('XML_TOO_COMPLEX', `a PrefixList has more than ${prefixListMax} names`);
  return names.map((name) => (name === '#default' ? '' : name));
}

function requiredChild(element: XmlElement, name: string): XmlElement {
  const child = childNamed(element, dsNamespace, name);
  if (!child)
    throw new XmlError('SIGNATURE_MALFORMED', `${element.name} lacks ${name}`, { detail: { element: element.name } });
  return child;
}

function requiredAttribute(element: XmlElement, name: string): string {
  const value = attributeOf(element, name);
  if (value === undefined)
    throw new XmlError('SIGNATURE_MALFORMED', `${element.name} lacks ${name}`, { detail: { element: element.name } });
  return value;
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
