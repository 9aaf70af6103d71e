import { blocks } from './lite-s.ts';

/** Second byte of the PMm: the chip. Lite (F0) has no MAC for writes and no count, so it cannot be a card of ours. */
export const icTypeLiteS = 0xf1;

/** S_PAD0: "SSC" and the version of the layout. */
export const layoutBlock = Uint8Array.from([0x53, 0x53, 0x43, 0x01, ...new Uint8Array(12)]);

/**
 * MC of an issued card: only S_PAD4 and 5 stay writable, behind external authentication, as does their reading; system
 * blocks locked; CK, CKV and STATE only with a MAC. One-way.
 */
export const issuedMc = Uint8Array.from([0x30, 0, 0, 0, 7, 1, 0x30, 0, 0x30, 0, 0, 0, 1, 0, 0, 0]);

export const slotBlocks = [4, 5] as const;
const padBlocks = [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13] as const;
/** A Lite-S reads at most four blocks at a time. */
export const blankReads = [
  [blocks.id, blocks.ckv, blocks.mc],
  padBlocks.slice(0, 4),
  padBlocks.slice(4, 8),
  padBlocks.slice(8),
] as const;

export const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);
export const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

export function ckvBlockOf(ckv: number): Uint8Array {
  const block = new Uint8Array(16);
  block.set([ckv & 0xff, ckv >> 8]);
  return block;
}

/** blank: may be written, perhaps for the second time. written: locked as ours are. other: nothing to write to. */
export type CardForm = 'blank' | 'locked' | 'spoilt' | 'other';

/**
 * What lies there. `contents` are the blocks of `blankReads`, in order. A memory configuration that is neither the
 * factory's nor ours on a card with our layout was torn in the middle, and it is one-way: such a card is spoilt.
 */
export function formOf(idm: Uint8Array, ckv: number, contents: readonly Uint8Array[]): CardForm {
  const [id, version, mc, layout, ...pads] = contents;
  if (!id || !version || !mc || !layout || !isSame(id.slice(0, 8), idm)) return 'other';
  const ours = isSame(layout, layoutBlock);
  if (isSame(mc, issuedMc)) return ours && isSame(version, ckvBlockOf(ckv)) ? 'locked' : 'other';
  const open = [0xff, 0xff, 0xff].every((byte, at) => mc[at] === byte) && isZero(mc.slice(5));
  if (!open) return ours ? 'spoilt' : 'other';
  const untouched = isZero(version) || (ours && isSame(version, ckvBlockOf(ckv)));
  return untouched && pads.every(isZero) && (ours || isZero(layout)) ? 'blank' : 'other';
}
