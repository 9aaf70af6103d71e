import type { Collection } from '../storage/index.ts';
import { type CardKeyService, field } from './card-key-service.ts';
import type { CardRegistry } from './card-registry.ts';
import { type CardChallenge, createChallenges, transcriptOf } from './challenge.ts';
import { CardError } from './errors.ts';
import {
  type CardFact,
  createPossession,
  type PinOffer,
  type PossessionMessage,
  provedOf,
  unprovenTellFrom,
} from './possession.ts';
import { demandActive } from './proof.ts';

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

export interface ProveMessage extends PossessionMessage {
  readonly blinded: string;
}

export interface FinishMessage {
  readonly sid: string;
  readonly wcnt2: number;
  readonly mac2: string;
  readonly proof: string;
}

/** KSSC-CARD-1, the server's side. The order of the checks is the security: see each step. */
export function createCardSignIn(options: CardSignInOptions) {
  const { cards, keyService, origin, unfinishedPerHour = 10, onFact = async () => undefined, now = Date.now } = options;
  const challenges = createChallenges({ challenges: options.challenges, now });
  const possession = createPossession({ cards, keyService, unfinishedPerHour, onFact, now });

  /**
   * Level `card` ends here. The terminal gets nothing of the key service, neither the MAC that opens the card nor an
   * evaluation, so a counter's computer can never reach the sealed block. The first right answer ends the start.
   */
  async function present(interactionId: string, message: PossessionMessage): Promise<CardPossession> {
    const level = 'urn:x-sanuki:ac:card';
    const tap = await challenges.spendRc(interactionId, message.sid, level);
    const { card } = await possession.verify(tap, message, { level, demand: demandActive });
    if ((await challenges.take(interactionId))?.sid !== message.sid)
      throw new CardError('CHALLENGE_SPENT', 'the sign-in was already finished');
    await onFact({ type: 'auth.card', cardId: card.id });
    return { residentRef: card.residentRef, cardId: card.id, level, amr: ['hwk'], at: now() };
  }

  /** Possession, answered with what the terminal needs for the PIN. */
  async function prove(interactionId: string, message: ProveMessage): Promise<PinOffer> {
    const level = 'urn:x-sanuki:ac:card-pin';
    const tap = await challenges.spendRc(interactionId, message.sid, level);
    const blinded = field(message.blinded, 32);
    const { card, proof } = await possession.verify(tap, message, { level, demand: demandActive });
    const offered = await possession.offer(card, proof, blinded, message.wcnt1);
    const proved = provedOf(card, proof, message, tap.tappedAt);
    await Promise.all([
      challenges.change(interactionId, message.sid, (current) => ({ ...current, proved })),
      onFact({ type: 'auth.start', cardId: card.id }),
    ]);
    return offered;
  }

  /** Knowledge: the second MAC shows that the card opened its sealed block, the signature that the PIN opened the secret. */
  async function finish(interactionId: string, message: FinishMessage): Promise<PinAuthentication> {
    const [mac2, proof] = [field(message.mac2, 8), field(message.proof, 64)];
    const challenge = await challenges.get(interactionId);
    if (challenge?.sid !== message.sid || !challenge.proved)
      throw new CardError('CHALLENGE_SPENT', 'the card was not proved in this sign-in');
    const { proved } = challenge;
    const confirmed = await possession.confirms(proved, message.wcnt2, mac2);
    // One proof per sid, right or wrong: of two, one gets on. The write count is the card's own word either way.
    const [taken, card] = await Promise.all([
      challenges.take(interactionId),
      confirmed ? possession.noteWriteCount(proved.cardId, message.wcnt2, demandActive) : undefined,
    ]);
    if (taken?.sid !== message.sid) throw new CardError('CHALLENGE_SPENT', 'the sign-in was already finished');
    if (!confirmed) throw new CardError('CARD_REFUSED', 'the card did not confirm the authorisation');
    if (!card?.pin) throw new CardError('CARD_REFUSED', 'the card is gone');
    const { generation } = card.pin;
    const label = 'KSSC-CARD-LOGIN-v1';
    const transcript = transcriptOf({ label, origin, challenge, proved, wcnt2: message.wcnt2, mac2 });
    const { right, remainingTries } = await possession.lockOnLimit(card.id, () =>
      keyService.verifyProof(field(proved.id, 16), generation, transcript, proof),
    );
    if (!right) return possession.refuseWrong(card.id, remainingTries);
    await Promise.all([settle(card.id), onFact({ type: 'auth.ok', cardId: card.id })]);
    return {
      residentRef: card.residentRef,
      cardId: card.id,
      level: 'urn:x-sanuki:ac:card-pin',
      amr: ['hwk', 'pin'],
      at: now(),
    };
  }

  /** R68: what began since the last sign-in and came to no PIN is told once, at the next one; this one is not among it. */
  async function settle(cardId: string): Promise<void> {
    let [count, told] = [0, 0];
    await cards.update(cardId, (current) => {
      count = (current.unproven ?? 0) - 1;
      told = current.unprovenTold ? unprovenTellFrom : 0;
      return { ...current, unfinished: [], unproven: 0, unprovenTold: undefined };
    });
    if (count > told) await onFact({ type: 'card.unfinished', cardId, count });
  }

  return { start: challenges.start, tap: challenges.tap, prove, present, finish };
}

export type CardSignIn = ReturnType<typeof createCardSignIn>;
