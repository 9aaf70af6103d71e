import { expect } from 'chai';
import type { Tear } from '../../card-auth/index.ts';
import type { Collection, Storage, StoredRecord } from '../../storage/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';
import { newPin, oldPin, openPinWorld, type PinWorld, type Step } from './pin-world.ts';

const [slotA, slotB, state] = [4, 5, 0x92];
const slotOf = (world: PinWorld, slot: number) =>
  Buffer.from(world.card().memory().liteS.blocks.get(slot) ?? []).toString('hex');

/** Which of the two PINs signs in; a card that was torn tells its holder nothing else. */
async function working(world: PinWorld): Promise<string[]> {
  world.tearAt(() => undefined);
  world.loseAt(undefined);
  const found: string[] = [];
  for (const [name, pin] of Object.entries({ old: oldPin, new: newPin })) {
    try {
      await world.signIn(pin);
      found.push(name);
    } catch (error) {
      expect(error).to.have.property('code', 'PIN_WRONG');
    }
  }
  return found;
}

describe('changing the PIN at a reader (card-protocol 5)', () => {
  it('makes the new PIN count and the old one not, in the other slot, under a fresh key and secret', async () => {
    const world = await openPinWorld();
    const before = { a: slotOf(world, slotA), b: slotOf(world, slotB), pin: (await world.record()).pin };
    expect(await world.change()).to.deep.equal({ next: 'change', scrubbed: true });
    const { pin, lastGeneration } = await world.record();
    expect([before.pin?.slot, before.pin?.generation, pin?.slot, pin?.generation, lastGeneration]).to.deep.equal([
      4, 1, 5, 2, 2,
    ]);
    expect(slotOf(world, slotA), 'the old block is gone from the card').to.not.equal(before.a);
    expect(slotOf(world, slotB)).to.not.equal(before.b);
    expect(await working(world)).to.deep.equal(['new']);
    expect(world.facts.map(({ type }) => type)).to.include('card.pin-changed');
  });

  it('goes back and forth between the slots', async () => {
    const world = await openPinWorld();
    await world.change();
    await world.change({ pin: newPin, to: oldPin });
    expect((await world.record()).pin).to.include({ slot: 4, generation: 3 });
    expect(await working(world)).to.deep.equal(['old']);
  });

  it('takes the same PIN again, with a fresh secret all the same', async () => {
    const world = await openPinWorld();
    await world.change({ to: oldPin });
    expect((await world.record()).pin?.generation).to.equal(2);
    expect(await world.signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
  });

  it('counts a wrong old PIN as a try, tells what is left, and locks', async () => {
    const world = await openPinWorld();
    for (const left of [4, 3, 2, 1, 0]) {
      const error = await world.change({ pin: '907351' }).catch((cause: unknown) => cause);
      expect(error).to.include({ code: 'PIN_WRONG', remainingTries: left });
    }
    expect((await world.record()).status).to.equal('pin-locked');
    expect(await refusal(world.change())).to.equal('PIN_LOCKED');
    expect(await refusal(world.signIn(oldPin))).to.equal('PIN_LOCKED');
  });

  describe('torn or cut off, it leaves one PIN, never none and never two', () => {
    const afterwards: Record<number, string> = { [state]: 'old', [slotB]: 'old', [slotA]: 'new' };
    for (const [block, left] of Object.entries(afterwards))
      for (const how of ['before', 'half', 'after'] satisfies Tear[])
        it(`card lifted ${how} the write of block ${Number(block).toString(16)}: the ${left} one`, async () => {
          const world = await openPinWorld();
          world.tearAt((at) => (at === Number(block) ? how : undefined));
          if (left === 'old') expect(await refusal(world.change())).to.equal('CARD_LIFTED');
          else expect(await world.change()).to.deep.equal({ next: 'change', scrubbed: false });
          expect(await working(world)).to.deep.equal([left]);
          const { change, card } = world;
          card().power();
          const [pin, to] = left === 'old' ? [oldPin, newPin] : [newPin, oldPin];
          await change({ pin, to });
          expect(await working(world), 'and another change goes through').to.deep.equal([
            left === 'old' ? 'new' : 'old',
          ]);
        });

    for (const step of ['start', 'tap', 'prove', 'confirm', 'commit'] satisfies Step[])
      for (const what of ['request', 'answer'] as const) {
        const left = step === 'commit' && what === 'answer' ? 'new' : 'old';
        it(`the ${what} of ${step} lost: the ${left} one`, async () => {
          const world = await openPinWorld();
          world.loseAt((at) => (at === step ? what : undefined));
          await world.change().then(
            () => expect.fail('the change was cut off'),
            (error: Error) => expect(error.message).to.match(/was lost/),
          );
          expect(await working(world)).to.deep.equal([left]);
        });
      }

    it('the process killed before or after any of its writes: one of the two', async function () {
      this.timeout(120_000);
      const seen = new Set<string>();
      for (let at = 1; ; at += 1) {
        let crashing = crashAt(createMemoryStorage(), at);
        const world = await openPinWorld({
          open: (now) => {
            crashing = crashAt(createMemoryStorage({ now }), at);
            return crashing.storage;
          },
        });
        crashing.arm();
        const crashed = await world.change().then(
          () => false,
          (error: Error) => {
            expect(error.message).to.equal('killed');
            return true;
          },
        );
        crashing.disarm();
        const left = await working(world);
        expect(left, `killed at write ${at}`).to.have.length(1);
        seen.add(left[0] ?? '');
        if (!crashed) break;
      }
      expect([...seen].toSorted()).to.deep.equal(['new', 'old']);
    });
  });
});

/** A store whose n-th write from `arm` on, and every one after it, ends as if the process had been killed; even numbers die after the write, odd ones before it. */
function crashAt(inner: Storage, count: number) {
  let writes: number | undefined;
  async function write<R>(act: () => Promise<R>): Promise<R> {
    if (writes === undefined) return act();
    writes += 1;
    const [fatal, after] = [Math.ceil(count / 2), count % 2 === 0];
    if (writes > fatal || (writes === fatal && !after)) throw new Error('killed');
    const done = await act();
    if (writes === fatal) throw new Error('killed');
    return done;
  }
  const storage: Storage = {
    ...inner,
    collection<T extends StoredRecord>(definition: Parameters<Storage['collection']>[0]): Collection<T> {
      const real = inner.collection<T>(definition);
      return {
        ...real,
        insert: (record) => write(() => real.insert(record)),
        update: (id, change) => write(() => real.update(id, change)),
        take: (id) => write(() => real.take(id)),
      };
    },
    close: () => inner.close(),
  };
  return {
    storage,
    arm: () => {
      writes = 0;
    },
    disarm: () => {
      writes = undefined;
    },
  };
}
