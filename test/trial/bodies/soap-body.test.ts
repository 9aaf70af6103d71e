import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import {
  buildDataQuery,
  buildSoap,
  catalogue,
  issueToken,
  type OutgoingSoap,
  type TokenRequest,
} from '../../../attribute-service/index.ts';
import { nameIdFormats, unspecified } from '../../../federation/index.ts';
import type { SigningKey } from '../../../lib/xml/index.ts';
import { trialResidents } from '../../../trial/residents.ts';
import { refusal } from '../../refusal.ts';
import { type SoapWorld, setFault, startSoapWorld } from './world.ts';

const { serviceType } = catalogue.coverage;
const selfView = 'urn:x-sanuki:purpose:self-view';

describe('a body of the trial that is an ID-WSF data service', () => {
  let world: SoapWorld;
  before(async () => {
    world = await startSoapWorld();
  });
  after(() => world.close());
  afterEach(() => setFault(world.origin, { mode: 'none' }));

  it('answers the hub about its own insured', async () => {
    const { subject, asOf, coverages } = await world.ask('P002');
    expect(subject).to.equal(await world.pseudonymFor('P002', world.id));
    expect(asOf).to.equal(world.now());
    expect(coverages).to.have.length(1);
    expect(coverages[0]).to.include({ symbol: '香川1', number: '3000999', name: '羽巢 聖司', copay: '030' });
    expect(coverages[0]).to.not.have.any.keys('branch', 'validFrom', 'source', 'employerName');
    expect((await world.ask('P003')).coverages[0]?.name).to.equal('羽巢 聖司'.repeat(6));
  });

  it('answers empty about a stranger', async () => {
    for (const stranger of ['P001', 'P033']) expect((await world.ask(stranger)).coverages).to.deep.equal([]);
  });

  it('keeps a protected address back and says so; declines where the person shows nothing online', async () => {
    const { coverages } = await world.ask('P023', { purpose: 'urn:x-sanuki:purpose:eligibility-check' });
    expect(coverages[0]?.withheld).to.deep.equal({ postNumber: 'not-disclosed', address: 'not-disclosed' });
    expect(coverages[0]).to.not.have.any.keys('address', 'postNumber');
    expect(await refusal(world.ask('P023'))).to.equal('SOURCE_REFUSED');
  });

  it('is asked under a pseudonym that nobody else on the way can read', async () => {
    world.sent.length = 0;
    await world.ask('P002');
    const [message] = world.sent;
    expect(message?.body).to.include('EncryptedID').and.include(selfView).and.include('holder-of-key');
    expect(message?.body).to.not.include(await world.pseudonymFor('P002', world.id));
  });

  describe('refuses whoever is not the hub asking it', () => {
    const stranger = () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      return { privateKey, algorithm: 'rsa-sha256' } as const;
    };

    async function message(
      { token = {}, soap = {} }: { token?: Partial<TokenRequest>; soap?: Partial<OutgoingSoap> } = {},
      key: SigningKey = world.keys.samlKey(),
      at = world.now(),
    ): Promise<string> {
      const issued = await issueToken({
        issuer: world.entityId,
        audience: world.providerId,
        holder: { providerId: world.entityId, publicKey: createPublicKey(key.privateKey) },
        subject: { nameId: await world.pseudonymFor('P002', world.id), format: nameIdFormats.persistent },
        contextClass: unspecified,
        authenticatedAt: at,
        key: world.keys.samlKey(),
        now: at,
        lifetimeMs: 60_000,
        ...token,
      });
      const path = [{ name: catalogue.coverage.objectType, where: [] }];
      const body = buildDataQuery({ serviceType, items: [{ kind: 'query', path }] });
      const head = { action: `${serviceType}:Query`, to: world.address, sender: world.entityId, purpose: selfView };
      return buildSoap({ ...head, body, token: issued, ...soap }, { key, now: at });
    }

    async function codeOf(envelope: string): Promise<string> {
      const response = await fetch(world.address, {
        method: 'POST',
        headers: { 'content-type': 'text/xml' },
        body: envelope,
      });
      const text = await response.text();
      if (response.status === 200) return 'answered';
      expect(response.status).to.equal(500);
      expect(text)
        .to.not.include('3000999')
        .and.not.include(await world.pseudonymFor('P002', world.id));
      return /Status[^>]* code="(\w+)"/.exec(text)?.[1] ?? text;
    }

    it('a token for another body, of another issuer, expired, or another key’s', async () => {
      expect(await codeOf(await message())).to.equal('answered');
      const wrong: Partial<TokenRequest>[] = [
        { audience: 'urn:x-sanuki:trial:body:other' },
        { issuer: 'http://localhost:9/saml/metadata' },
        { now: world.now() - 3600_000 },
        { key: stranger() },
      ];
      for (const token of wrong)
        expect(await codeOf(await message({ token })), Object.keys(token)[0]).to.equal('InappropriateCredentials');
    });

    it('a message of another sender, and one that the token’s holder did not sign', async () => {
      expect(await codeOf(await message({ soap: { sender: 'urn:stranger' } }))).to.equal('ProviderIDNotValid');
      const key = stranger();
      expect(await codeOf(await message({}, key))).to.equal('InappropriateCredentials');
      const holder = { providerId: world.entityId, publicKey: createPublicKey(world.keys.samlKey().privateKey) };
      expect(await codeOf(await message({ token: { holder } }, key))).to.equal('InappropriateCredentials');
    });

    it('a message that was sent before, a stale one, an unsigned one, one for another endpoint', async () => {
      const envelope = await message();
      expect([await codeOf(envelope), await codeOf(envelope)]).to.deep.equal(['answered', 'DuplicateMsg']);
      const old = world.now() - 10 * 60_000;
      const stale = await message({ token: { now: world.now() } }, world.keys.samlKey(), old);
      expect(await codeOf(stale)).to.equal('StaleMsg');
      expect(await codeOf((await message()).replace(/<ds:SignatureValue>[^<]*/, '<ds:SignatureValue>AAAA'))).to.equal(
        'InappropriateCredentials',
      );
      expect(await codeOf(await message({ soap: { to: `${world.address}2` } }))).to.equal('IDStarMsgNotUnderstood');
    });

    it('what is no query of coverage', async () => {
      const other = catalogue.eligibility;
      const path = [{ name: other.objectType, where: [] }];
      const body = buildDataQuery({ serviceType: other.serviceType, items: [{ kind: 'query', path }] });
      expect(await codeOf(await message({ soap: { body, action: `${other.serviceType}:Query` } }))).to.equal(
        'IDStarMsgNotUnderstood',
      );
      expect(await codeOf('<x/>')).to.equal('IDStarMsgNotUnderstood');
      expect(await codeOf('not XML')).to.equal('IDStarMsgNotUnderstood');
    });
  });

  describe('misbehaves on demand, and the adapter says how', () => {
    const faulty = async (fault: object, signal?: AbortSignal) => {
      expect((await setFault(world.origin, fault)).status).to.equal(200);
      return refusal(world.ask('P002', signal ? { signal } : {}));
    };

    it('garbage, unsigned, another person: garbled', async () => {
      for (const mode of ['garbage', 'unsigned', 'other-person'])
        expect(await faulty({ mode }), mode).to.equal('SOURCE_GARBLED');
    });

    it('declines: refused', async () => {
      expect(await faulty({ mode: 'refuse' })).to.equal('SOURCE_REFUSED');
    });

    it('hangs up, or never answers: silent as soon as the deadline has passed', async () => {
      expect(await faulty({ mode: 'close' })).to.equal('SOURCE_SILENT');
      expect(await faulty({ mode: 'hang' }, AbortSignal.timeout(100))).to.equal('SOURCE_SILENT');
    });

    it('late: still answered; the records of another person under the right pseudonym come through for the broker to see', async () => {
      await setFault(world.origin, { mode: 'delay', ms: 20 });
      expect((await world.ask('P002')).coverages).to.have.length(1);
      await setFault(world.origin, { mode: 'mixed-records' });
      expect((await world.ask('P002')).coverages[0]?.birthDate).to.not.equal('2000-10-10');
    });
  });

  describe('its log', () => {
    it('names the message and never a person', async () => {
      const names = trialResidents.flatMap(({ id, name }) => [id, name.kanji ?? id, name.kana ?? id]);
      const log = world.lines.join('');
      expect(log).to.include('urn:uuid:');
      for (const value of [...names, '3000999', await world.pseudonymFor('P002', world.id)])
        expect(log).to.not.include(value);
    });
  });
});
