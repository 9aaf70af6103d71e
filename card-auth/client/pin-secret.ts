import { ed25519, ristretto255_oprf } from '@noble/curves/ed25519.js';
import { concat, u16be, utf8, xor } from './bytes.ts';

/**
 * The PIN secret (KSSC-CARD-1 section "server-assisted"): the card keeps S sealed under a key that needs both the PIN
 * and one evaluation by the key service (RFC 9497, ristretto255-SHA512, mode OPRF). Any PIN gives a valid key, so
 * nothing on the card tells a guess from the truth. Everything here runs in the terminal; no result of it but the
 * blinded value and a proof ever leaves it.
 */
const { oprf } = ristretto255_oprf;

/** The fewest PBKDF2 rounds a terminal takes from the server. */
export const iterationsMin = 100_000;

export interface BlindedPin {
  /** Goes to the server; says nothing about the PIN to anybody. */
  readonly blinded: Uint8Array;
  /** Stays here. */
  readonly blind: Uint8Array;
}

export function blindPin(pin: string): BlindedPin {
  return oprf.blind(utf8(pin));
}

/** Unblinds the evaluation: 64 bytes that depend on the PIN and the key service's key. */
export function finishEvaluation(pin: string, blind: Uint8Array, evaluated: Uint8Array): Uint8Array {
  return oprf.finalize(utf8(pin), blind, evaluated);
}

export interface CardGeneration {
  /** The card's ID block, 16 bytes. */
  readonly id: Uint8Array;
  /** Counts PIN changes. */
  readonly generation: number;
}

/** K_pin: PBKDF2-HMAC-SHA-256 over the evaluation, bound to card and generation. */
export async function pinKey(
  evaluation: Uint8Array,
  { id, generation }: CardGeneration,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (iterations < iterationsMin) throw new TypeError(`fewer than ${iterationsMin} rounds are refused`);
  const key = await crypto.subtle.importKey('raw', concat(evaluation), 'PBKDF2', false, ['deriveBits']);
  const salt = concat(utf8('KSSC-PIN-v1'), id, u16be(generation));
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 128),
  );
}

/** Seals and opens alike: S and the key are both uniform and used once per generation. */
export const sealSecret = xor;

/** The Ed25519 seed of card and generation: HKDF-SHA-256 of S. */
export async function signingSeed(
  secret: Uint8Array,
  { id, generation }: CardGeneration,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', concat(secret), 'HKDF', false, ['deriveBits']);
  const info = concat(utf8('KSSC-AUTH-v1'), u16be(generation));
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: concat(id), info }, key, 256),
  );
}

export const publicKeyOf = (seed: Uint8Array): Uint8Array => ed25519.getPublicKey(seed);

export const signTranscript = (transcript: Uint8Array, seed: Uint8Array): Uint8Array => ed25519.sign(transcript, seed);
