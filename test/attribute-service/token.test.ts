import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { SoapFault } from '../../attribute-service/faults.ts';
import { type VerifiedToken, verifyToken } from '../../attribute-service/token.ts';
import { createKeyRing, type KeyRecord, keyCollection, nameIdFormats, saml } from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import {
  type ContentEncryption,
  ds,
  elementsOf,
  type KeyTransport,
  signElement,
  verificationKeyFromCertificate,
  writeXml,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';
import { counter, hub, idOf, now, party, strangerKey, tokenFor, treeOf, withChanged } from './soap-world.ts';

const body = generateKeyPairSync('rsa', { modulusLength: 2048 });
const context = { issuer: hub.providerId, issuerKeys: [hub.key.verification], audience: hub.providerId, now };
const onWire = (token: XmlElement) => treeOf(writeXml(token));
const verdict = (token: XmlElement, changes = {}) =>
  refusal(Promise.resolve().then(() => verifyToken(onWire(token), { ...context, ...changes })));

describe('holder-of-key token (SAML Profiles 3.1)', () => {
  for (const who of [party, counter]) {
    it(`is read as it was issued, for a holder with ${who.key.signing.algorithm}`, async () => {
      const token = await tokenFor(who);
      const expected: VerifiedToken = {
        id: idOf(token) ?? '',
        issuer: hub.providerId,
        nameId: 'sealed-handle',
        format: nameIdFormats.transient,
        contextClass: 'urn:x-sanuki:ac:card-pin',
        authenticatedAt: now - 60_000,
        holder: who.key.verification.fingerprint,
        holderId: who.providerId,
        notOnOrAfter: now + 300_000,
      };
      expect(verifyToken(onWire(token), context)).to.deep.equal(expected);
    });
  }

  it('keeps the declaration of the prefix that stands in xsi:type, on the wire and under the signature', async () => {
    const text = writeXml(await tokenFor(party));
    expect(text).to.match(/<saml:Assertion xmlns:saml="[^"]+"/);
    expect(text).to.include('xsi:type="saml:KeyInfoConfirmationDataType"');
  });

  for (const [content, transport] of [
    ['aes256-gcm', 'rsa-oaep-sha256'],
    ['aes128-gcm', 'rsa-oaep-mgf1p'],
  ] as const satisfies [ContentEncryption, KeyTransport][]) {
    it(`names the subject for the service alone, with ${transport} and ${content}`, async () => {
      const encryptFor = { publicKey: body.publicKey, content, transport };
      const token = await tokenFor(party, {
        subject: { nameId: 'pseudonym-at-the-body', format: nameIdFormats.persistent, encryptFor },
      });
      expect(writeXml(token)).to.not.include('pseudonym-at-the-body');
      const read = verifyToken(onWire(token), { ...context, decryptionKeys: [body.privateKey] });
      expect(read).to.include({ nameId: 'pseudonym-at-the-body', format: nameIdFormats.persistent });
      expect(await verdict(token)).to.equal('InappropriateCredentials');
    });
  }

  it('is refused with its EncryptedID changed, exchanged or taken out', async () => {
    const encryptFor = { publicKey: body.publicKey, content: 'aes256-gcm', transport: 'rsa-oaep-sha256' } as const;
    const subject = (nameId: string) => ({ nameId, format: nameIdFormats.persistent, encryptFor });
    const [token, other] = await Promise.all(['one', 'two'].map((name) => tokenFor(party, { subject: subject(name) })));
    if (!token || !other) throw new Error('two tokens expected');
    const others = find(other, 'EncryptedID');
    const changes: ((element: XmlElement) => readonly XmlElement[] | undefined)[] = [
      (element) => (element.name === 'EncryptedID' ? [others] : undefined),
      (element) => (element.name === 'EncryptedID' ? [] : undefined),
      (element) => (element.name === 'EncryptedID' ? [saml('NameID', {}, ['two'])] : undefined),
      (element) => (element.name === 'CipherValue' ? [{ ...element, children: ['AAAA'] }] : undefined),
    ];
    for (const change of changes)
      expect(await verdict(withChanged(token, change), { decryptionKeys: [body.privateKey] })).to.equal(
        'InappropriateCredentials',
      );
  });

  it('confirms the key of a certificate too', async () => {
    const storage = createMemoryStorage();
    const ring = createKeyRing({
      keys: storage.collection<KeyRecord>(keyCollection),
      seal: createSeal(new Uint8Array(32), 'keys'),
      commonName: 'portal.example',
      trial: true,
      purposes: ['saml'],
    });
    await ring.ensure();
    const certificate = ring.active('saml').certificate ?? '';
    const token = await reissued((element) =>
      element.name === 'DEREncodedKeyValue'
        ? [ds('X509Data', {}, [ds('X509Certificate', {}, [certificate])])]
        : undefined,
    );
    expect(verifyToken(onWire(token), context).holder).to.equal(
      verificationKeyFromCertificate(certificate).fingerprint,
    );
  });

  const wrong: readonly (readonly [string, (element: XmlElement) => readonly XmlElement[] | undefined])[] = [
    ['two confirmations', twice('SubjectConfirmation')],
    ['two confirmed keys', twice('DEREncodedKeyValue')],
    ['two KeyInfo', twice('KeyInfo')],
    ['two Subjects', twice('Subject')],
    ['two Conditions', twice('Conditions')],
    ['no key', (element) => (element.name === 'DEREncodedKeyValue' ? [] : undefined)],
    [
      'a key that is not base64',
      (element) => (element.name === 'DEREncodedKeyValue' ? [{ ...element, children: ['A*'] }] : undefined),
    ],
    ['no audience', (element) => (element.name === 'AudienceRestriction' ? [] : undefined)],
    [
      'a condition that is not understood',
      (element) => (element.name === 'AudienceRestriction' ? [element, saml('Condition')] : undefined),
    ],
    ['no end', (element) => (element.name === 'Conditions' ? [{ ...element, attributes: [] }] : undefined)],
    [
      'bearer confirmation',
      (element) =>
        element.name === 'SubjectConfirmation'
          ? [{ ...element, attributes: saml('x', { Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' }).attributes }]
          : undefined,
    ],
    [
      'conditions in its confirmation',
      (element) =>
        element.name === 'SubjectConfirmationData'
          ? [{ ...element, attributes: saml('x', { Recipient: 'https://elsewhere.example' }).attributes }]
          : undefined,
    ],
  ];
  for (const [what, change] of wrong) {
    it(`is refused with ${what}, signed though it is`, async () => {
      expect(await verdict(await reissued(change))).to.equal('InappropriateCredentials');
    });
  }

  it('is refused unsigned, by another key, and when it is no assertion', async () => {
    const token = await tokenFor(party);
    expect(await verdict(withChanged(token, ({ name }) => (name === 'Signature' ? [] : undefined)))).to.equal(
      'InappropriateCredentials',
    );
    expect(await verdict(await tokenFor(party, { key: strangerKey.signing }))).to.equal('InappropriateCredentials');
    expect(await verdict(ds('Assertion'))).to.equal('InappropriateCredentials');
  });

  it('may be used as long as the skew allows', async () => {
    const token = await tokenFor(party, { lifetimeMs: 120_000 });
    expect(verifyToken(onWire(token), { ...context, now: now + 200_000 }).id).to.equal(idOf(token));
    for (const at of [now + 211_000, now - 200_000])
      expect(await verdict(token, { now: at })).to.equal('InappropriateCredentials');
  });

  it('says to the log why, and names nobody in it', async () => {
    const token = await tokenFor(party, { audience: 'https://elsewhere.example' });
    try {
      verifyToken(onWire(token), context);
    } catch (error) {
      const { message, cause } = error as SoapFault;
      expect(message).to.include('AUDIENCE_MISMATCH');
      expect(`${message} ${String(cause)}`).to.not.include('sealed-handle');
    }
  });

  /** A token as the issuer would sign it, changed before it is signed. */
  async function reissued(change: (element: XmlElement) => readonly XmlElement[] | undefined): Promise<XmlElement> {
    const token = await tokenFor(party);
    const unsigned = withChanged(token, ({ name }) => (name === 'Signature' ? [] : undefined));
    return signElement(withChanged(unsigned, change), hub.key.signing, { after: 'Issuer' });
  }

  function twice(name: string) {
    return (element: XmlElement) => (element.name === name ? [element, element] : undefined);
  }

  function find(root: XmlElement, name: string): XmlElement {
    const [found] = elementsOf(root).flatMap((child) => (child.name === name ? [child] : findAll(child, name)));
    if (!found) throw new Error(`no ${name}`);
    return found;
  }

  function findAll(root: XmlElement, name: string): XmlElement[] {
    return elementsOf(root).flatMap((child) => (child.name === name ? [child] : findAll(child, name)));
  }
});
