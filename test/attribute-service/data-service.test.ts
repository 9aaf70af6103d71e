import { expect } from 'chai';
import { catalogue, parseCoverages, parseDataQuery, type QueryItem } from '../../attribute-service/index.ts';
import { readXml, textOf, writeXml } from '../../lib/xml/index.ts';
import { kokuho, kyokai } from './coverages.ts';
import {
  agreement,
  byClinic,
  byPortal,
  city,
  cleanUp,
  eligibilityOf,
  noon,
  path,
  portal,
  query,
  read,
  selfView,
  setUp,
  statusOf,
} from './data-service-world.ts';

describe('data service', () => {
  afterEach(cleanUp);

  it('gives the coverages that the resident agreed to, and writes who saw them and why', async () => {
    const { answer, consents, accesses } = await setUp();
    const { id } = await consents.give(agreement);
    const response = read(await answer(byPortal));
    expect(response.status.code).to.equal('OK');
    const [element] = response.data[0]?.content ?? [];
    expect(element && parseCoverages(element)).to.deep.equal({
      coverages: [city],
      sources: [
        { ...kokuho, state: 'answered', asOf: noon },
        { ...kyokai, state: 'answered', asOf: noon },
      ],
    });
    const [access] = await accesses();
    expect(access).to.deep.include({
      party: portal.id,
      partyName: portal.name,
      purpose: selfView,
      types: ['coverage'],
      result: 'released',
      consent: id,
      at: noon,
      sources: [
        { id: 'kokuho', state: 'answered' },
        { id: 'kyokai', state: 'answered' },
      ],
    });
  });

  it('gives only the field that a Select names', async () => {
    const { answer, consents } = await setUp();
    await consents.give(agreement);
    const items: QueryItem[] = [{ kind: 'query', path: path('/Coverages/Coverage/InsurerName') }];
    const xml = await answer({ ...byPortal, query: query('coverage', items) });
    expect(read(xml).data[0]?.content.map(textOf)).to.deep.equal([city.insurerName]);
  });

  it('answers a counter with the validity, the evidence number and the terminal in the log', async () => {
    const { answer, accesses } = await setUp();
    const eligibility = eligibilityOf(await answer(byClinic));
    expect(eligibility).to.deep.include({
      validity: '1',
      date: '2026-10-01',
      reference: 'Q-20261001-000001',
      executedAt: noon,
    });
    expect((await accesses())[0]).to.deep.include({
      result: 'released',
      reference: 'Q-20261001-000001',
      place: { ja: '窓口1', en: 'Counter 1' },
    });
    expect(eligibilityOf(await answer(byClinic)).reference).to.equal('Q-20261001-000002');
  });

  it('answers for a target date and a stated insurer, and refuses a date out of range without asking anybody', async () => {
    const { answer, askedBodies, accesses } = await setUp({ coverages: [{ ...city, disqualifiedOn: '2026-09-16' }] });
    const on = (text: string) =>
      answer({ ...byClinic, query: query('eligibility', [{ kind: 'query', itemId: 'i', path: path(text) }]) });
    expect(eligibilityOf(await on("/Eligibility[QualificationConfirmationDate='2026-09-15']")).validity).to.equal('1');
    expect(eligibilityOf(await on("/Eligibility[InsurerNumber='370015']")).validity).to.equal('2');
    const before = askedBodies();
    for (const date of ['2026-10-02', '2021-09-30']) {
      const refused = read(await on(`/Eligibility[QualificationConfirmationDate='${date}']`));
      expect(refused.status).to.deep.equal({
        code: 'Failed',
        ref: undefined,
        comment: undefined,
        nested: [{ code: 'InvalidSelect', ref: 'i', comment: 'DATE_OUT_OF_RANGE', nested: [] }],
      });
    }
    expect(askedBodies()).to.equal(before);
    expect(await accesses()).to.have.length(2);
  });

  it('answers the items it can and gives each other one its status', async () => {
    const { answer, consents } = await setUp();
    await consents.give(agreement);
    const good = parseDataQuery(
      readXml(
        Buffer.from(`<a:Query xmlns:a="${catalogue.coverage.serviceType}" xmlns:lu="urn:liberty:util:2006-08">
          <a:TestItem lu:itemID="t"><a:TestOp>/Coverages/Coverage[InsurerNumber='370015' and Sex1='1']</a:TestOp></a:TestItem>
          <a:TestItem lu:itemID="f"><a:TestOp>/Coverages/Coverage[InsurerNumber='01370014']</a:TestOp></a:TestItem>
          <a:QueryItem lu:itemID="a" contingency="true" lu:itemIDRef="t"><a:Select>/Coverages/Coverage/Number</a:Select></a:QueryItem>
          <a:QueryItem lu:itemID="b" contingency="true" lu:itemIDRef="f"/>
          <a:QueryItem lu:itemID="c" count="3"/></a:Query>`),
      ),
    );
    const response = read(await answer({ ...byPortal, query: good }));
    expect(response.tests).to.deep.equal([
      { itemId: 't', result: true },
      { itemId: 'f', result: false },
    ]);
    expect(response.data.map(({ itemId }) => itemId)).to.deep.equal(['a']);
    expect(response.status.nested.map(({ code, ref }) => [code, ref])).to.deep.equal([['PaginationNotSupported', 'c']]);
  });

  describe('while a body does not answer', () => {
    it('gives what the other said as Partial, with the state of each', async () => {
      const { answer, consents, accesses } = await setUp({ down: true });
      await consents.give(agreement);
      const response = read(await answer(byPortal));
      const [element] = response.data[0]?.content ?? [];
      expect(response.status.code).to.equal('Partial');
      expect(response.status.nested.map(({ code, comment }) => [code, comment])).to.deep.equal([['TimeOut', 'kyokai']]);
      expect(element && parseCoverages(element).sources.map(({ state }) => state)).to.deep.equal([
        'answered',
        'silent',
      ]);
      expect((await accesses())[0]?.result).to.equal('partial');
    });

    it('says unconfirmed at a counter, and neither true nor false to a test that it cannot answer (R104)', async () => {
      const { answer } = await setUp({ down: true });
      const test = (itemId: string, op: string): QueryItem => ({ kind: 'test', itemId, path: path(op) });
      const items = [
        test('valid', "/Eligibility[QualificationValidity='1']"),
        test('ended', "/Eligibility[QualificationValidity='2']"),
        test('open', "/Eligibility[QualificationValidity='unconfirmed']"),
      ];
      const response = read(await answer({ ...byClinic, query: query('eligibility', items) }));
      expect(response.tests).to.deep.equal([{ itemId: 'open', result: true }]);
      expect(response.status.nested.flatMap(({ code, ref }) => (ref ? [[code, ref]] : []))).to.deep.equal([
        ['TimeOut', 'valid'],
        ['TimeOut', 'ended'],
      ]);
      expect(eligibilityOf(await answer(byClinic)).validity).to.equal('unconfirmed');
    });
  });

  describe('of a protected person (R152)', () => {
    it('shows no address at a counter, and says that there is one', async () => {
      const { answer } = await setUp({ protection: ['hideAddress', 'blockSelfView'] });
      const xml = await answer(byClinic);
      expect(xml.kind === 'answer' && writeXml(xml.body)).to.not.match(/番町|760-9999/);
      expect(eligibilityOf(xml).coverages[0]?.withheld).to.deep.equal({
        address: 'not-disclosed',
        postNumber: 'not-disclosed',
      });
    });

    it('shows nothing on a screen of the person’s own, without saying why', async () => {
      const { answer, consents } = await setUp({ protection: ['blockSelfView'] });
      await consents.give(agreement);
      const refused = await answer(byPortal);
      expect(statusOf(refused)).to.equal('Failed ActionNotAuthorized');
      expect(refused.kind === 'answer' && writeXml(refused.body)).to.not.contain('PROTECTED');
    });
  });

  it('names a field that XML could not carry, in the answer and to the log', async () => {
    const { answer, consents, logged } = await setUp({ coverages: [{ ...city, nameKana: 'コクブ\u0000' }] });
    await consents.give(agreement);
    const { status, data } = read(await answer(byPortal));
    expect(status.nested.map(({ code, comment }) => [code, comment])).to.deep.equal([['InvalidData', 'NameKana']]);
    expect(data).to.have.length(1);
    expect(logged).to.deep.equal([['NameKana']]);
  });

  it('leaves no value of the data in the store or the log', async () => {
    const { answer, consents, stored } = await setUp({ down: true, coverages: [{ ...city, nameKana: '\u0000' }] });
    await answer({ ...byPortal, redirect: true });
    await consents.give(agreement);
    await answer(byPortal);
    await answer(byClinic);
    const kept = await stored();
    expect(kept).to.contain('Q-20261001-000001');
    for (const value of [
      city.name,
      city.insurerName,
      city.insurerNumber,
      city.number,
      city.birthDate,
      city.address ?? '',
      city.symbol ?? '',
    ])
      expect(kept).to.not.contain(value);
  });
});
