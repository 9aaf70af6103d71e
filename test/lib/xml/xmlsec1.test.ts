import { expect } from 'chai';
import { signElement, writeXml } from '../../../lib/xml/index.ts';
import { allKeys } from './keys.ts';
import { assertion, samlNamespace } from './message.ts';
import { withXmlsec1 } from './xmlsec1.ts';

describe('xmlsec1 as an independent judge', () => {
  const judge = withXmlsec1([['ID', `${samlNamespace}:Assertion`]]);

  // Debian's xmlsec1 1.2 knows no RSA-PSS.
  for (const { signing, publicPem } of allKeys.filter((key) => !key.signing.algorithm.includes('pss'))) {
    it(`accepts what we sign with ${signing.algorithm}`, async () => {
      const text = writeXml(await signElement(assertion(), signing, { after: 'Issuer' }));
      expect(await judge(text, publicPem)).to.match(/^OK/m);
    });
  }

  it('refuses what was changed', async () => {
    const [key] = allKeys;
    if (!key) throw new Error('a key expected');
    const text = writeXml(await signElement(assertion(), key.signing, { after: 'Issuer' })).replace(
      'persistent',
      'transient',
    );
    const verdict = await judge(text, key.publicPem).catch((error: unknown) => error);
    expect(verdict).to.be.instanceOf(Error);
  });
});
