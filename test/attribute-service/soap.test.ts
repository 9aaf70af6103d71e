import { expect } from 'chai';
import fc from 'fast-check';
import { faultBody, SoapFault } from '../../attribute-service/faults.ts';
import { faultAction } from '../../attribute-service/names.ts';
import { buildSoap, readAnswer } from '../../attribute-service/soap.ts';
import { elementFactory, isWritable, writeXml } from '../../lib/xml/index.ts';
import { counter, createReader, hub, now, party, queryAction, queryBody, request, tokenFor } from './soap-world.ts';

const answerContext = { relatesTo: 'urn:uuid:1', sender: hub.providerId, keys: [hub.key.verification], now };
const ours = elementFactory('t', 'urn:x-test');

describe('ID-WSF message, profile liberty-hok (ID-WSF SB)', () => {
  for (const who of [party, counter]) {
    it(`is read as it was built, signed with ${who.key.signing.algorithm}`, async () => {
      const text = await request(
        { purpose: 'urn:x-sanuki:purpose:self-view', redirect: true, messageId: 'urn:uuid:7' },
        { who },
      );
      const message = await createReader()(text);
      expect(message).to.deep.include({
        messageId: 'urn:uuid:7',
        action: queryAction,
        sender: who.providerId,
        relatesTo: undefined,
        purpose: 'urn:x-sanuki:purpose:self-view',
        redirect: true,
      });
      expect(writeXml(message.body)).to.equal(writeXml(queryBody()));
      expect(message.token).to.deep.include({ nameId: 'sealed-handle', holder: who.key.verification.fingerprint });
    });
  }

  it('signs every header block, the Timestamp, the token by STR-Transform and the Body, once each', async () => {
    const text = await request({ purpose: 'urn:x-sanuki:purpose:self-view', redirect: true, relatesTo: 'urn:uuid:0' });
    const references = [...text.matchAll(/<ds:Reference URI="#([A-Z]+)">/g)].map(([, id]) => id);
    expect(references).to.have.members([
      'MID',
      'REL',
      'TO',
      'ACT',
      'RPL',
      'FWK',
      'SND',
      'USE',
      'UI',
      'TS',
      'BDY',
      'STR',
    ]);
    expect(text.match(/#STR-Transform/g)).to.have.length(1);
  });

  it('comes back as an answer without token, related to its request', async () => {
    const text = await buildSoap(
      {
        action: `${queryAction}Response`,
        sender: hub.providerId,
        relatesTo: 'urn:uuid:1',
        body: ours('Answer', {}, ['x']),
      },
      { key: hub.key.signing, now },
    );
    const answer = readAnswer(Buffer.from(text), answerContext);
    expect(answer).to.deep.include({ relatesTo: 'urn:uuid:1', sender: hub.providerId, token: undefined });
    expect(writeXml(answer.body)).to.equal(writeXml(ours('Answer', {}, ['x'])));
  });

  it('brings a fault with its code and the address for the browser', async () => {
    const fault = new SoapFault('InteractionRequired', 'no consent yet', {
      redirectUrl: 'https://hub.example/consent/1?a=b&c',
    });
    const text = await buildSoap(
      { action: faultAction, sender: hub.providerId, relatesTo: 'urn:uuid:1', body: faultBody(fault) },
      { key: hub.key.signing, now },
    );
    expect(() => readAnswer(Buffer.from(text), answerContext))
      .to.throw(SoapFault)
      .that.includes({ code: 'InteractionRequired', redirectUrl: 'https://hub.example/consent/1?a=b&c' });
  });

  it('tells the MessageID of a refused request, for the RelatesTo of the fault', async () => {
    const text = await request({ messageId: 'urn:uuid:9', to: 'https://elsewhere.example/soap' });
    const fault: unknown = await createReader()(text).catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(SoapFault).that.includes({ relatesTo: 'urn:uuid:9' });
  });

  it('lets the sender use one token for several messages (ID-WSF SB: only a MessageID is single-use)', async () => {
    const token = await tokenFor(party);
    const read = createReader();
    for (const messageId of ['urn:uuid:1', 'urn:uuid:2'])
      expect((await read(await request({ token, messageId }))).messageId).to.equal(messageId);
  });

  it('is read as it was built, whatever is in it', async () => {
    const read = createReader();
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => isWritable(value));
    const shape = {
      purpose: fc.webUrl(),
      redirect: fc.boolean(),
      relatesTo: fc.option(fc.webUrl({ size: 'small' }), { nil: undefined }),
      values: fc.array(text, { maxLength: 5 }),
    };
    const token = await tokenFor(party);
    await fc.assert(
      fc.asyncProperty(fc.record(shape), async ({ values, ...headers }) => {
        const body = ours(
          'Query',
          { note: values[0] },
          values.map((value) => ours('Value', {}, [value])),
        );
        const message = await read(await request({ ...headers, body, action: 'urn:x-test:Query', token }));
        expect(message).to.deep.include(headers);
        expect(writeXml(message.body)).to.equal(writeXml(body));
      }),
      { numRuns: 60 },
    );
  });
});
