import { expect } from 'chai';
import {
  type AuthnRequest,
  buildAuthnRequest,
  decodePost,
  decodeRedirect,
  encodePost,
  parseAuthnRequest,
} from '../../../federation/index.ts';
import { HubError } from '../../../lib/errors.ts';
import { refusal } from '../../refusal.ts';
import { idp, now, setUp, sp, stranger } from './world.ts';

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HubError) return error.code;
    throw error;
  }
  return 'accepted';
}

type World = Awaited<ReturnType<typeof setUp>>;

const parse = async ({ context }: World, query: string): Promise<AuthnRequest> =>
  (await parseAuthnRequest(decodeRedirect(query, 'SAMLRequest'), context)).request;

describe('AuthnRequest (SAML Core 3.4.1)', () => {
  it('is read by Redirect with its signature over the query as sent', async () => {
    const world = await setUp();
    const request = await parse(
      world,
      await world.redirectQuery({ forceAuthn: true }, { relayState: '/menu?a=1&b=あ' }),
    );
    expect(request).to.include({
      issuer: sp.entityId,
      forceAuthn: true,
      isPassive: false,
      signed: true,
      relayState: '/menu?a=1&b=あ',
    });
    expect(request.acs.location).to.equal(sp.acsUrl);
  });

  it('is read by POST with its signature inside', async () => {
    const { partyKey, context } = await setUp();
    const xml = await buildAuthnRequest(
      { id: '_p1', issuer: sp.entityId, destination: idp.ssoUrl, acsUrl: sp.acsUrl, now },
      partyKey,
    );
    const message = decodePost(new URLSearchParams(encodePost('SAMLRequest', xml, 'state')), 'SAMLRequest');
    expect((await parseAuthnRequest(message, context)).request).to.include({
      id: '_p1',
      signed: true,
      relayState: 'state',
    });
  });

  it('carries the requested authentication context', async () => {
    const world = await setUp();
    const requestedAuthnContext = { comparison: 'minimum', classRefs: ['urn:x-sanuki:ac:card-pin'] } as const;
    expect(
      (await parse(world, await world.redirectQuery({ requestedAuthnContext }))).requestedAuthnContext,
    ).to.deep.equal(requestedAuthnContext);
  });

  describe('from an attacker without the provider’s key', () => {
    it('is refused unsigned where the metadata promises signatures', async () => {
      const world = await setUp();
      expect(await refusal(parse(world, await world.redirectQuery({}, { unsigned: true })))).to.equal(
        'SIGNATURE_REQUIRED',
      );
    });

    it('is refused with a signature of his own', async () => {
      const world = await setUp();
      expect(
        await refusal(parse(world, await world.redirectQuery({}, { key: { ...stranger, certificate: '' } }))),
      ).to.equal('SIGNATURE_WRONG');
    });

    it('is refused when he changes any octet of a signed query', async () => {
      const world = await setUp();
      const query = await world.redirectQuery({}, { relayState: 'a' });
      expect(await refusal(parse(world, query.replace('RelayState=a', 'RelayState=b')))).to.equal('SIGNATURE_WRONG');
      expect(await refusal(parse(world, query.replace('RelayState=a', 'RelayState=%61')))).to.equal('SIGNATURE_WRONG');
      expect(await refusal(parse(world, query.replace('RelayState=a&', '')))).to.equal('SIGNATURE_WRONG');
    });

    it('is refused with repeated, doubled or half parameters', async () => {
      const { redirectQuery } = await setUp();
      const query = await redirectQuery();
      for (const bad of [
        `${query}&SAMLRequest=x`,
        `${query}&SAMLResponse=x`,
        `${query}&RelayState=a&RelayState=b`,
        query.replace('SigAlg', 'X'),
        query.replace('SAMLRequest', 'SAML%52equest'),
        '',
        'SAMLRequest=%E0%A4',
      ]) {
        expect(
          codeOf(() => decodeRedirect(bad, 'SAMLRequest')),
          bad.slice(0, 60),
        ).to.equal('BINDING_MALFORMED');
      }
    });

    it('is refused when a signature stands inside a Redirect message', async () => {
      const world = await setUp();
      const change = (text: string) =>
        text.replace(
          '</saml:Issuer>',
          '</saml:Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"></ds:Signature>',
        );
      expect(await refusal(parse(world, await world.redirectQuery({}, { change })))).to.equal('BINDING_MALFORMED');
    });

    it('is refused with the signed original hidden in Extensions (the forgery other stacks took)', async () => {
      const { partyKey, context } = await setUp();
      const original = await buildAuthnRequest(
        { id: '_p1', issuer: sp.entityId, destination: idp.ssoUrl, acsUrl: sp.acsUrl, now },
        partyKey,
      );
      const forged = (
        await buildAuthnRequest({
          id: '_evil',
          issuer: sp.entityId,
          destination: idp.ssoUrl,
          acsUrl: 'https://evil.example/acs',
          now,
        })
      ).replace('</saml:Issuer>', `</saml:Issuer><samlp:Extensions>${original}</samlp:Extensions>`);
      const message = decodePost(new URLSearchParams(encodePost('SAMLRequest', forged)), 'SAMLRequest');
      expect(await refusal(parseAuthnRequest(message, context))).to.equal('SIGNATURE_REQUIRED');
    });
  });

  it('gets no answer for an unknown, pending or suspended provider', async () => {
    const world = await setUp();
    expect(await refusal(parse(world, await world.redirectQuery({ issuer: 'https://unknown.example' })))).to.equal(
      'PROVIDER_UNKNOWN',
    );
    await world.registry.setStatus(`saml:${sp.entityId}`, 'suspended');
    expect(await refusal(parse(world, await world.redirectQuery()))).to.equal('PROVIDER_NOT_APPROVED');
  });

  it('gets no answer at an address that is not in the metadata, however near', async () => {
    const world = await setUp();
    const near = [
      'http://portal.example/saml/acs',
      'https://portal.example/saml/acs/',
      'https://portal.example/saml/ACS',
      'https://portal.example:443/saml/acs',
      'https://portal.example/saml/acs#x',
      'https://portal.example/saml/acs?x',
      'https://a@portal.example/saml/acs',
      'https://portal.example.evil/saml/acs',
    ];
    for (const acsUrl of near)
      expect(await refusal(parse(world, await world.redirectQuery({ acsUrl }))), acsUrl).to.equal('ACS_NOT_REGISTERED');
  });

  it('chooses the address by index or default, and takes no index together with a URL', async () => {
    const world = await setUp({
      metadata: (xml) =>
        xml.replace(
          '</md:SPSSODescriptor>',
          '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://portal.example/other" index="7"></md:AssertionConsumerService></md:SPSSODescriptor>',
        ),
    });
    const url = ` AssertionConsumerServiceURL="${sp.acsUrl}"`;
    const binding = ' ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"';
    const bare = (more: string) => ({ change: (text: string) => text.replace(url, more).replace(binding, '') });
    expect((await parse(world, await world.redirectQuery({}, bare('')))).acs.location).to.equal(sp.acsUrl);
    expect(
      (await parse(world, await world.redirectQuery({}, bare(' AssertionConsumerServiceIndex="7"')))).acs.location,
    ).to.equal('https://portal.example/other');
    expect(
      await refusal(parse(world, await world.redirectQuery({}, bare(' AssertionConsumerServiceIndex="8"')))),
    ).to.equal('ACS_NOT_REGISTERED');
    expect(
      await refusal(parse(world, await world.redirectQuery({}, bare(` AssertionConsumerServiceIndex="7"${url}`)))),
    ).to.equal('ACS_NOT_REGISTERED');
  });

  it('is refused twice, stale, from the future, and for another destination', async () => {
    const world = await setUp();
    const query = await world.redirectQuery();
    await parse(world, query);
    expect(await refusal(parse(world, query))).to.equal('MESSAGE_REPLAYED');
    expect(await refusal(parse(world, await world.redirectQuery({ now: now - 400_000 })))).to.equal(
      'MESSAGE_NOT_CURRENT',
    );
    expect(await refusal(parse(world, await world.redirectQuery({ now: now + 100_000 })))).to.equal(
      'MESSAGE_NOT_CURRENT',
    );
    expect(
      await refusal(parse(world, await world.redirectQuery({ destination: 'https://other.example/sso' }))),
    ).to.equal('DESTINATION_WRONG');
  });

  it('is refused with children out of order or doubled', async () => {
    const world = await setUp();
    const moved = (text: string) =>
      text.replace(/(<saml:Issuer.*<\/saml:Issuer>)(.*)(<\/samlp:AuthnRequest>)/, '$2$1$3');
    const doubled = (text: string) => text.replace(/(<saml:Issuer.*<\/saml:Issuer>)/, '$1$1');
    for (const change of [moved, doubled])
      expect(await refusal(parse(world, await world.redirectQuery({}, { change })))).to.equal('STRUCTURE_WRONG');
  });

  it('is told back to the provider where it asks for what we do not do', async () => {
    const world = await setUp();
    const demands: readonly (readonly [string, (text: string) => string])[] = [
      ['InvalidNameIDPolicy', (text) => text.replace('2.0:nameid-format:persistent', '1.1:nameid-format:emailAddress')],
      [
        'InvalidNameIDPolicy',
        (text) => text.replace('<samlp:NameIDPolicy', '<samlp:NameIDPolicy SPNameQualifier="https://other.example"'),
      ],
      ['UnsupportedBinding', (text) => text.replace('bindings:HTTP-POST', 'bindings:HTTP-Artifact')],
      [
        'RequestUnsupported',
        (text) =>
          text.replace(
            '</saml:Issuer>',
            '</saml:Issuer><Subject xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><NameID>x</NameID></Subject>',
          ),
      ],
      ['VersionMismatch', (text) => text.replace('Version="2.0"', 'Version="1.1"')],
    ];
    for (const [status, change] of demands) {
      const { refusal: told } = await parse(world, await world.redirectQuery({}, { change }));
      expect(told?.status?.subcode ?? told?.status?.code, status).to.match(new RegExp(`:${status}$`));
    }
  });

  it('is refused with a RelayState of more than 80 bytes (SAML Bindings 3.4.3)', async () => {
    const { redirectQuery } = await setUp();
    const query = await redirectQuery({}, { relayState: 'あ'.repeat(27) });
    expect(codeOf(() => decodeRedirect(query, 'SAMLRequest'))).to.equal('RELAY_STATE_TOO_LONG');
  });
});
