import { expect } from 'chai';
import {
  type Authenticator,
  authenticatorCollection,
  createAuthenticators,
} from '../../idp/authenticators/authenticators.ts';
import {
  createPasskeyChallenges,
  type PasskeyChallenge,
  passkeyChallengeCollection,
} from '../../idp/authenticators/challenge.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';

describe('the records of passkeys', () => {
  function setUp() {
    const storage = createMemoryStorage();
    const copied: string[] = [];
    const authenticators = createAuthenticators({
      onCopied: async ({ id }) => void copied.push(id),
      authenticators: storage.collection<Authenticator>(authenticatorCollection),
      now: () => 1000,
    });
    const made = { residentRef: 'r1', userHandle: 'u', name: 'home', publicKey: 'k', transports: [] };
    const bind = (counter: number) => authenticators.bind({ ...made, credentialId: `c${counter}`, counter });
    return { ...authenticators, bind, copied };
  }

  it('take a counter that grows, also by more than one, and one that always stays 0 (WebAuthn 6.1.1)', async () => {
    const { bind, use, isUsable } = setUp();
    const { id } = await bind(5);
    expect((await use(id, 6)).counter).to.equal(6);
    expect((await use(id, 600)).lastUsedAt).to.equal(1000);
    const synced = await bind(0);
    for (const _ of [1, 2, 3]) await use(synced.id, 0);
    expect([await isUsable(id), await isUsable(synced.id)]).to.deep.equal([true, true]);
  });

  it('are blocked for good by a counter that stays or goes back, and by one that falls to 0', async () => {
    for (const counter of [6, 5, 0]) {
      const { bind, use, isUsable, usableOf, ofResident, copied } = setUp();
      const { id } = await bind(6);
      expect(await refusal(use(id, counter)), String(counter)).to.equal('PASSKEY_COPIED');
      expect(await refusal(use(id, 7)), 'the next one too').to.equal('PASSKEY_COPIED');
      expect(copied, 'told once').to.deep.equal([id]);
      expect(await isUsable(id)).to.equal(false);
      expect([await usableOf('r1'), await ofResident('r1')].map(({ length }) => length)).to.deep.equal([0, 1]);
    }
  });

  it('find out two uses with one count that arrive at the same moment', async () => {
    const { bind, use } = setUp();
    const { id } = await bind(1);
    const results = await Promise.allSettled([use(id, 2), use(id, 2)]);
    expect(results.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
  });
});

describe('the challenge of a passkey', () => {
  function setUp() {
    let time = 0;
    const challenges = createMemoryStorage({ now: () => time }).collection<PasskeyChallenge>(
      passkeyChallengeCollection,
    );
    const api = createPasskeyChallenges({ challenges, now: () => time });
    return { ...api, challenges, pass: (ms: number) => (time += ms) };
  }
  const place = { about: 'sign-in:1', browserSecret: 'b', sessionId: 's' };

  it('is spent by one of two answers, and gone after its time', async () => {
    const { issue, spend, pass } = setUp();
    const challenge = await issue('bind', place);
    const results = await Promise.allSettled([spend(challenge, 'bind', place), spend(challenge, 'bind', place)]);
    expect(results.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    const late = await issue('bind', place);
    pass(5 * 60_000);
    expect(await refusal(spend(late, 'bind', place))).to.equal('PASSKEY_SPENT');
  });

  it('is good for one page, browser, session and purpose, and gone after a try anywhere else', async () => {
    for (const [purpose, other] of [
      ['bind', { ...place, about: 'sign-in:2' }],
      ['bind', { ...place, browserSecret: 'x' }],
      ['bind', { ...place, sessionId: 'x' }],
      ['bind', { about: place.about, browserSecret: 'b' }],
      ['sign-in', place],
      ['beside-card', place],
    ] as const) {
      const { issue, spend } = setUp();
      const challenge = await issue('bind', place);
      expect(await refusal(spend(challenge, purpose, other))).to.equal('PASSKEY_SPENT');
      expect(await refusal(spend(challenge, 'bind', place))).to.equal('PASSKEY_SPENT');
    }
  });

  it('lies in the store as a hash: who reads it there can have nothing signed', async () => {
    const { issue, challenges } = setUp();
    const challenge = await issue('sign-in', place);
    expect(JSON.stringify((await challenges.find()).records)).to.not.include(challenge);
  });
});
