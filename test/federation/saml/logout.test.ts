import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import {
  buildLogoutRequest,
  buildLogoutResponse,
  buildSpMetadata,
  decodePost,
  decodeRedirect,
  decodeSoap,
  encodeFront,
  encodeSoap,
  isLogoutConfirmed,
  type LogoutContext,
  logoutStatuses,
  nameIdFormats,
  nameIdTuple,
  parseLogoutRequest,
  parseLogoutResponse,
  parseServiceProviderMetadata,
  type QualifiedNameId,
  type ReceivedMessage,
} from '../../../federation/index.ts';
import { type SigningKey, signElement, verificationKey, writeXml, type XmlElement } from '../../../lib/xml/index.ts';
import { refusal } from '../../refusal.ts';
import { idp, now, setUp as setUpSso, slo, sp, stranger } from './world.ts';

const nameId: QualifiedNameId = {
  value: 'pseudonym-of-the-portal',
  format: nameIdFormats.persistent,
  nameQualifier: idp.entityId,
  spNameQualifier: sp.entityId,
};
const front = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
};

async function setUp() {
  const { registry, replay, partyKey, hubKey } = await setUpSso();
  const context: LogoutContext = {
    senderOf: async (entityId) => {
      const { record, metadata } = await registry.samlProvider(entityId);
      return { entityId: record.key, signingKeys: metadata.signingKeys };
    },
    replay,
    destination: slo.sloUrl,
    now,
  };
  let count = 0;
  const requestElement = (options: Partial<Parameters<typeof buildLogoutRequest>[0]> = {}) =>
    buildLogoutRequest({
      id: `_request${++count}`,
      issuer: sp.entityId,
      destination: slo.sloUrl,
      nameId,
      sessionIndex: '_index',
      now,
      ...options,
    });

  async function byRedirect(
    element: XmlElement,
    key: SigningKey = partyKey,
    name: 'SAMLRequest' | 'SAMLResponse' = 'SAMLRequest',
  ) {
    const sent = await encodeFront(
      { binding: front.redirect, location: slo.sloUrl },
      { name, element, key, relayState: 'r' },
    );
    if (!('url' in sent)) throw new TypeError('no address');
    return decodeRedirect(new URL(sent.url).search.slice(1), name);
  }
  async function byPost(element: XmlElement, key: SigningKey = partyKey) {
    const sent = await encodeFront(
      { binding: front.post, location: slo.sloUrl },
      { name: 'SAMLRequest', element, key },
    );
    if (!('fields' in sent)) throw new TypeError('no form');
    return decodePost(new URLSearchParams(sent.fields), 'SAMLRequest');
  }
  const bySoap = async (element: XmlElement, key: SigningKey = partyKey) =>
    decodeSoap(Buffer.from(encodeSoap(await signElement(element, key, { after: 'Issuer' }))));
  const parse = (message: ReceivedMessage, more: Partial<LogoutContext> = {}) =>
    parseLogoutRequest(message, { ...context, ...more });
  return { context, requestElement, byRedirect, byPost, bySoap, parse, partyKey, hubKey };
}

type World = Awaited<ReturnType<typeof setUp>>;

const unsignedPost = (element: XmlElement) =>
  decodePost(new URLSearchParams({ SAMLRequest: Buffer.from(writeXml(element)).toString('base64') }), 'SAMLRequest');

