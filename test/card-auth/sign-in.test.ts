import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { expect } from 'chai';
import {
  bindingOf,
  blindPin,
  finishEvaluation,
  pinKey,
  publicKeyOf,
  sealSecret,
  signingSeed,
  signTranscript,
  transcriptHash,
} from '../../card-auth/client/index.ts';
import { readMac, sessionKey } from '../../card-auth/felica/lite-s-mac.ts';
import {
  type CardChallenge,
  type CardFact,
  type CardLevel,
  type CardRecord,
  cardChallengeCollection,
  cardCollection,
  createCardKeyService,
  createCardRegistry,
  createCardSignIn,
  deriveCardKey,
  extractedKey,
  type IssuedKey,
  issuedKeyCollection,
  type PinCounter,
  pinCounterCollection,
  softwareCardKeys,
  stationRequest,
} from '../../card-auth/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';

const text = (value: Uint8Array) => Buffer.from(value).toString('base64url');
const bytes = (value: string) => new Uint8Array(Buffer.from(value, 'base64url'));
const origin = 'https://idp.example';
const pin = '482100';
const block = (value: number, length: number) => {
  const data = Buffer.alloc(16);
  data.writeUIntLE(value, 0, length);
  return data;
};

/** A card with its PIN, the server's side, and a terminal that plays the card with its real key. */
async function setUp() {
  let time = 1_700_000_000_000;
  const now = () => time;
  const storage = createMemoryStorage({ now });
  const station = generateKeyPairSync('ed25519');
  const master = randomBytes(32);
  const keys = {
    cardMasters: new Map([[1, master]]),
    oprfMaster: randomBytes(32),
    indexKey: randomBytes(32),
    wrappingKey: randomBytes(32),
    station: station.publicKey,
  };
  const counters = storage.collection<PinCounter>(pinCounterCollection);
  const keyService = createCardKeyService({
    keys: softwareCardKeys(keys),
    counters,
    issued: storage.collection<IssuedKey>(issuedKeyCollection),
  });
  const cards = createCardRegistry({ cards: storage.collection<CardRecord>(cardCollection), now });
  const facts: CardFact[] = [];
  const onFact = async (fact: CardFact) => void facts.push(fact);
  const server = createCardSignIn({
    challenges: storage.collection<CardChallenge>(cardChallengeCollection),
    cards,
    keyService,
    origin,
    onFact,
    now,
  });
  const id = randomBytes(16);
  const ck = deriveCardKey(extractedKey(master), id, 1);
  const secret = randomBytes(16);
  const first = blindPin(pin);
  const evaluation = await keyService.evaluateFirstPin(
    id,
    1,
    first.blinded,
    sign(null, stationRequest('first-pin', id, 1), station.privateKey),
  );
  const sealed = sealSecret(
    secret,
    await pinKey(finishEvaluation(pin, first.blind, evaluation), { id, generation: 1 }, 100_000),
  );
  await keyService.registerPin(id, 1, publicKeyOf(await signingSeed(secret, { id, generation: 1 })));
  const cardId = await keyService.cardId(id);
  await cards.insert({
    id: cardId,
    number: '1234567890123',
    residentRef: 'r1',
    ckv: 1,
    status: 'active',
    lastWcnt: 0,
    lastTapAt: 0,
    unfinished: [],
    pin: { slot: 4, generation: 1, iterations: 100_000, slotHash: '' },
    issuedAt: now(),
    expiresOn: now() + 1e10,
    software: true,
  });
  let wcnt = 7;

  const binding = (interactionId: string) =>
    ({ interactionId, protocol: 'saml', partyId: 'https://portal.example/saml', requestId: '_r1' }) as const;

  /** Start, tap, and the card's first answer. */
  async function possession(interactionId = 'i1', key = ck, level?: CardLevel) {
    const started = await server.start(binding(interactionId), level);
    const rc = bytes((await server.tap(interactionId, started.sid)).rc);
    const mac1 = readMac(sessionKey(key, rc), rc, [0x82, 0x86, 0x90], Buffer.concat([id, block(1, 2), block(wcnt, 3)]));
    return { ...started, rc, mac1, wcnt1: wcnt };
  }

  const presentOf = ({ sid, mac1, wcnt1 }: Awaited<ReturnType<typeof possession>>) => ({
    sid,
    id: text(id),
    ckv: 1,
    wcnt1,
    mac1: text(mac1),
  });

  const messageOf = (begun: Awaited<ReturnType<typeof possession>>, blinded: Uint8Array) => ({
    ...presentOf(begun),
    blinded: text(blinded),
  });

  /** The whole sign-in as an honest terminal does it, with a chance to differ. */
  async function signIn({ interactionId = 'i1', guess = pin, pageOrigin = origin } = {}) {
    const begun = await possession(interactionId);
    const { blind, blinded } = blindPin(guess);
    const answer = await server.prove(interactionId, messageOf(begun, blinded));
    wcnt += 1;
    const mac2 = readMac(
      sessionKey(ck, begun.rc),
      begun.rc,
      [0x92, 0x90],
      Buffer.concat([block(1, 1), block(wcnt, 3)]),
    );
    const key = await pinKey(
      finishEvaluation(guess, blind, bytes(answer.evaluated)),
      { id, generation: answer.generation },
      answer.iterations,
    );
    const seed = await signingSeed(sealSecret(sealed, key), { id, generation: answer.generation });
    const hash = await transcriptHash({
      label: 'KSSC-CARD-LOGIN-v1',
      origin: pageOrigin,
      sid: bytes(begun.sid),
      nonce: bytes(begun.nonce),
      rc: begun.rc,
      id,
      ckv: 1,
      wcnt1: begun.wcnt1,
      mac1: begun.mac1,
      wcnt2: wcnt,
      mac2,
      binding: await bindingOf(begun.binding),
    });
    const message = { sid: begun.sid, wcnt2: wcnt, mac2: text(mac2), proof: text(signTranscript(hash, seed)) };
    return { finish: () => server.finish(interactionId, message) };
  }

  return {
    server,
    cards,
    cardId,
    facts,
    possession,
    presentOf,
    messageOf,
    signIn,
    evaluations: async () => (await counters.find()).records[0]?.evaluations,
    id,
    pass: (ms: number) => (time += ms),
    rewind: (to: number) => (wcnt = to),
    record: async () => (await cards.get(cardId)) as CardRecord,
  };
}

