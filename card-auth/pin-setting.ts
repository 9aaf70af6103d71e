import { fromBase64url, toBase64url } from '../lib/bytes.ts';
import type { Collection } from '../storage/index.ts';
import { type CardKeyService, field } from './card-key-service.ts';
import type { CardRecord, CardRegistry } from './card-registry.ts';
import { type AgreedPin, type CardChallenge, createChallenges, transcriptOf } from './challenge.ts';
import { iterationsMin } from './client/pin-secret.ts';
import { newPinOctets, type TranscriptLabel } from './client/transcript.ts';
import { CardError } from './errors.ts';
import type { HandOverCodes } from './hand-over-code.ts';
import {
  type CardFact,
  createPossession,
  type Demand,
  type PinOffer,
  type PossessionMessage,
  type Proved,
  provedOf,
} from './possession.ts';
import { demandActive, demandLiving, stateProofOf } from './proof.ts';

export interface PinSettingOptions {
  /** Of its own: a challenge of a sign-in is none here. */
  readonly challenges: Collection<CardChallenge>;
  readonly cards: CardRegistry;
  readonly keyService: Omit<
    CardKeyService,
    'issueCk' | 'evaluateFirstPin' | 'registerPin' | 'issuingVersion' | 'makeVersion'
  >;
  readonly codes: HandOverCodes;
  readonly origin: string;
  readonly unfinishedPerHour?: number;
  readonly onFact?: (fact: CardFact) => Promise<void>;
  readonly now?: () => number;
}

/** `change`: the holder knows the PIN. `code`: the holder has a hand-over code, for a new card or after a reset. */
export type PinWay = 'change' | 'code';

/** Whose run it is: one at a time for each key; a change is for this resident's cards only. */
export interface PinOwner {
  readonly key: string;
  readonly residentRef?: string | undefined;
}

export interface ConfirmMessage {
  readonly sid: string;
  readonly wcnt2: number;
  readonly mac2: string;
  /** The new PIN, blinded. */
  readonly blinded: string;
  /** By the old PIN's key; with a code there is none. */
  readonly proof?: string | undefined;
}

export interface CommitMessage {
  readonly sid: string;
  readonly publicKey: string;
  readonly slotHash: string;
  /** By the new key. */
  readonly proof: string;
  /** By the old key, over the same. */
  readonly endorsement?: string | undefined;
}

/** What the last word was about. */
export interface PinSet {
  readonly cardId: string;
  readonly residentRef: string;
  readonly purpose: 'change' | 'activate' | 'reset';
}

const level = 'urn:x-sanuki:ac:card-pin';
const labels = {
  change: 'KSSC-PIN-CHANGE-v1',
  activate: 'KSSC-CARD-ACTIVATE-v1',
  reset: 'KSSC-PIN-RESET-v1',
} as const satisfies Record<PinSet['purpose'], TranscriptLabel>;
const facts = { change: 'card.pin-changed', activate: 'card.activated', reset: 'card.pin-reset' } as const;
const generationsMax = 0xffff;

/**
 * Setting a PIN (card-protocol 5): a fresh secret under a fresh key in the card's other slot, then one write of the
 * card's record makes it the card's PIN. Until that write the old PIN counts and nothing of it was touched; from it on
 * only the new one does. A card torn out of the field, or a process that dies, at any step leaves one of the two.
 */
