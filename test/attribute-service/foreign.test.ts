import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readAnswer } from '../../attribute-service/soap.ts';
import {
  childNamed,
  elementsOf,
  readXml,
  type VerificationKey,
  verificationKey,
  verifyReferences,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { refusal } from '../refusal.ts';
import { skipUnless } from '../skip-unless.ts';
import { createReader, idOf, securityOf, strangerKey } from './soap-world.ts';

const folder = fileURLToPath(new URL('../../../shared/fixtures/foreign-id-wsf/', import.meta.url));

/** Who signed which message of the chain, and what its maker put under the signature. */
const messages: readonly (readonly [file: string, signer: string, signed: readonly string[]])[] = [
  ['001-18081-res.xml', 'idp', ['FWK', 'TS', 'MID', 'PRV', 'BDY']],
  ['002-18081-req.xml', 'sp', ['FWK', 'TS', 'MID', 'ACT', 'TO', 'PRV', 'STR', 'BDY']],
  ['002-18081-res.xml', 'idp', ['FWK', 'TS', 'MID', 'REL', 'PRV', 'BDY']],
  ['003-18083-req.xml', 'sp', ['FWK', 'TS', 'MID', 'ACT', 'TO', 'PRV', 'STR', 'BDY']],
  ['003-18083-res.xml', 'wsp', ['FWK', 'TS', 'MID', 'REL', 'PRV', 'BDY']],
];

describe('messages of an independent ID-WSF 2.0 implementation', () => {
  before(function () {
    skipUnless(existsSync(folder), 'the folder of captured messages', this);
  });

  const octetsOf = (file: string) => readFileSync(`${folder}${file}`);
  const keyOf = (signer: string): VerificationKey =>
    verificationKey(new X509Certificate(octetsOf(`${signer}-sign-cert.pem`)).publicKey);
  const signatureOf = (root: XmlElement) =>
    childNamed(securityOf(root), 'http://www.w3.org/2000/09/xmldsig#', 'Signature') as XmlElement;

  for (const [file, signer, signed] of messages) {
    it(`${file}: every reference verifies, and covers the nodes of this very message`, () => {
      const root = readXml(octetsOf(file));
      const { covered } = verifyReferences(root, signatureOf(root), [strangerKey.verification, keyOf(signer)]);
      const [header, body] = elementsOf(root);
      expect([...covered].map(idOf)).to.have.members([...signed]);
      expect(covered.has(body as XmlElement)).to.equal(true);
      expect(elementsOf(header as XmlElement).filter((block) => covered.has(block)).length).to.be.greaterThan(2);
    });

    it(`${file}: a changed Body is noticed`, () => {
      const text = octetsOf(file).toString();
      const changed = text.replace(/(<e:Body[^>]*>)/, '$1<evil></evil>');
      const root = readXml(Buffer.from(changed));
      expect(changed).to.not.equal(text);
      expect(() => verifyReferences(root, signatureOf(root), [keyOf(signer)]))
        .to.throw()
        .that.includes({ code: 'DIGEST_WRONG' });
    });
  }

  it('are read as far as the gate lets them, the unsigned one too', () => {
    expect(readXml(octetsOf('001-18081-req.xml')).name).to.equal('Envelope');
  });

  it('are refused by our own profile, which wants more of them to be signed than their maker does', async () => {
    for (const file of ['001-18081-req.xml', '002-18081-req.xml', '003-18083-req.xml'])
      expect(await refusal(createReader()(octetsOf(file).toString()))).to.be.oneOf([
        'FrameworkVersionMismatch',
        'IDStarMsgNotUnderstood',
      ]);
    const context = {
      relatesTo: 'urn:M8eo6GdcJEcbxAJ3tWVJW2RR9',
      sender: 'http://127.0.0.1:18083/zxidwspcgi?o=B',
      keys: [keyOf('wsp')],
    };
    const answer = Promise.resolve().then(() =>
      readAnswer(octetsOf('003-18083-res.xml'), { ...context, now: Date.UTC(2026, 10, 23, 0, 33, 23) }),
    );
    expect(await refusal(answer)).to.equal('HUB_GARBLED');
  });
});
