import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { toBase64url } from '../lib/bytes.ts';
import type { Seal } from '../lib/seal.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';
import { CardError } from './errors.ts';

/** Tries of one card and PIN generation, shared by all processes. */
export interface PinCounter extends StoredRecord {
  /** Wrong proofs since the last right one. */
  readonly wrong: number;
  /** Evaluations since the last right proof. */
  readonly evaluations: number;
  /**
   * The card's public key of this generation, wrapped: with a card dump and the OPRF key it would let PINs be tried.
   * Empty while the generation is only reserved: its one evaluation went to the terminal that sets the PIN.
   */
  readonly publicKey: string;
  /** A later generation took its place: it counts, evaluates and proves nothing any more. */
  readonly retired?: boolean | undefined;
}

export const pinCounterCollection: CollectionDefinition = { name: 'card-pin-counter' };

/**
 * The generations of a card's PIN, from reserved over adopted to retired, as the key service keeps them. A generation is
 * reserved once and evaluated once before it is adopted: whoever could evaluate a fresh one at will would know the
 * sealing key of every PIN before its holder has chosen one.
 */
export function createPinGenerations({ counters, seal }: { counters: Collection<PinCounter>; seal: Seal }) {
  /** Of two that reserve one generation, one gets it; a number that was ever used is refused, retired ones too. */
  async function reserve(id: string): Promise<void> {
    if (!(await insertOnce(counters, { id, wrong: 0, evaluations: 1, publicKey: '' })))
      throw new CardError('CHALLENGE_SPENT', 'this PIN generation was already reserved');
  }

  /** Takes the key that the terminal made, once, and only with a proof that the terminal holds it. */
  async function adopt(id: string, publicKey: Uint8Array, transcript: Uint8Array, proof: Uint8Array): Promise<void> {
    if (proof.byteLength !== 64 || !verify(null, transcript, publicKeyFrom(publicKey), proof))
      throw new CardError('CARD_REFUSED', 'the new key did not sign what was agreed');
    const sealed = seal.seal(publicKey, id);
    const adopted = await counters.update(id, (current) => {
      if (current.publicKey !== '' || current.retired)
        throw new CardError('CHALLENGE_SPENT', 'this PIN generation has its key already');
      return { ...current, wrong: 0, evaluations: 0, publicKey: sealed };
    });
    if (!adopted) throw new CardError('CHALLENGE_SPENT', 'this PIN generation was not reserved');
  }

  /** Stays as a mark, so that the generation can never be reserved again; its key is forgotten. */
  async function retire(id: string): Promise<void> {
    await counters.update(id, (current) => ({ ...current, publicKey: '', retired: true }));
  }

  return { reserve, adopt, retire };
}

/** All tries again, for the same PIN. It needs no key, so the card office does it without the key service. */
export async function returnTries(counters: Collection<PinCounter>, cardId: string, generation: number): Promise<void> {
  const counter = await counters.update(`${cardId}.${generation}`, (current) => {
    demandAdopted(current);
    return { ...current, wrong: 0, evaluations: 0 };
  });
  if (!counter) throw new CardError('CARD_NOT_ACTIVE', 'the card has no PIN of this generation');
}

/** A generation that PINs may be tried on. */
export function demandAdopted(counter: PinCounter): void {
  if (counter.retired) throw new CardError('CHALLENGE_SPENT', 'the PIN was changed meanwhile');
  if (counter.publicKey === '') throw new CardError('CARD_NOT_ACTIVE', 'this PIN generation is not in use yet');
}

export function publicKeyFrom(raw: Uint8Array): KeyObject {
  if (raw.byteLength !== 32) throw new CardError('READER_MESSAGE_MALFORMED', 'an Ed25519 public key has 32 bytes');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: toBase64url(raw) }, format: 'jwk' });
}
