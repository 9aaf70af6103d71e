import { expect } from 'chai';
import fc from 'fast-check';
import {
  canonicalize,
  ds,
  elementFactory,
  elementsOf,
  exclusiveC14n,
  isWritable,
  readXml,
  type SigningKey,
  signOctets,
  signReferences,
  type Transforms,
  verifyReferences,
  writeXml,
  type XmlElement,
  XmlError,
} from '../../../lib/xml/index.ts';
import { allKeys, ecKey, rsaKey, strangerKey } from './keys.ts';

const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const a = elementFactory('a', 'urn:a', { wsu });
const parts = () => [
  a('One', { 'wsu:Id': 'one', note: 'x & "y"' }, ['first \r\n\t𠮷']),
  a('Two', { Id: 'two' }, [a('Inner', { ID: 'inner' }, ['second'])]),
  a('Three', { id: 'three' }),
];
const ids = ['one', 'two', 'three', 'inner'];
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

const documentOf = (signature?: XmlElement, content = parts()) =>
  a('Document', {}, [...content, a('Security', {}, [signature])]);

async function signed({
  key = rsaKey.signing,
  content = parts(),
  of = ids,
}: {
  key?: SigningKey;
  content?: XmlElement[];
  of?: readonly string[];
} = {}) {
  const signature = await signReferences(
    documentOf(undefined, content),
    of.map((id) => ({ id })),
    key,
  );
  return writeXml(documentOf(signature, content));
}

const read = (text: string) => readXml(Buffer.from(text));
function signatureIn(root: XmlElement): XmlElement {
  const found = elementsOf(elementsOf(root).at(-1) ?? root)[0];
  if (!found) throw new Error('a signature expected');
  return found;
}

