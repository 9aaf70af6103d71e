import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { buildCoverages } from '../../../attribute-service/coverage-xml.ts';
import { buildDataResponse, type DataResponse } from '../../../attribute-service/dst.ts';
import { AttributeError } from '../../../attribute-service/errors.ts';
import { type FaultCode, faultBody, SoapFault } from '../../../attribute-service/faults.ts';
import { type Coverage, catalogue } from '../../../attribute-service/index.ts';
import { faultAction } from '../../../attribute-service/names.ts';
import { buildSoap, type OutgoingSoap } from '../../../attribute-service/soap.ts';
import { createIdWsfSource, subjectElement } from '../../../attribute-service/sources/id-wsf.ts';
import { OutgoingError } from '../../../lib/outgoing.ts';
import { elementFactory, type SigningKey, type XmlElement } from '../../../lib/xml/index.ts';
import { rsaKey, strangerKey } from '../../lib/xml/keys.ts';
import { refusal } from '../../refusal.ts';

const now = Date.parse('2026-11-25T00:00:00Z');
const { serviceType, objectType } = catalogue.coverage;
const ds = elementFactory('ds', serviceType);
const bodyId = 'urn:body';
const coverage: Coverage = {
  insurerNumber: '370015',
  insurerName: '高松市国保',
  number: '3000999',
  relation: 1,
  certificateClass: '01',
  name: '葛\u{E0104}城 𠮷子',
  sex: 2,
  birthDate: '1973-09-19',
  qualifiedOn: '2010-02-22',
};

/** The answered object as the body writes it; `subject` undefined leaves out whom it is about. */
function objectOf(coverages: readonly Coverage[], subject: string | undefined = 'pseudonym-1', asOf = now): XmlElement {
  const { element } = buildCoverages({
    coverages: coverages.map((one) => ({ ...one, source: 'what the body calls itself' })),
    sources: [{ id: 'body', name: { ja: '保険者', en: 'insurer' }, state: 'answered', asOf }],
  });
  const about = subject === '' ? [] : [ds(subjectElement, {}, [subject])];
  return ds(objectType, {}, [...element.children, ...about]);
}

const responseOf = (content: readonly XmlElement[], changes: Partial<DataResponse> = {}) =>
  buildDataResponse({
    serviceType,
    form: 'util',
    at: now,
    status: { code: 'OK', nested: [] },
    tests: [],
    data: [{ content }],
    ...changes,
  });

interface Answering {
  readonly body?: XmlElement;
  readonly message?: Partial<OutgoingSoap>;
  readonly key?: SigningKey;
  readonly at?: number;
  readonly status?: number;
  readonly spoil?: (envelope: string) => string;
}

function setUp({ body = responseOf([objectOf([coverage])]), ...answering }: Answering = {}, failing?: Error) {
  const { message = {}, key = rsaKey.signing, at = now, status = 200, spoil = (text) => text } = answering;
  const source = createIdWsfSource({
    id: 'body-1',
    name: { ja: '保険者', en: 'insurer' },
    address: 'https://body.example/soap',
    providerId: bodyId,
    verify: rsaKey.verification,
    encryptFor: { publicKey: rsaKey.verification.publicKey, content: 'aes256-gcm', transport: 'rsa-oaep-sha256' },
    hub: {
      providerId: 'https://hub.example/saml/metadata',
      publicKey: () => createPublicKey(strangerKey.signing.privateKey),
      key: () => strangerKey.signing,
    },
    post: async (_address, request) => {
      if (failing) throw failing;
      if (!request.acceptStatus.includes(status)) throw new OutgoingError('ANSWER_NOT_OK', 'status', { status });
      const [, relatesTo = ''] = /(urn:uuid:[0-9a-f-]+)</.exec(request.body) ?? [];
      const head = { action: `${serviceType}:QueryResponse`, sender: bodyId, relatesTo, body };
      const envelope = await buildSoap({ ...head, ...message }, { key, now: at });
      return Buffer.from(spoil(envelope));
    },
    now: () => now,
  });
  return () =>
    source.fetch({
      type: 'coverage',
      subject: 'pseudonym-1',
      purpose: 'urn:x-sanuki:purpose:self-view',
      requestId: 'request-1',
      signal: AbortSignal.timeout(1000),
    });
}

const outcome = (answering: Answering) => refusal(setUp(answering)());

