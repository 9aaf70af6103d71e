import { expect } from 'chai';
import { buildSoap } from '../../attribute-service/soap.ts';
import { withXmlsec1 } from '../lib/xml/xmlsec1.ts';
import { counter, hub, now, party, queryAction, queryBody } from './soap-world.ts';

const wsa = 'http://www.w3.org/2005/08/addressing';

/** Requests are signed with the STR-Transform, which xmlsec1 does not know; everything else of them is in an answer too. */
describe('xmlsec1 as an independent judge of ID-WSF messages', () => {
  const judge = withXmlsec1([
    ...['MessageID', 'RelatesTo', 'Action', 'To', 'ReplyTo'].map((name) => ['Id', `${wsa}:${name}`] as const),
    ['Id', 'urn:liberty:sb:Framework'],
    ...['Sender', 'UsageDirective', 'UserInteraction'].map((name) => ['Id', `urn:liberty:sb:2006-08:${name}`] as const),
    ['Id', 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd:Timestamp'],
    ['Id', 'http://schemas.xmlsoap.org/soap/envelope/:Body'],
  ]);
  const message = (key = party.key) =>
    buildSoap(
      {
        action: queryAction,
        to: hub.endpoint,
        sender: party.providerId,
        relatesTo: 'urn:uuid:1',
        body: queryBody(),
        purpose: 'urn:x-sanuki:purpose:self-view',
        redirect: true,
      },
      { key: key.signing, now },
    );

  for (const { key } of [party, counter]) {
    it(`accepts every reference of a message signed with ${key.signing.algorithm}`, async () => {
      const verdict = await judge(await message(key), key.publicPem);
      expect(verdict).to.match(/^OK/m).and.include('SignedInfo References (ok/all): 11/11');
    });
  }

  it('refuses what was changed', async () => {
    const changed = (await message()).replace('self-view', 'other');
    expect(await judge(changed, party.key.publicPem).catch((error: unknown) => error)).to.be.instanceOf(Error);
  });
});
