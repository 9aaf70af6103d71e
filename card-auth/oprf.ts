import { ristretto255, ristretto255_hasher, ristretto255_oprf } from '@noble/curves/ed25519.js';
import { expand, type MacKey } from './card-keys.ts';
import { CardError } from './errors.ts';

const { oprf } = ristretto255_oprf;
/** Context string of mode OPRF (0) and suite, RFC 9497 3.1. */
const deriveKeyPairTag = Buffer.from('DeriveKeyPairOPRFV1-\0-ristretto255-SHA512', 'latin1');

/** The OPRF key of a card and PIN generation, of the extracted master: a change of PIN changes it, so that two generations share nothing. */
export function oprfKey(master: MacKey, id: Uint8Array, generation: number): Uint8Array {
  const info = Buffer.concat([Buffer.from('KSSC-OPRF-v1'), id, Buffer.from([generation >> 8, generation & 0xff])]);
  const seed = expand(master, info, 32);
  return deriveSecretKey(seed, Buffer.from('KSSC-PIN-OPRF-v1'));
}

/** RFC 9497 3.2.1 DeriveKeyPair without the public half, which nobody asks for and which costs most of the time. */
function deriveSecretKey(seed: Uint8Array, keyInfo: Uint8Array): Uint8Array {
  const length = Buffer.from([keyInfo.length >> 8, keyInfo.length & 0xff]);
  const scalar = ristretto255_hasher.hashToScalar(Buffer.concat([seed, length, keyInfo, Buffer.from([0])]), {
    DST: deriveKeyPairTag,
  });
  // The next counter of the RFC would follow on zero, which happens once in 2^252 seeds.
  if (scalar === 0n) throw new CardError('CARD_REFUSED', 'the derived key is zero: the card needs another serial');
  return ristretto255.Point.Fn.toBytes(scalar);
}

/** RFC 9497 3.3.1 BlindEvaluate; an element that is no group element, or the identity, is the terminal's fault. */
export function evaluate(key: Uint8Array, blinded: Uint8Array): Uint8Array {
  try {
    return oprf.blindEvaluate(key, blinded);
  } catch (cause) {
    throw new CardError('READER_MESSAGE_MALFORMED', 'the blinded PIN is no element of the group', { cause });
  }
}
