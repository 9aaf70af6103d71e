import { randomBytes } from 'node:crypto';
import { fromBase64url, sha256, toBase64url } from '../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import { type CardKeyService, field } from './card-key-service.ts';
import type { CardRecord, CardRegistry } from './card-registry.ts';
import { type Binding, bindingOctets, transcriptOctets } from './client/transcript.ts';
import { CardError, type CardErrorCode } from './errors.ts';
import { demandActive, readProofOf, stateProofOf } from './proof.ts';

/** A sign-in at the card, one per interaction: a new start ends the older one. */
export interface CardChallenge extends StoredRecord {
  /** Id of the interaction. */
  readonly id: string;
  readonly sid: string;
  readonly nonce: string;
  readonly binding: Binding;
  /** The rc under way and when it was tapped; gone once it was used. */
  readonly rc?: string | undefined;
  readonly tappedAt?: number | undefined;
  /** What the card proved, for the last step. */
  readonly proved?:
    | {
        readonly rc: string;
        readonly id: string;
        readonly ckv: number;
        readonly wcnt1: number;
        readonly mac1: string;
        readonly cardId: string;
        readonly at: number;
      }
    | undefined;
  readonly expiresAt: number;
}

export const cardChallengeCollection: CollectionDefinition = { name: 'card-challenge' };

/** The presentation of a card that the hub may rely on. */
export interface CardAuthentication {
  readonly residentRef: string;
  readonly cardId: string;
  readonly level: 'urn:x-sanuki:ac:card-pin';
  /** RFC 8176. */
  readonly amr: readonly ['hwk', 'pin'];
  readonly at: number;
}

export interface CardFact {
  readonly type: 'card.clone-alarm' | 'card.locked' | 'auth.start' | 'auth.ok' | 'auth.fail';
  readonly cardId: string;
  readonly code?: CardErrorCode;
}

export interface CardSignInOptions {
  readonly challenges: Collection<CardChallenge>;
  readonly cards: CardRegistry;
  readonly keyService: Omit<CardKeyService, 'issueCk' | 'evaluateFirstPin' | 'registerPin'>;
  /** The configured origin; the terminal signs the one its page really has. */
  readonly origin: string;
  readonly unfinishedPerHour?: number;
  readonly onFact?: (fact: CardFact) => Promise<void>;
  readonly now?: () => number;
}

/** The terminal's messages: base64url fields of exact lengths. */
export interface ProveMessage {
  readonly sid: string;
  readonly id: string;
  readonly ckv: number;
  readonly wcnt1: number;
  readonly mac1: string;
  readonly blinded: string;
}

export interface FinishMessage {
  readonly sid: string;
  readonly wcnt2: number;
  readonly mac2: string;
  readonly proof: string;
}

const challengeMs = 60_000;
/** From tap to prove: long enough for a card at a reader, short for a relay. */
const tapMs = 5_000;
const hourMs = 3_600_000;

