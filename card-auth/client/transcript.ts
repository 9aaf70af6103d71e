import { lengthPrefixed, sha256, u16be, u32le, utf8 } from './bytes.ts';

/** Labels keep purposes apart: a proof for one is nothing for another. */
export type TranscriptLabel =
  | 'KSSC-CARD-LOGIN-v1'
  | 'KSSC-CARD-ACTIVATE-v1'
  | 'KSSC-PIN-CHANGE-v1'
  | 'KSSC-PIN-RESET-v1';

export interface Binding {
  readonly interactionId: string;
  readonly protocol: 'saml' | 'oidc' | 'hub' | 'test';
  readonly partyId: string;
  readonly requestId: string;
}

/** What a sign-in is for: ties the proof to one interaction, party and request. */
export function bindingOf(binding: Binding): Promise<Uint8Array> {
  return sha256(bindingOctets(binding));
}

/** What `bindingOf` hashes; the hub hashes it at once, without the detour over the thread pool that Web Crypto takes. */
export function bindingOctets({ interactionId, protocol, partyId, requestId }: Binding): Uint8Array {
  return lengthPrefixed([interactionId, protocol, partyId, requestId].map(utf8));
}

export interface Transcript {
  readonly label: TranscriptLabel;
  /** The page's own origin on the terminal, the configured one on the server; never a value from the other side. */
  readonly origin: string;
  readonly sid: Uint8Array;
  readonly nonce: Uint8Array;
  readonly rc: Uint8Array;
  readonly id: Uint8Array;
  readonly ckv: number;
  readonly wcnt1: number;
  readonly mac1: Uint8Array;
  readonly wcnt2: number;
  readonly mac2: Uint8Array;
  readonly binding: Uint8Array;
  /** RFC 7638 thumbprint of an enrolled terminal's key; empty without one. */
  readonly terminalKeyThumbprint?: Uint8Array;
}

/** TH of KSSC-CARD-1 section 5: what the card's secret signs. CKV is big-endian here and little-endian on the card. */
export function transcriptHash(transcript: Transcript): Promise<Uint8Array> {
  return sha256(transcriptOctets(transcript));
}

/** What `transcriptHash` hashes. */
export function transcriptOctets(transcript: Transcript): Uint8Array {
  const {
    label,
    origin,
    sid,
    nonce,
    rc,
    id,
    ckv,
    wcnt1,
    mac1,
    wcnt2,
    mac2,
    binding,
    terminalKeyThumbprint = new Uint8Array(),
  } = transcript;
  const fields = [
    utf8(label),
    utf8(origin),
    sid,
    nonce,
    rc,
    id,
    u16be(ckv),
    u32le(wcnt1),
    mac1,
    u32le(wcnt2),
    mac2,
    binding,
    terminalKeyThumbprint,
  ];
  return lengthPrefixed(fields);
}

/** What the keys of the old and the new PIN sign before the new one counts. */
export interface NewPin {
  /** TH of the exchange in which the card was opened. */
  readonly transcript: Uint8Array;
  readonly generation: number;
  readonly slot: number;
  readonly iterations: number;
  /** SHA-256 of the new sealed block. */
  readonly slotHash: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The last word of setting a PIN: what was opened, what was written, and the key that stands for it. */
export function newPinOctets({ transcript, generation, slot, iterations, slotHash, publicKey }: NewPin): Uint8Array {
  const numbers = [u16be(generation), Uint8Array.of(slot), u32le(iterations)];
  return lengthPrefixed([utf8('KSSC-PIN-COMMIT-v1'), transcript, ...numbers, slotHash, publicKey]);
}