const anyBlinded = () => blindPin('482100').blinded;

describe('the card sign-in (KSSC-CARD-1)', () => {
  it('signs the resident in with card and PIN', async () => {
    const { signIn, facts, record } = await setUp();
    const { finish } = await signIn();
    expect(await finish()).to.deep.include({
      residentRef: 'r1',
      level: 'urn:x-sanuki:ac:card-pin',
      amr: ['hwk', 'pin'],
    });
    expect(facts.map(({ type }) => type)).to.deep.equal(['auth.start', 'auth.ok']);
    expect(await record()).to.deep.include({ lastWcnt: 8, unfinished: [] });
  });

  it('tells once, at the next sign-in, how often the card was opened and no PIN proof followed (R68)', async () => {
    const { signIn, facts } = await setUp();
    const told = () => facts.filter(({ type }) => type === 'card.unfinished').map(({ count }) => count);
    await signIn();
    await signIn();
    const { finish } = await signIn();
    expect(told(), 'nothing while nobody is there to be told').to.deep.equal([]);
    await finish();
    expect(told(), 'without the one that was finished').to.deep.equal([2]);
    await (await signIn()).finish();
    expect(told()).to.deep.equal([2]);
  });

  it('tells of the third at once, because whoever stole the card never signs in to be told, and no second time (R68)', async () => {
    const { signIn, facts } = await setUp();
    const told = () => facts.filter(({ type }) => type === 'card.unfinished').map(({ count }) => count);
    for (let at = 0; at < 3; at += 1) await signIn();
    expect(told(), 'three began, and the last may still come to a PIN').to.deep.equal([]);
    for (let at = 0; at < 3; at += 1) await signIn();
    expect(told()).to.deep.equal([3]);
    await (await signIn()).finish();
    expect(told(), 'the rest at the sign-in').to.deep.equal([3, 6]);
    for (let at = 0; at < 3; at += 1) await signIn();
    await (await signIn()).finish();
    expect(told(), 'three that were told already are not told again').to.deep.equal([3, 6, 3]);
  });

  it('counts a wrong PIN among those with a proof: a slip of the finger is nothing to be told of', async () => {
    const { signIn, facts } = await setUp();
    expect(await refusal((await signIn({ guess: '907351' })).finish())).to.equal('PIN_WRONG');
    await (await signIn()).finish();
    expect(facts.map(({ type }) => type)).to.not.include('card.unfinished');
  });

  it('tells a wrong PIN with the tries that are left, locks after five, and then refuses the right one', async () => {
    const { signIn, record } = await setUp();
    for (const remaining of [4, 3, 2, 1, 0]) {
      const error = await (await signIn({ guess: '907351' })).finish().catch((refused: unknown) => refused);
      expect(error).to.include({ code: 'PIN_WRONG', remainingTries: remaining });
    }
    expect((await record()).status).to.equal('pin-locked');
    expect(await refusal(signIn())).to.equal('PIN_LOCKED');
  });

  it('counts a card that was lifted too early as an evaluation, not as a wrong PIN', async () => {
    const { signIn } = await setUp();
    await signIn({ guess: '907351' });
    const error = await (await signIn({ guess: '907351' })).finish().catch((refused: unknown) => refused);
    expect(error).to.include({ remainingTries: 4 });
  });

  describe('against an attacker', () => {
    it('near the card, without its key: one generic refusal, whatever the card’s state, and no effect on it', async () => {
      const { possession, messageOf, server, cards, cardId, record } = await setUp();
      const forged = async () =>
        refusal(server.prove('i1', messageOf(await possession('i1', randomBytes(16)), anyBlinded())));
      expect(await forged()).to.equal('CARD_REFUSED');
      const before = await record();
      for (const status of ['suspended', 'active', 'revoked'] as const) {
        await cards.move(cardId, status, 'LOST', 'second-officer');
        expect(await forged(), status).to.equal('CARD_REFUSED');
      }
      expect({ ...(await record()), status: 'active', reason: undefined }).to.deep.equal({
        ...before,
        reason: undefined,
      });
    });

    it('with recorded traffic: an rc counts once, a proof counts once, a late answer not at all', async () => {
      const { possession, messageOf, server, signIn, pass } = await setUp();
      const begun = await possession();
      await server.prove('i1', messageOf(begun, anyBlinded()));
      expect(await refusal(server.prove('i1', messageOf(begun, anyBlinded())))).to.equal('CHALLENGE_SPENT');
      const { finish } = await signIn();
      const results = await Promise.allSettled([finish(), finish()]);
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      const late = await possession();
      pass(5_001);
      expect(await refusal(server.prove('i1', messageOf(late, anyBlinded())))).to.equal('TIME_OUT');
    });

    it('with a copy of the card: the write count that went back raises the alarm and suspends', async () => {
      const { signIn, rewind, record, facts, pass } = await setUp();
      await (await signIn()).finish();
      rewind(7);
      pass(1);
      expect(await refusal(signIn())).to.equal('CARD_SUSPENDED');
      expect(await record()).to.include({ status: 'suspended', reason: 'CLONE' });
      expect(facts.at(-1)?.type).to.equal('card.clone-alarm');
    });

    it('with a phishing page: a proof for its origin is none for ours', async () => {
      const { signIn } = await setUp();
      expect(await refusal((await signIn({ pageOrigin: 'https://idp-example.evil' })).finish())).to.equal('PIN_WRONG');
    });

    it('with the card for a moment at a time: unfinished authorisations end at the quota of an hour', async () => {
      const { possession, messageOf, server, pass } = await setUp();
      for (let at = 0; at < 10; at += 1) {
        pass(1);
        await server.prove('i1', messageOf(await possession(), anyBlinded()));
      }
      expect(await refusal(server.prove('i1', messageOf(await possession(), anyBlinded())))).to.equal(
        'TOO_MANY_UNFINISHED',
      );
    });
  });

  it('lets the newest of two sign-ins with one card win, without alarm for the other', async () => {
    const { possession, messageOf, server, pass, record } = await setUp();
    const older = await possession('i1');
    pass(10);
    const newer = await possession('i2');
    await server.prove('i2', messageOf(newer, anyBlinded()));
    expect(await refusal(server.prove('i1', messageOf(older, anyBlinded())))).to.equal('CHALLENGE_SPENT');
    expect((await record()).status).to.equal('active');
  });

  it('ends an older start of the same interaction, and refuses steps out of order or malformed', async () => {
    const { possession, messageOf, server } = await setUp();
    const older = await possession('i1');
    await possession('i1');
    expect(await refusal(server.prove('i1', messageOf(older, anyBlinded())))).to.equal('CHALLENGE_SPENT');
    const begun = await possession('i1');
    expect(
      await refusal(
        server.finish('i1', { sid: begun.sid, wcnt2: 8, mac2: text(randomBytes(8)), proof: text(randomBytes(64)) }),
      ),
    ).to.equal('CHALLENGE_SPENT');
    expect(await refusal(server.prove('i1', { ...messageOf(begun, anyBlinded()), mac1: 'x' }))).to.equal(
      'READER_MESSAGE_MALFORMED',
    );
    expect(await refusal(server.prove('i3', messageOf(begun, anyBlinded())))).to.equal('CHALLENGE_SPENT');
  });
});

