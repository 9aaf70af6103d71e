import { type BlockElement, buildRequest, isWritten, parseRead, parseWrite, type Status } from '../felica/commands.ts';
import { type FelicaReader, ReaderError } from '../readers/reader.ts';
import { concat } from './bytes.ts';

/** System code of FeliCa Lite-S, and of the transit system of an IruCa. */
export const systemCodes = { liteS: 0x88b4, transit: 0x80de } as const;

/** Block numbers of FeliCa Lite-S that a terminal reads or writes. */
export const blocks = {
  rc: 0x80,
  id: 0x82,
  ckv: 0x86,
  ck: 0x87,
  mc: 0x88,
  wcnt: 0x90,
  macA: 0x91,
  state: 0x92,
} as const;
const readWrite = 0x0009;
const readOnly = 0x000b;
/** Readers take 0.3 to 0.8 s at most for a read or write. */
const exchangeMs = 800;

const element = (block: number): BlockElement => ({ service: 0, access: 0, block });

/** What the card says of itself under one rc, with its MAC over it. */
export interface Possession {
  readonly id: Uint8Array;
  readonly ckv: number;
  readonly wcnt1: number;
  readonly mac1: Uint8Array;
}

const number = (block: Uint8Array, length: number) =>
  block.slice(0, length).reduceRight((value, byte) => value * 256 + byte, 0);

/** Blocks of one card lying on the reader, 16 bytes each; what the card refuses is CARD_REFUSED with its flags. */
export function blocksOf(reader: FelicaReader, idm: Uint8Array) {
  /** The card's own answer, a refusal too. */
  async function askRead(numbers: readonly number[]) {
    const request = buildRequest({ command: 'read', idm, services: [readOnly], blocks: numbers.map(element) });
    return parseRead(await reader.exchange(request, exchangeMs), idm, numbers.length);
  }

  async function askWrite(numbers: readonly number[], data: Uint8Array): Promise<Status> {
    const request = buildRequest({ command: 'write', idm, services: [readWrite], blocks: numbers.map(element), data });
    return parseWrite(await reader.exchange(request, exchangeMs), idm);
  }

  async function read(numbers: readonly number[]): Promise<Uint8Array[]> {
    const answer = await askRead(numbers);
    if (answer.sf1 !== 0) throw refused('read', answer);
    return numbers.map((_, at) => answer.data.slice(at * 16, at * 16 + 16));
  }

  async function write(numbers: readonly number[], data: Uint8Array): Promise<void> {
    const answer = await askWrite(numbers, data);
    if (!isWritten(answer)) throw refused('write', answer);
  }

  return { askRead, askWrite, read, write };
}

/** MAC_A of a write as the card takes it: MAC, the write count it was made for, zeros. */
export function macBlockOf(mac: Uint8Array, wcnt: number): Uint8Array {
  const block = new Uint8Array(16);
  block.set(mac);
  block.set([wcnt & 0xff, (wcnt >> 8) & 0xff, wcnt >> 16], 8);
  return block;
}

/** The steps of a sign-in on one card lying on the reader. */
export function liteSCard(reader: FelicaReader, idm: Uint8Array) {
  const { read, write } = blocksOf(reader, idm);

  /** Step 2: the hub's rc into the card, then ID, CKV and WCNT with the MAC in one read. */
  async function provePossession(rc: Uint8Array): Promise<Possession> {
    await write([blocks.rc], rc);
    const [id = new Uint8Array(), ckv, wcnt, mac] = await read([blocks.id, blocks.ckv, blocks.wcnt, blocks.macA]);
    if (!ckv || !wcnt || !mac) throw new TypeError('a read returns what it was asked for');
    return { id, ckv: number(ckv, 2), wcnt1: number(wcnt, 3), mac1: mac.slice(0, 8) };
  }

  /** Step 4: the hub's MAC opens the sealed blocks; the card confirms it under a second MAC. */
  async function open(stateMac: Uint8Array, wcnt1: number): Promise<{ wcnt2: number; mac2: Uint8Array }> {
    const on = new Uint8Array(16);
    on[0] = 1;
    await write([blocks.state, blocks.macA], concat(on, macBlockOf(stateMac, wcnt1)));
    const [, wcnt, mac] = await read([blocks.state, blocks.wcnt, blocks.macA]);
    if (!wcnt || !mac) throw new TypeError('a read returns what it was asked for');
    return { wcnt2: number(wcnt, 3), mac2: mac.slice(0, 8) };
  }

  /** The sealed secret of a slot; only an opened card gives it. */
  async function readSlot(slot: number): Promise<Uint8Array> {
    const [sealed = new Uint8Array()] = await read([slot]);
    return sealed;
  }

  /** Writes a slot and reads it back: what is not there as it was written was not written. */
  async function writeSlot(slot: number, sealed: Uint8Array): Promise<void> {
    await write([slot], sealed);
    const kept = await readSlot(slot);
    if (!kept.every((byte, at) => byte === sealed[at]))
      throw new ReaderError('CARD_DAMAGED', 'the card does not hold what was written');
  }

  return { provePossession, open, readSlot, writeSlot };
}

function refused(what: string, { sf1, sf2 }: { sf1: number; sf2: number }): ReaderError {
  const flags = [sf1, sf2].map((flag) => flag.toString(16).padStart(2, '0')).join(' ');
  return new ReaderError('CARD_REFUSED', `the card refused a ${what}: ${flags}`);
}
