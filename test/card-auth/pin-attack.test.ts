import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { blindPin, presentCard } from '../../card-auth/client/index.ts';
import {
  type CardRecord,
  cardCollection,
  evaluationsMax,
  type PinCounter,
  pinCounterCollection,
  returnTries,
  wrongMax,
} from '../../card-auth/index.ts';
import { openEmbeddedStorage, type Storage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';
import { newPin, oldPin, openPinWorld, openProcess, type PinWorld } from './pin-world.ts';

const allOf = (world: PinWorld, step: string) => world.messages.filter((one) => one.step === step);
const lastMessage = <T>(world: PinWorld, step: string) => allOf(world, step).at(-1)?.message as T;
const forms = ['hex', 'base64', 'base64url'] as const;

describe('the PIN change against an attacker', () => {
  it('who holds a dump of the old sealed block and learns the old PIN: nothing evaluates it any more', async () => {
    const world = await openPinWorld();
    const { liteS, transit } = world.card().memory();
    await world.change();
    // The old block put back on the card, beside the new one; the write count goes on, as on the real chip.
    const now = world.card().memory().liteS;
    const both = new Map([...now.blocks, [4, liteS.blocks.get(4) ?? new Uint8Array(16)]]);
    world.put(world.play({ liteS: { ...now, blocks: both }, transit }));
    const error = await world.signIn(oldPin).catch((cause: unknown) => cause);
    expect(error).to.include({ code: 'PIN_WRONG' });
    expect(await world.signIn(newPin)).to.equal('urn:x-sanuki:ac:card-pin');
    expect(await world.counter(1)).to.deep.include({ publicKey: '', retired: true });
    const { blinded } = blindPin(oldPin);
    const proof = await possessionOf(world);
    expect(await refusal(world.keyService.evaluatePin(proof, 1, blinded)), 'even for who took over the hub').to.equal(
      'CHALLENGE_SPENT',
    );
    const counters = world.storage.collection<PinCounter>(pinCounterCollection);
    expect(await refusal(returnTries(counters, world.cardId, 1))).to.equal('CHALLENGE_SPENT');
  });

  it('who holds every message between terminal and hub: neither PIN, block, secret nor key is in them', async () => {
    const world = await openPinWorld();
    const [before, ck] = [4, 0x87].map((block) => Buffer.from(world.card().memory().liteS.blocks.get(block) ?? []));
    await world.change();
    const after = Buffer.from(world.card().memory().liteS.blocks.get(5) ?? []);
    const all = JSON.stringify(world.messages);
    for (const secret of [before, after, ck])
      for (const form of forms) expect(all).to.not.include(secret?.toString(form));
    for (const pin of [oldPin, newPin]) expect(all).to.not.include(pin);
  });

  it('who holds the database: no PIN, no public key, no hash of a PIN to try one against', async () => {
    const world = await openPinWorld();
    await world.change();
    const { publicKey } = lastMessage<{ publicKey: string }>(world, 'commit');
    const kept: unknown[] = [];
    for (const definition of [cardCollection, pinCounterCollection])
      kept.push(...(await world.storage.collection(definition).find({ limit: 1000 })).records);
    const text = JSON.stringify(kept);
    expect(text).to.include('slotHash');
    for (const secret of [publicKey, oldPin, newPin]) expect(text).to.not.include(secret);
  });

  it('who owns the clinic’s computer: a card shown there alone sets no PIN, and its messages open nothing here', async () => {
    const world = await openPinWorld();
    const { setting, owner } = world;
    const { sid } = await setting.start('change', owner);
    const level = 'urn:x-sanuki:ac:card';
    const taken: unknown[] = [];
    const binding = { interactionId: 'c1', protocol: 'oidc', partyId: 'clinic', requestId: '' } as const;
    await presentCard({
      reader: world.reader,
      hub: {
        start: () => world.hub.signIn.start(binding, level),
        tap: (message) => world.hub.signIn.tap('c1', message.sid),
        present: async (message) => {
          taken.push({ ...message, sid, blinded: Buffer.from(blindPin(oldPin).blinded).toString('base64url') });
          return { next: (await world.hub.signIn.present('c1', message)).level };
        },
      },
    });
    await setting.tap('change', owner, sid);
    const stolen = taken[0] as Parameters<typeof setting.proveOld>[1];
    expect(await refusal(setting.proveOld(owner, stolen))).to.equal('CARD_REFUSED');
  });

  it('whose page has another origin and relays everything: a wrong PIN, and nothing is changed', async () => {
    const world = await openPinWorld();
    expect(await refusal(world.change({ at: 'https://idp.example.evil.test' }))).to.equal('PIN_WRONG');
    expect((await world.record()).pin?.generation).to.equal(1);
  });

  it('who is signed in as somebody else: the card of another resident is not taken, and costs its holder nothing', async () => {
    const world = await openPinWorld();
    expect(await refusal(world.change({ of: { key: 's2', residentRef: 'r2' } }))).to.equal('CARD_OF_OTHER');
    expect(await world.counter(1)).to.include({ wrong: 0, evaluations: 0 });
  });

  it('who repeats or reorders the steps: each is taken once and in its turn', async () => {
    const world = await openPinWorld();
    const { setting, owner } = world;
    world.loseAt((step) => (step === 'commit' ? 'request' : undefined));
    await world.change().catch(() => undefined);
    const { sid } = lastMessage<{ sid: string }>(world, 'prove');
    const prove = lastMessage<Parameters<typeof setting.proveOld>[1]>(world, 'prove');
    const confirm = lastMessage<Parameters<typeof setting.confirm>[2]>(world, 'confirm');
    expect(await refusal(setting.proveOld(owner, prove)), 'prove again').to.equal('CHALLENGE_SPENT');
    expect(await refusal(setting.confirm('change', owner, confirm)), 'confirm again').to.equal('CHALLENGE_SPENT');
    await setting.tap('change', owner, sid);
    expect(await refusal(setting.confirm('change', owner, confirm)), 'confirm after a new tap').to.equal(
      'CHALLENGE_SPENT',
    );
    const commit = { sid, publicKey: text(32), slotHash: text(32), proof: text(64), endorsement: text(64) };
    expect(await refusal(setting.commit('change', owner, commit)), 'commit before confirm').to.equal('CHALLENGE_SPENT');
    expect(await refusal(setting.confirm('code', owner, confirm)), 'by the other way').to.equal('CHALLENGE_SPENT');
    world.loseAt(undefined);
    await world.change();
    const last = lastMessage<Parameters<typeof setting.commit>[2]>(world, 'commit');
    expect(await refusal(setting.commit('change', owner, last)), 'commit again').to.equal('CHALLENGE_SPENT');
    expect((await world.record()).pin?.generation).to.equal(3);
  });

  it('who swaps the new key on its way: the old key did not sign that, and it counts as a wrong try', async () => {
    const world = await openPinWorld();
    const { setting, owner } = world;
    const hub = { ...world.pinHub('change') };
    const commit: typeof hub.commit = (message) =>
      setting.commit('change', owner, { ...message, publicKey: text(32) }).then(() => ({ next: '' }));
    const { changePin } = await import('../../card-auth/client/index.ts');
    const swapped = changePin({
      reader: world.reader,
      hub: { ...hub, commit },
      pin: oldPin,
      newPin,
      origin: 'https://idp.example',
    });
    expect(await refusal(swapped)).to.equal('PIN_WRONG');
    expect(await world.signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
  });

  it('who wants the sealing key of every new PIN: a generation is evaluated once, and each attempt has its own', async () => {
    const world = await openPinWorld();
    world.loseAt((step) => (step === 'commit' ? 'request' : undefined));
    for (let at = 0; at < 3; at += 1) await world.change().catch(() => undefined);
    const given = allOf(world, 'confirm').map(({ answer }) => (answer as { generation: number }).generation);
    expect(given).to.deep.equal([2, 3, 4]);
    const opened = await openedOf(world);
    const { blinded } = blindPin(newPin);
    for (const generation of [1, 2, 3, 4])
      expect(await refusal(world.keyService.evaluateNewPin(opened, generation, blinded)), `${generation}`).to.equal(
        'CHALLENGE_SPENT',
      );
    expect(await refusal(world.keyService.evaluatePin(opened, 4, blinded)), 'not in use').to.equal('CARD_NOT_ACTIVE');
    expect(await refusal(world.keyService.evaluateNewPin(await possessionOf(world), 9, blinded)), 'shut').to.equal(
      'CARD_REFUSED',
    );
  });

  it('who sets the clock back: no rc lives longer, no try comes back', async () => {
    const world = await openPinWorld();
    const { setting, owner } = world;
    await world.change({ pin: '907351' }).catch(() => undefined);
    const { sid } = await setting.start('change', owner);
    await setting.tap('change', owner, sid);
    world.pass(-3_600_000);
    const message = { ...lastMessage<Parameters<typeof setting.proveOld>[1]>(world, 'prove'), sid };
    expect(await refusal(setting.proveOld(owner, message))).to.equal('TIME_OUT');
    expect(await world.counter(1)).to.include({ wrong: 1, evaluations: 1 });
    expect(await refusal(world.change()), 'until the clock is right again').to.equal('CHALLENGE_SPENT');
    world.pass(3_600_000);
    await world.change();
    expect(await world.signIn(newPin)).to.equal('urn:x-sanuki:ac:card-pin');
  });

  describe('who guesses at two processes at once', () => {
    let folder = '';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sanuki-pin-'));
    });
    after(() => rm(folder, { recursive: true }));

    it('during a change too: never more evaluations and never more proofs than allowed', async () => {
      const stores: Storage[] = [];
      const open = (now: () => number) => {
        const storage = openEmbeddedStorage({ file: join(folder, 'store.sqlite'), now });
        stores.push(storage);
        return storage;
      };
      const world = await openPinWorld({ open });
      const other = openProcess(open(world.now), world.now);
      const proof = await possessionOf(world);
      const serviceAt = (at: number) => (at % 2 === 0 ? world : other).keyService;
      const guess = (at: number) => serviceAt(at).evaluatePin(proof, 1, blindPin('907351').blinded);
      const verify = (at: number) =>
        serviceAt(at).verifyProof(proof.id, 1, new Uint8Array(32), new Uint8Array(64).fill(at));
      const changing = world.change();
      const evaluated = await Promise.allSettled(Array.from({ length: 40 }, (_, at) => guess(at)));
      const verified = await Promise.allSettled(Array.from({ length: 40 }, (_, at) => verify(at)));
      await Promise.allSettled([changing]);
      const done = (results: PromiseSettledResult<unknown>[]) => results.filter(({ status }) => status === 'fulfilled');
      // The two right proofs of the change give the tries back, each once.
      const resets = 2;
      expect(done(evaluated).length).to.be.at.most(evaluationsMax * (resets + 1));
      expect(done(verified).length).to.be.at.most(wrongMax * (resets + 1));
      const counter = await world.counter(1);
      expect(counter?.retired || (counter?.evaluations ?? 0) <= evaluationsMax).to.equal(true);
      const generation = ((await world.record()) as CardRecord).pin?.generation ?? 0;
      const fresh = await Promise.allSettled(
        Array.from({ length: 40 }, (_, at) => serviceAt(at).evaluatePin(proof, generation, blindPin('907351').blinded)),
      );
      expect(done(fresh).length, 'of the PIN that counts now').to.be.at.most(evaluationsMax);
      for (const storage of stores) await storage.close();
    });
  });
});

