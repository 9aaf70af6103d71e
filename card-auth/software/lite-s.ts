import { equalBytes } from '../../lib/bytes.ts';
import type { BlockElement, Status } from '../felica/commands.ts';
import { readMac, sessionKey, wcntBytes, writeMac } from '../felica/lite-s-mac.ts';

/** Block numbers of FeliCa Lite-S. */
export const blockNumbers = {
  reg: 0x0e,
  rc: 0x80,
  mac: 0x81,
  id: 0x82,
  dId: 0x83,
  serC: 0x84,
  sysC: 0x85,
  ckv: 0x86,
  ck: 0x87,
  mc: 0x88,
  wcnt: 0x90,
  macA: 0x91,
  state: 0x92,
  crcCheck: 0xa0,
} as const;

/** What a Lite-S chip keeps without power; blocks by number, 16 bytes each. Plain data: the card box stores it. */
export interface LiteSMemory {
  readonly idm: Uint8Array;
  readonly pmm: Uint8Array;
  readonly blocks: ReadonlyMap<number, Uint8Array>;
  readonly wcnt: number;
}

/** One step of the chip: what it answers, and its memory after it when the step wrote. */
export interface LiteSAnswer {
  readonly status: Status;
  readonly data?: Uint8Array;
  readonly memory?: LiteSMemory;
  /** The block that was written, for fault injection. */
  readonly written?: number;
}

const ok: Status = { sf1: 0, sf2: 0 };
const refused = (sf1: number, sf2: number): LiteSAnswer => ({ status: { sf1, sf2 } });
/** Status flag 1 of an error in the list: one bit per position. */
const at = (position: number) => 1 << position;

const { reg, rc, mac, id, dId, serC, sysC, ckv, ck, mc, wcnt, macA, state, crcCheck } = blockNumbers;
const readable = new Set([reg, rc, mac, id, dId, serC, sysC, ckv, ck, mc, wcnt, macA, state, crcCheck]);
const isPad = (block: number) => block <= 0x0d;
const exists = (block: number) => isPad(block) || readable.has(block as never);
/** Successful writes to these are counted. */
const isCounted = (block: number) => isPad(block) || [reg, id, serC, ckv, ck, mc, state].includes(block as never);
const wcntMaxLocked = 0xfffe00;
const wcntMaxOpen = 0xffffff;
const warnFrom = 10_000;

/** A chip as it leaves the factory: everything writable, keys zero. */
export function factoryMemory(idm: Uint8Array, pmm: Uint8Array): LiteSMemory {
  const idBlock = new Uint8Array(16);
  idBlock.set(idm);
  const mcBlock = new Uint8Array(16);
  mcBlock.set([0xff, 0xff, 0xff, 0x00, 0x07]);
  return {
    idm,
    pmm,
    blocks: new Map([
      [id, idBlock],
      [mc, mcBlock],
    ]),
    wcnt: 0xfffe00,
  };
}

/** The memory configuration block, read as its rules (byte numbers of the MC block). */
function rulesOf(mcBlock: Uint8Array) {
  const bit = (from: number, position: number) =>
    (((mcBlock[from + (position >> 3)] ?? 0) >> (position & 7)) & 1) === 1;
  return {
    isWritable: (block: number) => bit(0, block),
    canChangeRules: bit(0, 15),
    isOpen: mcBlock[2] === 0xff,
    ndef: mcBlock[3] === 0x01,
    keyWritableWithMac: mcBlock[5] === 0x01,
    readNeedsAuth: (block: number) => bit(6, block),
    writeNeedsAuth: (block: number) => bit(8, block),
    writeNeedsMac: (block: number) => bit(10, block),
    stateNeedsMac: (mcBlock[12] ?? 0) === 0x01,
  };
}

/**
 * A FeliCa Lite-S chip (system 88B4), byte-exact as far as public documents tell: status flags, order of checks, one-way
 * rules of MC, write count, volatile RC and STATE. What only silicon can tell is assumed on the strict side: a new RC
 * clears the external authentication. `power` is one stay in the reader's field; a new MC rules from the next one.
 */
