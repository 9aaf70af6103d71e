import { expect } from 'chai';
import fc from 'fast-check';
import {
  AttributeError,
  type Coverage,
  createBroker,
  foldName,
  type Source,
  type SourceAnswer,
  type SourceFault,
  type SourceRequest,
} from '../../attribute-service/index.ts';
import { type AccountLink, accountLinkCollection, createAccountLinks } from '../../federation/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { coverageOf, kokuho, kyokai } from './coverages.ts';

const person = {
  residentRef: 'r1',
  name: { kanji: '国分 大地', kana: 'コクブ ダイチ' },
  sex: 1,
  birthDate: '1990-11-30',
} as const;
const purpose = 'urn:x-sanuki:purpose:self-view';
/** What it says of its own source does not count. */
const said = (change: Partial<Coverage> = {}): Coverage & { source: string } => ({
  ...coverageOf(change),
  source: 'made up',
});

/** A body whose answer the test gives when it likes. */
function bodyOf({ id, name }: typeof kokuho) {
  const asked: SourceRequest[] = [];
  const answers: { resolve: (answer: SourceAnswer) => void; reject: (error: Error) => void }[] = [];
  const deadline = new AbortController();
  const source: Source = {
    id,
    name,
    fetch: (request) => {
      asked.push(request);
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
  };
  const answer = (change: Partial<SourceAnswer> = {}) =>
    answers[0]?.resolve({
      subject: asked[0]?.subject ?? '',
      asOf: 1_000,
      coverages: [said()],
      ...change,
    });
  return { source, asked, deadline, answer, fail: (error: Error) => answers[0]?.reject(error) };
}

async function setUp({ linked = ['kokuho', 'kyokai'] } = {}) {
  const links = createAccountLinks({
    links: createMemoryStorage().collection<AccountLink>(accountLinkCollection),
    indexKey: Buffer.alloc(32),
  });
  for (const id of linked) await links.pseudonymFor('r1', id);
  const [first, second] = [bodyOf(kokuho), bodyOf(kyokai)];
  const faults: SourceFault[] = [];
  const broker = createBroker({
    sources: [first.source, second.source],
    links,
    deadline: ({ id }) => (id === 'kokuho' ? first : second).deadline.signal,
    onFault: (fault) => faults.push(fault),
  });
  const answer = broker.ask(person, { purpose, type: 'coverage' });
  // Links are looked up before the bodies are asked.
  await new Promise(setImmediate);
  return { answer, first, second, faults, links };
}

describe('broker', () => {
  it('asks all linked bodies before any has answered, each under its own pseudonym', async () => {
    const { answer, first, second, links } = await setUp();
    expect([first.asked.length, second.asked.length]).to.deep.equal([1, 1]);
    expect(first.asked[0]).to.include({ purpose, subject: await links.pseudonymFor('r1', 'kokuho') });
    expect(second.asked[0]?.subject).to.equal(await links.pseudonymFor('r1', 'kyokai'));
    expect(first.asked[0]?.subject).to.not.equal(second.asked[0]?.subject);
    second.answer({ coverages: [], asOf: 2_000 });
    first.answer();
    expect(await answer).to.deep.equal({
      coverages: [coverageOf()],
      sources: [
        { ...kokuho, state: 'answered', asOf: 1_000 },
        { ...kyokai, state: 'answered', asOf: 2_000 },
      ],
    });
  });

  it('does not ask a body that the resident is not linked with', async () => {
    const { answer, first, second, links } = await setUp({ linked: ['kokuho'] });
    first.answer();
    expect((await answer).sources.map(({ id }) => id)).to.deep.equal(['kokuho']);
    expect(second.asked).to.deep.equal([]);
    expect(await links.isLinked('r1', 'kyokai'), 'and makes no link by asking').to.equal(false);
  });

  it('gives what one body said when the other hangs, and does not listen to it later', async () => {
    const { answer, first, second, faults } = await setUp();
    first.answer();
    second.deadline.abort();
    const { coverages, sources } = await answer;
    expect(sources.map(({ state }) => state)).to.deep.equal(['answered', 'silent']);
    expect(coverages).to.have.length(1);
    second.answer();
    second.fail(new Error('late'));
    expect(faults).to.deep.equal([{ source: 'kyokai', code: 'SOURCE_SILENT' }]);
  });

  const failures = [
    ['silent', 'SOURCE_SILENT', new AttributeError('SOURCE_SILENT', 'no connection')],
    ['garbled', 'SOURCE_GARBLED', new AttributeError('SOURCE_GARBLED', 'no JSON')],
    ['refused', 'SOURCE_REFUSED', new AttributeError('SOURCE_REFUSED', 'declined')],
    ['garbled', 'UNEXPECTED', new TypeError('国分 大地 is not a function')],
  ] as const;
  for (const [state, code, error] of failures) {
    it(`marks a body as ${state} on ${code} and tells the log its id and the code only`, async () => {
      const { answer, first, second, faults } = await setUp();
      first.answer();
      second.fail(error);
      const { coverages, sources } = await answer;
      expect(sources[1]).to.deep.equal({ ...kyokai, state });
      expect(coverages).to.have.length(1);
      expect(faults).to.deep.equal([{ source: 'kyokai', code }]);
    });
  }

  it('takes a body that throws at once like one that rejects', async () => {
    const links = { isLinked: async () => true, pseudonymFor: async () => 'p' };
    const source: Source = {
      ...kokuho,
      fetch: () => {
        throw new RangeError('bad');
      },
    };
    const { sources } = await createBroker({ sources: [source], links }).ask(person, { purpose, type: 'coverage' });
    expect(sources).to.deep.equal([{ ...kokuho, state: 'garbled' }]);
  });

  const other = (change: Partial<Coverage>) => ({ coverages: [said(), said(change)] });
  const strangers: readonly (readonly [string, Partial<SourceAnswer>])[] = [
    ['another pseudonym', { subject: 'somebody' }],
    ['a homonym with another birth date', other({ birthDate: '2000-10-10' })],
    ['another sex', other({ sex: 2 })],
    ['another name, as of a twin', other({ name: '国分 大海' })],
  ];
  for (const [what, change] of strangers) {
    it(`drops an answer whole that is about ${what}`, async () => {
      const { answer, first, second, faults } = await setUp();
      first.answer(change);
      second.answer({ coverages: [] });
      expect(await answer).to.deep.equal({
        coverages: [],
        sources: [
          { ...kokuho, state: 'garbled' },
          { ...kyokai, state: 'answered', asOf: 1_000 },
        ],
      });
      expect(faults).to.deep.equal([{ source: 'kokuho', code: 'ANOTHER_PERSON' }]);
    });
  }

  const unusable: readonly (readonly [string, Partial<SourceAnswer>])[] = [
    ['a name that XML cannot carry', other({ name: '国分\u0000 大地' })],
    ['a day that does not exist', other({ disqualifiedOn: '2026-02-30' })],
    ['no insurer', other({ insurerName: '' })],
    ['a time that is none', { asOf: Number.NaN }],
    ['more coverages than a person has', { coverages: Array.from({ length: 51 }, () => said()) }],
  ];
  for (const [what, change] of unusable) {
    it(`does not rely on an answer with ${what}`, async () => {
      const { answer, first, second, faults } = await setUp();
      first.answer(change);
      second.answer({ coverages: [] });
      expect((await answer).sources[0]).to.deep.equal({ ...kokuho, state: 'garbled' });
      expect(faults).to.deep.equal([{ source: 'kokuho', code: 'SOURCE_GARBLED' }]);
    });
  }

  it('takes a sex that one side does not give, and any name the person goes by', async () => {
    const { answer, first, second } = await setUp();
    first.answer(other({ sex: 3, name: 'ｺｸﾌﾞ　ﾀﾞｲﾁ' }));
    second.answer({ coverages: [] });
    expect((await answer).coverages.map(({ name }) => name)).to.deep.equal(['国分 大地', 'ｺｸﾌﾞ　ﾀﾞｲﾁ']);
  });
});

describe('name folding', () => {
  it('takes widths, kana, spaces, hyphens, selectors and variant kanji as equal', () => {
    for (const [a, b] of [
      ['髙橋 健一', '高橋　健一'],
      ['山﨑', '山崎'],
      ['渡邉', '渡邊'],
      ['羽巢 聖司', '羽巣聖司'],
      ['𠮷田 翼', '吉田 翼'],
      ['葛\u{e0100}城', '葛城'],
      ['ｶﾞｯﾂ ｼｮｳ', 'がつつ しよう'],
      ['スミス・ジョン', 'ｽﾐｽ ｼﾞｮﾝ'],
      ['ヤマサキ－キヨ', 'ヤマサキ キヨ'],
      ['Nguyen Thi', 'ＮＧＵＹＥＮ　ＴＨＩ'],
    ] as const)
      expect(foldName(a), a).to.equal(foldName(b));
  });

  it('keeps different names apart', () => {
    for (const [a, b] of [
      ['髙橋 蒼', '髙橋 葵'],
      ['タカハシ アオ', 'タカハシ アオイ'],
      ['ハバ', 'パパ'],
    ] as const)
      expect(foldName(a)).to.not.equal(foldName(b));
  });

  it('gives the same for what it has folded already', () => {
    const parts = fc.constantFrom(
      '髙',
      '﨑',
      '𠮷',
      '葛\u{e0100}',
      'ｶﾞ',
      'ょ',
      'ー',
      '-',
      ' ',
      '　',
      'ß',
      'ΐ',
      'ａ',
      '・',
    );
    fc.assert(fc.property(fc.array(parts), (list) => foldName(foldName(list.join(''))) === foldName(list.join(''))));
  });
});
