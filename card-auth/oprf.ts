import { hkdfSync } from 'node:crypto';
import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import { CardError } from './errors.ts';

const { oprf } = ristretto255_oprf;

/** The OPRF key of a card and PIN generation: a change of PIN changes it, so that two generations share nothing. */
export function oprfKey(master: Uint8Array, id: Uint8Array, generation: number): Uint8Array {
  const info = Buffer.concat([Buffer.from('KSSC-OPRF-v1'), id, Buffer.from([generation >> 8, generation & 0xff])]);
  const seed = new Uint8Array(hkdfSync('sha256', master, Buffer.alloc(0), info, 32));
  return oprf.deriveKeyPair(seed, Buffer.from('KSSC-PIN-OPRF-v1')).secretKey;
}

/** RFC 9497 3.3.1 BlindEvaluate; an element that is no group element, or the identity, is the terminal's fault. */
export function evaluate(key: Uint8Array, blinded: Uint8Array): Uint8Array {
  try {
    return oprf.blindEvaluate(key, blinded);
  } catch (cause) {
    throw new CardError('READER_MESSAGE_MALFORMED', 'the blinded PIN is no element of the group', { cause });
  }
}
