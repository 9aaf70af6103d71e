import { expect } from 'chai';
import { browserFamilyOf } from '../../idp/browser-family.ts';
import { browserWords } from '../../idp/browser-words.ts';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('the family of a browser (RFC 9110 10.1.5)', () => {
  for (const [userAgent, ja, en] of [
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
      'Windows のパソコン（Edge）',
      'Windows computer (Edge)',
    ],
    [
      `Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/142.0.0.0 Mobile Safari/537.36`,
      'Android のスマートフォンかタブレット（Chrome）',
      'Android telephone or tablet (Chrome)',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile/15E148 Safari/604.1',
      'iPhone（Safari）',
      'iPhone (Safari)',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0',
      'Mac のパソコン（Firefox）',
      'Mac (Firefox)',
    ],
    ['node', '種類の分からない端末', 'A device of an unknown kind'],
    ['', '種類の分からない端末', 'A device of an unknown kind'],
  ] as const)
    it(`of “${userAgent.slice(0, 60)}” is ${en}`, () => {
      expect(browserWords(browserFamilyOf(userAgent), 'ja')).to.equal(ja);
      expect(browserWords(browserFamilyOf(userAgent), 'en')).to.equal(en);
    });

  it('keeps nothing of what was said but two words, however long and strange it is', () => {
    const strange = `<script>Windows NT</script> Firefox/1 ${'x'.repeat(100_000)} 192.0.2.7`;
    expect(browserFamilyOf(strange)).to.deep.equal({ system: 'windows', program: 'firefox' });
    expect(browserWords(undefined, 'en')).to.equal('A device of an unknown kind');
  });
});
