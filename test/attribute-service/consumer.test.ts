import { expect } from 'chai';
import fc from 'fast-check';
import { catalogue } from '../../attribute-service/catalogue.ts';
import { type Answer, createConsumer, eligibilityPath, type Question } from '../../attribute-service/consumer/index.ts';
import type { CoverageAnswer, EligibilityAnswer } from '../../attribute-service/coverage.ts';
import { buildCoverages, buildEligibility } from '../../attribute-service/coverage-xml.ts';
import {
  buildEndpointReference,
  buildQueryResponse,
  buildRefusedQueryResponse,
} from '../../attribute-service/discovery.ts';
import { buildDataResponse, parseDataQuery } from '../../attribute-service/dst.ts';
import { faultBody, SoapFault } from '../../attribute-service/faults.ts';
import { discoveryServiceType, faultAction } from '../../attribute-service/names.ts';
import { buildSoap, type OutgoingSoap, type ReceivedSoap } from '../../attribute-service/soap.ts';
import { OutgoingError } from '../../lib/outgoing.ts';
import { elementFactory, writeXml, type XmlElement } from '../../lib/xml/index.ts';
import { refusal } from '../refusal.ts';
import { coverageOf, kokuho } from './coverages.ts';
import { counter, createReader, hub, now, party, strangerKey, tokenFor } from './soap-world.ts';

const question: Question = { type: 'coverage', purpose: 'urn:x-sanuki:purpose:self-view' };
const coverage: CoverageAnswer = { coverages: [coverageOf()], sources: [{ ...kokuho, state: 'answered', asOf: now }] };
const eligibility: EligibilityAnswer = {
  validity: '1',
  date: '2026-11-24',
  executedAt: now,
  reference: 'E-1',
  coverages: [coverageOf()],
  sources: [{ ...kokuho, state: 'answered', asOf: now }],
};

type Reply = Partial<OutgoingSoap> & { readonly body: XmlElement };

async function referenceTo(serviceType: string, changes: Partial<Parameters<typeof buildEndpointReference>[0]> = {}) {
  return {
    address: hub.endpoint,
    providerId: hub.providerId,
    serviceType,
    securityMechId: 'urn:liberty:security:2006-08:TLS:SAMLV2',
    token: await tokenFor(party),
    ...changes,
  };
}

/** A hub that reads what arrives with our own reader and answers from two functions; and what a party asks it with. */
async function setUp({
  discover,
  answer,
  post = (octets) => octets,
  key = hub.key,
  who = party,
}: {
  discover?: () => Promise<Reply>;
  answer?: (request: ReceivedSoap) => Reply;
  post?: (octets: Buffer, address: string) => Uint8Array | Promise<Uint8Array>;
  key?: typeof hub.key;
  who?: typeof party;
} = {}) {
  const read = createReader();
  const requests: ReceivedSoap[] = [];
  const found = async (request: ReceivedSoap): Promise<Reply> => {
    const types = Object.values(catalogue).filter(({ serviceType }) => writeXml(request.body).includes(serviceType));
    const token = await tokenFor(who);
    return {
      body: buildQueryResponse(await Promise.all(types.map(({ serviceType }) => referenceTo(serviceType, { token })))),
    };
  };
  const replyTo = async (request: ReceivedSoap): Promise<Reply> => {
    if (request.body.ns === discoveryServiceType) return discover ? discover() : found(request);
    return answer ? answer(request) : dataOf(request);
  };
  const consumer = createConsumer({
    providerId: who.providerId,
    key: who.key.signing,
    hub: async () => ({ providerId: hub.providerId, keys: [hub.key.verification] }),
    now: () => now,
    post: async (address, { body }) => {
      const request = await read(body);
      requests.push(request);
      const { body: reply, ...changes } = await replyTo(request);
      const message = { action: `${reply.ns}:${reply.name}`, sender: hub.providerId, relatesTo: request.messageId };
      return post(
        Buffer.from(await buildSoap({ ...message, ...changes, body: reply }, { key: key.signing, now })),
        address,
      );
    },
  });
  const bootstrap = buildEndpointReference(await referenceTo(discoveryServiceType, { token: await tokenFor(who) }));
  return { ...consumer, bootstrap, requests };
}

function dataOf(request: ReceivedSoap, change: Partial<Parameters<typeof buildDataResponse>[0]> = {}): Reply {
  const { serviceType, form } = parseDataQuery(request.body);
  const content =
    serviceType === catalogue.coverage.serviceType ? buildCoverages(coverage) : buildEligibility(eligibility);
  const answer = { serviceType, form, at: now, status: { code: 'OK', nested: [] }, tests: [] };
  return { body: buildDataResponse({ ...answer, data: [{ content: [content.element] }], ...change }) };
}

const fault = (code: ConstructorParameters<typeof SoapFault>[0], redirectUrl?: string) => ({
  action: faultAction,
  body: faultBody(new SoapFault(code, 'x', { redirectUrl })),
});

