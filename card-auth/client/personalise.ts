import { isWritten } from '../felica/commands.ts';
import { type FelicaReader, ReaderError } from '../readers/reader.ts';
import {
  blankReads,
  ckvBlockOf,
  formOf,
  icTypeLiteS,
  isSame,
  issuedMc,
  isZero,
  layoutBlock,
  slotBlocks,
} from './card-layout.ts';
import { blocks, blocksOf, systemCodes } from './lite-s.ts';
import { toBytes, toText } from './sign-in.ts';
import { type CkRequest, ckRequestOctets, createRecipient } from './station-request.ts';

/** What the card said under an rc: ID and key version, and the write count or, once locked, the memory configuration. */
export interface CardWord {
  readonly id: string;
  readonly ckv: number;
  /** WCNT before the lock; MC after it. The block as it was read. */
  readonly third: string;
  readonly mac: string;
}

/** The hub as the station sees it, for one task; binary fields as base64url. Rejects with the hub's refusal. */
export interface StationHub<Made = unknown> {
  /** The card's key, sealed to the recipient. May be asked again for the same card until it is recorded. */
  key(message: { id: string; ckv: number; recipient: string; signature: string }): Promise<{ sealed: string }>;
  tap(): Promise<{ rc: string }>;
  /** Before the lock: the card holds key, ID and version. */
  verify(word: CardWord): Promise<unknown>;
  /** After the lock: the card says so itself, and is counted as issued. */
  record(word: CardWord): Promise<Made>;
}

export type IssuingStage = 'writing' | 'verifying' | 'locking' | 'checking';

