import { expect } from 'chai';
import { issuedMc } from '../../../card-auth/client/card-layout.ts';
import { buildRequest, parseRead, parseWrite } from '../../../card-auth/felica/commands.ts';
import { sessionKey, writeMac } from '../../../card-auth/felica/lite-s-mac.ts';
import { createSoftwareCard, type SoftwareCardMemory, type Tear } from '../../../card-auth/software/card.ts';
import { factoryMemory } from '../../../card-auth/software/lite-s.ts';
import { fromSavedCard, toSavedCard } from '../../../card-auth/software/memory-text.ts';
import { newTransitMemory } from '../../../card-auth/software/transit.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('hex');
const idm = bytes('012e50e7dac78b47');
const pmm = bytes('00f1000000014300');
const ck = bytes('2441e582c90a3dbfc8e5cfff5270ffc3');
const rc = bytes('000102030405060708090a0b0c0d0e0f');
const id = bytes('012e50e7dac78b470000000000000001');
const block = (start: string) => bytes(start.padEnd(32, '0'));
const state = block('01');

function setUp({ issued = true, wcnt = 7 } = {}) {
  const saves: SoftwareCardMemory[] = [];
  let tear: ((written: number) => Tear | undefined) | undefined;
  const factory = factoryMemory(idm, pmm);
  const liteS = issued
    ? {
        ...factory,
        wcnt,
        blocks: new Map([
          [4, block('aa')],
          [0x82, id],
          [0x86, block('01')],
          [0x87, ck],
          [0x88, issuedMc],
        ]),
      }
    : factory;
  const card = createSoftwareCard({
    memory: { liteS, transit: newTransitMemory(1240) },
    save: async (memory) => void saves.push(memory),
    tear: (written) => tear?.(written),
  });
  const element = (number: number) => ({ service: 0, access: 0, block: number });
  const frame = (text: string) => card.respond(bytes(text));

  async function read(...numbers: number[]) {
    const answer = await card.respond(
      buildRequest({ command: 'read', idm, services: [0x000b], blocks: numbers.map(element) }),
    );
    const { sf1, sf2, data } = parseRead(answer ?? new Uint8Array(), idm, numbers.length);
    return { flags: hex(Uint8Array.of(sf1, sf2)), data: hex(data) };
  }
  async function write(number: number, data: Uint8Array, mac?: Uint8Array) {
    const blocks = [number, ...(mac ? [0x91] : [])].map(element);
    const answer = await card.respond(
      buildRequest({
        command: 'write',
        idm,
        services: [0x0009],
        blocks,
        data: Buffer.concat([data, mac ?? Buffer.alloc(0)]),
      }),
    );
    const { sf1, sf2 } = parseWrite(answer ?? new Uint8Array(), idm);
    return hex(Uint8Array.of(sf1, sf2));
  }
  const sk = sessionKey(ck, rc);
  const macBlock = (count: number, number: number, data: Uint8Array) =>
    Uint8Array.of(
      ...writeMac(sk, rc, count, number, data),
      count & 0xff,
      (count >> 8) & 0xff,
      count >> 16,
      0,
      0,
      0,
      0,
      0,
    );
  const open = async () => {
    await write(0x80, rc);
    return write(0x92, state, macBlock(card.memory().liteS.wcnt, 0x92, state));
  };
  return { card, saves, frame, read, write, macBlock, open, tearAt: (how: typeof tear) => (tear = how) };
}

