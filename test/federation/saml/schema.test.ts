import { expect } from 'chai';
import {
  buildAuthnRequest,
  buildErrorResponse,
  buildResponse,
  cardPin,
  nameIdFormats,
} from '../../../federation/index.ts';
import { withSchemas } from '../../schemas.ts';
import { idp, now, setUp, sp } from './world.ts';

describe('SAML messages against the schemas of the standard', () => {
  const faultsOf = withSchemas();
  const protocol = 'saml/saml-schema-protocol-2.0.xsd';
  const metadata = 'saml/saml-schema-metadata-2.0.xsd';

  async function target({ encrypted = false } = {}) {
    const { registry, hubKey } = await setUp({ settings: { encryptAssertion: encrypted, signResponse: true } });
    const provider = await registry.samlProvider(sp.entityId);
    return { issuer: idp.entityId, provider, acsUrl: sp.acsUrl, inResponseTo: '_r1', key: hubKey, now };
  }
  const content = {
    nameId: { value: 'pseudonym', format: nameIdFormats.persistent },
    sessionIndex: '_s1',
    contextClass: cardPin,
    authenticatedAt: now,
    sessionEndsAt: now + 3600_000,
    attributes: [
      { name: 'urn:oid:2.16.840.1.113730.3.1.241', friendlyName: 'displayName', values: ['バス セイジ', '𠮷田 <&>'] },
    ],
  };

  it('AuthnRequest, with everything it can say', async () => {
    const { partyKey } = await setUp();
    const requestedAuthnContext = { comparison: 'minimum', classRefs: [cardPin] } as const;
    const options = {
      id: '_r1',
      issuer: sp.entityId,
      destination: idp.ssoUrl,
      acsUrl: sp.acsUrl,
      now,
      forceAuthn: true,
      isPassive: true,
      requestedAuthnContext,
    };
    expect(await faultsOf(await buildAuthnRequest(options, partyKey), protocol)).to.equal('');
  });

  it('Response with a plain and with an encrypted assertion', async () => {
    for (const encrypted of [false, true])
      expect(await faultsOf(await buildResponse(content, await target({ encrypted })), protocol)).to.equal('');
  });

  it('Response with a refusal', async () => {
    const status = {
      code: 'urn:oasis:names:tc:SAML:2.0:status:Responder',
      subcode: 'urn:oasis:names:tc:SAML:2.0:status:NoPassive',
    };
    expect(await faultsOf(await buildErrorResponse(status, await target()), protocol)).to.equal('');
  });

  it('metadata of the hub and of a party', async () => {
    const { idpMetadata, spMetadata } = await setUp();
    expect(await faultsOf(idpMetadata, metadata)).to.equal('');
    expect(await faultsOf(spMetadata, metadata)).to.equal('');
  });

  it('notices a message that is not valid', async () => {
    const xml = await buildResponse(content, await target());
    expect(await faultsOf(xml.replace(/<samlp:Status>.*<\/samlp:Status>/, ''), protocol)).to.include(
      'Schemas validity error',
    );
  });
});