export interface PersonaliseOptions<Made> {
  readonly reader: FelicaReader;
  readonly hub: StationHub<Made>;
  readonly task: string;
  readonly ckv: number;
  /** A card was begun for this task: it may be locked already. Otherwise a locked card is somebody's. */
  readonly begun?: boolean;
  /** Thumbprint and Ed25519 signature of the station. */
  readonly station: { readonly id: string; readonly sign: (octets: Uint8Array<ArrayBuffer>) => Promise<Uint8Array> };
  readonly onStage?: (stage: IssuingStage) => void;
  /** Trial: a first PIN that the station itself sets. */
  readonly slotA?: (id: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Makes a card of the programme of a blank FeliCa Lite-S that lies on the reader. Nothing is locked before the hub has
 * verified a MAC under the new key, and nothing counts as issued before the card itself has said, under that key, that
 * it is locked. May be repeated after it broke off anywhere: it goes on with what stands on the card.
 * CARD_ABSENT; CARD_TYPE: another chip; CARD_NOT_BLANK: written by somebody else or issued before; CARD_SPOILT: to be
 * thrown away; CARD_UNLOCKED: the lock does not rule (yet); CARD_SWAPPED: another card lies there than before.
 */
export async function personalise<Made>(options: PersonaliseOptions<Made>): Promise<Made> {
  const { reader, ckv, hub, begun = false, onStage = () => undefined } = options;
  const card = await blankOrOurs(reader, ckv);
  const isBlank = card.form === 'blank';
  if (!isBlank && !begun) throw new ReaderError('CARD_NOT_BLANK', 'the card was issued before');
  if (isBlank) {
    onStage('writing');
    await write(options, card.idm, card.id);
  }
  // Also of a card that is locked already: nothing is tried on one that is not this task's.
  onStage('verifying');
  await hub.verify(await wordOf(options, card.idm, blocks.wcnt));
  if (isBlank) {
    onStage('locking');
    await blocksOf(reader, card.idm).write([blocks.mc], issuedMc);
  }
  onStage('checking');
  await demandLock(reader, card.idm);
  return hub.record(await wordOf(options, card.idm, blocks.mc));
}

async function blankOrOurs(reader: FelicaReader, ckv: number) {
  const lying = await reader.poll(systemCodes.liteS);
  if (!lying) {
    const other = await reader.poll(systemCodes.transit);
    throw other
      ? new ReaderError('CARD_TYPE', 'a card for rides only')
      : new ReaderError('CARD_ABSENT', 'no card lies on the reader');
  }
  const { idm, pmm } = lying;
  if (pmm[1] !== icTypeLiteS) throw new ReaderError('CARD_TYPE', 'the chip is not a FeliCa Lite-S');
  const { askRead } = blocksOf(reader, idm);
  const contents: Uint8Array[] = [];
  for (const numbers of blankReads) {
    const { sf1, data } = await askRead(numbers);
    if (sf1 !== 0) throw new ReaderError('CARD_NOT_BLANK', 'the card shows its memory to nobody');
    contents.push(...numbers.map((_, at) => data.slice(at * 16, at * 16 + 16)));
  }
  const form = formOf(idm, ckv, contents);
  if (form === 'spoilt') throw new ReaderError('CARD_SPOILT', 'the lock was torn in the middle and cannot be mended');
  if (form === 'other') throw new ReaderError('CARD_NOT_BLANK', 'the card was written before, and not here');
  return { form, idm, id: contents[0] ?? new Uint8Array(16) };
}

/** ID and slots first, the key as late as possible: what breaks off before it has cost nothing. */
async function write<Made>(options: PersonaliseOptions<Made>, idm: Uint8Array, found: Uint8Array): Promise<void> {
  const { reader, ckv, slotA } = options;
  const card = blocksOf(reader, idm);
  await card.write([0], layoutBlock);
  // IDm and DFC are the chip's own. A serial that stands there already may have been given a key: it stays.
  if (isZero(found.slice(10))) await card.write([blocks.id], Uint8Array.of(...found.slice(0, 10), ...randomBytes(6)));
  const [id = new Uint8Array(), layout = new Uint8Array()] = await card.read([blocks.id, 0]);
  if (!isSame(id.slice(0, 10), found.slice(0, 10)) || isZero(id.slice(10)) || !isSame(layout, layoutBlock))
    throw new ReaderError('CARD_DAMAGED', 'the card does not keep what is written');
  const [a, b] = slotBlocks;
  await card.write([a], (await slotA?.(id)) ?? randomBytes(16));
  await card.write([b], randomBytes(16));
  const ck = await cardKey(options, id);
  try {
    await card.write([blocks.ck], ck);
  } finally {
    ck.fill(0);
  }
  await card.write([blocks.ckv], ckvBlockOf(ckv));
}

async function cardKey<Made>({ hub, task, ckv, station }: PersonaliseOptions<Made>, id: Uint8Array) {
  const { recipient, open } = await createRecipient();
  const request: CkRequest = { purpose: 'issue', station: station.id, task, id, ckv, recipient };
  const signature = await station.sign(ckRequestOctets(request));
  const fields = { id: toText(id), ckv, recipient: toText(recipient), signature: toText(signature) };
  return open(request, toBytes((await hub.key(fields)).sealed));
}

/** ID, CKV and one block more under the hub's rc. */
async function wordOf<Made>({ reader, hub }: PersonaliseOptions<Made>, idm: Uint8Array, block: number) {
  const { read, write: put } = blocksOf(reader, idm);
  await put([blocks.rc], toBytes((await hub.tap()).rc));
  const [id, version, third, mac] = await read([blocks.id, blocks.ckv, block, blocks.macA]);
  if (!id || !version || !third || !mac) throw new TypeError('a read returns what it was asked for');
  const ckv = (version[0] ?? 0) + (version[1] ?? 0) * 0x100;
  return { id: toText(id), ckv, third: toText(third), mac: toText(mac.slice(0, 8)) };
}

/**
 * Whether the lock holds, in a new field, where alone it rules. The key is tried with a random one only after the slot
 * was refused: a field that did not go off must not cost the card its key.
 */
async function demandLock(reader: FelicaReader, idm: Uint8Array): Promise<void> {
  await reader.cycle();
  const lying = await reader.poll(systemCodes.liteS);
  if (!lying) throw new ReaderError('CARD_LIFTED', 'the card was taken away');
  if (!isSame(lying.idm, idm)) throw new ReaderError('CARD_SWAPPED', 'another card lies on the reader');
  const { askRead, askWrite } = blocksOf(reader, idm);
  for (const slot of slotBlocks)
    if ((await askRead([slot])).sf1 === 0) throw new ReaderError('CARD_UNLOCKED', 'anybody can read a locked slot');
  for (const block of [...slotBlocks, blocks.ck])
    if (isWritten(await askWrite([block], randomBytes(16))))
      throw new ReaderError('CARD_SPOILT', 'anybody can write a locked block');
}

const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
