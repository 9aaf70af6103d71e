import { field, type ReadProof } from './card-key-service.ts';
import type { CardRecord } from './card-registry.ts';
import type { CardWord } from './client/personalise.ts';
import { CardError } from './errors.ts';

/** A card that was not stopped. */
export function demandLiving(card: CardRecord, now: number): void {
  if (card.status === 'suspended') throw new CardError('CARD_SUSPENDED', 'the card is suspended');
  if (card.status === 'revoked') throw new CardError('CARD_REVOKED', 'the card is revoked');
  if (card.status === 'expired' || card.expiresOn <= now) throw new CardError('CARD_EXPIRED', 'the card has expired');
}

/** A card that may be used at all, whoever holds it. */
export function demandActive(card: CardRecord, now: number): void {
  demandLiving(card, now);
  if (card.status === 'pin-locked') throw new CardError('PIN_LOCKED', 'the PIN of the card is locked');
  if (card.status !== 'active') throw new CardError('CARD_NOT_ACTIVE', 'the card was not activated');
}

/**
 * Blocks 82 (ID), 86 (CKV), 90 (WCNT) as the card returned them; numbers are little-endian there. `shown` is what stands
 * in CKV, where that is not the version of the key: between the two writes of a renewal.
 */
export function readProofOf(
  id: Uint8Array,
  ckv: number,
  wcnt: number,
  rc: Uint8Array,
  mac: Uint8Array,
  shown = ckv,
): ReadProof {
  const data = Buffer.concat([id, littleEndian(shown, 2), littleEndian(wcnt, 3)]);
  return { id, ckv, rc, blocks: [0x82, 0x86, 0x90], data, mac };
}

/** Blocks 92 (STATE, opened) and 90 (WCNT). */
export function stateProofOf(id: Uint8Array, ckv: number, wcnt: number, rc: Uint8Array, mac: Uint8Array): ReadProof {
  return { id, ckv, rc, blocks: [0x92, 0x90], data: Buffer.concat([littleEndian(1, 1), littleEndian(wcnt, 3)]), mac };
}

/** What a station's card is asked for beside ID and CKV: its write count before the lock, its configuration after it. */
export type ThirdBlock = 'wcnt' | 'mc';

/** Blocks 82 (ID), 86 (CKV) and 90 (WCNT) or 88 (MC), under the key of version `keyVersion`. */
export function cardWordProof(word: CardWord, keyVersion: number, rc: Uint8Array, third: ThirdBlock): ReadProof {
  const [id, mac] = [field(word.id, 16), field(word.mac, 8)];
  const data = Buffer.concat([id, littleEndian(word.ckv, 2), field(word.third, 16)]);
  return { id, ckv: keyVersion, rc, blocks: [0x82, 0x86, third === 'mc' ? 0x88 : 0x90], data, mac };
}

/** A block that holds one little-endian number and zeros. */
function littleEndian(value: number, bytes: number): Buffer {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * bytes))
    throw new CardError('READER_MESSAGE_MALFORMED', 'a count is out of range');
  const block = Buffer.alloc(16);
  block.writeUIntLE(value, 0, bytes);
  return block;
}
