import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import {
  type ContentEncryption,
  childNamed,
  decryptElement,
  elementFactory,
  encryptElement,
  type KeyTransport,
  readXml,
  writeXml,
  type XmlElement,
  XmlError,
  xencNamespace,
} from '../../../lib/xml/index.ts';
import { assertion, saml } from './message.ts';

const mine = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof XmlError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Written and read again, as it would arrive. */
function received(content: ContentEncryption = 'aes256-gcm', transport: KeyTransport = 'rsa-oaep-mgf1p'): XmlElement {
  const encrypted = saml('EncryptedAssertion', {}, [
    encryptElement(assertion(), { publicKey: mine.publicKey, content, transport }),
  ]);
  return readXml(Buffer.from(writeXml(encrypted)));
}

const dataOf = (element: XmlElement) => childNamed(element, xencNamespace, 'EncryptedData') as XmlElement;

describe('XML encryption', () => {
  for (const content of ['aes128-gcm', 'aes256-gcm'] as const) {
    for (const transport of ['rsa-oaep-mgf1p', 'rsa-oaep-sha256'] as const) {
      it(`opens what it closed with ${content} and ${transport}, with any of several keys`, () => {
        const opened = decryptElement(dataOf(received(content, transport)), [other.privateKey, mine.privateKey]);
        expect(writeXml(opened)).to.equal(writeXml(assertion()));
      });
    }
  }

  it('gives one refusal for every failure: wrong key, changed octets, cut tag, unknown algorithm, CBC, RSA 1.5', () => {
    const text = writeXml(received());
    const changes: readonly ((text: string) => string)[] = [
      (whole) => whole.replace(/(<xenc:CipherValue>.*<xenc:CipherValue>)..../, '$1AAAA'),
      (whole) =>
        whole.replace(
          /....<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>/,
          '</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>',
        ),
      (whole) => whole.replace('2009/xmlenc11#aes256-gcm', '2001/04/xmlenc#aes256-cbc'),
      (whole) => whole.replace('xmlenc#rsa-oaep-mgf1p', 'xmlenc#rsa-1_5'),
      (whole) => whole.replace('xmlenc11#aes256-gcm', 'xmlenc11#aes128-gcm'),
      (whole) => whole.replace(/<ds:KeyInfo.*<\/ds:KeyInfo>/, ''),
    ];
    for (const [at, change] of changes.entries()) {
      const changed = change(text);
      expect(changed, String(at)).to.not.equal(text);
      expect(
        codeOf(() => decryptElement(dataOf(readXml(Buffer.from(changed))), [mine.privateKey])),
        String(at),
      ).to.equal('DECRYPTION_FAILED');
    }
    expect(codeOf(() => decryptElement(dataOf(received()), [other.privateKey]))).to.equal('DECRYPTION_FAILED');
  });

  it('reads a plaintext that relies on declarations made around it', () => {
    const inner = elementFactory('', '')('Bare', {}, ['x']);
    const encrypted = encryptElement(inner, {
      publicKey: mine.publicKey,
      content: 'aes128-gcm',
      transport: 'rsa-oaep-mgf1p',
    });
    const around = `<o xmlns="urn:outer">${writeXml(encrypted)}</o>`;
    expect(decryptElement(dataOf(readXml(Buffer.from(around))), [mine.privateKey]).ns).to.equal('urn:outer');
  });

  it('takes the plaintext through the same gate', () => {
    const text = elementFactory('', 'urn:x')('a', {}, ['x']);
    const encrypted = encryptElement(text, {
      publicKey: mine.publicKey,
      content: 'aes128-gcm',
      transport: 'rsa-oaep-mgf1p',
    });
    expect(decryptElement(readXml(Buffer.from(writeXml(encrypted))), [mine.privateKey]).name).to.equal('a');
  });
});
