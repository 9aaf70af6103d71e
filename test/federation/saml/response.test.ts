import { expect } from 'chai';
import {
  type AssertionContent,
  buildErrorResponse,
  buildResponse,
  consumeResponse,
  decodePost,
  encodePost,
  nameIdFormats,
  SamlError,
} from '../../../federation/index.ts';
import { verificationKeyFromCertificate } from '../../../lib/xml/index.ts';
import { refusal } from '../../refusal.ts';
import { idp, now, setUp, sp, stranger } from './world.ts';

const content: AssertionContent = {
  nameId: { value: 'pseudonym-1', format: nameIdFormats.persistent },
  sessionIndex: '_s1',
  contextClass: 'urn:x-sanuki:ac:card-pin',
  authenticatedAt: now - 5_000,
  sessionEndsAt: now + 3_600_000,
  attributes: [
    {
      name: 'urn:oid:2.16.840.1.113730.3.1.241',
      friendlyName: 'displayName',
      values: ['羽巢 聖司 <&>" ]]> \r\n 葛\u{E0100}'],
    },
  ],
};

type World = Awaited<ReturnType<typeof setUp>>;

async function answer(
  world: World,
  change: Partial<Parameters<typeof buildResponse>[1]> = {},
  what = content,
): Promise<string> {
  return buildResponse(what, {
    issuer: idp.entityId,
    provider: await world.registry.samlProvider(sp.entityId),
    acsUrl: sp.acsUrl,
    inResponseTo: '_req1',
    key: world.hubKey,
    now,
    ...change,
  });
}

async function consume(world: World, xml: string, change: Partial<Parameters<typeof consumeResponse>[1]> = {}) {
  const message = decodePost(new URLSearchParams(encodePost('SAMLResponse', xml)), 'SAMLResponse');
  const signingKeys = [verificationKeyFromCertificate(world.hubKey.certificate ?? '')];
  return consumeResponse(message, {
    ...sp,
    requestId: '_req1',
    idp: { entityId: idp.entityId, signingKeys },
    decryptionKeys: [world.partyKey.privateKey],
    replay: world.replay,
    now,
    ...change,
  });
}

const plain = { settings: { encryptAssertion: false } };

describe('Response (SAML Profiles 4.1.4)', () => {
  for (const [how, options] of [
    ['encrypted', {}],
    ['plain', plain],
    ['signed as a whole', { settings: { signResponse: true } }],
  ] as const) {
    it(`tells the party who signed in, ${how}`, async () => {
      const world = await setUp(options);
      const subject = await consume(world, await answer(world));
      expect(subject.nameId).to.deep.equal({
        value: 'pseudonym-1',
        format: nameIdFormats.persistent,
        nameQualifier: idp.entityId,
        spNameQualifier: sp.entityId,
      });
      expect(subject).to.include({
        sessionIndex: '_s1',
        contextClass: 'urn:x-sanuki:ac:card-pin',
        authenticatedAt: now - 5_000,
      });
      expect(Object.values(subject.attributes)).to.deep.equal([['羽巢 聖司 <&>" ]]> \r\n 葛\u{E0100}']]);
    });
  }

  it('shows nothing of the resident to who carries it encrypted', async () => {
    const world = await setUp();
    const xml = await answer(world);
    for (const secret of ['pseudonym-1', '羽巢', '_s1', 'card-pin']) expect(xml).to.not.include(secret);
  });

  it('is used once, for this party, this address, this request and now', async () => {
    const world = await setUp(plain);
    const xml = await answer(world);
    expect(await refusal(consume(world, xml, { entityId: 'https://other.example' }))).to.equal('AUDIENCE_MISMATCH');
    expect(await refusal(consume(world, xml, { acsUrl: 'https://portal.example/other' }))).to.equal(
      'ASSERTION_INVALID',
    );
    expect(await refusal(consume(world, xml, { requestId: '_other' }))).to.equal('ASSERTION_INVALID');
    expect(await refusal(consume(world, xml, { now: now + 400_000 }))).to.equal('ASSERTION_INVALID');
    expect(await refusal(consume(world, xml, { now: now - 200_000 }))).to.equal('MESSAGE_NOT_CURRENT');
    expect(
      await refusal(
        consume(world, xml, {
          idp: {
            entityId: 'https://evil.example',
            signingKeys: [verificationKeyFromCertificate(world.hubKey.certificate ?? '')],
          },
        }),
      ),
    ).to.equal('ASSERTION_INVALID');
    await consume(world, xml);
    expect(await refusal(consume(world, xml))).to.equal('MESSAGE_REPLAYED');
  });

  it('is refused unsigned, signed by another key, and with a second assertion anywhere', async () => {
    const world = await setUp(plain);
    const xml = await answer(world);
    const assertion = /<saml:Assertion.*<\/saml:Assertion>/s.exec(xml)?.[0] ?? '';
    const evil = assertion
      .replace(/<ds:Signature.*<\/ds:Signature>/, '')
      .replace('pseudonym-1', 'victim')
      .replace(/ID="[^"]*"/, 'ID="_evil"');
    expect(await refusal(consume(world, xml.replace(/<ds:Signature.*<\/ds:Signature>/, '')))).to.equal(
      'SIGNATURE_MISSING',
    );
    expect(await refusal(consume(world, await answer(world, { key: { ...stranger, certificate: '' } })))).to.equal(
      'SIGNATURE_WRONG',
    );
    for (const forged of [
      xml.replace(assertion, evil + assertion),
      xml.replace(assertion, assertion + evil),
      xml.replace(
        assertion,
        evil.replace('</saml:Issuer>', `</saml:Issuer><samlp:Extensions>${assertion}</samlp:Extensions>`),
      ),
    ]) {
      expect(await refusal(consume(world, forged))).to.equal('STRUCTURE_WRONG');
    }
    const nested = evil.replace('</saml:Conditions>', `</saml:Conditions><saml:Advice>${assertion}</saml:Advice>`);
    expect(await refusal(consume(world, xml.replace(assertion, nested)))).to.equal('SIGNATURE_MISSING');
  });

  it('tells a refusal as a signed status that names its reason', async () => {
    const world = await setUp();
    const { status } = new SamlError('NO_PASSIVE', 'no session');
    if (!status) throw new Error('a status expected');
    const provider = await world.registry.samlProvider(sp.entityId);
    const xml = await buildErrorResponse(status, {
      issuer: idp.entityId,
      provider,
      acsUrl: sp.acsUrl,
      inResponseTo: '_req1',
      key: world.hubKey,
      now,
    });
    expect(await refusal(consume(world, xml))).to.equal('RESPONSE_REFUSED');
    expect(await consume(world, xml).catch((error: Error) => error.message)).to.include('NoPassive');
  });
});
