import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { expect } from 'chai';
import { deriveCardKey } from '../../card-auth/card-key.ts';
import { createCardKeyService, evaluationsMax, stationRequest, wrongMax } from '../../card-auth/card-key-service.ts';
import { type CardKeys, type CardSecrets, extractedKey } from '../../card-auth/card-keys.ts';
import {
  blindPin,
  finishEvaluation,
  pinKey,
  publicKeyOf,
  sealSecret,
  signingSeed,
  signTranscript,
} from '../../card-auth/client/index.ts';
import { readMac, sessionKey, writeMac } from '../../card-auth/felica/lite-s-mac.ts';
import { type IssuedKey, issuedKeyCollection } from '../../card-auth/key-issuing.ts';
import { type PinCounter, pinCounterCollection } from '../../card-auth/pin-generations.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';
import { askCk } from './station.ts';

export type Keeper = (secrets: CardSecrets) => CardKeys;

const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const id = new Uint8Array(Buffer.from('012e50e7dac78b470000000000000001', 'hex'));
const master = createHash('sha256').update('test master key v1').digest();
const station = generateKeyPairSync('ed25519');

function setUp(keeper: Keeper) {
  const storage = createMemoryStorage();
  const counters = storage.collection<PinCounter>(pinCounterCollection);
  const issued = storage.collection<IssuedKey>(issuedKeyCollection);
  const keys = keeper({
    cardMasters: new Map([[1, master]]),
    oprfMaster: randomBytes(32),
    indexKey: randomBytes(32),
    wrappingKey: randomBytes(32),
    station: station.publicKey,
  });
  const open = () => createCardKeyService({ keys, counters, issued });
  return { service: open(), other: open(), counters };
}

const signed = (purpose: string, number: number, key = station.privateKey) =>
  sign(null, stationRequest(purpose, id, number), key);

/** What the card and the terminal do, with the real CK. */
function tap(wcnt = 7, ck = deriveCardKey(extractedKey(master), id, 1)) {
  const rc = randomBytes(16);
  const data = Buffer.concat([id, Buffer.from([1, 0]), Buffer.alloc(14), Buffer.from([wcnt, 0, 0]), Buffer.alloc(13)]);
  const blocks = [0x82, 0x86, 0x90];
  return { id, ckv: 1, rc, blocks, data, mac: readMac(sessionKey(ck, rc), rc, blocks, data) };
}

/** Gives the card a PIN as the issuing station does; returns a way to prove a PIN with it. */
async function withPin({ service }: ReturnType<typeof setUp>, pin = '482100') {
  const secret = randomBytes(16);
  const { blind, blinded } = blindPin(pin);
  const evaluated = await service.evaluateFirstPin(id, 1, blinded, signed('first-pin', 1));
  const sealed = sealSecret(
    secret,
    await pinKey(finishEvaluation(pin, blind, evaluated), { id, generation: 1 }, 100_000),
  );
  await service.registerPin(id, 1, publicKeyOf(await signingSeed(secret, { id, generation: 1 })));
  const transcript = randomBytes(32);
  async function prove(guess: string) {
    const attempt = blindPin(guess);
    const answer = await service.evaluatePin(tap(), 1, attempt.blinded);
    const opened = sealSecret(
      sealed,
      await pinKey(finishEvaluation(guess, attempt.blind, answer), { id, generation: 1 }, 100_000),
    );
    return signTranscript(transcript, await signingSeed(opened, { id, generation: 1 }));
  }
  return { prove, transcript, sealed };
}

