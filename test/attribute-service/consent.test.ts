import { expect } from 'chai';
import {
  type Consent,
  type ConsentGift,
  type ConsentRequest,
  consentCollection,
  consentRequestCollection,
  createConsentRequests,
  createConsents,
  returnUrlOf,
} from '../../attribute-service/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';

const dayMs = 86_400_000;
const question = {
  residentRef: 'r1',
  party: 'saml:portal',
  purpose: 'urn:x-sanuki:purpose:self-view',
  type: 'coverage',
};
const gift: ConsentGift = {
  residentRef: 'r1',
  party: 'saml:portal',
  purpose: question.purpose,
  types: ['coverage'],
  textVersion: '2026-10',
  period: '90-days',
  session: { id: 's1', endsAt: 1_000 },
};

describe('consent', () => {
  function setUp() {
    let time = 0;
    const storage = createMemoryStorage({ now: () => time });
    const consents = storage.collection<Consent>(consentCollection);
    const service = createConsents({ consents, macKey: Buffer.alloc(32, 7), now: () => time });
    const stateOf = async (change: Partial<typeof question> & { sessionId?: string } = {}) =>
      (await service.find({ ...question, ...change })).state;
    return { ...service, consents, stateOf, passTime: (ms: number) => (time += ms) };
  }

  it('counts for its resident, party, purpose and type only', async () => {
    const { give, stateOf } = setUp();
    await give(gift);
    expect(await stateOf()).to.equal('given');
    expect(await stateOf({ residentRef: 'r2' })).to.equal('none');
    expect(await stateOf({ party: 'oidc:clinic' })).to.equal('none');
    expect(await stateOf({ purpose: 'urn:x-sanuki:purpose:eligibility-check' })).to.equal('none');
    expect(await stateOf({ type: 'eligibility' })).to.equal('none');
  });

  it('ends with its period', async () => {
    const { give, stateOf, passTime } = setUp();
    await give(gift);
    passTime(90 * dayMs - 1);
    expect(await stateOf()).to.equal('given');
    passTime(1);
    expect(await stateOf()).to.equal('expired');
  });

  it('for one sign-in counts in that session only, and is not standing', async () => {
    const { give, find, stateOf, passTime } = setUp();
    await give({ ...gift, period: 'session' });
    expect(await find({ ...question, sessionId: 's1' })).to.include({ state: 'given', standing: false });
    expect(await stateOf({ sessionId: 's2' })).to.equal('none');
    expect(await stateOf()).to.equal('none');
    passTime(1_000);
    expect(await stateOf({ sessionId: 's1' })).to.equal('expired');
  });

  it('is standing where a lasting one was given beside one for the sign-in, whichever came later', async () => {
    const { give, find, passTime } = setUp();
    await give(gift);
    passTime(1);
    await give({ ...gift, period: 'session' });
    expect(await find({ ...question, sessionId: 's1' })).to.include({ state: 'given', standing: true });
  });

  it('is withdrawn with effect on the next request, and stays in the history', async () => {
    const { give, withdraw, find, list, passTime } = setUp();
    const { id } = await give(gift);
    expect(await find(question)).to.include({ state: 'given', standing: true });
    passTime(5);
    await withdraw('r1', id);
    expect(await find(question)).to.deep.equal({ state: 'withdrawn' });
    expect((await list('r1')).map(({ consent, state }) => [consent.withdrawnAt, state])).to.deep.equal([
      [5, 'withdrawn'],
    ]);
  });

  it('may be given again after a withdrawal; the history keeps both, newest first', async () => {
    const { give, withdraw, list, stateOf, passTime } = setUp();
    await withdraw('r1', (await give(gift)).id);
    passTime(1);
    await give({ ...gift, period: '1-year' });
    expect(await stateOf()).to.equal('given');
    expect((await list('r1')).map(({ state }) => state)).to.deep.equal(['given', 'withdrawn']);
  });

  it('is not withdrawn by another resident', async () => {
    const { give, withdraw, stateOf } = setUp();
    const { id } = await give(gift);
    expect(await refusal(withdraw('r2', id))).to.equal('CONSENT_MISSING');
    expect(await refusal(withdraw('r1', 'unknown'))).to.equal('CONSENT_MISSING');
    expect(await stateOf()).to.equal('given');
  });

  it('keeps the time of the first withdrawal', async () => {
    const { give, withdraw, passTime } = setUp();
    const { id } = await give(gift);
    await withdraw('r1', id);
    passTime(10);
    expect((await withdraw('r1', id)).withdrawnAt).to.equal(0);
  });

  it('is withdrawn for all that one party was allowed when the link is undone', async () => {
    const { give, withdrawAll, stateOf } = setUp();
    await give(gift);
    await give({ ...gift, period: 'session' });
    await give({ ...gift, party: 'oidc:phr' });
    expect(await withdrawAll('r1', 'saml:portal')).to.have.length(2);
    expect(await stateOf({ sessionId: 's1' })).to.equal('withdrawn');
    expect(await stateOf({ party: 'oidc:phr' })).to.equal('given');
  });

  describe('in the hands of someone who can write the database', () => {
    const forgeries: readonly (readonly [string, Partial<Consent>])[] = [
      ['moved to another resident', { residentRef: 'r2' }],
      ['moved to another party', { party: 'oidc:clinic' }],
      ['turned to another purpose', { purpose: 'urn:x-sanuki:purpose:eligibility-check' }],
      ['widened', { types: ['coverage', 'eligibility'] }],
      ['prolonged', { until: 10_000 * dayMs }],
      ['unbound from its sign-in', { sessionId: undefined }],
      ['without its mac', { mac: '' }],
    ];
    for (const [what, change] of forgeries) {
      it(`counts for nothing when ${what}`, async () => {
        const { give, consents, find, list } = setUp();
        const { id } = await give({ ...gift, period: 'session' });
        await consents.update(id, (current) => ({ ...current, ...change }));
        const { residentRef = 'r1', party = 'saml:portal', purpose = question.purpose } = change;
        const asked = { residentRef, party, purpose, type: 'coverage', sessionId: 's1' };
        expect(await find(asked)).to.deep.equal({ state: 'none' });
        expect(await list(residentRef)).to.deep.equal([]);
      });
    }

    it('counts for nothing when the mark of its withdrawal is taken off', async () => {
      const { give, withdraw, consents, stateOf } = setUp();
      const { id } = await give(gift);
      await withdraw('r1', id);
      await consents.update(id, (current) => ({ ...current, withdrawnAt: undefined }));
      expect(await stateOf()).to.equal('none');
    });

    it('counts for nothing when copied under a new id', async () => {
      const { give, withdraw, consents, stateOf } = setUp();
      const consent = await give(gift);
      await withdraw('r1', consent.id);
      await consents.insert({ ...consent, id: 'copy' });
      expect(await stateOf()).to.equal('withdrawn');
    });
  });
});

