import { expect } from 'chai';
import { buildEndpointReference, buildQueryResponse } from '../../attribute-service/discovery.ts';
import { faultBody, SoapFault } from '../../attribute-service/faults.ts';
import { faultAction } from '../../attribute-service/names.ts';
import { buildSoap } from '../../attribute-service/soap.ts';
import { nameIdFormats, saml } from '../../federation/index.ts';
import { writeXml } from '../../lib/xml/index.ts';
import { withSchemas } from '../schemas.ts';
import { counter, hub, now, party, publicKeyOf, queryAction, request, tokenFor } from './soap-world.ts';

describe('ID-WSF messages against the schemas of the standard', () => {
  const faultsOf = withSchemas();
  const everything = 'idwsf-all.xsd';
  // The collected schemas lack XML Encryption 1.1, which has the mask function of the other key transport.
  const encryptFor = { publicKey: publicKeyOf(hub.key), content: 'aes256-gcm', transport: 'rsa-oaep-mgf1p' } as const;

  it('request with every header block there is, signed by an RSA and by an EC key', async () => {
    const blocks = { purpose: 'urn:x-sanuki:purpose:self-view', redirect: true, relatesTo: 'urn:uuid:0' };
    for (const who of [party, counter]) expect(await faultsOf(await request(blocks, { who }), everything)).to.equal('');
  });

  it('answer of discovery with a token whose subject is encrypted', async () => {
    const subject = { nameId: 'pseudonym', format: nameIdFormats.persistent, encryptFor };
    const reference = {
      address: hub.endpoint,
      providerId: hub.providerId,
      serviceType: 'urn:x-sanuki:attr:coverage:2026:dst-2.1',
      securityMechId: 'urn:liberty:security:2006-08:TLS:SAMLV2',
      token: await tokenFor(party, { subject }),
    };
    const answer = { action: `${queryAction}Response`, sender: hub.providerId, relatesTo: 'urn:uuid:1' };
    const text = await buildSoap({ ...answer, body: buildQueryResponse([reference]) }, { key: hub.key.signing, now });
    expect(await faultsOf(text, everything)).to.equal('');
    const attribute = saml('AttributeValue', {}, [buildEndpointReference(reference)]);
    expect(await faultsOf(writeXml(attribute), everything)).to.equal('');
  });

  it('fault, with and without an address for the browser', async () => {
    for (const redirectUrl of [undefined, 'https://hub.example/consent/1']) {
      const body = faultBody(new SoapFault('InteractionRequired', 'x', { redirectUrl }));
      const answer = { action: faultAction, sender: hub.providerId, relatesTo: 'urn:uuid:1', body };
      expect(await faultsOf(await buildSoap(answer, { key: hub.key.signing, now }), everything)).to.equal('');
    }
  });

  it('notices a message that is not valid', async () => {
    const text = (await request()).replace(' providerID=', ' provider=');
    expect(await faultsOf(text, everything)).to.include('Schemas validity error');
  });
});
