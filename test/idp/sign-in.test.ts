import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { card, cardPin, cardPinBound, passkey, refedsMfa, smartcard, unspecified } from '../../federation/index.ts';
import {
  createSessions,
  type SessionCookie,
  type SsoSession,
  sessionCollection,
  sessionCookieCollection,
} from '../../idp/session.ts';
import { nextStep } from '../../idp/sign-in/dispatch.ts';
import {
  createInteractions,
  type Interaction,
  interactionCollection,
  newBrowserSecret,
} from '../../idp/sign-in/interaction.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';

const demand = { fresh: false, passive: false, required: undefined, at: 1000 };
const session = { level: cardPin, authenticatedAt: 500 };

describe('the dispatcher of a sign-in', () => {
  it('asks for the card without a session and answers with one', () => {
    expect(nextStep(demand, undefined, 1000)).to.deep.equal({ step: 'card', level: cardPin });
    expect(nextStep(demand, session, 1000)).to.deep.equal({ step: 'respond', contextClass: cardPin });
  });

  it('takes a forced sign-in as answered only by a card presented after the request (SAML Core 3.4.1)', () => {
    expect(nextStep({ ...demand, fresh: true }, session, 1000).step).to.equal('card');
    expect(nextStep({ ...demand, fresh: true }, { ...session, authenticatedAt: 1000 }, 1001).step).to.equal('respond');
  });

  it('never shows a page to a passive request', () => {
    expect(nextStep({ ...demand, passive: true }, undefined, 1000)).to.deep.equal({
      step: 'refuse',
      reason: 'NO_PASSIVE',
    });
    expect(nextStep({ ...demand, passive: true, fresh: true }, session, 1000)).to.deep.equal({
      step: 'refuse',
      reason: 'NO_PASSIVE',
    });
    expect(nextStep({ ...demand, passive: true }, session, 1000).step).to.equal('respond');
  });

  it('obeys max_age (OIDC Core 3.1.2.1)', () => {
    expect(nextStep({ ...demand, maxAgeMs: 400 }, session, 1000).step).to.equal('card');
    expect(nextStep({ ...demand, maxAgeMs: 500 }, session, 1000).step).to.equal('respond');
  });

  it('obeys the requested context', () => {
    expect(
      nextStep({ ...demand, context: { comparison: 'exact', classRefs: [refedsMfa] } }, session, 1000),
    ).to.deep.equal({ step: 'respond', contextClass: refedsMfa });
    expect(
      nextStep({ ...demand, context: { comparison: 'exact', classRefs: [passkey] } }, session, 1000),
    ).to.deep.equal({ step: 'refuse', reason: 'NO_AUTHN_CONTEXT' });
  });

  it('takes a session below the required level as none, whatever the request asks for', () => {
    const low = { ...session, level: card };
    for (const context of [
      undefined,
      ...(['exact', 'minimum', 'better', 'maximum'] as const).flatMap((comparison) =>
        [card, smartcard, unspecified, 'urn:example:unknown'].map((name) => ({ comparison, classRefs: [name] })),
      ),
    ]) {
      const asked = `${context?.comparison} ${context?.classRefs.join(' ')}`;
      const step = nextStep({ ...demand, required: cardPin, context }, low, 1000);
      expect(step, asked).to.deep.include(step.step === 'refuse' ? { reason: 'NO_AUTHN_CONTEXT' } : { level: cardPin });
      expect(nextStep({ ...demand, required: cardPin, context, passive: true }, low, 1000).step, asked).to.equal(
        'refuse',
      );
    }
    const wish = { comparison: 'exact', classRefs: [card], voluntary: true } as const;
    expect(nextStep({ ...demand, required: cardPin, context: wish }, low, 1000)).to.deep.equal({
      step: 'card',
      level: cardPin,
    });
    expect(nextStep({ ...demand, required: cardPin }, session, 1000).step, 'high enough').to.equal('respond');
  });

  it('refuses where the required level cannot be reached here, with and without a session', () => {
    for (const required of [cardPinBound, passkey])
      for (const one of [undefined, session])
        expect(nextStep({ ...demand, required }, one, 1000)).to.deep.equal({
          step: 'refuse',
          reason: 'NO_AUTHN_CONTEXT',
        });
  });
});

