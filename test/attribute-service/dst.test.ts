import { expect } from 'chai';
import {
  buildDataQuery,
  buildDataResponse,
  catalogue,
  type Path,
  parseDataQuery,
  parseDataResponse,
  parsePath,
  type QueryItem,
} from '../../attribute-service/index.ts';
import { readXml, writeXml, type XmlElement, XmlError } from '../../lib/xml/index.ts';

const { serviceType } = catalogue.coverage;
const read = (xml: string) => readXml(Buffer.from(xml));
const onTheWire = (element: XmlElement) => read(writeXml(element));
const pathOf = (text: string): Path => parsePath(text) ?? [];
const query = (inner: string, attributes = '') =>
  parseDataQuery(
    read(`<a:Query xmlns:a="${serviceType}" xmlns:lu="urn:liberty:util:2006-08" xmlns:dst="urn:liberty:dst:2006-08"
      ${attributes}>${inner}</a:Query>`),
  );
const codesOf = (inner: string) => query(inner).items.map((item) => (item.kind === 'refused' ? item.code : item.kind));

describe('data service query (DST 2.1)', () => {
  it('comes back as it was built, tests before queries', () => {
    const items: QueryItem[] = [
      { kind: 'query', itemId: 'q', path: pathOf('/Coverages/Coverage/InsurerName'), onlyIf: 't' },
      { kind: 'test', itemId: 't', path: pathOf("/Coverages/Coverage[InsurerNumber='370015']"), onlyIf: undefined },
    ];
    const parsed = parseDataQuery(onTheWire(buildDataQuery({ serviceType, itemId: 'm', items })));
    expect(parsed).to.deep.equal({ serviceType, itemId: 'm', form: 'util', items: [items[1], items[0]] });
  });

  for (const [form, name] of [
    ['util', 'lu:itemID'],
    ['plain', 'itemID'],
    ['dst', 'dst:itemID'],
  ] as const) {
    it(`reads an itemID written as ${name} and answers in the same form`, () => {
      const parsed = query(`<a:QueryItem ${name}="i"><a:Select>/a:Coverages</a:Select></a:QueryItem>`, `${name}="m"`);
      expect(parsed.form).to.equal(form);
      expect(parsed.items).to.deep.equal([
        { kind: 'query', itemId: 'i', path: pathOf('/Coverages'), onlyIf: undefined },
      ]);
      const answer = writeXml(
        buildDataResponse({
          serviceType,
          itemIdRef: parsed.itemId,
          form: parsed.form,
          at: 0,
          status: { code: 'OK', nested: [] },
          tests: [{ itemId: 't', result: false }],
          data: [{ itemId: 'i', content: [] }],
        }),
      );
      expect(answer).to.contain(` ${name}Ref="i"`);
      expect(parseDataResponse(read(answer))).to.deep.equal({
        status: { code: 'OK', ref: undefined, comment: undefined, nested: [] },
        tests: [{ itemId: 't', result: false }],
        data: [{ itemId: 'i', content: [] }],
      });
    });
  }

  it('means the whole object where no Select is given', () => {
    expect(query('<a:QueryItem/>').items).to.deep.equal([
      { kind: 'query', itemId: undefined, path: pathOf('/Coverages'), onlyIf: undefined },
    ]);
  });

  const item = (attributes: string, inner = '') => `<a:QueryItem lu:itemID="i" ${attributes}>${inner}</a:QueryItem>`;
  const refused: readonly (readonly [string, string, string])[] = [
    ['no item at all', '', 'EmptyRequest'],
    ['another object', item('objectType="Checkup"'), 'UnsupportedObjectType'],
    ['a predefined selection', item('predefined="x"'), 'UnsupportedPredefined'],
    ['changes since a time', item('changedSince="2026-01-01T00:00:00Z"'), 'ChangeHistoryNotSupported'],
    ['pages', item('count="3"'), 'PaginationNotSupported'],
    ['an order', item('', '<a:Sort>-Date</a:Sort>'), 'SortNotSupported'],
    ['a path outside the subset', item('', '<a:Select>//Coverage</a:Select>'), 'InvalidSelect'],
    ['a path into another object', item('', '<a:Select>/Checkups</a:Select>'), 'InvalidSelect'],
    ['a path with a foreign prefix', item('', '<a:Select>/lu:Coverages</a:Select>'), 'InvalidSelect'],
    ['two selections', item('', '<a:Select>/Coverages</a:Select><a:Select>/Coverages</a:Select>'), 'InvalidSelect'],
    ['markup in a selection', item('', '<a:Select><a:b/></a:Select>'), 'InvalidSelect'],
    ['a test without an operation', '<a:TestItem lu:itemID="t"/>', 'NoSuchTest'],
    ['a test nobody can refer to', '<a:TestItem><a:TestOp>/Coverages</a:TestOp></a:TestItem>', 'MissingItemID'],
    ['a condition on a test that is not there', item('contingency="true" lu:itemIDRef="t"'), 'InvalidItemIDRef'],
    ['a subscription', '<a:Subscription subscriptionID="s"/>', 'ExtensionNotSupported'],
    ['an item of another namespace', '<lu:QueryItem/>', 'ExtensionNotSupported'],
  ];
  for (const [what, inner, code] of refused) {
    it(`answers ${what} with the status ${code}`, () => expect(codesOf(inner)).to.deep.equal([code]));
  }

  it('refuses single items and keeps the others', () => {
    expect(codesOf(`${item('count="1"')}<a:QueryItem lu:itemID="j"/>`)).to.deep.equal([
      'PaginationNotSupported',
      'query',
    ]);
    expect(codesOf('<a:QueryItem lu:itemID="i"/><a:QueryItem/>')).to.deep.equal(['query', 'MissingItemID']);
    expect(codesOf(`${item('')}${item('')}`)).to.deep.equal(['ItemIDDuplicated', 'ItemIDDuplicated']);
  });

  it('is refused as a message only when it is no query of a known service', () => {
    for (const xml of [`<a:Modify xmlns:a="${serviceType}"/>`, '<a:Query xmlns:a="urn:x:other"/>'])
      expect(() => parseDataQuery(read(xml)), xml).to.throw(XmlError);
  });
});

describe('data service answer (DST 2.1)', () => {
  const answer = (inner: string) =>
    parseDataResponse(
      read(`<a:QueryResponse xmlns:a="${serviceType}" xmlns:lu="urn:liberty:util:2006-08">${inner}</a:QueryResponse>`),
    );

  it('reads codes written as QNames and statuses of single items', () => {
    const { status } = answer('<lu:Status code="lu:Partial"><lu:Status code="TimeOut" ref="i"/></lu:Status>');
    expect([status.code, status.nested[0]?.code, status.nested[0]?.ref]).to.deep.equal(['Partial', 'TimeOut', 'i']);
  });

  it('takes nothing but true and false for the result of a test', () => {
    const result = (text: string) =>
      answer(`<lu:Status code="OK"/><lu:TestResult itemIDRef="t">${text}</lu:TestResult>`).tests[0]?.result;
    expect([result('true'), result('1'), result('false'), result(' 0 ')]).to.deep.equal([true, true, false, false]);
    expect(() => result('')).to.throw(XmlError);
    expect(() => result('unknown')).to.throw(XmlError);
  });

  it('refuses an answer without a status or with two', () => {
    expect(() => answer('')).to.throw(XmlError);
    expect(() => answer('<lu:Status code="OK"/><lu:Status code="Failed"/>')).to.throw(XmlError);
  });
});