describe('the ID-WSF adapter of a source', () => {
  it('takes values as they are written, under its own name for the body', async () => {
    expect(await setUp()()).to.deep.equal({ subject: 'pseudonym-1', asOf: now, coverages: [coverage] });
    const empty = await setUp({ body: responseOf([objectOf([])]) })();
    expect(empty.coverages).to.deep.equal([]);
  });

  it('drops an answer about another person, or about nobody', async () => {
    for (const subject of ['pseudonym-2', ''])
      expect(await outcome({ body: responseOf([objectOf([coverage], subject)]) }), subject).to.equal('SOURCE_GARBLED');
    const twice = objectOf([coverage]);
    const body = responseOf([{ ...twice, children: [...twice.children, ds(subjectElement, {}, ['pseudonym-2'])] }]);
    expect(await outcome({ body })).to.equal('SOURCE_GARBLED');
  });

  it('drops an answer that another key signed, that another sent, that is to another request, or old', async () => {
    expect(await outcome({ key: strangerKey.signing })).to.equal('SOURCE_GARBLED');
    expect(await outcome({ message: { sender: 'urn:other' } })).to.equal('SOURCE_GARBLED');
    expect(await outcome({ message: { relatesTo: 'urn:uuid:another' } })).to.equal('SOURCE_GARBLED');
    expect(await outcome({ at: now - 10 * 60_000 })).to.equal('SOURCE_GARBLED');
  });

  it('drops an answer that was changed on the way, unsigned, cut off, or no XML', async () => {
    const spoils: ((envelope: string) => string)[] = [
      (text) => text.replace('3000999', '3000998'),
      (text) => text.replace(/<ds:Signature .*<\/ds:Signature>/s, ''),
      (text) => text.slice(0, -10),
      () => '',
      () => '<html/>',
    ];
    for (const [at, spoil] of spoils.entries()) expect(await outcome({ spoil }), String(at)).to.equal('SOURCE_GARBLED');
  });

  it('drops an answer of another form: no object, two, of another service, a date that is none, of no time', async () => {
    const wrongDate = { ...coverage, birthDate: '1973-02-30' };
    const bodies = [
      responseOf([]),
      responseOf([objectOf([coverage]), objectOf([coverage])]),
      responseOf([elementFactory('x', 'urn:x')('Coverages', {}, [])]),
      responseOf([objectOf([coverage])], { serviceType: catalogue.eligibility.serviceType }),
      responseOf([objectOf([wrongDate])]),
      responseOf([objectOf([{ ...coverage, copay: '30' }])]),
      responseOf([objectOf([coverage], 'pseudonym-1', now + 24 * 3600_000)]),
      ds('Anything', {}, []),
    ];
    for (const [at, body] of bodies.entries()) expect(await outcome({ body }), String(at)).to.equal('SOURCE_GARBLED');
  });

  it('tells a body that declines from one that cannot answer', async () => {
    const nested = [{ code: 'ActionNotAuthorized', nested: [] }];
    expect(await outcome({ body: responseOf([], { status: { code: 'Failed', nested } }) })).to.equal('SOURCE_REFUSED');
    const faulty = (code: FaultCode, more: Answering = {}) =>
      outcome({ body: faultBody(new SoapFault(code, 'x')), message: { action: faultAction }, status: 500, ...more });
    expect(await faulty('InappropriateCredentials')).to.equal('SOURCE_REFUSED');
    expect(await faulty('ProcessingTimeout')).to.equal('SOURCE_SILENT');
    expect(await faulty('InappropriateCredentials', { key: strangerKey.signing })).to.equal('SOURCE_GARBLED');
    expect(await outcome({ status: 503 })).to.equal('SOURCE_SILENT');
    expect(await outcome({ status: 404 })).to.equal('SOURCE_REFUSED');
  });

  it('calls no answer silent, and one without end garbled', async () => {
    const failing = (error: Error) => refusal(setUp({}, error)());
    expect(await failing(new DOMException('aborted', 'AbortError'))).to.equal('SOURCE_SILENT');
    expect(await failing(new OutgoingError('UNREACHABLE', 'no answer from body.example'))).to.equal('SOURCE_SILENT');
    expect(await failing(new OutgoingError('ANSWER_TOO_LARGE', 'too large'))).to.equal('SOURCE_GARBLED');
  });

  it('repeats nothing of an answer in message or cause', async () => {
    const values = ['3000999', '𠮷子', '1973', 'pseudonym-1', 'pseudonym-2'];
    const answerings: Answering[] = [
      { body: responseOf([objectOf([coverage], 'pseudonym-2')]) },
      { body: responseOf([objectOf([{ ...coverage, birthDate: '1973' }])]) },
      { body: responseOf([objectOf([{ ...coverage, copay: '3000999' }])]) },
      { spoil: (text) => text.replace('3000999', '<3000999') },
      { key: strangerKey.signing },
    ];
    for (const answering of answerings) {
      const error: unknown = await setUp(answering)().catch((thrown: unknown) => thrown);
      if (!(error instanceof AttributeError)) throw new Error('a refusal was expected', { cause: error });
      for (let at: unknown = error; at instanceof Error; at = at.cause)
        for (const value of values) expect(`${at.message}${at.stack}${JSON.stringify(at)}`).to.not.include(value);
    }
  });
});