export function createLiteS(initial: LiteSMemory) {
  let memory = initial;
  let session: { readonly sk: Uint8Array; readonly rc: Uint8Array } | undefined;
  let authenticated = false;
  let rules = rulesOf(blockOf(mc));

  function blockOf(block: number): Uint8Array {
    return memory.blocks.get(block) ?? new Uint8Array(16);
  }

  /** Field off and on. */
  function power(): void {
    session = undefined;
    authenticated = false;
    rules = rulesOf(blockOf(mc));
  }

  function contentOf(block: number): Uint8Array {
    const content = new Uint8Array(16);
    switch (block) {
      case rc:
      case ck:
      case macA:
      case mac:
        return content;
      case dId:
        return Uint8Array.of(...memory.idm, ...memory.pmm);
      case sysC:
        content.set([0x88, 0xb4]);
        return content;
      case wcnt:
        content.set(wcntBytes(memory.wcnt));
        return content;
      case state:
        content[0] = authenticated ? 1 : 0;
        return content;
      default:
        return blockOf(block).slice();
    }
  }

  function readRefusal(elements: readonly BlockElement[]): LiteSAnswer | undefined {
    for (const [position, { service, access, block }] of elements.entries()) {
      if (service !== 0) return refused(at(position), 0xa3);
      if (access !== 0) return refused(at(position), 0xa7);
      if (!exists(block)) return refused(at(position), 0xa8);
      if ((block === macA || block === mac) && !session) return refused(at(position), 0xb2);
      if (isPad(block) && rules.readNeedsAuth(block) && !authenticated) return refused(at(position), 0xb1);
    }
    const both = elements.some(({ block }) => block === mac) && elements.some(({ block }) => block === macA);
    return both ? refused(at(elements.findIndex(({ block }) => block === macA)), 0xb0) : undefined;
  }

  /** Read Without Encryption: one service, 1 to 4 blocks; a closing MAC_A block covers those before it. */
  function read(services: readonly number[], elements: readonly BlockElement[]): LiteSAnswer {
    if (services.length !== 1) return refused(0xff, 0xa1);
    if (elements.length < 1 || elements.length > 4) return refused(0xff, 0xa2);
    if (services[0] !== 0x0009 && services[0] !== 0x000b) return refused(0xff, 0xa6);
    const refusal = readRefusal(elements);
    if (refusal) return refusal;
    const contents = elements.map(({ block }) => contentOf(block));
    const last = elements.length - 1;
    if (elements[last]?.block === macA && session) {
      const covered = elements.slice(0, last).map(({ block }) => block);
      const data = Uint8Array.from(contents.slice(0, last).flatMap((content) => [...content]));
      contents[last]?.set(readMac(session.sk, session.rc, covered, data));
    }
    return { status: ok, data: Uint8Array.from(contents.flatMap((content) => [...content])) };
  }

  function isWritable(block: number, withMac: boolean): boolean {
    if (isPad(block) || block === reg) return rules.isWritable(block) && (withMac || !rules.writeNeedsMac(block));
    switch (block) {
      case rc:
        return !withMac;
      case ck:
      case ckv:
        return rules.isOpen || (rules.keyWritableWithMac && withMac);
      case id:
      case serC:
        return rules.isOpen;
      case mc:
        return rules.isOpen || rules.canChangeRules;
      case state:
        return withMac || !rules.stateNeedsMac;
      default:
        return false;
    }
  }

  /** MAC_A of a write: MAC, then the write count it was made for, then zeros. */
  function isMacRight(block: number, data: Uint8Array, macBlock: Uint8Array): boolean {
    const max = rules.isOpen ? wcntMaxOpen : wcntMaxLocked;
    if (!session || memory.wcnt >= max) return false;
    const expected = new Uint8Array(16);
    expected.set(writeMac(session.sk, session.rc, memory.wcnt, block, data));
    expected.set(wcntBytes(memory.wcnt), 8);
    return equalBytes(expected, macBlock);
  }

  /** Write Without Encryption: one block, or two of which the second is MAC_A. */
  function write(services: readonly number[], elements: readonly BlockElement[], data: Uint8Array): LiteSAnswer {
    const [target, second] = elements;
    if (services.length !== 1) return refused(0xff, 0xa1);
    if (!target || elements.length > 2 || data.length !== elements.length * 16) return refused(0xff, 0xa2);
    if (services[0] !== 0x0009) return refused(0xff, 0xa6);
    for (const [position, { service, access }] of elements.entries()) {
      if (service !== 0) return refused(at(position), 0xa3);
      if (access !== 0) return refused(at(position), 0xa7);
    }
    if (second && second.block !== macA) return refused(at(1), 0xa8);
    const { block } = target;
    const content = data.slice(0, 16);
    if (!exists(block) || !isWritable(block, second !== undefined)) return refused(at(0), 0xa8);
    if (isPad(block) && rules.writeNeedsAuth(block) && !authenticated) return refused(at(0), 0xb1);
    if (second && !isMacRight(block, content, data.slice(16))) return refused(at(1), 0xb2);
    return store(block, content);
  }

  function store(block: number, content: Uint8Array): LiteSAnswer {
    if (block === rc) {
      session = { sk: sessionKey(blockOf(ck), content), rc: content };
      authenticated = false;
      return { status: ok };
    }
    const kept = keptContent(block, content);
    if (!kept) return refused(at(0), 0xa8);
    if (block === state) authenticated = content[0] === 1;
    const locks = block === mc && rules.isOpen && kept[2] === 0x00;
    const count = locks ? 0 : memory.wcnt + (isCounted(block) ? 1 : 0);
    const blocks = block === state ? memory.blocks : new Map([...memory.blocks, [block, kept]]);
    memory = { ...memory, blocks, wcnt: count };
    const isWorn = !rules.isOpen && count >= warnFrom;
    return { status: isWorn ? { sf1: 0xff, sf2: 0x71 } : ok, memory, written: block };
  }

  /** What the chip keeps of a write, or undefined where a one-way rule forbids it. */
  function keptContent(block: number, content: Uint8Array): Uint8Array | undefined {
    const old = blockOf(block);
    if (block === id) return Uint8Array.of(...old.slice(0, 8), ...content.slice(8));
    if (block === mc) return mayChangeMc(old, content, rules) ? content : undefined;
    if (block === reg) return mayChangeReg(old, content) ? content : undefined;
    return content;
  }

  return { read, write, power, memory: () => memory };
}

