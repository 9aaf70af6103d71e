import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { expect } from 'chai';
import { type CardHub, presentCard, signInWithCard, waitForCard } from '../../../card-auth/client/index.ts';
import {
  type CardChallenge,
  type CardLevel,
  type CardRecord,
  cardChallengeCollection,
  cardCollection,
  createCardKeyService,
  createCardRegistry,
  createCardSignIn,
  createSoftwareCard,
  type IssuedKey,
  issuedKeyCollection,
  issueSoftwareCard,
  type PinCounter,
  pinCounterCollection,
  type SoftwareCard,
  type SoftwareCardMemory,
  softwareCardKeys,
  type Tear,
} from '../../../card-auth/index.ts';
import { createMemoryStorage } from '../../../storage/index.ts';
import { refusal } from '../../refusal.ts';
import { linkedReader } from '../linked-reader.ts';

const origin = 'https://idp.example';
const pin = '482100';

/** A card issued by the station, lying on a reader, and the hub's side; messages pass as JSON, as over HTTP. */
async function setUp() {
  const storage = createMemoryStorage();
  const station = generateKeyPairSync('ed25519');
  const keyService = createCardKeyService({
    keys: softwareCardKeys({
      cardMasters: new Map([[1, randomBytes(32)]]),
      oprfMaster: randomBytes(32),
      indexKey: randomBytes(32),
      wrappingKey: randomBytes(32),
      station: station.publicKey,
    }),
    counters: storage.collection<PinCounter>(pinCounterCollection),
    issued: storage.collection<IssuedKey>(issuedKeyCollection),
  });
  const cards = createCardRegistry({ cards: storage.collection<CardRecord>(cardCollection) });
  const server = createCardSignIn({
    challenges: storage.collection<CardChallenge>(cardChallengeCollection),
    cards,
    keyService,
    origin,
  });
  const issued = await issueSoftwareCard({
    keyService,
    sign: (request) => sign(null, request, station.privateKey),
    ckv: 1,
    pin,
  });
  const cardId = await keyService.cardId(issued.id);
  await cards.insert({
    id: cardId,
    number: '1234567890123',
    residentRef: 'r1',
    ckv: 1,
    status: 'active',
    lastWcnt: 0,
    lastTapAt: 0,
    unfinished: [],
    pin: issued.pin,
    issuedAt: 0,
    expiresOn: Date.now() + 1e9,
    software: true,
  });

  let tear: Tear | undefined;
  const play = (memory: SoftwareCardMemory) =>
    createSoftwareCard({ memory, save: async () => undefined, tear: (block) => (block === 0x92 ? tear : undefined) });
  let onReader: SoftwareCard | undefined = play(issued.memory);
  const frames: string[] = [];
  const messages: string[] = [];
  const { reader: opening, emit } = linkedReader(
    () => onReader,
    (frame) => frames.push(Buffer.from(frame).toString('hex')),
  );
  const reader = await opening;

  const passed = async <T>(message: unknown, answer: Promise<T>): Promise<T> => {
    messages.push(JSON.stringify(message));
    const text = JSON.stringify(await answer);
    messages.push(text);
    return JSON.parse(text) as T;
  };
  let interaction = 0;
  const newHub = (level?: CardLevel): CardHub => {
    const interactionId = `i${++interaction}`;
    const binding = { interactionId, protocol: 'oidc', partyId: 'phr', requestId: '' } as const;
    return {
      start: () => passed({}, server.start(binding, level)),
      tap: (message) => passed(message, server.tap(interactionId, message.sid)),
      prove: (message) => passed(message, server.prove(interactionId, message)),
      finish: (message) =>
        passed(
          message,
          server.finish(interactionId, message).then((presented) => ({ next: presented.level })),
        ),
      present: (message) =>
        passed(
          message,
          server.present(interactionId, message).then((presented) => ({ next: presented.level })),
        ),
    };
  };
  const signIn = (guess = pin, pageOrigin = origin) =>
    signInWithCard({ reader, hub: newHub(), pin: guess, origin: pageOrigin });
  return {
    cards,
    cardId,
    issued,
    play,
    reader,
    emit,
    frames,
    messages,
    signIn,
    newHub,
    put: (card: SoftwareCard | undefined) => (onReader = card),
    current: () => onReader,
    tearState: (how: Tear | undefined) => (tear = how),
  };
}