/** The same with keys in files and in a token. */
export function itIsACardKeyService(keeper: Keeper): void {
  const setUpWorld = () => setUp(keeper);

  it('derives the card key and MACs of the published vector', () => {
    const ck = deriveCardKey(extractedKey(master), id, 1);
    expect(hex(ck)).to.equal('2441e582c90a3dbfc8e5cfff5270ffc3');
    const rc = Uint8Array.from({ length: 16 }, (_, at) => at);
    const data = Buffer.concat([id, Buffer.from([1, 0]), Buffer.alloc(14), Buffer.from([7, 0, 0]), Buffer.alloc(13)]);
    expect(hex(readMac(sessionKey(ck, rc), rc, [0x82, 0x86, 0x90], data))).to.equal('b84ba5af22ff2b7d');
    expect(
      hex(
        writeMac(
          sessionKey(ck, rc),
          rc,
          7,
          0x92,
          Uint8Array.from({ length: 16 }, (_, at) => (at === 0 ? 1 : 0)),
        ),
      ),
    ).to.equal('29be162e1bc52f77');
  });

  it('leaves the octets it is given as they are, Buffers included', () => {
    const [key, rc] = [Buffer.from(deriveCardKey(extractedKey(master), id, 1)), randomBytes(16)];
    const before = [hex(key), hex(rc)];
    readMac(sessionKey(key, rc), rc, [0x82], Buffer.alloc(16));
    expect([hex(key), hex(rc)]).to.deep.equal(before);
  });

  it('accepts the right PIN, and a wrong one not, telling the tries that are left', async () => {
    const world = setUpWorld();
    const { prove, transcript } = await withPin(world);
    expect(await world.service.verifyProof(id, 1, transcript, await prove('482101'))).to.deep.equal({
      right: false,
      remainingTries: wrongMax - 1,
    });
    expect((await world.service.verifyProof(id, 1, transcript, await prove('482100'))).right).to.equal(true);
    expect(await world.service.verifyProof(id, 1, transcript, randomBytes(64))).to.deep.equal({
      right: false,
      remainingTries: wrongMax - 1,
    });
  });

  describe('against an attacker', () => {
    it('who is near a card and knows its ID, but has no MAC: nothing is evaluated, authorised or counted', async () => {
      const world = setUpWorld();
      await withPin(world);
      const forged = { ...tap(), mac: randomBytes(8) };
      expect(await world.service.verifyRead(forged)).to.equal(false);
      expect(await refusal(world.service.authorise(forged, 7))).to.equal('CARD_REFUSED');
      expect(await refusal(world.service.evaluatePin(forged, 1, blindPin('482100').blinded))).to.equal('CARD_REFUSED');
      const replayed = { ...tap(), rc: randomBytes(16) };
      expect(
        await refusal(world.service.evaluatePin(replayed, 1, blindPin('482100').blinded)),
        'a MAC is for one rc',
      ).to.equal('CARD_REFUSED');
      expect((await world.counters.find()).records.map(({ evaluations }) => evaluations)).to.deep.equal([0]);
    });

    it('who has the card and guesses in parallel over two processes: never more tries than allowed are looked at', async () => {
      const world = setUpWorld();
      const { transcript } = await withPin(world);
      const guesses = Array.from({ length: 20 }, (_, at) =>
        (at % 2 ? world.service : world.other).verifyProof(id, 1, transcript, randomBytes(64)),
      );
      const results = await Promise.allSettled(guesses);
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(wrongMax);
      expect(await refusal(world.service.verifyProof(id, 1, transcript, randomBytes(64)))).to.equal('PIN_LOCKED');
      expect(await refusal(world.service.evaluatePin(tap(), 1, blindPin('482100').blinded))).to.equal('PIN_LOCKED');
    });

    it('who has the card and collects evaluations without ever proving: they end too', async () => {
      const world = setUpWorld();
      await withPin(world);
      const asks = Array.from({ length: evaluationsMax + 5 }, (_, at) =>
        (at % 2 ? world.service : world.other).evaluatePin(tap(), 1, blindPin('482100').blinded),
      );
      const results = await Promise.allSettled(asks);
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(evaluationsMax);
    });

    it('who reads the database: public keys are wrapped and bound to their card', async () => {
      const world = setUpWorld();
      await withPin(world);
      const [record] = (await world.counters.find()).records;
      expect(JSON.stringify(record)).to.not.include(hex(id)).and.not.include(Buffer.from(id).toString('base64url'));
      expect(Buffer.from(record?.publicKey ?? '', 'base64url').length, 'iv, 32 bytes, tag').to.equal(12 + 32 + 16);
    });

    it('who runs a counter or the hub but not the issuing station: no card key comes out', async () => {
      const { service } = setUpWorld();
      const stranger = generateKeyPairSync('ed25519').privateKey;
      expect(await refusal(askCk(service, stranger, { id, ckv: 1 }))).to.equal('STATION_REFUSED');
      expect(hex(await askCk(service, station.privateKey, { id, ckv: 1 }))).to.equal(
        hex(deriveCardKey(extractedKey(master), id, 1)),
      );
    });

    it('who runs the hub, with a card on a reader, and names a generation that two bytes do not hold: it has no counter of its own beside the key of the first', async () => {
      const world = setUpWorld();
      await withPin(world);
      const opened = { ...tap(), blocks: [0x92, 0x90], data: Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]) };
      const mac = readMac(
        sessionKey(deriveCardKey(extractedKey(master), id, 1), opened.rc),
        opened.rc,
        opened.blocks,
        opened.data,
      );
      const { blinded } = blindPin('482100');
      const { service } = world;
      expect(await refusal(service.evaluateNewPin({ ...opened, mac }, 1, blinded)), 'the first is in use').to.equal(
        'CHALLENGE_SPENT',
      );
      for (const generation of [0x10001, 0x20001, 1 - 0x10000, 1.5, 0]) {
        expect(await refusal(service.evaluateNewPin({ ...opened, mac }, generation, blinded))).to.equal('CARD_REFUSED');
        expect(await refusal(service.evaluatePin(tap(), generation, blinded))).to.equal('CARD_REFUSED');
      }
      expect((await world.counters.find()).records, 'and nothing was reserved').to.have.length(1);
    });

    it('who is the issuing station after hand-over: it gets no evaluation of a PIN in use', async () => {
      const world = setUpWorld();
      await withPin(world);
      const again = world.service.evaluateFirstPin(id, 1, blindPin('482100').blinded, signed('first-pin', 1));
      expect(await refusal(again)).to.equal('CARD_REFUSED');
    });
  });
}