export function createPinSetting(options: PinSettingOptions) {
  const { cards, keyService, codes, origin, unfinishedPerHour = 10, onFact = async () => undefined } = options;
  const { now = Date.now } = options;
  const challenges = createChallenges({ challenges: options.challenges, now });
  const possession = createPossession({ cards, keyService, unfinishedPerHour, onFact, now });
  const idOf = (way: PinWay, { key }: PinOwner) => `${way}:${key}`;

  function start(way: PinWay, owner: PinOwner) {
    return challenges.start({ interactionId: idOf(way, owner), protocol: 'hub', partyId: '', requestId: way });
  }

  const tap = (way: PinWay, owner: PinOwner, sid: string) => challenges.tap(idOf(way, owner), sid);

  const demandOf =
    (way: PinWay, { residentRef }: PinOwner): Demand =>
    (card, at) => {
      if (way === 'code') return demandSettable(card, at);
      if (card.residentRef !== residentRef) throw new CardError('CARD_OF_OTHER', 'the card is of another resident');
      demandActive(card, at);
    };

  /** A code opens a card that waits for its first PIN, or one whose holder does not know the PIN; nothing that was stopped. */
  const demandSettable: Demand = (card, at) => {
    demandLiving(card, at);
    const { handOver, status } = card;
    const fits =
      handOver?.purpose === 'activate' ? status === 'issued' : status === 'active' || status === 'pin-locked';
    if (!handOver || !codes.isOpen(handOver) || !fits)
      throw new CardError('CODE_SPENT', 'no code is open for this card');
  };

  /** Possession, then what opens the card: for the old PIN as at a sign-in. */
  async function proveOld(
    owner: PinOwner,
    message: PossessionMessage & { readonly blinded: string },
  ): Promise<PinOffer> {
    const id = idOf('change', owner);
    const spent = await challenges.spendRc(id, message.sid, level);
    const blinded = field(message.blinded, 32);
    const { card, proof } = await possession.verify(spent, message, { level, demand: demandOf('change', owner) });
    const offered = await possession.offer(card, proof, blinded, message.wcnt1);
    const proved = provedOf(card, proof, message, spent.tappedAt);
    await challenges.change(id, message.sid, (current) => ({ ...current, proved }));
    return offered;
  }

  /** Possession, then the code: only a right one opens the card. */
  async function proveCode(owner: PinOwner, message: PossessionMessage & { readonly code: string }) {
    const id = idOf('code', owner);
    const spent = await challenges.spendRc(id, message.sid, level);
    const { card, proof } = await possession.verify(spent, message, { level, demand: demandSettable });
    const purpose = await tryCode(card.id, message.code);
    const stateMac = await keyService.authorise(proof, message.wcnt1);
    const proved = provedOf(card, proof, message, spent.tappedAt);
    await challenges.change(id, message.sid, (current) => ({ ...current, proved }));
    return { stateMac: toBase64url(stateMac), label: labels[purpose] };
  }

  /** Compared and counted in one atomic step, so that parallel guesses are never looked at more often than allowed. */
  async function tryCode(cardId: string, code: string): Promise<'activate' | 'reset'> {
    let right = false;
    const card = await cards.update(cardId, (current) => {
      demandSettable(current, now());
      const { handOver } = current;
      right = handOver !== undefined && codes.isRight(cardId, handOver, code);
      return handOver ? { ...current, handOver: { ...handOver, wrong: right ? 0 : handOver.wrong + 1 } } : current;
    });
    const { handOver } = card ?? {};
    if (!handOver) throw new CardError('CODE_SPENT', 'no code is open for this card');
    if (right) return handOver.purpose;
    await onFact({ type: 'card.code-refused', cardId, code: 'CODE_WRONG' });
    const remainingTries = Math.max(0, codes.triesMax - handOver.wrong);
    throw new CardError('CODE_WRONG', 'the code is wrong', { remainingTries });
  }

  /** The run, with its step taken: of two that take it, one gets on. */
  async function takeStep(id: string, sid: string): Promise<{ challenge: CardChallenge; proved: Proved }> {
    const challenge = await challenges.change(id, sid, (current) => {
      if (!current.proved || current.agreed) throw new CardError('CHALLENGE_SPENT', 'this step is not the next one');
      return { ...current, agreed: 'begun' };
    });
    if (!challenge.proved) throw new TypeError('a step that was checked has its card');
    return { challenge, proved: challenge.proved };
  }

  /** The card is open and the old PIN was right: the one evaluation of the new PIN, under a generation never used before. */
  async function confirm(way: PinWay, owner: PinOwner, message: ConfirmMessage) {
    const [mac2, blinded] = [field(message.mac2, 8), field(message.blinded, 32)];
    const oldProof = way === 'change' ? field(message.proof ?? '', 64) : undefined;
    const { challenge, proved } = await takeStep(idOf(way, owner), message.sid);
    const { wcnt2 } = message;
    const confirmed = await possession.confirms(proved, wcnt2, mac2);
    const card = confirmed && (await possession.noteWriteCount(proved.cardId, wcnt2, demandOf(way, owner)));
    if (!card) throw new CardError('CARD_REFUSED', 'the card did not confirm the authorisation');
    const purpose = way === 'change' ? way : (card.handOver?.purpose ?? 'activate');
    const transcript = transcriptOf({ label: labels[purpose], origin, challenge, proved, wcnt2, mac2 });
    if (oldProof) await demandOldPin(card, proved, transcript, oldProof);
    const generation = await nextGeneration(card.id);
    const [id, rc] = [field(proved.id, 16), field(proved.rc, 16)];
    const opened = stateProofOf(id, proved.keyVersion, wcnt2, rc, mac2);
    const evaluated = await keyService.evaluateNewPin(opened, generation, blinded);
    const slot = card.pin?.slot === 4 ? 5 : 4;
    const agreed = { generation, slot, iterations: iterationsMin } as const;
    const kept: AgreedPin = { ...agreed, transcript: toBase64url(transcript), from: card.pin?.generation };
    await challenges.change(challenge.id, message.sid, (current) => ({ ...current, agreed: kept }));
    return { ...agreed, evaluated: toBase64url(evaluated) };
  }

  /** A try like every other: counted before it is looked at. */
  async function demandOldPin({ id, pin }: CardRecord, proved: Proved, signed: Uint8Array, proof: Uint8Array) {
    if (!pin) throw new CardError('CARD_NOT_ACTIVE', 'the card has no PIN yet');
    const { right, remainingTries } = await possession.lockOnLimit(id, () =>
      keyService.verifyProof(field(proved.id, 16), pin.generation, signed, proof),
    );
    if (!right) await possession.refuseWrong(id, remainingTries);
  }

  async function nextGeneration(cardId: string): Promise<number> {
    const card = await cards.update(cardId, (current) => {
      const lastGeneration = Math.max(current.lastGeneration ?? 0, current.pin?.generation ?? 0) + 1;
      if (lastGeneration > generationsMax) throw new CardError('CARD_REFUSED', 'the card has had too many PINs');
      return { ...current, lastGeneration };
    });
    if (!card?.lastGeneration) throw new CardError('CARD_REFUSED', 'the card is gone');
    return card.lastGeneration;
  }

  /**
   * The new block is on the card and was read back. In this order, so that a crash between two steps leaves one PIN: the
   * new key is kept, the card's record names it (this is the moment), the old key is forgotten.
   */
  async function commit(way: PinWay, owner: PinOwner, message: CommitMessage): Promise<PinSet> {
    const [publicKey, slotHash] = [field(message.publicKey, 32), field(message.slotHash, 32)];
    const proof = field(message.proof, 64);
    const { proved, agreed } = await takeAgreed(idOf(way, owner), message.sid);
    const { generation, slot, iterations, from } = agreed;
    const transcript = fromBase64url(agreed.transcript) ?? new Uint8Array();
    const last = newPinOctets({ transcript, generation, slot, iterations, slotHash, publicKey });
    const before = await cards.get(proved.cardId);
    if (!before) throw new CardError('CARD_REFUSED', 'the card is gone');
    if (before.pin?.generation !== from) throw new CardError('CHALLENGE_SPENT', 'the PIN was changed meanwhile');
    if (way === 'change') await demandOldPin(before, proved, last, field(message.endorsement ?? '', 64));
    await keyService.adoptPin(field(proved.id, 16), generation, publicKey, { transcript: last, proof });
    const pin = { slot, generation, iterations, slotHash: message.slotHash };
    const card = await cards.update(proved.cardId, (current) => {
      demandOf(way, owner)(current, now());
      if (current.pin?.generation !== from) throw new CardError('CHALLENGE_SPENT', 'the PIN was changed meanwhile');
      return { ...current, status: 'active', reason: undefined, pin, handOver: undefined, unfinished: [], unproven: 0 };
    });
    if (!card) throw new CardError('CARD_REFUSED', 'the card is gone');
    // Also what attempts that ended half-way left behind.
    for (let past = from ?? 1; past < generation; past += 1) await keyService.retirePin(card.id, past);
    const purpose = way === 'change' ? way : (before.handOver?.purpose ?? 'activate');
    await onFact({ type: facts[purpose], cardId: card.id });
    return { cardId: card.id, residentRef: card.residentRef, purpose };
  }

  async function takeAgreed(id: string, sid: string): Promise<{ proved: Proved; agreed: AgreedPin }> {
    if ((await challenges.get(id))?.sid !== sid) throw new CardError('CHALLENGE_SPENT', 'a newer run has begun');
    const taken = await challenges.take(id);
    const { proved, agreed } = taken ?? {};
    if (taken?.sid !== sid || !proved || !agreed || agreed === 'begun')
      throw new CardError('CHALLENGE_SPENT', 'nothing was agreed in this run, or it was finished');
    return { proved, agreed };
  }

  return { start, tap, proveOld, proveCode, confirm, commit };
}

export type PinSetting = ReturnType<typeof createPinSetting>;