describe('a LogoutRequest (SAML Core 3.7.1, Profiles 4.4)', () => {
  let world: World;
  before(async () => {
    world = await setUp();
  });

  for (const binding of ['byRedirect', 'byPost', 'bySoap'] as const) {
    it(`comes back with NameID tuple and SessionIndex (${binding})`, async () => {
      const received = await world.parse(await world[binding](world.requestElement()));
      if (!('request' in received)) throw received.refusal;
      expect(received.request).to.deep.include({ issuer: sp.entityId, nameId, sessionIndexes: ['_index'] });
    });

    it(`of an attacker who knows NameID and SessionIndex and has a key of his own is refused (${binding})`, async () => {
      expect(await refusal(world.parse(await world[binding](world.requestElement(), stranger)))).to.equal(
        'SIGNATURE_WRONG',
      );
    });

    it(`is taken once: who recorded it on its way gets nothing by sending it again (${binding})`, async () => {
      const message = await world[binding](world.requestElement());
      await world.parse(message);
      expect(await refusal(world.parse(message))).to.equal('MESSAGE_REPLAYED');
    });

    it(`that was meant for another address is refused (${binding})`, async () => {
      const message = await world[binding](world.requestElement({ destination: 'https://other.example/slo' }));
      expect(await refusal(world.parse(message))).to.equal('DESTINATION_WRONG');
    });

    it(`of yesterday, or past its NotOnOrAfter, is refused (${binding})`, async () => {
      for (const old of [
        { now: now - 24 * 3600_000 },
        { now: now - 100_000, lifetimeMs: 1_000 },
        { now: now + 600_000 },
      ])
        expect(await refusal(world.parse(await world[binding](world.requestElement(old))))).to.equal(
          'MESSAGE_NOT_CURRENT',
        );
    });
  }

  it('without a signature is refused in every binding', async () => {
    const element = world.requestElement();
    const { detached: _detached, ...bare } = await world.byRedirect(element);
    for (const message of [bare, unsignedPost(element), decodeSoap(Buffer.from(encodeSoap(element)))])
      expect(await refusal(world.parse(message))).to.equal('SIGNATURE_REQUIRED');
  });

  it('by another registered party, in the name of this one, is refused: its key is not this one’s', async () => {
    const other = {
      entityId: 'https://other.example',
      signingKeys: [verificationKey(createPublicKey(stranger.privateKey))],
    };
    const senderOf = async (id: string) => (id === other.entityId ? other : world.context.senderOf(id));
    const forged = await world.byPost(world.requestElement(), stranger);
    expect(await refusal(world.parse(forged, { senderOf }))).to.equal('SIGNATURE_WRONG');
    const own = await world.parse(await world.byPost(world.requestElement({ issuer: other.entityId }), stranger), {
      senderOf,
    });
    expect('request' in own && own.request.issuer).to.equal(other.entityId);
  });

  it('with another NameID around a captured signature is refused (the forgery that samlify accepts)', async () => {
    const captured = await signElement(world.requestElement(), world.partyKey, { after: 'Issuer' });
    const mine = world.requestElement({ nameId: { ...nameId, value: 'victim' } });
    const extensions = { ...mine, name: 'Extensions', attributes: [], children: [captured] };
    const [issuer, ...rest] = mine.children;
    if (!issuer) throw new TypeError('no Issuer');
    const signature = captured.children.filter((child) => typeof child !== 'string' && child.name === 'Signature');
    for (const children of [
      [issuer, extensions, ...rest],
      [issuer, ...signature, ...rest],
      [issuer, ...signature, extensions, ...rest],
      [...mine.children, captured],
    ])
      expect(await refusal(world.parse(unsignedPost({ ...mine, children }))), String(children.length)).to.be.oneOf([
        'SIGNATURE_REQUIRED',
        'REFERENCE_WRONG',
        'DIGEST_WRONG',
        'STRUCTURE_WRONG',
      ]);
  });

  it('with two NameIDs, or none, is refused', async () => {
    const element = world.requestElement();
    const twice = element.children.flatMap((child) =>
      typeof child !== 'string' && child.name === 'NameID' ? [child, child] : [child],
    );
    const none = element.children.filter((child) => typeof child === 'string' || child.name !== 'NameID');
    for (const children of [twice, none])
      expect(await refusal(world.parse(await world.byRedirect({ ...element, children })))).to.equal('STRUCTURE_WRONG');
  });

  it('is refused in a SOAP envelope with a second message, a foreign header to be understood, or no envelope', async () => {
    const signed = writeXml(await signElement(world.requestElement(), world.partyKey, { after: 'Issuer' }));
    const soap = (inner: string, header = '') =>
      `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">${header}<s:Body>${inner}</s:Body></s:Envelope>`;
    const header = '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"></x></s:Header>';
    for (const xml of [soap(`${signed}<x></x>`), soap(signed, header), soap(''), signed])
      expect(await refusal(world.parse(decodeSoap(Buffer.from(xml))))).to.equal('BINDING_MALFORMED');
  });

  it('with an encrypted name or another version is answered as such, because its sender is certain', async () => {
    const element = world.requestElement();
    const version = element.attributes.map((one) => (one.name === 'Version' ? { ...one, value: '1.1' } : one));
    const encrypted = element.children.map((child) =>
      typeof child !== 'string' && child.name === 'NameID'
        ? { ...child, name: 'EncryptedID', attributes: [], children: [] }
        : child,
    );
    const refusals = [];
    for (const changed of [
      { ...element, attributes: version },
      { ...world.requestElement(), children: encrypted },
    ]) {
      const received = await world.parse(await world.byRedirect(changed));
      refusals.push('refusal' in received && received.refusal.code);
    }
    expect(refusals).to.deep.equal(['VERSION_MISMATCH', 'REQUEST_UNSUPPORTED']);
  });
});

