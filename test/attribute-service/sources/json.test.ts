import { expect } from 'chai';
import fc from 'fast-check';
import { AttributeError } from '../../../attribute-service/errors.ts';
import { createJsonSource, type SourceTokenClaims } from '../../../attribute-service/sources/json.ts';
import { OutgoingError } from '../../../lib/outgoing.ts';
import { refusal } from '../../refusal.ts';

const now = Date.parse('2026-11-25T00:00:00Z');
const coverage = {
  insurerNumber: '01370014',
  insurerName: '協会けんぽ',
  symbol: '14422412',
  number: '00051',
  relation: 1,
  certificateClass: '01',
  name: '葛\u{E0104}城 𠮷子',
  sex: 2,
  birthDate: '1973-09-19',
  qualifiedOn: '2007-01-01',
};
const answer = { subject: 'pseudonym-1', asOf: '2026-11-25T00:00:00Z', coverages: [coverage] };

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

function setUp(respond: () => Promise<Answer>) {
  const claims: SourceTokenClaims[] = [];
  const requests: { address: string; body: string; headers: Readonly<Record<string, string>> }[] = [];
  const source = createJsonSource({
    id: 'body-1',
    name: { ja: '保険者', en: 'insurer' },
    address: 'https://body.example/coverage',
    sign: async (said) => {
      claims.push(said);
      return 'signed';
    },
    post: async (address, { body, headers }) => {
      requests.push({ address, body, headers });
      const answered = await respond();
      if (answered.status === 200) return answered.body;
      throw new OutgoingError('ANSWER_NOT_OK', 'another status', { status: answered.status });
    },
    now: () => now,
  });
  const ask = () =>
    source.fetch({
      type: 'coverage',
      subject: 'pseudonym-1',
      purpose: 'urn:x-sanuki:purpose:self-view',
      requestId: 'request-1',
      signal: AbortSignal.timeout(1000),
    });
  return { ask, claims, requests };
}

const bytesOf = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const answering = (value: unknown, status = 200) => setUp(async () => ({ status, body: bytesOf(value) }));
const withCoverage = (more: object) => answering({ ...answer, coverages: [{ ...coverage, ...more }] });

describe('the JSON adapter of a source', () => {
  it('signs for one body, person and purpose, with a fresh id each time, and puts the person nowhere else', async () => {
    const { ask, claims, requests } = answering(answer);
    await ask();
    await ask();
    expect(claims[0]).to.include({ aud: 'body-1', sub: 'pseudonym-1', purpose: 'urn:x-sanuki:purpose:self-view' });
    expect(claims[0]?.jti)
      .to.match(/^[\w-]{22}$/)
      .and.not.equal(claims[1]?.jti);
    expect(JSON.parse(requests[0]?.body ?? '')).to.deep.equal({ type: 'coverage', requestId: 'request-1' });
    expect(requests[0]?.headers).to.include({ authorization: 'Bearer signed' });
  });

  it('takes values as they are written, and leaves out what it does not know', async () => {
    const { ask } = answering({ ...answer, mark: '架空データ', coverages: [{ ...coverage, synthetic: true }] });
    expect(await ask()).to.deep.equal({ subject: 'pseudonym-1', asOf: now, coverages: [coverage] });
  });

  it('takes an answer about nobody it knows as an empty one', async () => {
    expect((await answering({ ...answer, coverages: [] }).ask()).coverages).to.deep.equal([]);
  });

  it('drops an answer about another person, whole', async () => {
    for (const subject of ['pseudonym-2', '', undefined, 1, ['pseudonym-1']])
      expect(await refusal(answering({ ...answer, subject }).ask())).to.equal('SOURCE_GARBLED');
  });

  it('drops what is not JSON, not an object, or not UTF-8', async () => {
    for (const text of ['', '<html>', '[]', 'null', '"x"', JSON.stringify(answer).slice(0, -5)])
      expect(await refusal(answering(text).ask()), text).to.equal('SOURCE_GARBLED');
    const latin = setUp(async () => ({ status: 200, body: Buffer.from('{"subject":"\xff"}', 'latin1') }));
    expect(await refusal(latin.ask())).to.equal('SOURCE_GARBLED');
  });

  it('drops values of a wrong type or form', async () => {
    const wrong: object[] = [
      { number: 51 },
      { number: '' },
      { symbol: null },
      { insurerNumber: '0137001' },
      { relation: 3 },
      { sex: '1' },
      { birthDate: '1973-02-30' },
      { birthDate: '昭和48年9月19日' },
      { qualifiedOn: undefined },
      { copay: '30' },
      { certificateClass: '08' },
      { name: 'a\u0000b' },
      { name: 'a\uD800' },
      { name: 'x'.repeat(1001) },
      { withheld: { address: 'secret' } },
    ];
    for (const more of wrong)
      expect(await refusal(withCoverage(more).ask()), JSON.stringify(more)).to.equal('SOURCE_GARBLED');
    for (const coverages of [undefined, {}, [null], Array.from({ length: 201 }, () => coverage)])
      expect(await refusal(answering({ ...answer, coverages }).ask())).to.equal('SOURCE_GARBLED');
  });

  it('drops an answer that is of no time, or of tomorrow', async () => {
    for (const asOf of [undefined, 'now', now, '2026-11-25', '2026-11-26T00:00:00Z'])
      expect(await refusal(answering({ ...answer, asOf }).ask()), String(asOf)).to.equal('SOURCE_GARBLED');
  });

  it('tells a body that declines from one that cannot answer', async () => {
    for (const status of [400, 401, 403, 404])
      expect(await refusal(answering('', status).ask()), String(status)).to.equal('SOURCE_REFUSED');
    for (const status of [500, 503]) expect(await refusal(answering('', status).ask())).to.equal('SOURCE_SILENT');
    for (const status of [204, 302]) expect(await refusal(answering('', status).ask())).to.equal('SOURCE_GARBLED');
  });

  it('calls no answer silent, and one without end garbled', async () => {
    const failing = (error: Error) => refusal(setUp(() => Promise.reject(error)).ask());
    expect(await failing(new OutgoingError('UNREACHABLE', 'no answer from body.example'))).to.equal('SOURCE_SILENT');
    expect(await failing(new DOMException('aborted', 'AbortError'))).to.equal('SOURCE_SILENT');
    expect(await failing(new OutgoingError('ANSWER_TOO_LARGE', 'too large'))).to.equal('SOURCE_GARBLED');
  });

  it('repeats nothing of an answer in message or cause, whatever came', async () => {
    const secret = 'ヒミツ';
    const anything = fc.oneof(
      fc.constantFrom(`${secret}`, `{"subject":"${secret}`, { subject: secret }),
      fc.constantFrom('name', 'birthDate', 'sex', 'number', 'withheld', 'copay').map((field) => ({
        ...answer,
        coverages: [{ ...coverage, [field]: { [secret]: secret } }],
      })),
      fc.constantFrom('birthDate', 'copay', 'certificateClass', 'insurerNumber').map((field) => ({
        ...answer,
        coverages: [{ ...coverage, [field]: secret }],
      })),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const error: unknown = await answering(value)
          .ask()
          .catch((thrown: unknown) => thrown);
        if (!(error instanceof AttributeError)) throw new Error('a refusal was expected');
        expect(error.code).to.equal('SOURCE_GARBLED');
        for (let at: unknown = error; at instanceof Error; at = at.cause)
          for (const word of [secret, 'pseudonym-1', '00051']) expect(`${at.message}${at.stack}`).to.not.include(word);
      }),
      { numRuns: 60 },
    );
  });
});
