import { expect } from 'chai';
import fc from 'fast-check';
import {
  buildCoverages,
  buildEligibility,
  type CoverageAnswer,
  eligibilityParametersOf,
  eligibilityPath,
  parseCoverages,
  parseEligibility,
  parsePath,
  select,
} from '../../attribute-service/index.ts';
import { isWritable, readXml, textOf, writeXml, type XmlElement, XmlError } from '../../lib/xml/index.ts';
import { coverageOf, kokuho, kyokai } from './coverages.ts';

const onTheWire = (element: XmlElement) => readXml(Buffer.from(writeXml(element)));

const answered = (coverages: CoverageAnswer['coverages']): CoverageAnswer => ({
  coverages,
  sources: [
    { ...kokuho, state: 'answered', asOf: 1_790_000_000_000 },
    { ...kyokai, state: 'silent' },
  ],
});

/** Everyday names, half-width kana, a selector, characters beyond the basic plane, markup and line ends. */
const texts = fc
  .array(
    fc.constantFrom(
      '髙',
      '﨑',
      '巢',
      '葛\u{e0100}',
      '𠮷',
      '🏥',
      '\u3000',
      'ｶﾞ',
      'e\u0301',
      '&',
      '<',
      ']]>',
      "'",
      '"',
      '\r\n',
      ' ',
      'A',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));
const anyText = fc.string({ unit: 'binary', minLength: 1 }).filter(isWritable);
const text = fc.oneof(texts, anyText);
const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

const coverage = fc.record(
  {
    insurerNumber: fc.constantFrom('370015', '01370014'),
    insurerName: text,
    insurerAddress: text,
    symbol: text,
    number: text,
    branch: text,
    relation: fc.constantFrom(1 as const, 2 as const),
    insuredName: text,
    certificateClass: fc.constantFrom('01', '07'),
    name: text,
    nameKana: text,
    sex: fc.constantFrom(1 as const, 2 as const, 3 as const),
    birthDate: day,
    address: text,
    qualifiedOn: day,
    disqualifiedOn: day,
    copay: fc.constantFrom('010', '020', '030'),
    preschool: fc.boolean(),
    employerName: text,
    withheld: fc.constant({ address: 'not-disclosed' as const, insurerAddress: 'not-applicable' as const }),
    source: fc.constantFrom('kokuho', 'kyokai'),
  },
  {
    requiredKeys: [
      'insurerNumber',
      'insurerName',
      'number',
      'relation',
      'certificateClass',
      'name',
      'sex',
      'birthDate',
      'qualifiedOn',
      'source',
    ],
  },
);

describe('coverage as XML', () => {
  it('gives back every value exactly, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.array(coverage, { maxLength: 3 }), (coverages) => {
        const { element, dropped } = buildCoverages(answered(coverages));
        expect(dropped).to.deep.equal([]);
        expect(parseCoverages(onTheWire(element))).to.deep.equal(answered(coverages));
      }),
    );
  });

  it('gives back an eligibility answer with its evidence number', () => {
    const answer = {
      ...answered([coverageOf({ name: '葛\u{e0100}城 𠮷子' })]),
      validity: '1',
      date: '2026-10-01',
      executedAt: 1_790_000_000_000,
      reference: 'Q-20261001-000001',
    } as const;
    expect(parseEligibility(onTheWire(buildEligibility(answer).element))).to.deep.equal(answer);
  });

  it('leaves out a value that XML cannot carry, whole, and names its field but not its value', () => {
    const { element, dropped } = buildCoverages(
      answered([coverageOf({ address: 'town\u0000block', nameKana: '\ud800' })]),
    );
    expect(dropped).to.have.members(['Address', 'NameKana']);
    const [read] = parseCoverages(onTheWire(element)).coverages;
    expect(read).to.not.have.any.keys('address', 'nameKana');
    expect(read?.name).to.equal(coverageOf().name);
  });

  it('passes over elements it does not know, in any order', () => {
    const { element } = buildCoverages(answered([coverageOf()]));
    const xml = writeXml(element).replace('<el:Coverage>', '<el:Coverage><el:Later>1</el:Later>');
    expect(parseCoverages(readXml(Buffer.from(xml)))).to.deep.equal(answered([coverageOf()]));
  });

  const malformed: readonly (readonly [string, (xml: string) => string])[] = [
    ['a coverage without a name', (xml) => xml.replace(/<el:Name>[^<]*<\/el:Name>/, '')],
    ['two names in one coverage', (xml) => xml.replace('<el:Name>', '<el:Name>x</el:Name><el:Name>')],
    ['an element inside a value', (xml) => xml.replace('<el:Name>', '<el:Name><el:b></el:b>')],
    ['a day that does not exist', (xml) => xml.replace(/(<el:Birthdate>)[^<]*/, '$12026-02-30')],
    ['a sex outside its table', (xml) => xml.replace(/(<el:Sex1>)[^<]*/, '$19')],
    ['a source without a state', (xml) => xml.replace(/<el:State>[^<]*<\/el:State>/, '')],
  ];
  for (const [what, change] of malformed) {
    it(`refuses ${what}`, () => {
      const xml = change(writeXml(buildCoverages(answered([coverageOf()])).element));
      expect(() => parseCoverages(readXml(Buffer.from(xml))))
        .to.throw(XmlError)
        .with.property('code', 'STRUCTURE_WRONG');
    });
  }
});

describe('selection', () => {
  const root = onTheWire(
    buildCoverages(answered([coverageOf(), coverageOf({ insurerNumber: '01370014', insurerName: '協会けんぽ' })]))
      .element,
  );
  const found = (path: string) => select(root, parsePath(path) ?? []);

  it('takes the object, one coverage, or one field of it', () => {
    expect(found('/Coverages')).to.deep.equal([root]);
    expect(found("/Coverages/Coverage[InsurerNumber='370015']")).to.have.length(1);
    expect(found("/Coverages/Coverage[InsurerNumber='01370014']/InsurerName").map(textOf)).to.deep.equal([
      '協会けんぽ',
    ]);
    expect(found("/Coverages/Coverage[InsurerNumber='370015' and Sex1='2']")).to.deep.equal([]);
    expect(found('/Coverages/Nothing')).to.deep.equal([]);
  });

  for (const path of [
    '',
    '/',
    'Coverages',
    '//Coverage',
    '/Coverages/*',
    '/Coverages/Coverage[1]',
    "/Coverages[Name='a' or Name='b']",
    "/Coverages[Name='a]",
    '/a:Coverages',
    "/Coverages[count(Coverage)='1']",
    '/Coverages/',
    `/C${'a'.repeat(1000)}`,
    '/a/a/a/a/a/a/a',
  ]) {
    it(`does not read ${path.slice(0, 40) || 'an empty path'}`, () => expect(parsePath(path)).to.equal(undefined));
  }

  it('takes day and insurer of an eligibility question as its parameters', () => {
    const path = eligibilityPath({ date: '2026-10-01', insurerNumber: '01370014' });
    expect(eligibilityParametersOf(path)).to.deep.equal({
      parameters: { date: '2026-10-01', insurerNumber: '01370014' },
      rest: [{ name: 'Eligibility', where: [] }],
    });
    const odd = [
      "/Eligibility[QualificationConfirmationDate='2026-02-30']",
      "/Eligibility[InsurerNumber='1']",
      "/Eligibility[InsurerNumber='370015'][InsurerNumber='01370014']",
    ];
    for (const text of odd) expect(eligibilityParametersOf(parsePath(text) ?? []), text).to.equal(undefined);
  });
});