describe('an interaction', () => {
  function setUp() {
    let time = 1000;
    const interactions = createMemoryStorage({ now: () => time }).collection<Interaction>(interactionCollection);
    const api = createInteractions({ interactions, csrfKey: randomBytes(32), lifetimeMs: 100, now: () => time });
    const trace = { code: '0123456789', steps: [] };
    const open = () =>
      api.open({ protocol: 'hub', providerId: '', partyKey: '', requestId: '', demand, memory: {}, trace });
    return { ...api, open, pass: (ms: number) => (time += ms) };
  }

  it('belongs to the browser that came first, whoever else learns its id', async () => {
    const { open, resume } = setUp();
    const { id } = await open();
    const [mine, theirs] = [newBrowserSecret(), newBrowserSecret()];
    await resume(id, mine);
    expect((await resume(id, mine)).id).to.equal(id);
    expect(await refusal(resume(id, theirs))).to.equal('OTHER_BROWSER');
  });

  it('is answered once, and not after its time', async () => {
    const { open, finish, resume, pass } = setUp();
    const { id } = await open();
    const results = await Promise.allSettled([finish(id), finish(id)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    const later = await open();
    pass(100);
    expect(await refusal(resume(later.id, newBrowserSecret()))).to.equal('SIGN_IN_EXPIRED');
  });

  it('refuses a forged form: no token, another browser’s, another interaction’s', () => {
    const { csrfToken, checkCsrf } = setUp();
    const token = csrfToken('i1', 'browser-1');
    checkCsrf('i1', 'browser-1', token);
    for (const [id, browser, given] of [
      ['i1', 'browser-1', undefined],
      ['i1', 'browser-2', token],
      ['i2', 'browser-1', token],
    ] as const) {
      expect(() => checkCsrf(id, browser, given)).to.throw(/anti-forgery/);
    }
  });
});

describe('the session ledger', () => {
  function setUp() {
    let time = 1_000_000;
    let usable = true;
    const storage = createMemoryStorage({ now: () => time });
    const cookies = storage.collection<SessionCookie>(sessionCookieCollection);
    const sessions = createSessions({
      sessions: storage.collection<SsoSession>(sessionCollection),
      cookies,
      isCardUsable: async () => usable,
      absoluteMs: 10_000_000,
      idleMs: 600_000,
      now: () => time,
    });
    const present = () =>
      sessions.start({ residentRef: 'r1', cardId: 'c1', level: cardPin, amr: ['hwk', 'pin'], at: time });
    return { ...sessions, present, cookies, pass: (ms: number) => (time += ms), suspendCard: () => (usable = false) };
  }

  const participant = (sessionIndex: string) => ({ protocol: 'saml' as const, sessionIndex, level: cardPin, since: 1 });

  it('leads from a new cookie to the session, and shows a reader of the database no cookie', async () => {
    const { present, byCookie, cookies } = setUp();
    const { session: started, cookie } = await present();
    expect((await byCookie(cookie))?.id).to.equal(started.id);
    expect(JSON.stringify((await cookies.find()).records)).to.not.include(cookie);
    expect(await byCookie('x')).to.equal(undefined);
  });

  it('gives a new cookie for every presentation of the card (session fixation) and keeps the parties', async () => {
    const { present, renew, byCookie, join } = setUp();
    const { session: started, cookie } = await present();
    await join(started, 'saml:a', participant('_1'));
    const renewed = await renew(started.id, {
      residentRef: 'r1',
      cardId: 'c1',
      level: cardPin,
      amr: ['hwk', 'pin'],
      at: 5,
    });
    expect(renewed?.cookie).to.not.equal(cookie);
    expect(Object.keys((await byCookie(renewed?.cookie))?.participants ?? {})).to.deep.equal(['saml:a']);
  });

  it('keeps all parties of parallel first visits, and the first SessionIndex of each', async () => {
    const { present, join, byCookie } = setUp();
    const { session: started, cookie } = await present();
    const joined = await Promise.all(
      ['a', 'b', 'c', 'a'].map((party, at) => join(started, `saml:${party}`, participant(`_${at}`))),
    );
    expect(Object.keys((await byCookie(cookie))?.participants ?? {})).to.have.members(['saml:a', 'saml:b', 'saml:c']);
    expect(joined[3]?.sessionIndex).to.equal(joined[0]?.sessionIndex);
  });

  it('ends when idle, when ended, and at once when its card is suspended', async () => {
    const idle = setUp();
    const first = await idle.present();
    idle.pass(500_000);
    expect(await idle.byCookie(first.cookie)).to.not.equal(undefined);
    idle.pass(500_000);
    expect(await idle.byCookie(first.cookie), 'use keeps it alive').to.not.equal(undefined);
    idle.pass(600_001);
    expect(await idle.byCookie(first.cookie)).to.equal(undefined);

    const ended = setUp();
    const second = await ended.present();
    const how = { signOut: 's1', reason: 'resident', at: 1 } as const;
    const parallel = [ended.end(second.session.id, how), ended.end(second.session.id, { ...how, signOut: 's2' })];
    expect((await Promise.all(parallel)).filter(Boolean), 'of two at once one tells the parties').to.have.length(1);
    expect(await ended.byCookie(second.cookie)).to.equal(undefined);
    const visit = { protocol: 'saml', sessionIndex: '_1', level: cardPin, since: 1 } as const;
    expect(await ended.join(second.session, 'saml:late', visit), 'nobody joins an ended session').to.equal(undefined);
    expect(
      await ended.renew(second.session.id, { residentRef: 'r1', cardId: 'c1', level: cardPin, amr: [], at: 1 }),
      'never revived',
    ).to.equal(undefined);

    const lost = setUp();
    const third = await lost.present();
    lost.suspendCard();
    expect(await lost.byCookie(third.cookie)).to.equal(undefined);
  });

  it('lets a replaced cookie work for half a minute, for a second tab', async () => {
    const { present, retireCookie, byCookie, pass } = setUp();
    const { cookie } = await present();
    await retireCookie(cookie);
    pass(29_000);
    expect(await byCookie(cookie)).to.not.equal(undefined);
    pass(2_000);
    expect(await byCookie(cookie)).to.equal(undefined);
  });
});