describe('a LogoutResponse (SAML Core 3.7.2)', () => {
  const response = (options: object = {}) =>
    buildLogoutResponse({
      issuer: sp.entityId,
      destination: slo.sloUrl,
      inResponseTo: '_ours',
      status: logoutStatuses.success,
      now,
      ...options,
    });

  it('confirms, also where others are not reached; a refusal confirms nothing', async () => {
    const world = await setUp();
    const requester = { code: 'urn:oasis:names:tc:SAML:2.0:status:Requester' };
    const confirmed = [];
    for (const status of [logoutStatuses.success, logoutStatuses.partial, requester]) {
      const parsed = await parseLogoutResponse(
        await world.byRedirect(response({ status }), world.partyKey, 'SAMLResponse'),
        world.context,
      );
      expect(parsed).to.deep.equal({ issuer: sp.entityId, inResponseTo: '_ours', status, relayState: 'r' });
      confirmed.push(isLogoutConfirmed(parsed));
    }
    expect(confirmed).to.deep.equal([true, true, false]);
  });

  it('forged with another key, unsigned in the browser, or for another address confirms nothing', async () => {
    const world = await setUp();
    const parse = async (message: ReceivedMessage, more: object = {}) =>
      refusal(parseLogoutResponse(message, { ...world.context, ...more }));
    const forged = await world.byRedirect(response(), stranger, 'SAMLResponse');
    expect(await parse(forged)).to.equal('SIGNATURE_WRONG');
    const { detached: _detached, ...bare } = await world.byRedirect(response(), world.partyKey, 'SAMLResponse');
    expect(await parse(bare, { unsignedAllowed: true })).to.equal('SIGNATURE_REQUIRED');
    const elsewhere = response({ destination: 'https://other.example/' });
    expect(await parse(await world.byRedirect(elsewhere, world.partyKey, 'SAMLResponse'))).to.equal(
      'DESTINATION_WRONG',
    );
    const soap = decodeSoap(Buffer.from(encodeSoap(response())));
    expect(await parse(soap)).to.equal('SIGNATURE_REQUIRED');
    expect((await parseLogoutResponse(soap, { ...world.context, unsignedAllowed: true })).inResponseTo).to.equal(
      '_ours',
    );
    expect(
      await parse(decodeSoap(Buffer.from(encodeSoap(await signElement(response(), stranger, { after: 'Issuer' })))), {
        unsignedAllowed: true,
      }),
    ).to.equal('SIGNATURE_WRONG');
  });
});

describe('a NameID as a tuple (SAML Core 2.2.2, 8.3.7)', () => {
  const parties = { identityProvider: idp.entityId, party: sp.entityId };
  const { nameQualifier: _idp, spNameQualifier: _sp, ...bare } = nameId;

  it('is the same with its qualifiers left out, and another with any part changed', () => {
    const tuple = nameIdTuple(nameId, parties);
    expect(nameIdTuple(bare, parties)).to.equal(tuple);
    for (const change of [
      { value: ' pseudonym-of-the-portal' },
      { format: nameIdFormats.transient },
      { nameQualifier: 'https://other.example' },
      { spNameQualifier: '' },
    ])
      expect(nameIdTuple({ ...nameId, ...change }, parties)).to.not.equal(tuple);
  });
});

describe('SingleLogoutService in metadata (SAML Metadata 2.2.2, 2.4.2)', () => {
  const metadata = buildSpMetadata({
    ...sp,
    slo: { url: 'https://portal.example/slo', soapUrl: 'https://portal.example/slo/soap' },
    certificate: '',
    name: { ja: 'ポ', en: 'P' },
  }).replace(/<md:KeyDescriptor.*<\/md:KeyDescriptor>/, '');
  const parsed = (xml: string) => parseServiceProviderMetadata(xml, { now, allowHttp: false }).singleLogoutServices;

  it('is read with its ResponseLocation', () => {
    const xml = metadata.replaceAll(
      'HTTP-Redirect" Location="https://portal.example/slo"',
      'HTTP-Redirect" Location="https://portal.example/slo" ResponseLocation="https://portal.example/done"',
    );
    expect(
      parsed(xml).map(({ binding, location, responseLocation }) => [
        binding.split(':').at(-1),
        location,
        responseLocation,
      ]),
    ).to.deep.equal([
      ['SOAP', 'https://portal.example/slo/soap', 'https://portal.example/slo/soap'],
      ['HTTP-Redirect', 'https://portal.example/slo', 'https://portal.example/done'],
      ['HTTP-POST', 'https://portal.example/slo', 'https://portal.example/slo'],
    ]);
  });

  it('counts as none where the address or the binding cannot be used', () => {
    for (const [from, to] of [
      ['https://portal.example/slo', 'http://portal.example/slo'],
      ['https://portal.example/slo', 'javascript:alert(1)'],
      ['bindings:', 'bindings:X-'],
    ] as const)
      expect(
        parsed(metadata.replaceAll(new RegExp(`(<md:SingleLogoutService[^>]*)${from}`, 'g'), `$1${to}`)),
      ).to.deep.equal([]);
  });
});
