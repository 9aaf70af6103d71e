import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { recordsFileOf } from '../../../trial/bodies/records.ts';
import { bodies, bodyIds } from '../../../trial/insurers.ts';
import { trialResidents } from '../../../trial/residents.ts';
import { refusal } from '../../refusal.ts';
import { type JsonWorld, setFault, startJsonWorld } from './world.ts';

const selfView = 'urn:x-sanuki:purpose:self-view';

describe('a body of the trial with a JSON interface', () => {
  let world: JsonWorld;
  before(async () => {
    world = await startJsonWorld();
  });
  after(() => world.close());
  afterEach(() => setFault(world.origin, { mode: 'none' }));

  it('answers about its own insured, under the pseudonym that it alone knows', async () => {
    const { subject, asOf, coverages } = await world.ask('P001');
    expect(subject).to.equal(await world.pseudonymFor('P001', world.id));
    expect(asOf).to.equal(world.now());
    expect(coverages).to.have.length(1);
    expect(coverages[0]).to.include({ number: '00051', copay: '030', employerName: '瀬戸内バス（架空）' });
    expect(coverages[0]).to.not.have.any.keys('mark', 'synthetic', 'id', 'personId');
  });

  it('knows nobody else: the answer about a stranger is empty, not a refusal', async () => {
    for (const stranger of ['P002', 'P033']) expect((await world.ask(stranger)).coverages).to.deep.equal([]);
  });

  it('says nothing of what lies ahead, and a share of costs only where age did not change it lately', async () => {
    const early = await startJsonWorld({ now: () => Date.parse('2026-11-19T14:59:00Z') });
    const [before] = (await early.ask('P027')).coverages;
    await early.close();
    expect(before).to.include({ validTo: '2026-11-19' }).and.not.have.any.keys('disqualifiedOn');
    const [after] = (await world.ask('P027')).coverages;
    expect(after).to.include({ disqualifiedOn: '2026-11-20', lossReason: '03' });
    const late = await startJsonWorld({ body: 'others', now: () => Date.parse('2026-11-19T15:00:00Z') });
    const [elder] = (await late.ask('P027')).coverages;
    await late.close();
    expect(elder, 'the day begins at midnight in Japan').to.include({ qualifiedOn: '2026-11-20' });
    const shares = await Promise.all(
      ['P001', 'P006', 'P027', 'P030'].map(async (id) => (await world.ask(id)).coverages[0]),
    );
    expect(shares.map((said) => said?.copay)).to.deep.equal(['030', undefined, undefined, undefined]);
  });

  it('keeps each body to its own insured and its own pseudonyms, without ids of the set', async () => {
    const files = await Promise.all(bodyIds.map((body) => readFile(recordsFileOf(world.data, body), 'utf8')));
    const parsed = files.map((text) => JSON.parse(text).insured as Record<string, { records: object[] }>);
    const everyone = parsed.flatMap((insured) => Object.keys(insured));
    expect(new Set(everyone).size).to.equal(everyone.length);
    for (const text of files) {
      expect(text).to.include('架空データ');
      expect(text).to.not.match(/"P0\d\d["-]/);
    }
    const numbers = parsed.map((insured) =>
      [...new Set(Object.values(insured).flatMap(({ records }) => records))].map(
        (record) => 'insurerNumber' in record && record.insurerNumber,
      ),
    );
    const sets = [['370015'], ['01370014'], ['06379994', '34379982', '373993', '39379995']];
    expect(numbers.map((list) => new Set(list))).to.deep.equal(sets.map((list) => new Set(list)));
  });

  describe('refuses whoever is not the hub asking it', () => {
    const claims = async (more: object = {}) => ({
      aud: world.id,
      sub: await world.pseudonymFor('P001', world.id),
      purpose: selfView,
      jti: randomUUID(),
      ...more,
    });
    async function statusWith(token: string): Promise<number> {
      const response = await fetch(world.address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ type: 'coverage', requestId: 'r' }),
      });
      const text = await response.text();
      if (response.status !== 200) expect(text).to.not.include('coverages');
      return response.status;
    }
    const seconds = () => Math.floor(world.now() / 1000);

    it('a token of another audience or issuer', async () => {
      expect(await statusWith(await world.sign(await claims()))).to.equal(200);
      expect(await statusWith(await world.sign(await claims({ aud: bodies.others.id })))).to.equal(401);
      expect(await statusWith(await world.sign(await claims({ iss: 'http://localhost:9' })))).to.equal(401);
    });

    it('an expired token, one that lives too long, one from the future, one without an end', async () => {
      const now = seconds();
      for (const times of [
        { iat: now - 61, exp: now - 1 },
        { iat: now - 600, exp: now + 60 },
        { iat: now + 600, exp: now + 660 },
        { exp: undefined },
        { iat: undefined },
      ])
        expect(await statusWith(await world.sign(await claims(times))), JSON.stringify(times)).to.equal(401);
    });

    it('a token that was used (RFC 7519 4.1.7)', async () => {
      const token = await world.sign(await claims());
      expect([await statusWith(token), await statusWith(token)]).to.deep.equal([200, 401]);
    });

    it('a token without person, purpose or id', async () => {
      for (const missing of ['sub', 'purpose', 'jti'])
        expect(await statusWith(await world.sign(await claims({ [missing]: undefined }))), missing).to.equal(401);
    });

    it('an ID token of the same key, an unsigned token, another key, no token (RFC 8725 3.11)', async () => {
      expect(await statusWith(await world.sign(await claims(), {}, { typ: 'JWT' }))).to.equal(401);
      const stranger = await startJsonWorld();
      expect(await statusWith(await stranger.sign(await claims()))).to.equal(401);
      await stranger.close();
      const [, payload] = (await world.sign(await claims())).split('.');
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'source+jwt' })).toString('base64url');
      expect(await statusWith(`${none}.${payload}.`)).to.equal(401);
      expect(await statusWith('')).to.equal(401);
    });
  });

  describe('misbehaves on demand, and the adapter says how', () => {
    const faulty = async (fault: object, signal?: AbortSignal) => {
      expect((await setFault(world.origin, fault)).status).to.equal(200);
      return refusal(world.ask('P001', signal ? { signal } : {}));
    };

    it('garbage, another person: garbled', async () => {
      expect(await faulty({ mode: 'garbage' })).to.equal('SOURCE_GARBLED');
      expect(await faulty({ mode: 'other-person' })).to.equal('SOURCE_GARBLED');
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
      expect((await world.ask('P001')).coverages).to.have.length(1);
      await setFault(world.origin, { mode: 'mixed-records' });
      const { subject, coverages } = await world.ask('P001');
      expect(subject).to.equal(await world.pseudonymFor('P001', world.id));
      expect(coverages[0]?.birthDate).to.not.equal('1960-10-10');
    });

    it('takes faults that it has, from this machine only', async () => {
      const of = async (init: RequestInit) => (await fetch(`${world.origin}/trial/fault`, init)).status;
      expect(await (await fetch(`${world.origin}/trial/fault`)).json()).to.deep.equal({ mode: 'none' });
      expect((await setFault(world.origin, { mode: 'unsigned' })).status, 'it signs nothing').to.equal(400);
      expect((await setFault(world.origin, { mode: 'explode' })).status).to.equal(400);
      const form = { method: 'POST', body: new URLSearchParams({ mode: 'hang' }) };
      expect(await of({ ...form, headers: { origin: 'http://127.0.0.1:1' } })).to.equal(403);
      const json = { 'content-type': 'application/json', origin: 'http://evil.example' };
      expect(await of({ method: 'POST', headers: json, body: '{"mode":"hang"}' })).to.equal(403);
      const page = await (await fetch(world.origin)).text();
      expect(page).to.include('ふつうに答える').and.include('架空').and.not.include('署名');
      const pressed = await fetch(`${world.origin}/fault`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: world.origin },
        body: new URLSearchParams({ mode: 'delay', ms: '500' }),
      });
      expect(pressed.status).to.equal(303);
      expect(await (await fetch(world.origin)).text()).to.include('いまの動き: 遅れて答える（0.5秒）');
    });
  });

  describe('its log', () => {
    it('names the request and never a person', async () => {
      const residents = trialResidents.flatMap(({ id, name }) => [id, name.kanji ?? id, name.kana ?? id]);
      const insured = JSON.parse(await readFile(recordsFileOf(world.data, 'kyokai'), 'utf8')).insured;
      const log = world.lines.join('');
      expect(log).to.include('request-1');
      for (const value of [...residents, ...Object.keys(insured), '"00051"', '14422412'])
        expect(log).to.not.include(value);
    });
  });
});
