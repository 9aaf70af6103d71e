import { expect } from 'chai';
import * as samlify from 'samlify';
import {
  buildResponse,
  decodeRedirect,
  encodePost,
  nameIdFormats,
  parseAuthnRequest,
} from '../../../federation/index.ts';
import { idp, setUp, sp } from './world.ts';

/** samlify as an independent service provider: it reads our metadata, sends requests and reads answers. */
describe('samlify as a counterpart', () => {
  before(() => samlify.setSchemaValidator({ validate: async () => 'the kernel’s own tests judge the schema' }));

  async function counterpart() {
    const world = await setUp({ settings: { contentEncryption: 'aes128-gcm' } });
    const pem = String(world.partyKey.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return {
      world,
      party: samlify.ServiceProvider({
        metadata: world.spMetadata,
        privateKey: pem,
        encPrivateKey: pem,
        requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      }),
      hub: samlify.IdentityProvider({ metadata: world.idpMetadata, isAssertionEncrypted: true }),
    };
  }

  it('sends a signed request that ours reads', async () => {
    const { world, party, hub } = await counterpart();
    const { context } = party.createLoginRequest(hub, 'redirect');
    const query = String(context).slice(String(context).indexOf('?') + 1);
    const message = decodeRedirect(query, 'SAMLRequest');
    const { request } = await parseAuthnRequest(message, { ...world.context, now: Date.now() });
    expect(request).to.include({ issuer: sp.entityId, signed: true });
  });

  it('reads our encrypted answer', async () => {
    const { world, party, hub } = await counterpart();
    const provider = await world.registry.samlProvider(sp.entityId);
    const now = Date.now();
    const content = {
      nameId: { value: 'pseudonym-1', format: nameIdFormats.persistent },
      sessionIndex: '_s1',
      contextClass: 'urn:x-sanuki:ac:card-pin',
      authenticatedAt: now,
      sessionEndsAt: now + 60_000,
      attributes: [],
    };
    const xml = await buildResponse(content, {
      issuer: idp.entityId,
      provider,
      acsUrl: sp.acsUrl,
      inResponseTo: '_r',
      key: world.hubKey,
      now,
    });
    const { extract } = await party.parseLoginResponse(hub, 'post', { body: encodePost('SAMLResponse', xml) });
    expect(extract.nameID).to.equal('pseudonym-1');
  });
});