describe('signing in with a card on a reader', () => {
  it('proves card and PIN, again and again', async () => {
    const { signIn, cards, cardId, current } = await setUp();
    for (const count of [1, 2, 3]) {
      expect(await signIn()).to.deep.equal({ next: 'urn:x-sanuki:ac:card-pin' });
      expect((await cards.get(cardId))?.lastWcnt).to.equal(count);
      current()?.power();
    }
  });

  it('presents the card alone, and writes nothing on it but the rc', async () => {
    const { newHub, reader, frames, cards, cardId, current, signIn } = await setUp();
    for (let count = 0; count < 2; count += 1) {
      expect(await presentCard({ reader, hub: newHub('urn:x-sanuki:ac:card') })).to.deep.equal({
        next: 'urn:x-sanuki:ac:card',
      });
      current()?.power();
    }
    expect(
      frames.filter((frame) => frame.startsWith('08', 2)).map((frame) => frame.slice(22, 28)),
      'writes: one block each, the rc',
    ).to.deep.equal(['090001', '090001']);
    expect((await cards.get(cardId))?.lastWcnt).to.equal(0);
    expect(await signIn()).to.have.property('next');
  });

  it('tells a wrong PIN with the tries that are left, and takes the right one afterwards', async () => {
    const { signIn } = await setUp();
    const error = await signIn('193746').catch((cause: unknown) => cause);
    expect(error).to.include({ code: 'PIN_WRONG', remainingTries: 4 });
    expect(await signIn()).to.have.property('next');
  });

  it('a page of another origin that relays everything gets no sign-in', async () => {
    const { signIn } = await setUp();
    expect(await refusal(signIn(pin, 'https://idp.example.attacker.test'))).to.equal('PIN_WRONG');
  });

  it('a copy of the card is found out at its next use, and both are stopped', async () => {
    const { signIn, put, issued, play } = await setUp();
    await signIn();
    put(play(issued.memory));
    expect(await refusal(signIn())).to.equal('CARD_SUSPENDED');
    expect(await refusal(signIn())).to.equal('CARD_SUSPENDED');
  });

  it('a wiped slot is told as damage and costs no try', async () => {
    const { signIn, put, play, issued } = await setUp();
    const { liteS, transit } = issued.memory;
    put(play({ liteS: { ...liteS, blocks: new Map([...liteS.blocks, [4, new Uint8Array(16)]]) }, transit }));
    expect(await refusal(signIn())).to.equal('CARD_DAMAGED');
    put(play({ liteS: { ...liteS, wcnt: 50 }, transit }));
    const error = await signIn('193746').catch((cause: unknown) => cause);
    expect(error, 'the first wrong try').to.include({ remainingTries: 4 });
  });

  for (const how of ['before', 'after'] as const) {
    it(`a card that is lifted while it opens (write ${how === 'before' ? 'lost' : 'done'}) signs in at the next try`, async () => {
      const { signIn, tearState } = await setUp();
      tearState(how);
      expect(await refusal(signIn())).to.equal('CARD_LIFTED');
      tearState(undefined);
      expect(await signIn()).to.have.property('next');
    });
  }

  it('what passes between terminal and hub holds neither PIN, secret, sealed block nor key', async () => {
    const { signIn, messages, issued, frames } = await setUp();
    await signIn();
    const sealed = Buffer.from(issued.memory.liteS.blocks.get(4) ?? []);
    const ck = Buffer.from(issued.memory.liteS.blocks.get(0x87) ?? []);
    const all = messages.join('\n');
    expect(messages.length).to.equal(8);
    expect(frames.join(''), 'the reader cable does carry the sealed block').to.include(sealed.toString('hex'));
    for (const secret of [sealed, ck]) {
      for (const form of ['hex', 'base64', 'base64url'] as const) expect(all).to.not.include(secret.toString(form));
    }
    expect(all).to.not.include(pin);
  });

  it('waits for a card, and tells a ride-only card apart', async () => {
    const { reader, put, current } = await setUp();
    const card = current();
    put(undefined);
    let others = 0;
    const waiting = waitForCard(reader, { onOther: () => (others += 1) });
    const transitOnly: SoftwareCard = {
      ...(card as SoftwareCard),
      respond: async (frame) => (frame[2] === 0x80 ? card?.respond(frame) : undefined),
    };
    put(transitOnly);
    await new Promise((resolve) => setTimeout(resolve, 300));
    put(card);
    expect(Buffer.from((await waiting).idm).toString('hex')).to.match(/^012e/);
    expect(others).to.be.greaterThan(0);
  });

  it('ends with a readable refusal when the reader goes, is busy or talks nonsense', async () => {
    const { reader, emit, put } = await setUp();
    put(undefined);
    const [first, second] = [reader.poll(0x88b4), reader.poll(0x88b4)];
    expect(await refusal(second)).to.equal('READER_BUSY');
    expect(await first).to.equal(undefined);
    const nonsense = reader.poll(0x88b4);
    emit('message', 'text');
    expect(await refusal(nonsense)).to.equal('READER_MESSAGE_MALFORMED');
    await new Promise((resolve) => setImmediate(resolve));
    const lost = reader.poll(0x88b4);
    emit('close');
    expect(await refusal(lost)).to.equal('READER_ABSENT');
    expect(await refusal(reader.poll(0x88b4))).to.equal('READER_ABSENT');
  });
});