function verify(text: string, keys = [rsaKey.verification], transforms: Transforms = new Map()) {
  const root = read(text);
  return { root, ...verifyReferences(root, signatureIn(root), keys, { transforms }) };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof XmlError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** What a holder of the key makes of any SignedInfo. */
async function signatureOf(signedInfo: XmlElement): Promise<XmlElement> {
  const value = await signOctets(Buffer.from(canonicalize(signedInfo)), rsaKey.signing);
  return ds('Signature', {}, [signedInfo, ds('SignatureValue', {}, [value.toString('base64')])]);
}

describe('XML signature over many elements (WS-Security 1.0 8)', () => {
  for (const { signing, verification } of allKeys) {
    it(`covers the nodes it was made over with ${signing.algorithm}, by each kind of ID`, async () => {
      const { root, covered, fingerprint } = verify(await signed({ key: signing }), [
        strangerKey.verification,
        verification,
      ]);
      const [one, two, three, security] = elementsOf(root);
      const inner = two && elementsOf(two)[0];
      expect([...covered]).to.have.members([one, two, three, inner]);
      expect(covered.has(security as XmlElement)).to.equal(false);
      expect(fingerprint).to.equal(verification.fingerprint);
    });
  }

  it('holds whatever the elements say, and wherever in the document they stand', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter(isWritable);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 }), async (values) => {
        const content = values.map(([attribute, value], at) => a('Part', { Id: `p${at}`, attribute }, [value]));
        const root = read(await signed({ content, of: content.map((_, at) => `p${at}`), key: ecKey.signing }));
        const moved = read(`<x xmlns="urn:x" xmlns:q="urn:q">${writeXml(root)}</x>`);
        const [inside] = elementsOf(moved);
        const { covered } = verifyReferences(moved, signatureIn(inside as XmlElement), [ecKey.verification]);
        expect(covered.size).to.equal(content.length);
      }),
      { numRuns: 50 },
    );
  });

  it('hands out the node that carries the ID, not one that looks like it', async () => {
    const text = (await signed()).replace('<a:Security>', '<a:One note="evil">first</a:One><a:Security>');
    const { root, covered } = verify(text);
    expect(
      elementsOf(root)
        .filter((element) => covered.has(element))
        .map(({ name }) => name),
    ).to.deep.equal(['One', 'Two', 'Three']);
    expect(covered.has(elementsOf(root)[3] as XmlElement)).to.equal(false);
  });

  it('takes the enveloped-signature transform for nothing on an element that is no ancestor', async () => {
    const element = parts()[0] as XmlElement;
    const unsigned = await signReferences(documentOf(), [{ id: 'one' }], rsaKey.signing);
    const step = ds('Transform', { Algorithm: enveloped });
    const change = (node: XmlElement): XmlElement => ({
      ...node,
      children: node.children.map((child) => {
        if (typeof child === 'string') return child;
        return child.name === 'Transforms' ? { ...child, children: [step, ...child.children] } : change(child);
      }),
    });
    // Signed anew by the peer that writes it: SignedInfo is what changed.
    const [signedInfo] = elementsOf(change(unsigned));
    if (!signedInfo) throw new Error('SignedInfo expected');
    const { covered } = verify(writeXml(documentOf(await signatureOf(signedInfo))));
    expect([...covered].map(({ name }) => name)).to.deep.equal([element.name]);
  });

  it('lets a token profile say what a reference stands for, and takes each form of that node', async () => {
    const algorithm = 'urn:x-test:dereference';
    const step = ds('Transform', { Algorithm: algorithm });
    const transforms = (forms: (target: XmlElement) => [string, ...string[]], root: XmlElement): Transforms =>
      new Map([
        [
          algorithm,
          () => ({ target: elementsOf(root)[1] as XmlElement, forms: forms(elementsOf(root)[1] as XmlElement) }),
        ],
      ]);
    const plain = documentOf();
    const signature = await signReferences(plain, [{ id: 'one', step }], rsaKey.signing, {
      transforms: transforms((target) => [`special ${canonicalize(target)}`, canonicalize(target)], plain),
    });
    const root = read(writeXml(documentOf(signature)));
    const verdict = (forms: (target: XmlElement) => [string, ...string[]]) =>
      verifyReferences(root, signatureIn(root), [rsaKey.verification], { transforms: transforms(forms, root) });
    const { covered } = verdict((target) => [canonicalize(target), `special ${canonicalize(target)}`]);
    expect([...covered]).to.deep.equal([elementsOf(root)[1]]);
    expect(codeOf(() => verdict((target) => [canonicalize(target)]))).to.equal('DIGEST_WRONG');
    expect(codeOf(() => verifyReferences(root, signatureIn(root), [rsaKey.verification]))).to.equal(
      'ALGORITHM_REFUSED',
    );
  });

  it('verifies SignatureValue before it resolves a reference or computes a digest', async () => {
    const text = await signed();
    const forged = text.replace('URI="#one"', 'URI="#nowhere"').replace('first', 'changed');
    expect(codeOf(() => verify(forged))).to.equal('SIGNATURE_WRONG');
    expect(codeOf(() => verify(text.replace('first', 'changed')))).to.equal('DIGEST_WRONG');
  });

  const changes: readonly (readonly [string, string, (text: string) => string])[] = [
    ['a changed element', 'DIGEST_WRONG', (text) => text.replace('second', 'third')],
    ['a changed attribute', 'DIGEST_WRONG', (text) => text.replace('note="x', 'note="z')],
    ['an element taken away', 'REFERENCE_WRONG', (text) => text.replace('<a:Three id="three"></a:Three>', '')],
    ['a repeated ID', 'ID_REPEATED', (text) => text.replace('<a:Security>', '<a:Security ID="one">')],
    [
      'a reference left out',
      'SIGNATURE_WRONG',
      (text) => text.replace(/<ds:Reference URI="#three">.*?<\/ds:Reference>/, ''),
    ],
    ['a digest exchanged', 'SIGNATURE_WRONG', (text) => text.replace(/<ds:DigestValue>..../, '<ds:DigestValue>AAAA')],
    [
      '33 references',
      'XML_TOO_COMPLEX',
      (text) => text.replace(/(<ds:Reference URI="#three">.*?<\/ds:Reference>)/, '$1'.repeat(33)),
    ],
    ['no reference', 'SIGNATURE_MALFORMED', (text) => text.replace(/<ds:Reference .*<\/ds:Reference>/, '')],
    ['no transform', 'SIGNATURE_MALFORMED', (text) => text.replace(/(<ds:Transforms>).*?(<\/ds:Transforms>)/, '$1$2')],
    [
      'an Object',
      'SIGNATURE_MALFORMED',
      (text) => text.replace('</ds:Signature>', '<ds:Object></ds:Object></ds:Signature>'),
    ],
    [
      'SHA-1',
      'ALGORITHM_REFUSED',
      (text) => text.replace('2001/04/xmldsig-more#rsa-sha256', '2000/09/xmldsig#rsa-sha1'),
    ],
    ['a SHA-1 digest', 'ALGORITHM_REFUSED', (text) => text.replace('2001/04/xmlenc#sha256', '2000/09/xmldsig#sha1')],
    ['HMAC', 'ALGORITHM_REFUSED', (text) => text.replace('#rsa-sha256', '#hmac-sha256')],
    [
      'inclusive C14N of SignedInfo',
      'ALGORITHM_REFUSED',
      (text) =>
        text.replace(
          'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
          'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
        ),
    ],
    [
      'a PrefixList bomb',
      'XML_TOO_COMPLEX',
      (text) =>
        text.replace(
          /(<ds:CanonicalizationMethod [^>]*>)/,
          `$1<i:InclusiveNamespaces xmlns:i="${exclusiveC14n}" PrefixList="${'a '.repeat(17)}"></i:InclusiveNamespaces>`,
        ),
    ],
  ];
  for (const [what, code, change] of changes) {
    it(`refuses ${what}`, async () => {
      const text = await signed();
      const changed = change(text);
      expect(changed, 'the change took place').to.not.equal(text);
      expect(codeOf(() => verify(changed))).to.equal(code);
    });
  }

  const steps: readonly (readonly [string, string, readonly XmlElement[]])[] = [
    ['two canonical forms', 'ALGORITHM_REFUSED', [transformOf(exclusiveC14n), transformOf(exclusiveC14n)]],
    ['enveloped-signature alone', 'ALGORITHM_REFUSED', [transformOf(enveloped)]],
    ['XPath', 'ALGORITHM_REFUSED', [transformOf('http://www.w3.org/TR/1999/REC-xpath-19991116')]],
    ['the name of what every object has', 'ALGORITHM_REFUSED', [transformOf('constructor')]],
    ['a PrefixList of 17 names', 'XML_TOO_COMPLEX', [transformOf(exclusiveC14n, 17)]],
  ];
  for (const [what, code, transforms] of steps) {
    it(`refuses, of a party that holds a key, a reference with ${what}`, async () => {
      const reference = ds('Reference', { URI: '#one' }, [
        ds('Transforms', {}, transforms),
        ds('DigestMethod', { Algorithm: 'http://www.w3.org/2001/04/xmlenc#sha256' }),
        ds('DigestValue', {}, ['AAAA']),
      ]);
      const signedInfo = ds('SignedInfo', {}, [
        ds('CanonicalizationMethod', { Algorithm: exclusiveC14n }),
        ds('SignatureMethod', { Algorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' }),
        reference,
      ]);
      const text = writeXml(documentOf(await signatureOf(signedInfo)));
      expect(codeOf(() => verify(text))).to.equal(code);
    });
  }

  it('refuses a key that is not the caller’s, whatever KeyInfo brings', async () => {
    const keyInfo = ds('KeyInfo', {}, [ds('X509Data', {}, [ds('X509Certificate', {}, ['MIIB'])])]);
    const signature = await signReferences(documentOf(), [{ id: 'one' }], strangerKey.signing, { keyInfo });
    const text = writeXml(documentOf(signature));
    expect(codeOf(() => verify(text))).to.equal('SIGNATURE_WRONG');
    expect(codeOf(() => verify(text, []))).to.equal('SIGNATURE_WRONG');
    expect(codeOf(() => verify(text, [strangerKey.verification]))).to.equal('accepted');
  });

  it('does not sign what has no such ID, nor more than a reader accepts', async () => {
    const outcome = (act: Promise<unknown>) =>
      act.then(
        () => 'signed',
        (error: Error) => error.name,
      );
    expect(await outcome(signReferences(documentOf(), [{ id: 'nowhere' }], rsaKey.signing))).to.equal('XmlError');
    expect(await outcome(signReferences(documentOf(), Array(33).fill({ id: 'one' }), rsaKey.signing))).to.equal(
      'TypeError',
    );
  });
});

function transformOf(algorithm: string, prefixes = 0): XmlElement {
  const list = elementFactory('ec', exclusiveC14n)('InclusiveNamespaces', { PrefixList: 'p '.repeat(prefixes) });
  return ds('Transform', { Algorithm: algorithm }, prefixes > 0 ? [list] : []);
}
