import { expect } from 'chai';
import { SignedXml } from 'xml-crypto';
import {
  childNamed,
  readXml,
  signElement,
  signOctets,
  textOf,
  verifyElement,
  verifyOctets,
  writeXml,
  type XmlElement,
  XmlError,
} from '../../../lib/xml/index.ts';
import { allKeys, ecKey, rsaKey, strangerKey } from './keys.ts';
import { assertion, response, samlNamespace } from './message.ts';

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof XmlError) return error.code;
    throw error;
  }
  return 'accepted';
}

const read = (text: string) => readXml(Buffer.from(text));
const verifyRoot = (text: string, keys = [rsaKey.verification]) => verifyElement(read(text), keys);
const signed = async (key = rsaKey) => writeXml(await signElement(assertion(), key.signing, { after: 'Issuer' }));

describe('XML signature (SAML Core 5.4)', () => {
  for (const { signing, verification } of allKeys) {
    it(`holds what it signed with ${signing.algorithm}`, async () => {
      const text = writeXml(await signElement(assertion(), signing, { after: 'Issuer' }));
      const { element, fingerprint } = verifyElement(read(text), [strangerKey.verification, verification]);
      expect(fingerprint).to.equal(verification.fingerprint);
      expect(writeXml(element)).to.equal(writeXml(assertion()));
    });
  }

  it('holds for an assertion signed inside a signed response', async () => {
    const inner = await signElement(assertion(), ecKey.signing, { after: 'Issuer' });
    const text = writeXml(await signElement(response([inner]), rsaKey.signing, { after: 'Issuer' }));
    const outer = verifyRoot(text).element;
    const found = childNamed(outer, samlNamespace, 'Assertion');
    if (!found) throw new Error('an assertion expected');
    expect(verifyElement(found, [ecKey.verification]).element.name).to.equal('Assertion');
  });

  it('is accepted by xml-crypto, and accepts what xml-crypto signs', async () => {
    const text = await signed();
    const judge = new SignedXml({ publicCert: rsaKey.publicPem });
    const block = text.slice(text.indexOf('<ds:Signature'), text.indexOf('</ds:Signature>') + '</ds:Signature>'.length);
    judge.loadSignature(block);
    expect(judge.checkSignature(text)).to.equal(true);

    const signer = new SignedXml({
      privateKey: rsaKey.signing.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
    });
    signer.addReference({
      xpath: '/*',
      digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
      transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
      inclusiveNamespacesPrefixList: ['saml'],
    });
    signer.computeSignature(writeXml(assertion()), {
      location: { reference: "/*/*[local-name()='Issuer']", action: 'after' },
    });
    expect(verifyRoot(signer.getSignedXml()).element.name).to.equal('Assertion');
  });

  it('reads from the verified octets, so a change outside them is not in the result', async () => {
    const text = (await signed()).replace('<saml:Assertion ', '<saml:Assertion xmlns:unused="urn:x" ');
    expect(verifyRoot(text).element.declared.map(([prefix]) => prefix)).to.deep.equal(['saml']);
  });

  describe('in the hands of an attacker who holds a signed message but no key', () => {
    const changes: readonly (readonly [string, string, (text: string) => string])[] = [
      ['a changed value', 'DIGEST_WRONG', (text) => text.replace('persistent', 'transient')],
      ['a changed digest', 'SIGNATURE_WRONG', (text) => text.replace(/<ds:DigestValue>..../, '<ds:DigestValue>AAAA')],
      ['a removed signature', 'SIGNATURE_MISSING', (text) => text.replace(/<ds:Signature .*<\/ds:Signature>/, '')],
      [
        'an empty signature',
        'SIGNATURE_MALFORMED',
        (text) => text.replace(/(<ds:Signature [^>]*>).*(<\/ds:Signature>)/, '$1$2'),
      ],
      [
        'an empty signature value',
        'SIGNATURE_MALFORMED',
        (text) => text.replace(/(<ds:SignatureValue>).*(<\/ds:SignatureValue>)/, '$1$2'),
      ],
      ['two signatures', 'SIGNATURE_MALFORMED', (text) => text.replace(/(<ds:Signature .*<\/ds:Signature>)/, '$1$1')],
      [
        'a second SignedInfo',
        'SIGNATURE_MALFORMED',
        (text) => text.replace(/(<ds:SignedInfo.*<\/ds:SignedInfo>)/, '$1$1'),
      ],
      [
        'a second reference',
        'SIGNATURE_MALFORMED',
        (text) => text.replace(/(<ds:Reference.*<\/ds:Reference>)/, '$1$1'),
      ],
      [
        'a second digest value',
        'SIGNATURE_MALFORMED',
        (text) => text.replace(/(<ds:DigestValue>.*<\/ds:DigestValue>)/, '$1$1'),
      ],
      [
        'an Object in the signature',
        'SIGNATURE_MALFORMED',
        (text) => text.replace('</ds:Signature>', '<ds:Object></ds:Object></ds:Signature>'),
      ],
      [
        'text inside the signature',
        'SIGNATURE_MALFORMED',
        (text) => text.replace('</ds:SignedInfo>', '</ds:SignedInfo>text'),
      ],
      [
        'a comment in the digest',
        'MARKUP_FORBIDDEN',
        (text) => text.replace('<ds:DigestValue>', '<ds:DigestValue><!---->'),
      ],
      ['a comment in the name', 'MARKUP_FORBIDDEN', (text) => text.replace('n-', 'n<!---->-')],
      ['a processing instruction in the name', 'MARKUP_FORBIDDEN', (text) => text.replace('n-', 'n<?p x?>-')],
      ['CDATA in the name', 'MARKUP_FORBIDDEN', (text) => text.replace('n-', '<![CDATA[n]]>-')],
      ['a DOCTYPE', 'MARKUP_FORBIDDEN', (text) => `<!DOCTYPE a [<!ENTITY x "y">]>${text}`],
      ['a reference to the whole document', 'REFERENCE_WRONG', (text) => text.replace('URI="#_a1"', 'URI=""')],
      ['an xpointer', 'REFERENCE_WRONG', (text) => text.replace('URI="#_a1"', `URI="#xpointer(id('_a1'))"`)],
      ['a reference without URI', 'SIGNATURE_MALFORMED', (text) => text.replace(' URI="#_a1"', '')],
      [
        'SHA-1',
        'ALGORITHM_REFUSED',
        (text) => text.replace('2001/04/xmldsig-more#rsa-sha256', '2000/09/xmldsig#rsa-sha1'),
      ],
      ['a SHA-1 digest', 'ALGORITHM_REFUSED', (text) => text.replace('2001/04/xmlenc#sha256', '2000/09/xmldsig#sha1')],
      ['HMAC', 'ALGORITHM_REFUSED', (text) => text.replace('#rsa-sha256', '#hmac-sha256')],
      ['an unknown algorithm', 'ALGORITHM_REFUSED', (text) => text.replace('#rsa-sha256', '#none')],
      ['another algorithm for the same key', 'SIGNATURE_WRONG', (text) => text.replace('#rsa-sha256', '#rsa-sha512')],
      ['an algorithm of another key type', 'SIGNATURE_WRONG', (text) => text.replace('#rsa-sha256', '#ecdsa-sha256')],
      ['inclusive C14N', 'ALGORITHM_REFUSED', (text) => text.replaceAll('2001/10/xml-exc-c14n#', '2001/10/xml-c14n#')],
      [
        'an XPath transform',
        'ALGORITHM_REFUSED',
        (text) => text.replace('2000/09/xmldsig#enveloped-signature', 'TR/1999/REC-xpath-19991116'),
      ],
      [
        'a third transform',
        'ALGORITHM_REFUSED',
        (text) => text.replace('</ds:Transforms>', '<ds:Transform Algorithm="x"></ds:Transform></ds:Transforms>'),
      ],
      [
        'one transform only',
        'ALGORITHM_REFUSED',
        (text) => text.replace(/<ds:Transform [^>]*enveloped[^>]*><\/ds:Transform>/, ''),
      ],
      ['a repeated ID', 'ID_REPEATED', (text) => text.replace('<saml:Subject>', '<saml:Subject ID="_a1">')],
      ['a prefixed ID only', 'REFERENCE_WRONG', (text) => text.replace(' ID="_a1"', ' xmlns:o="urn:o" o:ID="_a1"')],
      [
        '3,000 prefixes in a PrefixList',
        'XML_TOO_COMPLEX',
        (text) =>
          text.replace(
            /(<ds:CanonicalizationMethod [^>]*>)/,
            `$1<i:InclusiveNamespaces xmlns:i="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${'a '.repeat(3000)}"></i:InclusiveNamespaces>`,
          ),
      ],
    ];
    for (const [what, code, change] of changes) {
      it(`refuses ${what}`, async () => {
        const text = await signed();
        const changed = change(text);
        expect(changed, 'the change took place').to.not.equal(text);
        expect(codeOf(() => verifyRoot(changed))).to.equal(code);
      });
    }

    it('accepts what is harmless: a character reference for the same character', async () => {
      expect(codeOf(async () => verifyRoot((await signed()).replace('persistent', 'p&#101;rsistent')))).to.equal(
        'accepted',
      );
    });

    it('refuses a signature moved onto a forged parent, in front of, behind and around the original (XSW)', async () => {
      const original = await signElement(assertion(), rsaKey.signing, { after: 'Issuer' });
      const block = childNamed(original, 'http://www.w3.org/2000/09/xmldsig#', 'Signature') as XmlElement;
      const evil = assertion('_evil', 'admin');
      const forged: XmlElement = { ...evil, children: [evil.children[0] ?? '', block, ...evil.children.slice(1)] };
      const shapes: XmlElement[] = [
        { ...forged, children: [...forged.children, assertion()] },
        { ...forged, children: [...forged.children, original] },
        { ...assertion('_a1', 'admin'), children: [...assertion('_a1', 'admin').children, block] },
      ];
      for (const shape of shapes) expect(codeOf(() => verifyRoot(writeXml(shape)))).to.not.equal('accepted');
    });
  });

  it('refuses a key the registry does not hold, whatever certificate the message brings', async () => {
    expect(codeOf(() => verifyRoot(writeXml(assertion()), [rsaKey.verification]))).to.equal('SIGNATURE_MISSING');
    const text = await signed(strangerKey);
    expect(codeOf(() => verifyRoot(text))).to.equal('SIGNATURE_WRONG');
    expect(codeOf(() => verifyRoot(text, []))).to.equal('SIGNATURE_WRONG');
  });

  it('signs octets for the Redirect binding (SAML Bindings 3.4.4.1)', async () => {
    const octets = Buffer.from('SAMLRequest=x&SigAlg=y');
    for (const { signing, verification } of allKeys) {
      const uri = `x${signing.algorithm}`;
      const signature = await signOctets(octets, signing);
      expect(codeOf(() => verifyOctets(octets, signature, uri, [verification]))).to.equal('ALGORITHM_REFUSED');
    }
    const signature = await signOctets(octets, rsaKey.signing);
    const algorithm = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
    expect(verifyOctets(octets, signature, algorithm, [strangerKey.verification, rsaKey.verification])).to.equal(
      rsaKey.verification.fingerprint,
    );
    expect(codeOf(() => verifyOctets(Buffer.from('other'), signature, algorithm, [rsaKey.verification]))).to.equal(
      'SIGNATURE_WRONG',
    );
  });

  it('reads text only from elements that have only text', async () => {
    const element = read('<a><b>x<c/>y</b></a>');
    expect(codeOf(() => textOf(childNamed(element, '', 'b') as XmlElement))).to.equal('STRUCTURE_WRONG');
  });
});
