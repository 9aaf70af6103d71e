import { type FelicaReader, ReaderError } from '../readers/reader.ts';
import { sha256 } from './bytes.ts';
import type { liteSCard, Possession } from './lite-s.ts';
import {
  blindPin,
  finishEvaluation,
  iterationsMin,
  pinKey,
  publicKeyOf,
  sealSecret,
  signingSeed,
  signTranscript,
} from './pin-secret.ts';
import { type CardHub, type PossessionMessage, tapCard, toBytes, toText, unsealWithPin } from './sign-in.ts';
import { type Binding, bindingOf, newPinOctets, type TranscriptLabel, transcriptHash } from './transcript.ts';

/** The hub as the terminal sees it while a PIN is set; binary fields as base64url. Rejects with the hub's refusal. */
export interface PinHub extends Pick<CardHub, 'start' | 'tap' | 'prove'> {
  proveCode(
    message: PossessionMessage & { readonly code: string },
  ): Promise<{ stateMac: string; label: TranscriptLabel }>;
  confirm(message: { sid: string; wcnt2: number; mac2: string; blinded: string; proof?: string }): Promise<{
    generation: number;
    slot: number;
    iterations: number;
    evaluated: string;
  }>;
  commit(message: {
    sid: string;
    publicKey: string;
    slotHash: string;
    proof: string;
    endorsement?: string;
  }): Promise<{ next: string }>;
}

interface Setting {
  readonly reader: FelicaReader;
  readonly hub: PinHub;
  readonly newPin: string;
  /** The page's own origin, never a value that the server sent. */
  readonly origin: string;
}

export interface PinResult {
  readonly next: string;
  /** Whether the old sealed block was overwritten on the card; without it the new PIN counts all the same. */
  readonly scrubbed: boolean;
}

interface Opened {
  readonly card: ReturnType<typeof liteSCard>;
  readonly seen: Possession;
  readonly sid: string;
  readonly transcript: Uint8Array;
  readonly wcnt2: number;
  readonly mac2: Uint8Array;
}

/** The holder knows the PIN and wants another one. Nothing of the old one is touched before the hub took the new one. */
export async function changePin({ pin, ...setting }: Setting & { readonly pin: string }): Promise<PinResult> {
  const { reader, hub } = setting;
  const begun = await hub.start();
  const { blind, blinded } = blindPin(pin);
  const tapped = await tapCard(reader, hub, begun.sid);
  const answer = await hub.prove({ ...tapped.message, blinded: toText(blinded) });
  const label = 'KSSC-PIN-CHANGE-v1';
  const opened = await openCard({ ...setting, ...tapped, begun, label, stateMac: answer.stateMac });
  const { seed, used } = await unsealWithPin(opened, answer, { pin, blind });
  const result = await setNewPin(setting, opened, seed);
  for (const secret of used) secret.fill(0);
  return { ...result, scrubbed: await isScrubbed(opened, answer.slot) };
}

/** The holder has a hand-over code: the card gets its first PIN, or a new one after a reset. */
export async function setPinWithCode({ code, ...setting }: Setting & { readonly code: string }): Promise<PinResult> {
  const { reader, hub } = setting;
  const begun = await hub.start();
  const tapped = await tapCard(reader, hub, begun.sid);
  const { stateMac, label } = await hub.proveCode({ ...tapped.message, code });
  const opened = await openCard({ ...setting, ...tapped, begun, label, stateMac });
  // The other slot holds nothing of this holder, or a block whose key the hub has forgotten.
  return { ...(await setNewPin(setting, opened)), scrubbed: true };
}

async function openCard(given: {
  readonly card: Opened['card'];
  readonly seen: Possession;
  readonly rc: Uint8Array;
  readonly begun: { readonly sid: string; readonly nonce: string; readonly binding: Binding };
  readonly label: TranscriptLabel;
  readonly origin: string;
  readonly stateMac: string;
}): Promise<Opened> {
  const { card, seen, rc, begun, label, origin, stateMac } = given;
  const opened = await card.open(toBytes(stateMac), seen.wcnt1);
  const [sid, nonce] = [toBytes(begun.sid), toBytes(begun.nonce)];
  const binding = await bindingOf(begun.binding);
  const transcript = await transcriptHash({ label, origin, sid, nonce, rc, ...seen, ...opened, binding });
  return { card, seen, sid: begun.sid, transcript, ...opened };
}

/** A fresh secret under a fresh key into the other slot, read back, and only then the last word to the hub. */
async function setNewPin(
  { hub, newPin }: Setting,
  { card, seen, sid, transcript, wcnt2, mac2 }: Opened,
  oldSeed?: Uint8Array,
): Promise<{ next: string }> {
  const { blind, blinded } = blindPin(newPin);
  const proof = oldSeed ? { proof: toText(signTranscript(transcript, oldSeed)) } : {};
  const agreed = await hub.confirm({ sid, wcnt2, mac2: toText(mac2), blinded: toText(blinded), ...proof });
  const { generation, slot, iterations, evaluated } = agreed;
  if (iterations < iterationsMin) throw new ReaderError('READER_MESSAGE_MALFORMED', 'the hub asks for too few rounds');
  const which = { id: seen.id, generation };
  const secret = crypto.getRandomValues(new Uint8Array(16));
  const key = await pinKey(finishEvaluation(newPin, blind, toBytes(evaluated)), which, iterations);
  const sealed = sealSecret(secret, key);
  const seed = await signingSeed(secret, which);
  await card.writeSlot(slot, sealed);
  const [publicKey, slotHash] = [publicKeyOf(seed), await sha256(sealed)];
  const last = newPinOctets({ transcript, generation, slot, iterations, slotHash, publicKey });
  const message = {
    sid,
    publicKey: toText(publicKey),
    slotHash: toText(slotHash),
    proof: toText(signTranscript(last, seed)),
    ...(oldSeed ? { endorsement: toText(signTranscript(last, oldSeed)) } : {}),
  };
  for (const used of [blind, secret, key, seed]) used.fill(0);
  return hub.commit(message);
}

/** Best effort: the old block opens nothing any more, because the hub has forgotten its key. */
async function isScrubbed({ card }: Opened, slot: number): Promise<boolean> {
  try {
    await card.writeSlot(slot, crypto.getRandomValues(new Uint8Array(16)));
    return true;
  } catch (error) {
    if (error instanceof ReaderError) return false;
    throw error;
  }
}
