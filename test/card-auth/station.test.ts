import { expect } from 'chai';
import { issuedMc } from '../../card-auth/client/card-layout.ts';
import { personalise } from '../../card-auth/client/index.ts';
import {
  blankSoftwareCard,
  deriveCardKey,
  extractedKey,
  type SoftwareCardMemory,
  type Tear,
  toSavedCard,
} from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { type HubStep, idOn, masterKey, openStationWorld, type StationWorld, signerOf } from './station-world.ts';

const hex = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('hex');
const names: Readonly<Record<number, string>> = {
  0: 'layout',
  4: 'slot A',
  5: 'slot B',
  130: 'ID',
  135: 'CK',
  134: 'CKV',
  136: 'MC',
};
const blocks = Object.keys(names).map(Number);

describe('the issuing station', () => {
  let world: StationWorld;
  beforeEach(async () => {
    world = await openStationWorld();
  });
  const records = async () => (await world.cards.list()).records;
  /** Factory memory with other blocks, for cards that are not ours. */
  const blankWith = (changed: Readonly<Record<number, string>>, memory = blankSoftwareCard()): SoftwareCardMemory => ({
    ...memory,
    liteS: {
      ...memory.liteS,
      blocks: new Map([
        ...memory.liteS.blocks,
        ...Object.entries(changed).map(
          ([number, start]) => [Number(number), Uint8Array.from(Buffer.from(start.padEnd(32, '0'), 'hex'))] as const,
        ),
      ]),
    },
  });

  it('writes a blank card as the layout says, block by block, and records it once it is locked', async () => {
    const stages: string[] = [];
    const record = await world.make({ onStage: (stage) => stages.push(stage) });
    expect(stages).to.deep.equal(['writing', 'verifying', 'locking', 'checking']);
    const { blocks: kept, wcnt, idm } = world.card().memory().liteS;
    const id = kept.get(0x82) ?? new Uint8Array();
    expect(hex(id.slice(0, 10)), 'IDm and DFC are the chip’s').to.equal(`${hex(idm)}0000`);
    expect(hex(id.slice(10))).to.not.equal('000000000000');
    expect(hex(kept.get(0))).to.equal('53534301'.padEnd(32, '0'));
    expect(hex(kept.get(0x86))).to.equal('01'.padEnd(32, '0'));
    expect(hex(kept.get(0x88))).to.equal('30000000070130003000000001000000');
    expect(wcnt, 'the lock begins the count anew').to.equal(0);
    expect(record).to.include({ status: 'issued', ckv: 1, residentRef: 'r1', lastWcnt: 0 });
    expect((await world.tasks.get(world.task))?.state).to.equal('done');
    expect(world.changes).to.deep.equal([`issued ${record.number}`]);
    const writes = world.frames.filter((frame) => frame[1] === 0x08).map((frame) => frame[15] ?? 0);
    expect(writes.map((block) => block.toString(16)).join(' '), 'in this order, then the probes of the lock').to.equal(
      '0 82 4 5 87 86 80 88 4 5 87 80',
    );
  });

  it('sends the card’s key only sealed: neither messages nor store hold it, and it is the one the hub derives', async () => {
    await world.make();
    const ck = world.card().memory().liteS.blocks.get(0x87) ?? new Uint8Array();
    const id = idOn(world.card());
    expect(hex(ck)).to.equal(hex(deriveCardKey(extractedKey(masterKey), id, 1)));
    const said = JSON.stringify(world.messages);
    for (const form of [hex(ck), Buffer.from(ck).toString('base64url')]) expect(said).to.not.include(form);
    const stored = JSON.stringify((await world.storage.collection({ name: 'card-key-issued' }).find()).records);
    expect(stored).to.not.include(Buffer.from(ck).toString('base64url'));
  });

  describe('torn at every write', () => {
    for (const block of blocks)
      for (const how of ['before', 'half', 'after'] satisfies Tear[]) {
        if (block === 0x88 && how === 'half') continue;
        it(`${names[block]}, ${how}: nothing is issued, and the same card is finished on the next try`, async () => {
          let torn = 0;
          // A locked card refuses the probes, so that nothing but a step of ours is ever torn.
          world.tearAt((number) => (number === block && torn++ === 0 ? how : undefined));
          expect(await refusal(world.make())).to.equal('CARD_LIFTED');
          expect(await records()).to.deep.equal([]);
          expect((await world.tasks.get(world.task))?.state).to.equal('approved');
          const record = await world.make();
          expect(await records()).to.deep.equal([record]);
          expect(hex(world.card().memory().liteS.blocks.get(0x88))).to.equal(hex(issuedMc));
        });
      }

    it('MC, half: the card is told to be thrown away, its key is never given again, and the task takes another card', async () => {
      world.tearAt((number) => (number === 0x88 ? 'half' : undefined));
      expect(await refusal(world.make())).to.equal('CARD_LIFTED');
      world.tearAt(() => undefined);
      expect(await refusal(world.make())).to.equal('CARD_SPOILT');
      const spoilt = world.card();
      world.put(world.play());
      expect(await refusal(world.make()), 'not without a word').to.equal('OTHER_CARD');
      await world.issuances.discard(world.task);
      expect(await refusal(world.askFor(idOn(spoilt))), 'not for the same task either').to.equal('KEY_GIVEN_OUT');
      const record = await world.make();
      expect(record.status).to.equal('issued');
      const id = idOn(spoilt);
      expect(await refusal(world.askFor(id, await world.newTask('r2')))).to.equal('KEY_GIVEN_OUT');
    });
  });

  describe('broken off at every message', () => {
    for (const step of ['key', 'tap', 'verify', 'record'] satisfies HubStep[])
      for (const lost of ['request', 'answer'] as const)
        it(`${step}, ${lost} lost: the same card is finished on the next try, and there is one record`, async () => {
          let once = 0;
          world.loseAt((asked) => (asked === step && once++ === 0 ? lost : undefined));
          expect(await world.make().catch(({ message }: Error) => message)).to.equal(`the ${lost} was lost`);
          const again = await world.make().catch((error: { code?: string }) => error.code);
          const [record, ...others] = await records();
          expect(others).to.deep.equal([]);
          expect(record?.status).to.equal('issued');
          expect((await world.tasks.get(world.task))?.state).to.equal('done');
          expect(again).to.satisfy((made: unknown) => typeof made === 'object');
        });
  });

  describe('refuses', () => {
    const cases = [
      [
        'a card of another chip (Lite)',
        'CARD_TYPE',
        (): SoftwareCardMemory => {
          const blank = blankSoftwareCard();
          return { ...blank, liteS: { ...blank.liteS, pmm: Uint8Array.of(0, 0xf0, 0, 0, 0, 1, 0x43, 0) } };
        },
      ],
      ['a card for rides only', 'CARD_TYPE', (): SoftwareCardMemory => ({ ...blankSoftwareCard(), rideOnly: true })],
      ['a card with another ID in its ID block', 'CARD_NOT_BLANK', () => blankWith({ 130: '0102030405060708' })],
      ['a card with somebody’s data', 'CARD_NOT_BLANK', () => blankWith({ 9: 'aa' })],
      ['a card with somebody’s key version', 'CARD_NOT_BLANK', () => blankWith({ 134: '07' })],
      ['a card that somebody locked', 'CARD_NOT_BLANK', () => blankWith({ 136: 'ffff000007' })],
    ] as const;
    for (const [what, code, memory] of cases)
      it(`${what}, and has written nothing to it`, async () => {
        const card = world.play(memory());
        const before = JSON.stringify(toSavedCard(card.memory()));
        world.put(card);
        expect(await refusal(world.make())).to.equal(code);
        expect(JSON.stringify(toSavedCard(card.memory()))).to.equal(before);
        expect(world.messages).to.deep.equal([]);
      });

    it('no card at all, and a card that was issued before, for whatever task', async () => {
      const issued = world.card();
      await world.make();
      const next = await world.newTask('r2');
      const sent = world.frames.length;
      expect(await refusal(world.make({ of: next }))).to.equal('CARD_NOT_BLANK');
      expect(
        world.frames.slice(sent).filter((frame) => frame[1] === 0x08),
        'nothing is written',
      ).to.deep.equal([]);
      const id = idOn(issued);
      expect(await refusal(world.askFor(id, next))).to.equal('CARD_ISSUED');
      world.put(undefined);
      expect(await refusal(world.make({ of: next }))).to.equal('CARD_ABSENT');
    });

    it('a card that was issued before in the place of the one that was begun, without trying anything on it', async () => {
      const issued = world.card();
      await world.make();
      const next = await world.newTask('r2');
      world.put(world.play());
      world.loseAt((step) => (step === 'verify' ? 'request' : undefined));
      await world.make({ of: next }).catch(() => undefined);
      world.loseAt(undefined);
      world.put(issued);
      const sent = world.frames.length;
      expect(await refusal(world.make({ of: next }))).to.equal('OTHER_CARD');
      const written = world.frames.slice(sent).filter((frame) => frame[1] === 0x08);
      expect(
        written.map((frame) => frame[15]),
        'the rc and nothing else',
      ).to.deep.equal([0x80]);
    });

    it('to count a card whose lock does not hold: one that only says that it is locked', async () => {
      const { task, station, reader } = world;
      const hub = world.hubFor(task);
      // The field does not go off, so that the new configuration does not rule yet.
      const stuck = { ...reader, cycle: async () => undefined };
      const walk = personalise({ reader: stuck, hub, task, ckv: 1, station: signerOf(station) });
      expect(await refusal(walk)).to.equal('CARD_UNLOCKED');
      expect(await records()).to.deep.equal([]);
      expect((await world.make()).status, 'laid down again it is as it should be').to.equal('issued');
    });

    it('a card that took the place of another one in the middle', async () => {
      const { task, station, reader } = world;
      const swapped = {
        ...reader,
        cycle: async () => {
          world.put(world.play());
        },
      };
      const walk = personalise({ reader: swapped, hub: world.hubFor(task), task, ckv: 1, station: signerOf(station) });
      expect(await refusal(walk)).to.equal('CARD_SWAPPED');
      expect(await records()).to.deep.equal([]);
      expect(await refusal(world.make()), 'the other card has no part in this task').to.equal('OTHER_CARD');
    });
  });
});