const text = (length: number) => Buffer.alloc(length, 7).toString('base64url');

/** What the card answers to an rc of the attacker's own: with the card in hand that is always to be had. */
async function possessionOf(world: PinWorld) {
  return readOf(world, [0x82, 0x86, 0x90], false);
}

async function openedOf(world: PinWorld) {
  return readOf(world, [0x92, 0x90], true);
}

async function readOf(world: PinWorld, blocks: readonly number[], opens: boolean) {
  const { liteSCard } = await import('../../card-auth/client/lite-s.ts');
  const found = await world.reader.poll(0x88b4);
  if (!found) throw new TypeError('the card lies there');
  const { id, ckv } = world.issued;
  const card = liteSCard(world.reader, found.idm);
  const rc = new Uint8Array(16).fill(9);
  const seen = await card.provePossession(rc);
  const number = (value: number, bytes: number) => {
    const block = Buffer.alloc(16);
    block.writeUIntLE(value, 0, bytes);
    return block;
  };
  const shut = { id, ckv, rc, blocks: [0x82, 0x86, 0x90], mac: seen.mac1 };
  const proof = { ...shut, data: Buffer.concat([id, number(ckv, 2), number(seen.wcnt1, 3)]) };
  if (!opens) return proof;
  const { wcnt2, mac2 } = await card.open(await world.keyService.authorise(proof, seen.wcnt1), seen.wcnt1);
  return { id, ckv, rc, blocks, data: Buffer.concat([number(1, 1), number(wcnt2, 3)]), mac: mac2 };
}
