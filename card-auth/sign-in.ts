import { sha256, toBase64url } from '../lib/bytes.ts';
import type { Collection } from '../storage/index.ts';
import { type CardKeyService, field, type ReadProof } from './card-key-service.ts';
import type { CardRecord, CardRegistry } from './card-registry.ts';
import { type CardChallenge, type CardLevel, createChallenges } from './challenge.ts';
import { bindingOctets, transcriptOctets } from './client/transcript.ts';
import { CardError, type CardErrorCode } from './errors.ts';
import { demandActive, readProofOf, stateProofOf } from './proof.ts';

interface Presented {
  readonly residentRef: string;
  readonly cardId: string;
  readonly at: number;
}

/** Card and PIN: what a session may be opened with. */
export interface PinAuthentication extends Presented {
  readonly level: 'urn:x-sanuki:ac:card-pin';
  /** RFC 8176. */
  readonly amr: readonly ['hwk', 'pin'];
}

/** The card alone, at a registered counter and for the one request that asked. */
export interface CardPossession extends Presented {
  readonly level: 'urn:x-sanuki:ac:card';
  readonly amr: readonly ['hwk'];
}

/** The presentation of a card that the hub may rely on, as far as its level goes. */
export type CardAuthentication = PinAuthentication | CardPossession;

export interface CardFact {
  readonly type: 'card.clone-alarm' | 'card.locked' | 'auth.start' | 'auth.ok' | 'auth.fail' | 'auth.card';
  readonly cardId: string;
  readonly code?: CardErrorCode;
}

export interface CardSignInOptions {
  readonly challenges: Collection<CardChallenge>;
  readonly cards: CardRegistry;
  readonly keyService: Pick<CardKeyService, 'cardId' | 'verifyRead' | 'authorise' | 'evaluatePin' | 'verifyProof'>;
  /** The configured origin; the terminal signs the one its page really has. */
  readonly origin: string;
  readonly unfinishedPerHour?: number;
  readonly onFact?: (fact: CardFact) => Promise<void>;
  readonly now?: () => number;
}

/** The terminal's messages: base64url fields of exact lengths. */
export interface PossessionMessage {
  readonly sid: string;
  readonly id: string;
  readonly ckv: number;
  readonly wcnt1: number;
  readonly mac1: string;
}

export interface ProveMessage extends PossessionMessage {
  readonly blinded: string;
}

export interface FinishMessage {
  readonly sid: string;
  readonly wcnt2: number;
  readonly mac2: string;
  readonly proof: string;
}

const hourMs = 3_600_000;

/** KSSC-CARD-1, the server's side. The order of the checks is the security: see each step. */
export function createCardSignIn(options: CardSignInOptions) {
  const { cards, keyService, origin, unfinishedPerHour = 10, onFact = async () => undefined, now = Date.now } = options;
  const challenges = createChallenges({ challenges: options.challenges, now });

  /**
   * Possession: after the MAC the answer may be specific; before it there is one refusal, because anyone can read an ID
   * and must neither probe nor lock a card.
   */
  async function verifyPossession(
    { rc, tappedAt }: { readonly rc: Uint8Array; readonly tappedAt: number },
    message: PossessionMessage,
    level: CardLevel,
  ): Promise<{ readonly card: CardRecord; readonly proof: ReadProof }> {
    const [id, mac1] = [field(message.id, 16), field(message.mac1, 8)];
    const known = await cards.get(await keyService.cardId(id));
    const proof = readProofOf(id, known?.ckv ?? message.ckv, message.wcnt1, rc, mac1);
    if (!known || !(await keyService.verifyRead(proof)))
      throw new CardError('CARD_REFUSED', 'the card is unknown or its MAC is wrong');
    const card = await admit(known, { ckv: message.ckv, wcnt1: message.wcnt1, tappedAt, level });
    return { card, proof };
  }

  /**
   * Level `card` ends here. The terminal gets nothing of the key service, neither the MAC that opens the card nor an
   * evaluation, so a counter's computer can never reach the sealed block. The first right answer ends the start.
   */
  async function present(interactionId: string, message: PossessionMessage): Promise<CardPossession> {
    const level = 'urn:x-sanuki:ac:card';
    const tap = await challenges.spendRc(interactionId, message.sid, level);
    const { card } = await verifyPossession(tap, message, level);
    if ((await challenges.take(interactionId))?.sid !== message.sid)
      throw new CardError('CHALLENGE_SPENT', 'the sign-in was already finished');
    await onFact({ type: 'auth.card', cardId: card.id });
    return { residentRef: card.residentRef, cardId: card.id, level, amr: ['hwk'], at: now() };
  }

  /** Possession, answered with what the terminal needs for the PIN. */
  async function prove(interactionId: string, message: ProveMessage) {
    const level = 'urn:x-sanuki:ac:card-pin';
    const tap = await challenges.spendRc(interactionId, message.sid, level);
    const blinded = field(message.blinded, 32);
    const { card, proof } = await verifyPossession(tap, message, level);
    const cardId = card.id;
    const { pin } = card;
    if (!pin) throw new CardError('CARD_NOT_ACTIVE', 'the card has no PIN yet');
    const evaluated = await lockOnLimit(cardId, () => keyService.evaluatePin(proof, pin.generation, blinded));
    const stateMac = await keyService.authorise(proof, message.wcnt1);
    const proved = {
      rc: toBase64url(proof.rc),
      id: message.id,
      ckv: message.ckv,
      wcnt1: message.wcnt1,
      mac1: message.mac1,
      cardId,
      at: tap.tappedAt,
    };
    await Promise.all([
      challenges.change(interactionId, message.sid, (current) => ({ ...current, proved })),
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

  /**
   * With a good MAC only, in this order: status, key version, race, write count, quota. One atomic step on the record.
   * The quota is of authorisations; possession alone asks for none, so it neither counts nor is counted out.
   */
  async function admit(
    known: CardRecord,
    seen: { ckv: number; wcnt1: number; tappedAt: number; level: CardLevel },
  ): Promise<CardRecord> {
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
      const admitted = { ...current, lastWcnt: seen.wcnt1, lastTapAt: seen.tappedAt };
      if (seen.level === 'urn:x-sanuki:ac:card') return admitted;
      const unfinished = current.unfinished.filter((at) => at > now() - hourMs);
      if (unfinished.length >= unfinishedPerHour)
        throw new CardError('TOO_MANY_UNFINISHED', 'too many authorisations without a PIN within an hour');
      return { ...admitted, unfinished: [...unfinished, seen.tappedAt] };
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
  async function finish(interactionId: string, message: FinishMessage): Promise<PinAuthentication> {
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

  return { start: challenges.start, tap: challenges.tap, prove, present, finish };
}

export type CardSignIn = ReturnType<typeof createCardSignIn>;
