import { sign } from 'node:crypto';
import { expect } from 'chai';
import {
  ckRequestOctets,
  createRecipient,
  type RenewalHub,
  type RenewalMessage,
  renewKey,
} from '../../card-auth/client/index.ts';
import {
  type CardChallenge,
  createRenewals,
  createStationKeys,
  deriveCardKey,
  extractedKey,
  renewalChallengeCollection,
  type Tear,
} from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { keys, newPin, oldPin, openPinWorld, station } from './pin-world.ts';
import { newStation, signerOf } from './station-world.ts';

const local = { id: 'local', privateKey: station };
const names = { 135: 'CK', 134: 'CKV' } as const;

/** An active card of version 1 with its PIN, and a hub whose active version is 2. */
async function setUp() {
  const world = await openPinWorld();
  const { storage, now, hub, cardId } = world;
  const renewals = createRenewals({
    challenges: storage.collection<CardChallenge>(renewalChallengeCollection),
    cards: hub.cards,
    keyService: hub.keyService,
    demandSigned: createStationKeys({ local: keys.station }).demandSigned,
    onFact: async () => undefined,
    now,
  });
  const messages: unknown[] = [];
  let lose: ((nth: number) => 'request' | 'answer' | undefined) | undefined;
  let asked = 0;
  const renewalHub = (of = cardId): RenewalHub => ({
    start: () => renewals.start('run'),
    tap: ({ sid }) => renewals.tap('run', sid),
    next: async (message) => {
      world.pass(1);
      asked += 1;
      const lost = lose?.(asked);
      if (lost === 'request') throw new Error('the request was lost');
      const answer = await renewals.next('run', of, message);
      messages.push(message, answer);
      if (lost === 'answer') throw new Error('the answer was lost');
      return answer;
    },
  });

  async function renew({ as = local, hub: over = renewalHub(), target = 2 } = {}): Promise<void> {
    world.lay();
    world.pass(1);
    await renewKey({ reader: world.reader, hub: over, card: cardId, target, station: signerOf(as) });
  }
  const loseAt = (how: typeof lose) => {
    asked = 0;
    lose = how;
  };
  const versions = async () => {
    const { ckv, nextCkv } = await world.record();
    return { ckv, nextCkv };
  };
  const keyOn = () => {
    const { blocks } = world.card().memory().liteS;
    return { ck: Buffer.from(blocks.get(0x87) ?? []).toString('hex'), shown: blocks.get(0x86)?.[0] };
  };
  const derived = (version: number) =>
    Buffer.from(
      deriveCardKey(extractedKey(keys.cardMasters.get(version) ?? new Uint8Array()), world.issued.id, version),
    ).toString('hex');
  return { ...world, renewals, renewalHub, renew, messages, loseAt, versions, keyOn, derived };
}

const settled = { ckv: 2, nextCkv: undefined };