describe('software card, system 88B4 (FeliCa Lite-S)', () => {
  it('answers polling for its two systems byte for byte, and nothing else', async () => {
    const { frame } = setUp();
    expect(hex(await frame('060088b40000'))).to.equal('1201012e50e7dac78b4700f1000000014300');
    expect(hex(await frame('060088b40100'))).to.equal('1401012e50e7dac78b4700f100000001430088b4');
    expect(hex(await frame('060080de0100'))).to.equal('1401112e50e7dac78b4700f100000001430080de');
    expect(hex(await frame('0600ffff0100'))).to.equal('1401012e50e7dac78b4700f100000001430088b4');
    expect(await frame('0600000300' + '00')).to.equal(undefined);
    expect(await frame('060012fc0000'), 'no NDEF system').to.equal(undefined);
  });

  it('proves possession with the published MACs, and opens STATE once', async () => {
    const { read, write, frame } = setUp();
    expect(hex(await frame(`2008${hex(idm)}010900018080${hex(rc)}`))).to.equal(`0c09${hex(idm)}0000`);
    const { flags, data } = await read(0x82, 0x86, 0x90, 0x91);
    expect(flags).to.equal('0000');
    expect(data).to.equal(`${hex(id)}${hex(block('01'))}${hex(block('07'))}b84ba5af22ff2b7d0000000000000000`);
    const stateMac = bytes('29be162e1bc52f7707000000000000' + '00');
    expect(await write(0x92, state, stateMac)).to.equal('0000');
    expect((await read(0x92, 0x90, 0x91)).data).to.equal(
      `${hex(state)}${hex(block('08'))}aee4a043ec1044230000000000000000`,
    );
    expect(await write(0x92, state, stateMac), 'the same MAC again').to.equal('02b2');
  });

  it('lets nobody without the MAC see or change a sealed block, STATE or a key', async () => {
    const { read, write, open } = setUp();
    expect((await read(4)).flags).to.equal('01b1');
    expect(await write(4, block('bb'))).to.equal('01b1');
    expect(await write(0x92, state)).to.equal('01a8');
    expect(await write(0x87, block('cc'))).to.equal('01a8');
    expect(await write(0x88, block('ff'))).to.equal('01a8');
    expect((await read(0x87)).data, 'CK reads as zeros').to.equal(hex(block('')));
    expect(await open()).to.equal('0000');
    expect((await read(4)).data).to.equal(hex(block('aa')));
    expect(await write(4, block('bb'))).to.equal('0000');
    expect(await write(3, block('bb')), 'read-only').to.equal('01a8');
  });

  it('forgets RC and the authorisation without power, and takes a key change only with MAC', async () => {
    const { card, read, write, macBlock, open } = setUp();
    await open();
    const next = block('dd');
    expect(await write(0x87, next, macBlock(8, 0x87, next))).to.equal('0000');
    card.power();
    expect((await read(4)).flags).to.equal('01b1');
    expect((await read(0x82, 0x91)).flags).to.equal('02b2');
    expect(await write(0x92, state, macBlock(9, 0x92, state))).to.equal('02b2');
  });

  it('refuses wrong lists with the flags of the chip', async () => {
    const { frame, read } = setUp();
    const request = (rest: string) =>
      frame(`${(rest.length / 2 + 10).toString(16).padStart(2, '0')}06${hex(idm)}${rest}`);
    const flags = async (rest: string) => hex((await request(rest))?.slice(10));
    expect(await flags('020b0009000180' + '00')).to.equal('ffa1');
    expect(await flags('010b000580008001800280038004')).to.equal('ffa2');
    expect(await flags('010f09018000')).to.equal('ffa6');
    expect(await flags('010b00018100')).to.equal('01a3');
    expect(await flags('010b0001a000')).to.equal('01a7');
    expect(await flags('010b000280008070')).to.equal('02a8');
    expect((await read(0x82, 0x91)).flags).to.equal('02b2');
    expect(await frame('0600'), 'a broken frame meets silence').to.equal(undefined);
    expect(await frame(`0c06ffffffffffffffff0b00`), 'another card').to.equal(undefined);
  });

  it('counts writes, keeps them before it answers, and locks MC one way', async () => {
    const { card, write, saves } = setUp({ issued: false });
    expect(card.memory().liteS.wcnt).to.equal(0xfffe00);
    expect(await write(0x80, rc)).to.equal('0000');
    expect(saves, 'RC is volatile').to.have.length(0);
    expect(await write(0x82, bytes(`${'ff'.repeat(8)}0000010203040506`))).to.equal('0000');
    expect(hex(card.memory().liteS.blocks.get(0x82))).to.equal('012e50e7dac78b470000010203040506');
    expect(card.memory().liteS.wcnt).to.equal(0xfffe01);
    expect(saves.at(-1)?.liteS.wcnt).to.equal(0xfffe01);
    expect(await write(0x88, bytes('ffff01000700000000000000000000' + '00')), 'MC_ALL is 00 or FF').to.equal('01a8');
    expect(await write(0x88, issuedMc)).to.equal('0000');
    expect(card.memory().liteS.wcnt).to.equal(0);
    expect(await write(0x87, ck), 'the new MC rules only after the field was off').to.equal('0000');
    card.power();
    expect(await write(0x87, ck)).to.equal('01a8');
    expect(await write(0x88, factoryMemory(idm, pmm).blocks.get(0x88) ?? rc)).to.equal('01a8');
  });

  it('warns near the end of its life and refuses MAC writes at the end of the count', async () => {
    const worn = setUp({ wcnt: 9_999 });
    expect(await worn.open()).to.equal('ff71');
    const dead = setUp({ wcnt: 0xfffe00 });
    expect(await dead.open()).to.equal('02b2');
  });

  it('lets REG only decrease', async () => {
    const { write } = setUp({ issued: false });
    expect(await write(0x0e, block('01'))).to.equal('01a8');
    expect(await write(0x0e, block('0000000000000000ff'))).to.equal('0000');
  });

  for (const [how, kept] of [
    ['before', 'aa'],
    ['half', 'bb'],
    ['after', 'bb'],
  ] as const) {
    it(`is silent when it is lifted around a write (${how}), and comes back with ${how === 'half' ? 'half the block' : `the ${how === 'before' ? 'old' : 'new'} one`}`, async () => {
      const { card, open, read, tearAt } = setUp();
      await open();
      tearAt((written) => (written === 4 ? how : undefined));
      const torn = await card.respond(
        buildRequest({
          command: 'write',
          idm,
          services: [9],
          blocks: [{ service: 0, access: 0, block: 4 }],
          data: bytes('bb'.repeat(16)),
        }),
      );
      expect(torn).to.equal(undefined);
      tearAt(undefined);
      await open();
      const { data } = await read(4);
      expect(data.slice(0, 2)).to.equal(kept);
      expect(data.endsWith('bb')).to.equal(how === 'after');
    });
  }

  it('survives being written down', () => {
    const { card } = setUp();
    const saved = toSavedCard(card.memory());
    expect(toSavedCard(fromSavedCard(JSON.parse(JSON.stringify(saved))))).to.deep.equal(saved);
    expect(() => fromSavedCard({ ...saved, wcnt: -1 })).to.throw();
  });
});

describe('software card, system 80DE (transit)', () => {
  it('shows its balance without a key and refuses a write', async () => {
    const { frame } = setUp();
    const balance = await frame('1006112e50e7dac78b47018b00018000');
    expect(hex(balance)).to.equal('1d07112e50e7dac78b470000010000000000000000000000d804000000');
    expect(hex(await frame('0a0c112e50e7dac78b47'))).to.equal('0f0d112e50e7dac78b470288b480de');
    expect(hex(await frame('0f02112e50e7dac78b47028b000900'))).to.equal('0f03112e50e7dac78b47020000ffff');
    expect(hex(await frame(`2008112e50e7dac78b47018b00018000${'00'.repeat(16)}`))).to.equal('0c09112e50e7dac78b4701a6');
    expect(hex(await frame('1006112e50e7dac78b47010b00018000'))).to.equal('0c07112e50e7dac78b4701a6');
  });
});
