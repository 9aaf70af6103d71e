import {
  constants,
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { XmlError } from './errors.ts';
import {
  attributeOf,
  checkSequence,
  childNamed,
  elementsOf,
  namespaceAt,
  type Slot,
  textOf,
  type XmlElement,
} from './node.ts';
import { readXml } from './read.ts';
import { ds, dsNamespace } from './signed-info.ts';
import { elementFactory, writeXml } from './write.ts';

export const xencNamespace = 'http://www.w3.org/2001/04/xmlenc#';
const xenc11Namespace = 'http://www.w3.org/2009/xmlenc11#';
const xenc = elementFactory('xenc', xencNamespace);
const xenc11 = elementFactory('xenc11', xenc11Namespace);
const ivBytes = 12;
const tagBytes = 16;

/** AES-GCM only: CBC lets a decryptor be used as an oracle (XML Encryption 1.1 section 5.2). */
const contents = {
  'aes128-gcm': { uri: `${xenc11Namespace}aes128-gcm`, cipher: 'aes-128-gcm', keyBytes: 16 },
  'aes256-gcm': { uri: `${xenc11Namespace}aes256-gcm`, cipher: 'aes-256-gcm', keyBytes: 32 },
} as const;

/** `rsa-oaep-mgf1p` is SHA-1 in digest and mask: what older stacks read. Mixed pairs and RSA 1.5 are refused. */
const transports = {
  'rsa-oaep-mgf1p': {
    uri: `${xencNamespace}rsa-oaep-mgf1p`,
    oaepHash: 'sha1',
    digest: `${dsNamespace}sha1`,
    mgf: undefined,
  },
  'rsa-oaep-sha256': {
    uri: `${xenc11Namespace}rsa-oaep`,
    oaepHash: 'sha256',
    digest: `${xencNamespace}sha256`,
    mgf: `${xenc11Namespace}mgf1sha256`,
  },
} as const;

export type ContentEncryption = keyof typeof contents;
export type KeyTransport = keyof typeof transports;

export interface Recipient {
  /** RSA key of the provider's metadata. */
  readonly publicKey: KeyObject;
  readonly content: ContentEncryption;
  readonly transport: KeyTransport;
}

/** The registered names for algorithms a peer announces in md:EncryptionMethod. */
export function contentEncryptionOf(uri: string): ContentEncryption | undefined {
  return (Object.keys(contents) as ContentEncryption[]).find((name) => contents[name].uri === uri);
}

export function keyTransportOf(uri: string, digest?: string): KeyTransport | undefined {
  return (Object.keys(transports) as KeyTransport[]).find(
    (name) => transports[name].uri === uri && (digest === undefined || transports[name].digest === digest),
  );
}

/** EncryptedData of an element (type Element) with its EncryptedKey inside KeyInfo. */
export function encryptElement(element: XmlElement, { publicKey, content, transport }: Recipient): XmlElement {
  const { uri, cipher: name, keyBytes } = contents[content];
  const key = randomBytes(keyBytes);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(name, key, iv, { authTagLength: tagBytes });
  const sealed = Buffer.concat([iv, cipher.update(writeXml(element), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return xenc('EncryptedData', { Type: `${xencNamespace}Element` }, [
    xenc('EncryptionMethod', { Algorithm: uri }),
    ds('KeyInfo', {}, [encryptKey(key, publicKey, transport)]),
    cipherData(sealed),
  ]);
}

function encryptKey(key: Buffer, publicKey: KeyObject, transport: KeyTransport): XmlElement {
  const { uri, oaepHash, digest, mgf } = transports[transport];
  const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, key);
  return xenc('EncryptedKey', {}, [
    xenc('EncryptionMethod', { Algorithm: uri }, [
      ds('DigestMethod', { Algorithm: digest }),
      mgf ? xenc11('MGF', { Algorithm: mgf }) : undefined,
    ]),
    cipherData(wrapped),
  ]);
}

const cipherData = (bytes: Buffer) => xenc('CipherData', {}, [xenc('CipherValue', {}, [bytes.toString('base64')])]);

const slot = (ns: string, name: string, min: 0 | 1 = 1): Slot => ({ ns, names: [name], min, max: 1 });

/**
 * Decrypts `EncryptedData` (and the EncryptedKey inside it, or beside it as SAML allows) and reads the one element
 * through the gate. Every failure is the same refusal, so that nobody learns from the answer how far it came.
 */
export function decryptElement(
  encrypted: XmlElement,
  privateKeys: readonly KeyObject[],
  besides: readonly XmlElement[] = [],
): XmlElement {
  try {
    return decrypt(encrypted, privateKeys, besides);
  } catch (cause) {
    throw new XmlError('DECRYPTION_FAILED', 'the element cannot be decrypted', { cause });
  }
}

function decrypt(encrypted: XmlElement, privateKeys: readonly KeyObject[], besides: readonly XmlElement[]): XmlElement {
  checkSequence(encrypted, [
    slot(xencNamespace, 'EncryptionMethod'),
    slot(dsNamespace, 'KeyInfo', 0),
    slot(xencNamespace, 'CipherData'),
  ]);
  const method = childNamed(encrypted, xencNamespace, 'EncryptionMethod');
  const content = Object.values(contents).find(({ uri }) => method && attributeOf(method, 'Algorithm') === uri);
  const keyInfo = childNamed(encrypted, dsNamespace, 'KeyInfo');
  const inside = keyInfo
    ? elementsOf(keyInfo).filter(({ ns, name }) => ns === xencNamespace && name === 'EncryptedKey')
    : [];
  const wrapped = [...inside, ...besides];
  if (!content || wrapped.length === 0 || wrapped.length > 4) throw new TypeError('no usable algorithm or key');
  const key = unwrapKey(wrapped, privateKeys, content.keyBytes);
  const sealed = cipherValueOf(encrypted);
  const decipher = createDecipheriv(content.cipher, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const plain = Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]);
  return readInScope(plain, encrypted);
}

function unwrapKey(wrapped: readonly XmlElement[], privateKeys: readonly KeyObject[], keyBytes: number): Buffer {
  for (const encryptedKey of wrapped) {
    const method = childNamed(encryptedKey, xencNamespace, 'EncryptionMethod');
    const digest = method && elementsOf(method).find(({ ns, name }) => ns === dsNamespace && name === 'DigestMethod');
    const mask = method && elementsOf(method).find(({ ns, name }) => ns === xenc11Namespace && name === 'MGF');
    const transport =
      method && keyTransportOf(attributeOf(method, 'Algorithm') ?? '', digest && attributeOf(digest, 'Algorithm'));
    if (!transport || (mask && attributeOf(mask, 'Algorithm') !== transports[transport].mgf)) continue;
    for (const privateKey of privateKeys) {
      const key = tryUnwrap(cipherValueOf(encryptedKey), privateKey, transports[transport].oaepHash);
      if (key?.length === keyBytes) return key;
    }
  }
  throw new TypeError('no key fits');
}

function tryUnwrap(value: Buffer, key: KeyObject, oaepHash: string): Buffer | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, value);
  } catch (error) {
    // Encrypted for another of our keys, or damaged: the caller tries the next and tells both alike.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function cipherValueOf(element: XmlElement): Buffer {
  const data = childNamed(element, xencNamespace, 'CipherData');
  const value = data && childNamed(data, xencNamespace, 'CipherValue');
  if (!value) throw new TypeError('no cipher value');
  return Buffer.from(textOf(value), 'base64');
}

/** The plaintext may use prefixes declared outside it: it is read inside an element that declares what is in scope there. */
function readInScope(plain: Buffer, place: XmlElement): XmlElement {
  const prefixes = new Set<string>();
  for (let scope: XmlElement | undefined = place; scope; scope = scope.parent)
    for (const [prefix] of scope.declared) prefixes.add(prefix);
  const declared = [...prefixes].map(
    (prefix) => `xmlns${prefix === '' ? '' : `:${prefix}`}="${quoted(namespaceAt(place, prefix) ?? '')}"`,
  );
  const wrapper = readXml(
    Buffer.concat([Buffer.from(`<wrapper ${declared.join(' ')}>`), plain, Buffer.from('</wrapper>')]),
  );
  const [element, second] = elementsOf(wrapper);
  if (!element || second) throw new TypeError('not one element');
  return element;
}

const quoted = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