describe('a card’s key at the station (card-protocol 5, CKV rotation)', () => {
  it('moves to the active version: key, then number, each with its MAC; PIN and pseudonym stay', async () => {
    const { renew, record, signIn, change, versions, keyOn, derived, messages } = await setUp();
    const before = await record();
    await renew();
    expect(await versions()).to.deep.equal(settled);
    expect(keyOn()).to.deep.equal({ ck: derived(2), shown: 2 });
    expect(JSON.stringify(messages)).to.not.include(Buffer.from(derived(2), 'hex').toString('base64url'));
    const { residentRef, pin, number, status } = await record();
    expect({ residentRef, pin, number, status }).to.deep.equal({
      residentRef: before.residentRef,
      pin: before.pin,
      number: before.number,
      status: before.status,
    });
    expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    await change();
    expect(await signIn(newPin)).to.equal('urn:x-sanuki:ac:card-pin');
  });

  it('does nothing to a card that has the active version, and needs no more than its word', async () => {
    const { renew, renewals, record, card } = await setUp();
    await renew();
    expect(await renewals.versionFor(await record())).to.equal(undefined);
    const { wcnt } = card().memory().liteS;
    await renew();
    expect(card().memory().liteS.wcnt).to.equal(wcnt);
  });

  describe('torn at a write, it signs in all the same and is finished on the next try', () => {
    for (const block of [0x87, 0x86] as const)
      for (const how of ['before', 'half', 'after'] satisfies Tear[]) {
        if (block === 0x87 && how === 'half') continue;
        it(`${names[block]}, ${how}`, async () => {
          const { renew, tearAt, signIn, change, versions, keyOn, derived } = await setUp();
          let torn = 0;
          tearAt((written) => (written === block && torn++ === 0 ? how : undefined));
          expect(await refusal(renew())).to.equal('CARD_LIFTED');
          expect(await versions()).to.deep.equal({ ckv: 1, nextCkv: 2 });
          expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
          await change();
          expect(await signIn(newPin), 'a PIN can be changed meanwhile').to.equal('urn:x-sanuki:ac:card-pin');
          await renew();
          expect(await versions()).to.deep.equal(settled);
          expect(keyOn()).to.deep.equal({ ck: derived(2), shown: 2 });
          expect(await signIn(newPin)).to.equal('urn:x-sanuki:ac:card-pin');
        });
      }

    it('CK, half: a card without a key is refused, and has to be replaced', async () => {
      const { renew, tearAt, signIn, record } = await setUp();
      tearAt((written) => (written === 0x87 ? 'half' : undefined));
      expect(await refusal(renew())).to.equal('CARD_LIFTED');
      tearAt(() => undefined);
      expect(await refusal(renew())).to.equal('CARD_REFUSED');
      expect(await refusal(signIn(oldPin))).to.equal('CARD_REFUSED');
      expect((await record()).status, 'nobody takes it for a copy').to.equal('active');
    });
  });

  describe('cut off at a message, it is finished on the next try', () => {
    for (const nth of [1, 2, 3])
      for (const lost of ['request', 'answer'] as const)
        it(`message ${nth}, ${lost} lost`, async () => {
          const { renew, loseAt, signIn, versions } = await setUp();
          loseAt((asked) => (asked === nth ? lost : undefined));
          expect(await renew().catch(({ message }: Error) => message)).to.equal(`the ${lost} was lost`);
          expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
          loseAt(undefined);
          await renew();
          expect(await versions()).to.deep.equal(settled);
        });
  });

  describe('against an attacker', () => {
    it('who has an officer’s session and the card, but no station: no key, and the card is not touched', async () => {
      const { renew, versions, keyOn, derived } = await setUp();
      const stranger = await newStation();
      expect(await refusal(renew({ as: stranger }))).to.equal('STATION_REFUSED');
      expect(await refusal(renew({ as: { ...stranger, id: 'local' } }))).to.equal('STATION_REFUSED');
      expect(await versions()).to.deep.equal({ ckv: 1, nextCkv: undefined });
      expect(keyOn()).to.deep.equal({ ck: derived(1), shown: 1 });
    });

    it('who is at a station and knows the ID of a card that does not lie there', async () => {
      const { renew, renewalHub, renewals, cardId, versions } = await setUp();
      const mac1 = Buffer.alloc(8).toString('base64url');
      const hub: RenewalHub = {
        ...renewalHub(),
        next: (message) => renewals.next('run', cardId, { ...message, mac1 }),
      };
      expect(await refusal(renew({ hub }))).to.equal('CARD_REFUSED');
      expect(await versions()).to.deep.equal({ ckv: 1, nextCkv: undefined });
    });

    it('who recorded a turn and sends it again', async () => {
      const { renew, renewals, cardId, messages } = await setUp();
      await renew();
      const again = renewals.next('run', cardId, messages[0] as RenewalMessage);
      expect(await refusal(again)).to.equal('CHALLENGE_SPENT');
    });

    it('who asks for a version that is not the active one', async () => {
      const { renew, versions } = await setUp();
      for (const target of [3, 77]) expect(await refusal(renew({ target }))).to.equal('VERSION_PASSED');
      expect(await versions()).to.deep.equal({ ckv: 1, nextCkv: undefined });
    });

    it('who lays down another card than the one of the page, or one that was stopped', async () => {
      const { renew, renewalHub, cards, cardId } = await setUp();
      expect(await refusal(renew({ hub: renewalHub('another') }))).to.equal('STATION_REFUSED');
      await cards.move(cardId, 'suspended', 'LOST', 'office');
      expect(await refusal(renew())).to.equal('CARD_SUSPENDED');
    });

    it('who made a copy with the old key: worth nothing once the card was renewed, and an alarm before', async () => {
      const { renew, play, card, put, signIn, record, tearAt } = await setUp();
      const copied = play(card().memory());
      await renew();
      const original = card();
      put(copied);
      expect(await refusal(signIn(oldPin))).to.equal('CARD_REFUSED');
      put(original);
      expect((await record()).status).to.equal('active');
      tearAt(() => undefined);
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    });

    it('who made a copy before: whoever comes second in the middle of a renewal raises the alarm', async () => {
      const { renew, play, card, put, signIn, record, tearAt } = await setUp();
      const copied = play(card().memory());
      tearAt((written) => (written === 0x86 ? 'before' : undefined));
      expect(await refusal(renew())).to.equal('CARD_LIFTED');
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
      put(copied);
      expect(await refusal(signIn(oldPin))).to.equal('CARD_SUSPENDED');
      expect(await record()).to.include({ status: 'suspended', reason: 'CLONE' });
    });

    it('who runs the hub around the key service: no key without the card’s proof and a station’s word for it', async () => {
      const { keyService, issued } = await setUp();
      const { recipient } = await createRecipient();
      const request = { purpose: 'renew', station: 'local', task: 'x', id: issued.id, ckv: 2, recipient } as const;
      const signature = sign(null, ckRequestOctets(request), station);
      const proof = {
        id: issued.id,
        ckv: 1,
        rc: new Uint8Array(16),
        blocks: [0x82, 0x86, 0x90],
        data: new Uint8Array(48),
        mac: new Uint8Array(8),
      };
      expect(await refusal(keyService.renewCk(request, signature, proof))).to.equal('CARD_REFUSED');
      expect(await refusal(keyService.confirmVersion(proof))).to.equal('CARD_REFUSED');
      expect(await refusal(keyService.issueCk(request, signature)), 'nor as a blank one').to.equal('STATION_REFUSED');
    });
  });
});