describe('consumer of the attribute service', () => {
  for (const who of [party, counter]) {
    it(`goes from the bootstrap to the data, signing with ${who.key.signing.algorithm}`, async () => {
      const { query, bootstrap, requests } = await setUp({ who });
      expect(await query(bootstrap, question)).to.deep.equal({ kind: 'answer', coverage });
      expect(requests.map(({ purpose, redirect }) => ({ purpose, redirect }))).to.deep.equal([
        { purpose: question.purpose, redirect: false },
        { purpose: question.purpose, redirect: false },
      ]);
    });
  }

  it('takes the bootstrap as text, as an OIDC claim has it', async () => {
    const { query, bootstrap } = await setUp();
    expect(await query(writeXml(bootstrap), question)).to.deep.equal({ kind: 'answer', coverage });
  });

  it('asks for eligibility on a day at an insurer', async () => {
    const { query, bootstrap, requests } = await setUp();
    const asked = { type: 'eligibility', purpose: 'urn:x-sanuki:purpose:eligibility-check' } as const;
    const answer = await query(bootstrap, { ...asked, date: '2026-11-24', insurerNumber: '370015' });
    expect(answer).to.deep.equal({ kind: 'answer', eligibility });
    const data = requests.at(-1);
    expect(data && parseDataQuery(data.body).items[0]).to.deep.include({
      path: eligibilityPath({ date: '2026-11-24', insurerNumber: '370015' }),
    });
  });

  it('asks a question of yes or no without data (DST 2.1 TestItem)', async () => {
    const path = [{ name: 'Eligibility', where: [['QualificationValidity', '1']] }] as const;
    const asked = { type: 'eligibility', purpose: 'urn:x-sanuki:purpose:eligibility-check', path } as const;
    for (const result of [true, false]) {
      const { test, bootstrap } = await setUp({
        answer: (request) => dataOf(request, { data: [], tests: [{ itemId: 't1', result }] }),
      });
      expect(await test(bootstrap, asked)).to.deep.equal({ kind: 'answer', result });
    }
    const refusing = await setUp({
      answer: (request) =>
        dataOf(request, {
          data: [],
          status: { code: 'Partial', nested: [{ code: 'NoSuchTest', ref: 't1', nested: [] }] },
        }),
    });
    expect(await refusing.test(refusing.bootstrap, asked)).to.deep.equal({ kind: 'refused', code: 'NoSuchTest' });
    const without = await setUp({ answer: (request) => dataOf(request, { data: [] }) });
    expect(await refusal(without.test(without.bootstrap, asked))).to.equal('HUB_GARBLED');
  });

  it('hands a partial answer on with the state of its sources', async () => {
    const { query, bootstrap } = await setUp({
      answer: (request) => dataOf(request, { status: { code: 'Partial', nested: [{ code: 'TimeOut', nested: [] }] } }),
    });
    expect(await query(bootstrap, question)).to.deep.equal({ kind: 'answer', coverage });
  });

  it('says where the resident can be asked, and asks again with a new MessageID related to the old one', async () => {
    const first = await setUp({ answer: () => fault('InteractionRequired', 'https://hub.example/consent/1') });
    const outcome = await first.query(first.bootstrap, { ...question, redirect: true });
    const data = first.requests.at(-1);
    expect(data?.redirect).to.equal(true);
    expect(outcome).to.deep.equal({
      kind: 'interaction',
      url: 'https://hub.example/consent/1',
      messageId: data?.messageId,
    });
    const again = await setUp();
    await again.query(again.bootstrap, { ...question, resendOf: data?.messageId ?? '' });
    expect(again.requests.at(-1)?.relatesTo).to.equal(data?.messageId);
    expect(again.requests.at(-1)?.messageId).to.not.equal(data?.messageId);
  });

  const refusals: readonly (readonly [string, Parameters<typeof setUp>[0]])[] = [
    ['InteractionRequired', { answer: () => fault('InteractionRequired') }],
    ['CannotHonourUsageDirective', { answer: () => fault('CannotHonourUsageDirective') }],
    ['InappropriateCredentials', { discover: async () => fault('InappropriateCredentials') }],
    ['Forbidden', { discover: async () => ({ body: buildRefusedQueryResponse('Forbidden') }) }],
    ['NoResults', { discover: async () => ({ body: buildQueryResponse([]) }) }],
    ['NoResults', { discover: async () => ({ body: buildQueryResponse([await referenceTo('urn:x-other')]) }) }],
    [
      'ActionNotAuthorized',
      {
        answer: (request) =>
          dataOf(request, {
            data: [],
            status: { code: 'Failed', nested: [{ code: 'ActionNotAuthorized', nested: [] }] },
          }),
      },
    ],
    ['Failed', { answer: (request) => dataOf(request, { data: [], status: { code: 'Failed', nested: [] } }) }],
  ];
  for (const [code, world] of refusals) {
    it(`tells a refusal: ${code}`, async () => {
      const { query, bootstrap } = await setUp(world);
      expect(await query(bootstrap, question)).to.deep.equal({ kind: 'refused', code });
    });
  }

  const other = elementFactory('o', 'urn:x-other');
  const garbled: readonly (readonly [string, Parameters<typeof setUp>[0]])[] = [
    ['signed by another key', { key: strangerKey }],
    ['of another sender', { answer: (request) => ({ ...dataOf(request), sender: party.providerId }) }],
    ['to another request', { answer: (request) => ({ ...dataOf(request), relatesTo: 'urn:uuid:other' }) }],
    ['related to nothing', { answer: (request) => ({ ...dataOf(request), relatesTo: undefined }) }],
    ['that is no XML at all', { post: () => Buffer.from('<html>busy') }],
    [
      'without signature',
      { post: (octets) => Buffer.from(octets.toString().replace(/<ds:Signature .*<\/ds:Signature>/, '')) },
    ],
    ['that is a fault nobody signed', { post: () => Buffer.from(writeXml(faultBody(new SoapFault('StaleMsg', 'x')))) }],
    [
      'changed on the way',
      { post: (octets) => Buffer.from(octets.toString().replace('QueryResponse>', 'QueryResponse> ')) },
    ],
    ['in another vocabulary', { answer: () => ({ body: other('QueryResponse') }) }],
    ['without data', { answer: (request) => dataOf(request, { data: [] }) }],
    [
      'with two objects',
      {
        answer: (request) =>
          dataOf(request, {
            data: [{ content: [buildCoverages(coverage).element, buildCoverages(coverage).element] }],
          }),
      },
    ],
    [
      'with an object of another kind',
      { answer: (request) => dataOf(request, { data: [{ content: [buildEligibility(eligibility).element] }] }) },
    ],
    ['that sends the browser to a script', { answer: () => fault('InteractionRequired', 'javascript:alert(1)') }],
    [
      'that leads to another provider',
      {
        discover: async () => ({
          body: buildQueryResponse([
            await referenceTo(catalogue.coverage.serviceType, { providerId: 'https://evil.example' }),
          ]),
        }),
      },
    ],
    [
      'that leads on without a token',
      {
        discover: async () => ({
          body: buildQueryResponse([await referenceTo(catalogue.coverage.serviceType, { token: undefined })]),
        }),
      },
    ],
    ['too large to be taken', { post: () => Promise.reject(new OutgoingError('ANSWER_TOO_LARGE', 'x')) }],
  ];
  for (const [what, world] of garbled) {
    it(`refuses an answer ${what} (HUB_GARBLED)`, async () => {
      const { query, bootstrap } = await setUp(world);
      expect(await refusal(query(bootstrap, question))).to.equal('HUB_GARBLED');
    });
  }

  it('sends no message on the way of a bootstrap that is not of the hub, or not readable', async () => {
    const { query, requests } = await setUp();
    const elsewhere = buildEndpointReference(
      await referenceTo(discoveryServiceType, { providerId: 'https://evil.example' }),
    );
    for (const bootstrap of [elsewhere, 'no XML', '<a/>', other('EndpointReference')])
      expect(await refusal(query(bootstrap, question))).to.equal('HUB_GARBLED');
    expect(requests).to.deep.equal([]);
  });

  it('tells a hub that gives no answer in time (HUB_SILENT), but not a bug of its own party', async () => {
    for (const error of [
      new OutgoingError('UNREACHABLE', 'x'),
      new DOMException('x', 'TimeoutError'),
      new DOMException('x', 'AbortError'),
    ]) {
      const { query, bootstrap } = await setUp({ post: () => Promise.reject(error) });
      expect(await refusal(query(bootstrap, question))).to.equal('HUB_SILENT');
    }
    const { query, bootstrap } = await setUp({ post: () => Promise.reject(new TypeError('a bug')) });
    const outcome: unknown = await query(bootstrap, question).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(TypeError);
  });

  it('tells no value of the answer when it cannot be read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[0-9]{8}$/), async (number) => {
        const { element } = buildCoverages({ ...coverage, coverages: [coverageOf({ number, birthDate: number })] });
        const { query, bootstrap } = await setUp({
          answer: (request) => dataOf(request, { data: [{ content: [element] }] }),
        });
        const error: unknown = await query(bootstrap, question).then(
          (answer: Answer) => answer,
          (cause: unknown) => cause,
        );
        expect(error).to.be.instanceOf(Error).that.includes({ code: 'HUB_GARBLED' });
        for (let cause = error; cause instanceof Error; cause = cause.cause)
          expect(`${cause.message} ${JSON.stringify(cause)}`).to.not.include(number);
      }),
      { numRuns: 20 },
    );
  });
});
