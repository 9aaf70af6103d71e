import { type FelicaReader, ReaderError } from '../readers/reader.ts';
import { sha256 } from './bytes.ts';
import { liteSCard, systemCodes } from './lite-s.ts';
import {
  blindPin,
  finishEvaluation,
  iterationsMin,
  pinKey,
  sealSecret,
  signingSeed,
  signTranscript,
} from './pin-secret.ts';
import { type Binding, bindingOf, transcriptHash } from './transcript.ts';

/** What a card answers to an rc, as it travels. */
export interface PossessionMessage {
  readonly sid: string;
  readonly id: string;
  readonly ckv: number;
  readonly wcnt1: number;
  readonly mac1: string;
}

/** The hub as the terminal sees it: a call for each step, binary fields as base64url. Rejects with the hub's refusal. */
export interface CardHub {
  start(): Promise<{ sid: string; nonce: string; binding: Binding }>;
  tap(message: { sid: string }): Promise<{ rc: string }>;
  prove(message: PossessionMessage & { readonly blinded: string }): Promise<{
    stateMac: string;
    slot: number;
    generation: number;
    iterations: number;
    slotHash: string;
    evaluated: string;
  }>;
  finish(message: { sid: string; wcnt2: number; mac2: string; proof: string }): Promise<{ next: string }>;
  /** Level `card`: possession is all, and the end. */
  present(message: PossessionMessage): Promise<{ next: string }>;
}

export interface CardOnReader {
  readonly idm: Uint8Array;
}

const pollMs = 250;

/**
 * Waits until a card that can sign in lies on the reader. A card that has only the transit system is told apart by
 * `onOther`, so that the page can say why nothing happens.
 */
export async function waitForCard(
  reader: FelicaReader,
  { signal, onOther = () => undefined }: { signal?: AbortSignal; onOther?: () => void } = {},
): Promise<CardOnReader> {
  for (;;) {
    const card = await reader.poll(systemCodes.liteS, signal);
    if (card) return card;
    if (await reader.poll(systemCodes.transit, signal)) onOther();
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    signal?.throwIfAborted();
  }
}

/** The card that can sign in and lies on the reader now, if one does. */
export async function cardOnReader(reader: FelicaReader): Promise<CardOnReader | undefined> {
  return reader.poll(systemCodes.liteS);
}

/** Resolves when this card has left the reader, and when told to stop. */
export async function waitForLift(reader: FelicaReader, { idm }: CardOnReader, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const card = await reader.poll(systemCodes.liteS);
    if (!card?.idm.every((byte, at) => byte === idm[at])) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

export interface SignInOptions {
  readonly reader: FelicaReader;
  readonly hub: CardHub;
  readonly pin: string;
  /** The page's own origin, or the one an agent has pinned; never a value that the server sent. */
  readonly origin: string;
}

/**
 * KSSC-CARD-1, the terminal's side: proves possession, opens the sealed secret with the PIN's help and signs what was
 * seen. The PIN and everything computed from it stay in here; the hub gets a blinded value and a signature.
 */
export async function signInWithCard({ reader, hub, pin, origin }: SignInOptions): Promise<{ next: string }> {
  const { sid, nonce, binding } = await hub.start();
  const { blinded, blind } = blindPin(pin);
  const { card, rc, seen, message } = await tapCard(reader, hub, sid);
  const answer = await hub.prove({ ...message, blinded: toText(blinded) });
  const opened = await card.open(toBytes(answer.stateMac), seen.wcnt1);
  const { seed, used } = await unsealWithPin({ card, seen }, answer, { pin, blind });
  const transcript = await transcriptHash({
    label: 'KSSC-CARD-LOGIN-v1',
    origin,
    sid: toBytes(sid),
    nonce: toBytes(nonce),
    rc,
    ...seen,
    ...opened,
    binding: await bindingOf(binding),
  });
  const proof = signTranscript(transcript, seed);
  for (const secret of used) secret.fill(0);
  return hub.finish({ sid, wcnt2: opened.wcnt2, mac2: toText(opened.mac2), proof: toText(proof) });
}

/** The seed that the PIN opens on a card whose sealed blocks are open; `used` is to be forgotten once it has signed. */
export async function unsealWithPin(
  { card, seen }: Pick<Awaited<ReturnType<typeof tapCard>>, 'card' | 'seen'>,
  answer: Awaited<ReturnType<CardHub['prove']>>,
  { pin, blind }: { readonly pin: string; readonly blind: Uint8Array },
): Promise<{ seed: Uint8Array; used: readonly Uint8Array[] }> {
  if (answer.iterations < iterationsMin)
    throw new ReaderError('READER_MESSAGE_MALFORMED', 'the hub asks for too few rounds');
  const sealed = await card.readSlot(answer.slot);
  if (toText(await sha256(sealed)) !== answer.slotHash)
    throw new ReaderError('CARD_DAMAGED', 'the sealed block is not the one on record');
  const generation = { id: seen.id, generation: answer.generation };
  const key = await pinKey(finishEvaluation(pin, blind, toBytes(answer.evaluated)), generation, answer.iterations);
  const secret = sealSecret(sealed, key);
  const seed = await signingSeed(secret, generation);
  return { seed, used: [blind, sealed, key, secret, seed] };
}

/** KSSC-CARD-1 at level `card`, the terminal's side: the card shows that it is there, and nothing on it is opened. */
export async function presentCard({
  reader,
  hub,
}: Pick<SignInOptions, 'reader'> & { readonly hub: Pick<CardHub, 'start' | 'tap' | 'present'> }): Promise<{
  next: string;
}> {
  const { sid } = await hub.start();
  const { message } = await tapCard(reader, hub, sid);
  return hub.present(message);
}

/** An rc of the hub to the card on the reader, and the card's answer to it. */
export async function tapCard(reader: FelicaReader, hub: Pick<CardHub, 'tap'>, sid: string) {
  const onReader = await reader.poll(systemCodes.liteS);
  if (!onReader) throw new ReaderError('CARD_ABSENT', 'no card lies on the reader');
  const card = liteSCard(reader, onReader.idm);
  const rc = toBytes((await hub.tap({ sid })).rc);
  const seen = await card.provePossession(rc);
  const { id, ckv, wcnt1, mac1 } = seen;
  return { card, rc, seen, message: { sid, id: toText(id), ckv, wcnt1, mac1: toText(mac1) } };
}

/** base64url as the messages carry it, without node modules. */
export function toText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}
