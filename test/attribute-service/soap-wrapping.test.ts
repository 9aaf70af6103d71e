import { expect } from 'chai';
import { checkSigned, readSecurity } from '../../attribute-service/security.ts';
import { elementFactory, elementsOf, signReferences, type XmlElement } from '../../lib/xml/index.ts';
import { refusal } from '../refusal.ts';
import { createReader, idOf, party, request, securityOf, treeOf, withChanged, without } from './soap-world.ts';

const evil = elementFactory('evil', 'urn:x-evil');
const full = { purpose: 'urn:x-sanuki:purpose:self-view', redirect: true, relatesTo: 'urn:uuid:0' };
const codeOf = (message: string | XmlElement, read = createReader()) => refusal(read(message));

/** The message with one node per signed ID replaced, and the original kept elsewhere, where its digest still holds. */
function wrapped(root: XmlElement, id: string, place: 'header' | 'security' | 'body' | 'end' | 'inside'): XmlElement {
  let original: XmlElement | undefined;
  const forged = withChanged(root, (element) => {
    if (idOf(element) !== id) return undefined;
    original = element;
    const fake = without(element, element.name === 'Assertion' ? 'ID' : 'Id');
    return [place === 'inside' ? { ...fake, children: [...fake.children, evil('Keep', {}, [element])] } : fake];
  });
  if (!original) throw new Error(`no element ${id} in the message`);
  const kept = evil('Keep', {}, [original]);
  const into = (name: string) =>
    withChanged(forged, (element) =>
      element.name === name ? [{ ...element, children: [...element.children, kept] }] : undefined,
    );
  if (place === 'end') return { ...forged, children: [...forged.children, kept] };
  return place === 'inside' ? forged : into({ header: 'Header', security: 'Security', body: 'Body' }[place]);
}

describe('ID-WSF message in the hands of an attacker', () => {
  const ids = ['MID', 'REL', 'TO', 'ACT', 'RPL', 'FWK', 'SND', 'USE', 'UI', 'TS', 'BDY'];
  const places = ['header', 'security', 'body', 'end', 'inside'] as const;

  for (const id of ids) {
    it(`who wraps ${id} and keeps the signed original elsewhere is refused`, async () => {
      const root = treeOf(await request(full));
      for (const place of places) {
        if (id === 'BDY' && place === 'body') continue;
        expect(await codeOf(wrapped(root, id, place)), place).to.be.oneOf([
          'InappropriateCredentials',
          'IDStarMsgNotUnderstood',
        ]);
      }
    });

    it(`who repeats ${id} unsigned in front or behind is refused`, async () => {
      const root = treeOf(await request(full));
      for (const order of [(a: XmlElement, b: XmlElement) => [a, b], (a: XmlElement, b: XmlElement) => [b, a]]) {
        const doubled = withChanged(root, (element) =>
          idOf(element) === id ? order(element, without(element, 'Id')) : undefined,
        );
        expect(await codeOf(doubled)).to.equal('IDStarMsgNotUnderstood');
      }
    });

    it(`who takes ${id} away, or the ID from it, is refused`, async () => {
      const root = treeOf(await request(full));
      for (const change of [(): XmlElement[] => [], (element: XmlElement) => [without(element, 'Id')]]) {
        const changed = withChanged(root, (element) => (idOf(element) === id ? change(element) : undefined));
        expect(await codeOf(changed)).to.be.oneOf([
          'InappropriateCredentials',
          'IDStarMsgNotUnderstood',
          'FrameworkVersionMismatch',
        ]);
      }
    });

    it(`who leaves ${id} out of the signature is refused`, async () => {
      const text = await signedWithout(id);
      expect(await codeOf(text)).to.equal('InappropriateCredentials');
    });
  }

  it('would get past a verifier that is content with a signature that holds', async () => {
    // The Timestamp is looked for by that function itself.
    for (const id of ids.filter((one) => one !== 'TS')) {
      const root = wrapped(treeOf(await request(full)), id, 'header');
      const fingerprint = checkSigned(root, readSecurity(securityOf(root)), [], [party.key.verification]);
      expect(fingerprint, id).to.equal(party.key.verification.fingerprint);
    }
  });

  const withoutReference = (signature: XmlElement, id: string) =>
    elementsOf(elementsOf(signature)[0] as XmlElement)
      .filter(({ name }) => name === 'Reference')
      .map(({ attributes }) => attributes[0]?.value.slice(1) ?? '')
      .filter((one) => one !== id)
      .map((one) => ({ id: one }));

  /** A message of a party that signs all but one element: its own key, so only the coverage is wrong. */
  async function signedWithout(id: string): Promise<XmlElement> {
    const root = treeOf(await request(full));
    const { signature, token } = readSecurity(securityOf(root));
    const references = withoutReference(signature, 'STR').filter((one) => one.id !== id);
    const resigned = await signReferences(
      root,
      [...references, { id: (token && idOf(token)) ?? '' }],
      party.key.signing,
    );
    return withChanged(root, (element) => (element === signature ? [resigned] : undefined));
  }

  it('accepts a token that is signed as it stands instead of through its reference', async () => {
    expect((await createReader()(await signedWithout('nothing'))).sender).to.equal(party.providerId);
  });
});