/** Bytes 0-1 may only lose bits, 6-12 only gain them; 2-5 change only while the system blocks are open; the rest is fixed. */
function mayChangeMc(old: Uint8Array, next: Uint8Array, rules: ReturnType<typeof rulesOf>): boolean {
  const bytes = [...next];
  const byteOf = (block: Uint8Array, position: number) => block[position] ?? 0;
  return bytes.every((value, position) => {
    const before = byteOf(old, position);
    if (position <= 1) return (value & ~before) === 0;
    if (position <= 5 && !rules.isOpen) return value === before;
    if (position === 2) return value === 0x00 || value === 0xff;
    if (position === 3 || position === 5) return value <= 1;
    if (position === 4) return value === 0x07;
    if (position <= 12) return rules.canChangeRules || rules.isOpen ? (before & ~value) === 0 : value === before;
    return value === 0;
  });
}

/** REG: A and B (4 bytes, little-endian) only decrease; C is writable as long as they do not grow. */
function mayChangeReg(old: Uint8Array, next: Uint8Array): boolean {
  const number = (block: Uint8Array, from: number) =>
    new DataView(block.buffer, block.byteOffset, block.byteLength).getUint32(from, true);
  return number(next, 0) <= number(old, 0) && number(next, 4) <= number(old, 4);
}