/** KSSC-CARD-1, the server's side. The order of the checks is the security: see each step. */
export function createCardSignIn(options: CardSignInOptions) {
  const {
    challenges,
    cards,
    keyService,
    origin,
    unfinishedPerHour = 10,
    onFact = async () => undefined,
    now = Date.now,
  } = options;

  async function start(
    binding: Binding,
  ): Promise<{ readonly sid: string; readonly nonce: string; readonly binding: Binding; readonly expiresAt: number }> {
    const challenge = {
      id: binding.interactionId,
      sid: toBase64url(randomBytes(16)),
      nonce: toBase64url(randomBytes(32)),
      binding,
      expiresAt: now() + challengeMs,
    };
    // Each commit costs the card's holder time: the usual first start is one insert.
    const replaced = await challenges.update(challenge.id, () => challenge);
    if (!replaced) await challenges.insert(challenge);
    const { sid, nonce, expiresAt } = challenge;
    return { sid, nonce, binding, expiresAt };
  }

  /** A fresh rc; starts the clock of the card's turn. */
  async function tap(interactionId: string, sid: string): Promise<{ readonly rc: string }> {
    const rc = toBase64url(randomBytes(16));
    await change(interactionId, sid, (current) => ({ ...current, rc, tappedAt: now(), proved: undefined }));
    return { rc };
  }

  async function change(
    interactionId: string,
    sid: string,
    how: (current: CardChallenge) => CardChallenge,
  ): Promise<CardChallenge> {
    const challenge = await challenges.update(interactionId, (current) => {
      if (current.sid !== sid) throw new CardError('CHALLENGE_SPENT', 'a newer sign-in of this interaction has begun');
      return how(current);
    });
    if (!challenge) throw new CardError('CHALLENGE_SPENT', 'the challenge is unknown, used or has expired');
    return challenge;
  }

  /** Spends the rc before anything is looked at, so that no answer of the card can be tried twice. */
  async function spendRc(
    interactionId: string,
    sid: string,
  ): Promise<{ rc: Uint8Array; tappedAt: number; challenge: CardChallenge }> {
    let spent: { rc: string; tappedAt: number } | undefined;
    const challenge = await change(interactionId, sid, (current) => {
      spent =
        current.rc !== undefined && current.tappedAt !== undefined
          ? { rc: current.rc, tappedAt: current.tappedAt }
          : undefined;
      return { ...current, rc: undefined };
    });
    if (!spent) throw new CardError('CHALLENGE_SPENT', 'the rc was already used');
    if (now() - spent.tappedAt > tapMs) throw new CardError('TIME_OUT', 'the card answered too late');
    return { rc: fromBase64url(spent.rc) ?? new Uint8Array(), tappedAt: spent.tappedAt, challenge };
  }

  /**
   * Possession: after the MAC the answer may be specific; before it there is one refusal, because anyone can read an ID
   * and must neither probe nor lock a card.
   */
  async function prove(interactionId: string, message: ProveMessage) {
    const { rc, tappedAt } = await spendRc(interactionId, message.sid);
    const [id, mac1, blinded] = [field(message.id, 16), field(message.mac1, 8), field(message.blinded, 32)];
    const cardId = await keyService.cardId(id);
    const known = await cards.get(cardId);
    const proof = readProofOf(id, known?.ckv ?? message.ckv, message.wcnt1, rc, mac1);
    if (!known || !(await keyService.verifyRead(proof)))
      throw new CardError('CARD_REFUSED', 'the card is unknown or its MAC is wrong');
    const card = await admit(known, { ckv: message.ckv, wcnt1: message.wcnt1, tappedAt });
    const { pin } = card;
    if (!pin) throw new CardError('CARD_NOT_ACTIVE', 'the card has no PIN yet');
    const evaluated = await lockOnLimit(cardId, () => keyService.evaluatePin(proof, pin.generation, blinded));
    const stateMac = await keyService.authorise(proof, message.wcnt1);
    const proved = {
      rc: toBase64url(rc),
      id: message.id,
      ckv: message.ckv,
      wcnt1: message.wcnt1,
      mac1: message.mac1,
      cardId,
      at: tappedAt,
    };
    await Promise.all([
      change(interactionId, message.sid, (current) => ({ ...current, proved })),
      onFact({ type: 'auth.start', cardId }),
    ]);
    return {
      stateMac: toBase64url(stateMac),
      slot: pin.slot,
      generation: pin.generation,
      iterations: pin.iterations,
      slotHash: pin.slotHash,
      evaluated: toBase64url(evaluated),
    };
  }

  /** With a good MAC only, in this order: status, key version, race, write count, quota. One atomic step on the record. */
  async function admit(known: CardRecord, seen: { ckv: number; wcnt1: number; tappedAt: number }): Promise<CardRecord> {
    let cloned = false;
    const card = await cards.update(known.id, (current) => {
      cloned = false;
      demandActive(current, now());
      if (seen.ckv !== current.ckv) throw new CardError('CARD_REFUSED', 'the key version is not the one on record');
      if (seen.tappedAt < current.lastTapAt)
        throw new CardError('CHALLENGE_SPENT', 'a newer sign-in with this card has begun');
      if (seen.wcnt1 < current.lastWcnt) {
        cloned = true;
        return { ...current, status: 'suspended', reason: 'CLONE' };
      }
      const unfinished = current.unfinished.filter((at) => at > now() - hourMs);
      if (unfinished.length >= unfinishedPerHour)
        throw new CardError('TOO_MANY_UNFINISHED', 'too many authorisations without a PIN within an hour');
      return { ...current, lastWcnt: seen.wcnt1, lastTapAt: seen.tappedAt, unfinished: [...unfinished, seen.tappedAt] };
    });
    if (cloned) {
      await onFact({ type: 'card.clone-alarm', cardId: known.id, code: 'CARD_SUSPENDED' });
      throw new CardError('CARD_SUSPENDED', 'the write count went back: a copy of the card exists');
    }
    if (!card) throw new CardError('CARD_REFUSED', 'the card is gone');
    return card;
  }

  /** The key service owns the counts; the record follows them. */
  async function lockOnLimit<R>(cardId: string, act: () => Promise<R>): Promise<R> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof CardError && error.code === 'PIN_LOCKED') {
        await cards.move(cardId, 'pin-locked', 'PIN');
        await onFact({ type: 'card.locked', cardId, code: 'PIN_LOCKED' });
      }
      throw error;
    }
  }

  /** Knowledge: the second MAC shows that the card opened its sealed block, the signature that the PIN opened the secret. */
  async function finish(interactionId: string, message: FinishMessage): Promise<CardAuthentication> {
    const [mac2, proof] = [field(message.mac2, 8), field(message.proof, 64)];
    const challenge = await challenges.get(interactionId);
    if (challenge?.sid !== message.sid || !challenge.proved)
      throw new CardError('CHALLENGE_SPENT', 'the card was not proved in this sign-in');
    const { proved } = challenge;
    const [id, rc] = [field(proved.id, 16), field(proved.rc, 16)];
    const opened = stateProofOf(id, proved.ckv, message.wcnt2, rc, mac2);
    const confirmed = message.wcnt2 === proved.wcnt1 + 1 && (await keyService.verifyRead(opened));
    // One proof per sid, right or wrong: of two, one gets on. The write count is the card's own word either way.
    const [taken, card] = await Promise.all([
      challenges.take(interactionId),
      confirmed ? noteWriteCount(proved.cardId, message.wcnt2) : undefined,
    ]);
    if (taken?.sid !== message.sid) throw new CardError('CHALLENGE_SPENT', 'the sign-in was already finished');
    if (!confirmed) throw new CardError('CARD_REFUSED', 'the card did not confirm the authorisation');
    if (!card?.pin) throw new CardError('CARD_REFUSED', 'the card is gone');
    const { generation } = card.pin;
    const transcript = transcriptOf(challenge, proved, message.wcnt2, mac2);
    const { right, remainingTries } = await lockOnLimit(card.id, () =>
      keyService.verifyProof(id, generation, transcript, proof),
    );
    if (!right) return refuseWrong(card.id, remainingTries);
    await Promise.all([
      cards.update(card.id, (current) => ({ ...current, unfinished: [] })),
      onFact({ type: 'auth.ok', cardId: card.id }),
    ]);
    return {
      residentRef: card.residentRef,
      cardId: card.id,
      level: 'urn:x-sanuki:ac:card-pin',
      amr: ['hwk', 'pin'],
      at: now(),
    };
  }

  function noteWriteCount(cardId: string, wcnt: number): Promise<CardRecord | undefined> {
    return cards.update(cardId, (current) => {
      demandActive(current, now());
      return { ...current, lastWcnt: Math.max(current.lastWcnt, wcnt) };
    });
  }

  async function refuseWrong(cardId: string, remainingTries: number): Promise<never> {
    if (remainingTries <= 0) await cards.move(cardId, 'pin-locked', 'PIN');
    await onFact({ type: 'auth.fail', cardId, code: 'PIN_WRONG' });
    throw new CardError('PIN_WRONG', 'the PIN is wrong', { remainingTries });
  }

  function transcriptOf(
    challenge: CardChallenge,
    proved: NonNullable<CardChallenge['proved']>,
    wcnt2: number,
    mac2: Uint8Array,
  ): Uint8Array {
    return sha256(
      transcriptOctets({
        label: 'KSSC-CARD-LOGIN-v1',
        origin,
        sid: field(challenge.sid, 16),
        nonce: field(challenge.nonce, 32),
        rc: field(proved.rc, 16),
        id: field(proved.id, 16),
        ckv: proved.ckv,
        wcnt1: proved.wcnt1,
        mac1: field(proved.mac1, 8),
        wcnt2,
        mac2,
        binding: sha256(bindingOctets(challenge.binding)),
      }),
    );
  }

  return { start, tap, prove, finish };
}

export type CardSignIn = ReturnType<typeof createCardSignIn>;
