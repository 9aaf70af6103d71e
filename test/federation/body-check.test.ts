import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type CheckContext,
  checkRegistration,
  diffRegistrations,
  otherRegistrationOf,
  type ProviderRecord,
  parseBody,
  type Registration,
} from '../../federation/index.ts';
import { certificate, days, metadataOf, now } from './certificates.ts';

const bodies = { types: ['coverage', 'eligibility'], ownNetwork: false };
const context: CheckContext = { now, allowHttp: false, bodies, hubEntityId: 'https://hub.example/saml/metadata' };
const name = { ja: '架空健保', en: 'Example insurer' };
const spki = (bits = 2048) =>
  String(generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ type: 'spki', format: 'pem' }));
const pemOf = (base64: string) =>
  `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;

describe('the linter of bodies that hold data', () => {
  const key = spki();
  const good = {
    providerID: 'urn:example:insurer',
    address: 'https://insurer.example/soap',
    publicKey: key,
    types: ['coverage'],
    deadlineMs: 1500,
  };
  const check = (more: object = {}, also: Partial<CheckContext> = {}, contract?: string[]) =>
    checkRegistration(
      { protocol: 'id-wsf', metadata: { ...good, ...more }, name, ...(contract ? { contract } : {}) },
      { ...context, ...also },
    );
  const codes = (...given: Parameters<typeof check>) =>
    check(...given).map(({ code, severity }) => `${severity} ${code}`);
  const idWsf = parseBody(good, { allowHttp: false }).body;
  const record = (more: Partial<ProviderRecord> = {}): ProviderRecord => ({
    id: 'id-wsf:urn:example:insurer',
    protocol: 'id-wsf',
    key: 'urn:example:insurer',
    name,
    status: 'approved',
    contract: { attributes: [] },
    settings: {},
    idWsf,
    registeredAt: 1,
    updatedAt: 1,
    version: 1,
    ...more,
  });

  it('finds nothing in a good one, as JSON text or read, with a public key or a certificate', async () => {
    expect(codes()).to.deep.equal([]);
    expect(codes({ publicKey: pemOf(await certificate()) })).to.deep.equal([]);
    const text = checkRegistration({ protocol: 'id-wsf', metadata: JSON.stringify(good), name }, context);
    expect(text).to.deep.equal([]);
  });

  it('says of each finding where, what, what to do and which section, in both languages', () => {
    const [found] = check({ publicKey: spki(1024) });
    expect(found).to.deep.include({ code: 'BODY_KEY_WEAK', severity: 'error', where: 'publicKey' });
    expect(found?.cite).to.match(/^NIST/);
    expect(found?.message.en).to.include('rsa 1024');
    for (const words of [found?.message, found?.remedy]) expect(words?.ja).to.match(/[ぁ-ん]/);
  });

  it('refuses addresses that are not plain https (RFC 9700 2.6), and numbers that lead inside (RFC 1918 3)', () => {
    for (const [address, code] of [
      ['', 'BODY_ADDRESS_MISSING'],
      ['http://insurer.example/soap', 'ADDRESS_NOT_HTTPS'],
      ['https://a@insurer.example/soap', 'ADDRESS_UNSAFE'],
      ['https://insurer.example/soap#x', 'ADDRESS_UNSAFE'],
      ['file:///etc/passwd', 'ADDRESS_UNSAFE'],
      ['/soap', 'ADDRESS_UNSAFE'],
      ['https://10.1.2.3/soap', 'BODY_ADDRESS_PRIVATE'],
      ['https://169.254.169.254/latest', 'BODY_ADDRESS_PRIVATE'],
      ['https://[fd00::1]/soap', 'BODY_ADDRESS_PRIVATE'],
      ['https://2130706433/soap', 'BODY_ADDRESS_PRIVATE'],
      ['https://localhost/soap', 'BODY_ADDRESS_PRIVATE'],
    ])
      expect(codes({ address }), address).to.deep.equal([`error ${code}`]);
    const ownNetwork = { bodies: { ...bodies, ownNetwork: true } };
    expect(codes({ address: 'https://10.1.2.3/soap' }, ownNetwork)).to.deep.equal([]);
    expect(codes({ address: 'https://169.254.169.254/soap' }, ownNetwork)).to.deep.equal([
      'error BODY_ADDRESS_PRIVATE',
    ]);
    expect(codes({ address: 'http://127.0.0.1:5320/soap' }, { allowHttp: true })).to.deep.equal([
      'note ADDRESS_NOT_HTTPS',
    ]);
  });

  it('wants one RSA key of 2048 bits or more, because pseudonyms are encrypted for it (RFC 8017 7.1)', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const elliptic = String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
    const secret = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const privatePem = String(secret.export({ type: 'pkcs8', format: 'pem' }));
    const locked = String(secret.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }));
    for (const [publicKey, code] of [
      ['', 'BODY_KEY_MISSING'],
      ['AAAA', 'BODY_KEY_UNREADABLE'],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'BODY_KEY_UNREADABLE'],
      [`${key}${spki()}`, 'BODY_KEY_UNREADABLE'],
      [elliptic, 'BODY_KEY_NOT_RSA'],
      [pemOf(await certificate({ curve: 'P-256' })), 'BODY_KEY_NOT_RSA'],
      [pemOf(await certificate({ bits: 1024 })), 'BODY_KEY_WEAK'],
      [privatePem, 'BODY_KEY_PRIVATE'],
      [`${key}${privatePem}`, 'BODY_KEY_PRIVATE'],
      [`${pemOf(await certificate())}${locked}`, 'BODY_KEY_PRIVATE'],
    ])
      expect(codes({ publicKey }), publicKey).to.deep.equal([`error ${code}`]);
  });

  it('looks at the dates of a certificate (RFC 5280 4.1.2.5)', async () => {
    const ending = async (to: number) => codes({ publicKey: pemOf(await certificate({ to })) });
    expect(await ending(days(-1))).to.deep.equal(['warning CERTIFICATE_EXPIRED']);
    expect(await ending(days(29))).to.deep.equal(['warning CERTIFICATE_ENDS_SOON']);
    expect(await ending(days(61))).to.deep.equal([]);
  });

  it('wants types of the catalogue and a time that residents would wait', () => {
    expect(codes({ types: [] })).to.deep.equal(['error TYPES_MISSING']);
    expect(codes({ types: ['coverage', 'salary'] })).to.deep.equal(['error TYPE_UNKNOWN']);
    for (const deadlineMs of [0, 49, 10_001, 1.5, '', 'abc', null])
      expect(codes({ deadlineMs }), String(deadlineMs)).to.deep.equal(['error DEADLINE_OUT_OF_BOUNDS']);
    expect(codes({ deadlineMs: undefined })).to.deep.equal([]);
  });

  it('gives a body nothing: a contract is refused, so that it is no consumer by a side door', () => {
    expect(codes({}, {}, ['coverage'])).to.deep.equal(['error CONTRACT_OF_BODY']);
  });

  describe('providerID (ID-WSF SB 5.5), before somebody who would pass for another', () => {
    const settled = { id: 'settings:city', protocol: 'id-wsf', name: 'City', keys: [] } as const;
    const taken = (providerID: string, others: CheckContext['others']) => codes({ providerID }, { others });

    it('is a URI, and neither the hub’s own nor of the form that the hub gives to OIDC parties', () => {
      for (const providerID of ['', 'city', 'urn:x', 'a b:c', `https://${'x'.repeat(1100)}.example`])
        expect(codes({ providerID }), providerID).to.include('error PROVIDER_ID_MALFORMED');
      for (const providerID of ['https://hub.example/saml/metadata', 'oidc:library'])
        expect(codes({ providerID }), providerID).to.include('error ENTITY_ID_RESERVED');
    });

    it('is not taken: by another body, by a source of the settings or its id, or by a SAML service', () => {
      const others = [otherRegistrationOf(record({ idWsf: { ...idWsf, publicKey: spki() } }))];
      expect(taken('urn:example:insurer', others)).to.deep.equal(['error ENTITY_ID_TAKEN']);
      expect(taken('URN:example:Insurer', others)).to.deep.equal(['warning ENTITY_ID_ALIKE']);
      expect(taken('urn:example:city', [{ ...settled, key: 'urn:example:city' }])).to.deep.equal([
        'error ENTITY_ID_TAKEN',
      ]);
      expect(taken('city', [{ ...settled, key: 'city' }])).to.include('error ENTITY_ID_TAKEN');
      const service = { id: 'saml:https://a.example', protocol: 'saml', key: 'https://a.example' } as const;
      expect(taken('https://a.example', [{ ...service, name: 'A', keys: [] }])).to.deep.equal([
        'error ENTITY_ID_TAKEN',
      ]);
    });

    it('of a body is not free for a SAML service either', async () => {
      const metadata = metadataOf({ entityId: 'urn:example:insurer', keys: [['', await certificate()]] });
      const found = checkRegistration(
        { protocol: 'saml', metadata },
        { ...context, others: [otherRegistrationOf(record())] },
      );
      expect(found.map(({ code }) => code)).to.deep.equal(['ENTITY_ID_TAKEN']);
    });
  });

  it('tells of a key that a service or another body has, and not of its own when it is changed', async () => {
    const shared = await certificate();
    const service = otherRegistrationOf({
      ...record({ id: 'saml:x', protocol: 'saml', key: 'https://x.example', idWsf: undefined }),
      saml: { metadata: metadataOf({ keys: [['', shared]] }) },
    });
    expect(codes({ publicKey: pemOf(shared) }, { others: [service] })).to.deep.equal(['warning KEY_SHARED']);
    const others = [otherRegistrationOf(record())];
    expect(codes({ providerID: 'urn:example:other' }, { others })).to.deep.equal(['warning KEY_SHARED']);
    expect(codes({}, { others, replaces: record().id })).to.deep.equal([]);
  });

  it('never throws, whatever somebody sends', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(good)));
    const document = fc.oneof(
      fc.jsonValue(),
      fc.record({ providerID: value, address: value, publicKey: value, types: value, deadlineMs: value }),
    );
    fc.assert(
      fc.property(document, (metadata) => {
        const found = checkRegistration({ protocol: 'id-wsf', metadata, name }, context);
        for (const { message, cite } of found) expect([message.ja, message.en, cite]).to.not.include('');
      }),
      { numRuns: 300 },
    );
    const slow = `-----BEGIN CERTIFICATE-----${' \n'.repeat(120_000)}`;
    const begun = performance.now();
    expect(codes({ publicKey: slow })).to.deep.equal(['error BODY_KEY_UNREADABLE']);
    expect(performance.now() - begun).to.be.below(500);
  });

  it('lets differences be read: address, key and types alter trust, the time does not', async () => {
    const before: Registration = record();
    const changed = (more: object): Registration => ({ ...before, idWsf: { ...idWsf, ...more } });
    const diff = (more: object) =>
      diffRegistrations(before, changed(more)).map(({ kind, field, trust }) => `${kind} ${field}${trust ? ' !' : ''}`);
    expect(diff({})).to.deep.equal([]);
    expect(diff({ address: 'https://other.example/soap' })).to.deep.equal(['changed bodyAddress !']);
    expect(diff({ types: ['coverage', 'eligibility'] })).to.deep.equal(['added bodyType !']);
    expect(diff({ deadlineMs: 2000 })).to.deep.equal(['changed deadlineMs']);
    expect(diff({ publicKey: spki() })).to.deep.equal(['changed bodyKey !']);
    expect(diff({ publicKey: pemOf(await certificate()) })).to.deep.equal([
      'changed bodyKey !',
      'added certificateEnd',
    ]);
  });
});