describe('consent request', () => {
  function setUp() {
    let time = 0;
    const requests = createMemoryStorage({ now: () => time }).collection<ConsentRequest>(consentRequestCollection);
    const service = createConsentRequests({ requests, now: () => time, lifetimeMs: 1_000 });
    return { ...service, passTime: (ms: number) => (time += ms) };
  }
  const facts = {
    residentRef: 'r1',
    party: 'saml:portal',
    partyName: { ja: 'ポータル', en: 'portal' },
    types: ['coverage'],
    purpose: question.purpose,
    messageId: 'urn:uuid:1',
    returnOrigins: ['https://portal.example.jp'],
  };

  it('has one decision, whatever number of windows show it', async () => {
    const { open, get, close } = setUp();
    const { id } = await open(facts);
    expect((await get(id, 'r1')).messageId).to.equal('urn:uuid:1');
    const outcomes = await Promise.all(
      [close(id, 'r1'), close(id, 'r1')].map((decision) =>
        decision.then(
          () => 'closed',
          () => 'refused',
        ),
      ),
    );
    expect(outcomes.toSorted()).to.deep.equal(['closed', 'refused']);
    expect(await refusal(get(id, 'r1'))).to.equal('CONSENT_REQUEST_UNKNOWN');
  });

  it('is no question for another resident, who cannot use it up either', async () => {
    const { open, get, close } = setUp();
    const { id } = await open(facts);
    expect(await refusal(get(id, 'r2'))).to.equal('CONSENT_REQUEST_UNKNOWN');
    expect(await refusal(close(id, 'r2'))).to.equal('CONSENT_REQUEST_UNKNOWN');
    expect((await close(id, 'r1')).id).to.equal(id);
  });

  it('expires', async () => {
    const { open, close, passTime } = setUp();
    const { id } = await open(facts);
    passTime(1_000);
    expect(await refusal(close(id, 'r1'))).to.equal('CONSENT_REQUEST_UNKNOWN');
  });

  it('leads back to an origin of the party, with the message to send again or 0', async () => {
    const request = await setUp().open(facts);
    const back = (to: string, agreed = true) => returnUrlOf(request, to, agreed);
    expect(back('https://portal.example.jp/coverage?tab=1')).to.equal(
      'https://portal.example.jp/coverage?tab=1&ResendMessage=urn%3Auuid%3A1',
    );
    expect(back('https://portal.example.jp/?ResendMessage=urn:other', false)).to.equal(
      'https://portal.example.jp/?ResendMessage=0',
    );
    for (const to of [
      'https://evil.example/',
      'https://portal.example.jp.evil.example/',
      'http://portal.example.jp/',
      'https://portal.example.jp:444/',
      'https://portal.example.jp@evil.example/',
      'https://name@portal.example.jp/',
      'javascript:alert(1)',
      '//portal.example.jp/',
      '/coverage',
      '',
    ]) {
      expect(back(to), to).to.equal(undefined);
    }
  });
});
