import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { faces } from '../../config/index.ts';

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFile(new URL(file, root), 'utf8');
const isThere = (file: string) => existsSync(fileURLToPath(new URL(file, root)));

/** Files of the house by their path, and documents beside by their link. */
const namedIn = (text: string) => [
  ...[...text.matchAll(/`((?:test|config|idp|docs)\/[\w./-]+)`/g)].map(([, file = '']) => file),
  ...[...text.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, link = '']) =>
    new URL(link, 'file:///docs/').pathname.slice(1),
  ),
];
const rowsOf = (text: string) => text.split('\n').filter((line) => line.startsWith('| '));

describe('the threat model', () => {
  for (const file of ['docs/threat-model.md', 'docs/threat-model.ja.md', 'docs/operators.md', 'docs/operators.ja.md'])
    it(`${file} names only files that exist`, async () => {
      const named = namedIn(await read(file));
      expect(named.length).to.be.above(2);
      expect(named.filter((one) => !isThere(one))).to.deep.equal([]);
    });

  it('says the same in both languages: the same attackers, and the same tests against each', async () => {
    const [english, japanese] = await Promise.all(['docs/threat-model.md', 'docs/threat-model.ja.md'].map(read));
    const testsIn = (text = '') => rowsOf(text).map((row) => namedIn(row));
    expect(testsIn(japanese)).to.deep.equal(testsIn(english));
    expect(testsIn(english).length).to.be.above(35);
  });

  it('has a test or an admission for every attacker', async () => {
    const text = await read('docs/threat-model.md');
    const bare = rowsOf(text).filter((row) => row.endsWith('| – |'));
    for (const row of bare) expect(row).to.match(/not (solved|prevented)|operator's/);
  });
});

describe('the operators’ guide', () => {
  it('tells every face that a listener can serve', async () => {
    for (const file of ['docs/operators.md', 'docs/operators.ja.md'])
      for (const face of faces) expect(await read(file)).to.match(new RegExp(`^\\| \`${face}\` `, 'm'));
  });
});