describe('the card alone (level card, for registered counters)', () => {
  const alone = 'urn:x-sanuki:ac:card' as const;

  async function setUpCounter() {
    const world = await setUp();
    const begin = (interactionId = 'i1') => world.possession(interactionId, undefined, alone);
    const present = async (interactionId = 'i1') =>
      world.server.present(interactionId, world.presentOf(await begin(interactionId)));
    return { ...world, begin, present };
  }

  it('says whose card it is and that no PIN was given; it is a fact of its own in the audit', async () => {
    const { present, facts, record } = await setUpCounter();
    expect(await present()).to.deep.include({ residentRef: 'r1', level: alone, amr: ['hwk'] });
    expect(facts.map(({ type }) => type)).to.deep.equal(['auth.card']);
    expect(await record()).to.deep.include({ lastWcnt: 7, unfinished: [] });
  });

  it('gives the terminal nothing that opens the card: no state MAC, no evaluation, no try counted', async () => {
    const { present, begin, server, messageOf, evaluations } = await setUpCounter();
    expect(await present()).to.have.all.keys('residentRef', 'cardId', 'level', 'amr', 'at');
    expect(await refusal(server.prove('i2', messageOf(await begin('i2'), anyBlinded())))).to.equal('LEVEL_REFUSED');
    expect(await evaluations()).to.equal(0);
  });

  it('does not do where a PIN was demanded, and leads to no last step', async () => {
    const { possession, presentOf, begin, server } = await setUpCounter();
    expect(await refusal(server.present('i1', presentOf(await possession('i1'))))).to.equal('LEVEL_REFUSED');
    const begun = await begin('i2');
    await server.present('i2', presentOf(begun));
    const last = { sid: begun.sid, wcnt2: 8, mac2: text(randomBytes(8)), proof: text(randomBytes(64)) };
    expect(await refusal(server.finish('i2', last))).to.equal('CHALLENGE_SPENT');
  });

  it('without the key: one generic refusal, whatever the card’s state, and no effect on it', async () => {
    const { server, possession, presentOf, cards, cardId, record } = await setUpCounter();
    const before = await record();
    for (const status of ['active', 'suspended', 'revoked'] as const) {
      await cards.move(cardId, status, 'LOST', 'second-officer');
      const forged = await possession('i1', randomBytes(16), alone);
      expect(await refusal(server.present('i1', presentOf(forged))), status).to.equal('CARD_REFUSED');
    }
    expect({ ...(await record()), status: 'active', reason: undefined }).to.deep.equal({
      ...before,
      reason: undefined,
    });
  });

  it('holds to the checks of a sign-in: state, key version, race, copy, time, and one answer per rc', async () => {
    const { server, present, begin, presentOf, cards, cardId, pass, rewind, record } = await setUpCounter();
    for (const [status, code] of [
      ['issued', 'CARD_NOT_ACTIVE'],
      ['pin-locked', 'PIN_LOCKED'],
      ['suspended', 'CARD_SUSPENDED'],
      ['expired', 'CARD_EXPIRED'],
    ] as const) {
      await cards.update(cardId, (current) => ({ ...current, status }));
      expect(await refusal(present()), status).to.equal(code);
    }
    await cards.update(cardId, (current) => ({ ...current, status: 'active' }));
    expect(await refusal(server.present('i1', { ...presentOf(await begin()), ckv: 2 }))).to.equal('CARD_REFUSED');
    const late = await begin();
    pass(5_001);
    expect(await refusal(server.present('i1', presentOf(late)))).to.equal('TIME_OUT');
    const older = await begin('older');
    pass(10);
    const newer = await begin('newer');
    await server.present('newer', presentOf(newer));
    expect(await refusal(server.present('newer', presentOf(newer))), 'twice').to.equal('CHALLENGE_SPENT');
    expect(await refusal(server.present('older', presentOf(older))), 'overtaken').to.equal('CHALLENGE_SPENT');
    rewind(3);
    pass(1);
    expect(await refusal(present()), 'a copy').to.equal('CARD_SUSPENDED');
    expect(await record()).to.include({ status: 'suspended', reason: 'CLONE' });
  });

  it('neither fills nor waits for the quota of unfinished authorisations', async () => {
    const { server, possession, messageOf, present, pass, record } = await setUpCounter();
    for (let at = 0; at < 10; at += 1) {
      pass(1);
      await server.prove('i1', messageOf(await possession(), anyBlinded()));
    }
    pass(1);
    expect(await present('i2')).to.include({ residentRef: 'r1' });
    expect((await record()).unfinished).to.have.length(10);
  });
});
