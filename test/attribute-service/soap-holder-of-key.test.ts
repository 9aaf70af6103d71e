import { expect } from 'chai';
import { strTransform, wsseNs } from '../../attribute-service/names.ts';
import { readSecurity } from '../../attribute-service/security.ts';
import {
  attributeOf,
  canonicalize,
  childNamed,
  ds,
  elementFactory,
  elementsOf,
  signElement,
  signReferences,
  writeXml,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { refusal } from '../refusal.ts';
import {
  counter,
  createReader,
  ecKey,
  hub,
  now,
  party,
  request,
  securityOf,
  strangerKey,
  tokenFor,
  treeOf,
  withChanged,
  without,
} from './soap-world.ts';

const evil = elementFactory('evil', 'urn:x-evil');
const codeOf = (message: string | XmlElement) => refusal(createReader()(message));

describe('holder-of-key token in the hands of an attacker', () => {
  const tokenOf = (root: XmlElement) => readSecurity(securityOf(root)).token as XmlElement;

  it('is of no use to another party, registered though it is', async () => {
    const token = await tokenFor(party);
    const theirs = await request({ token }, { who: counter });
    expect(await codeOf(theirs)).to.equal('InappropriateCredentials');
    const pretending = await request({ token }, { who: party, key: ecKey });
    expect(await codeOf(pretending)).to.equal('InappropriateCredentials');
  });

  it('is of no use to a party with the same key under another name', async () => {
    const token = await tokenFor({ providerId: 'https://other.example', key: party.key });
    expect(await codeOf(await request({ token }))).to.equal('InappropriateCredentials');
  });

  it('wants the message signed with the very key it confirms, not with another one of the same party', async () => {
    const twoKeys = { providerId: 'https://two-keys.example', key: party.key };
    const token = await tokenFor(twoKeys);
    expect((await createReader()(await request({ token }, { who: twoKeys }))).sender).to.equal(twoKeys.providerId);
    expect(await codeOf(await request({ token }, { who: twoKeys, key: ecKey }))).to.equal('InappropriateCredentials');
  });

  it('does not vouch for a key that is not registered', async () => {
    const token = await tokenFor({ providerId: party.providerId, key: strangerKey });
    expect(await codeOf(await request({ token }, { key: strangerKey }))).to.equal('InappropriateCredentials');
  });

  const refused: readonly (readonly [string, Parameters<typeof tokenFor>[1]])[] = [
    ['for another audience', { audience: 'https://elsewhere.example' }],
    ['of another issuer', { issuer: 'https://elsewhere.example' }],
    ['signed by its holder', { key: party.key.signing }],
    ['that has expired', { now: now - 600_000 }],
    ['of the future', { now: now + 600_000 }],
  ];
  for (const [what, changes] of refused) {
    it(`is refused when it is one ${what}`, async () => {
      expect(await codeOf(await request({ token: await tokenFor(party, changes) }))).to.equal(
        'InappropriateCredentials',
      );
    });
  }

  it('is refused when it was exchanged after signing, for one of the same holder', async () => {
    const root = treeOf(await request());
    const other = await tokenFor(party);
    for (const replacement of [other, { ...other, attributes: tokenOf(root).attributes }]) {
      const changed = withChanged(root, (element) => (element.name === 'Assertion' ? [replacement] : undefined));
      expect(await codeOf(changed)).to.equal('InappropriateCredentials');
    }
  });

  it('is refused when its signed reference leads to another assertion, in the Body or in a header block', async () => {
    const root = treeOf(await request());
    const [signed, other] = [tokenOf(root), await tokenFor(party)];
    const exchanged = withChanged(root, (element) => (element === signed ? [other] : undefined));
    const inHeader = withChanged(exchanged, (element) =>
      element.name === 'Header'
        ? [{ ...element, children: [...element.children, evil('Keep', {}, [signed])] }]
        : undefined,
    );
    const inBody = withChanged(exchanged, (element) =>
      element.name === 'Query' ? [{ ...element, children: [...element.children, signed] }] : undefined,
    );
    for (const changed of [inHeader, inBody]) expect(await codeOf(changed)).to.equal('InappropriateCredentials');
  });

  it('is refused beside a second one, and with a second reference', async () => {
    const root = treeOf(await request());
    const other = await tokenFor(party);
    for (const name of ['Assertion', 'SecurityTokenReference']) {
      const changed = withChanged(root, (element) => {
        if (element.name !== name) return undefined;
        return [element, name === 'Assertion' ? other : without(element, 'Id')];
      });
      expect(await codeOf(changed)).to.equal('IDStarMsgNotUnderstood');
    }
  });

  it('confirms nobody by a key that is none', async () => {
    const unsigned = withChanged(await tokenFor(party), ({ name }) => (name === 'Signature' ? [] : undefined));
    const keyless = withChanged(unsigned, (element) =>
      element.name === 'DEREncodedKeyValue' ? [{ ...element, children: ['AAAA'] }] : undefined,
    );
    const token = await signElement(keyless, hub.key.signing, { after: 'Issuer' });
    expect(await codeOf(await request({ token }))).to.equal('InappropriateCredentials');
  });

  it('is missed', async () => {
    expect(await codeOf(await request({ token: undefined }))).to.equal('InappropriateCredentials');
  });

  it('is not verified with the key of a certificate that the message brings', async () => {
    const text = await request({}, { key: strangerKey });
    const certificate = ds('X509Data', {}, [ds('X509Certificate', {}, ['MIIB'])]);
    const changed = withChanged(treeOf(text), (element) =>
      element.name === 'KeyInfo' && element.parent?.name === 'Signature'
        ? [{ ...element, children: [certificate] }]
        : undefined,
    );
    expect(await codeOf(changed)).to.equal('InappropriateCredentials');
  });
});

describe('STR-Transform (WS-Security 1.0 8.3, as deployed stacks do it)', () => {
  /** The message as a peer signs it that makes these octets of its token. */
  async function signedOver(root: XmlElement, formOf: (token: XmlElement) => string): Promise<XmlElement> {
    const { signature, token } = readSecurity(securityOf(root));
    const [signedInfo] = elementsOf(signature);
    if (!signedInfo || !token) throw new Error('a signed message expected');
    const references = elementsOf(signedInfo).filter(({ name }) => name === 'Reference');
    const resigned = await signReferences(
      root,
      references.map((reference) => {
        const id = attributeOf(reference, 'URI')?.slice(1) ?? '';
        const [step] = elementsOf(elementsOf(reference)[0] ?? reference);
        return id === 'STR' && step ? { id, step } : { id };
      }),
      party.key.signing,
      { transforms: new Map([[strTransform, () => ({ target: token, forms: [formOf(token)] })]]) },
    );
    return withChanged(root, (element) => (element === signature ? [resigned] : undefined));
  }

  it('is verified with and without the inserted declaration', async () => {
    const forms = [
      (token: XmlElement) => canonicalize(token),
      (token: XmlElement) => canonicalize(token).replace('<saml:Assertion ', '<saml:Assertion xmlns="" '),
    ];
    for (const form of forms) {
      const message = await signedOver(treeOf(await request()), form);
      expect((await createReader()(message)).sender).to.equal(party.providerId);
    }
  });

  it('shows the default namespace where there is one', async () => {
    const inScope = (text: string) => text.replace('<S:Envelope ', '<S:Envelope xmlns="urn:app" ');
    const shown = (token: XmlElement) =>
      canonicalize(token).replace('<saml:Assertion ', '<saml:Assertion xmlns="urn:app" ');
    const message = writeXml(await signedOver(treeOf(inScope(await request())), shown));
    expect((await createReader()(inScope(message))).sender).to.equal(party.providerId);
    expect(await codeOf(message)).to.equal('InappropriateCredentials');
    expect(await codeOf(inScope(await request()))).to.equal('InappropriateCredentials');
  });

  it('is refused over other octets', async () => {
    const message = await signedOver(treeOf(await request()), (token) => `${canonicalize(token)} `);
    expect(await codeOf(message)).to.equal('InappropriateCredentials');
  });

  it('is refused when its reference names another token, or stands outside the Security header', async () => {
    const misnamed = withChanged(treeOf(await request()), (element) =>
      element.name === 'KeyIdentifier' ? [{ ...element, children: ['_another'] }] : undefined,
    );
    const moved = withChanged(treeOf(await request()), (element) => {
      if (element.name === 'SecurityTokenReference' && element.parent?.name === 'Security') return [];
      if (element.name !== 'Header') return undefined;
      const reference = childNamed(securityOf({ ...element, children: [element] }), wsseNs, 'SecurityTokenReference');
      const trimmed = withChanged(element, (one) => (one === reference ? [] : undefined));
      return [{ ...trimmed, children: [...trimmed.children, evil('Keep', {}, reference ? [reference] : [])] }];
    });
    for (const root of [misnamed, moved]) {
      const inserted = (token: XmlElement) =>
        canonicalize(token).replace('<saml:Assertion ', '<saml:Assertion xmlns="" ');
      expect(await codeOf(await signedOver(root, inserted))).to.equal('InappropriateCredentials');
    }
  });
});
