import { randomBytes } from 'node:crypto';
import { fromBase64url, toBase64url } from '../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import type { Binding } from './client/transcript.ts';
import { CardError } from './errors.ts';

/** What a sign-in is to reach: card and PIN, or at a registered counter the card alone. */
export type CardLevel = 'urn:x-sanuki:ac:card-pin' | 'urn:x-sanuki:ac:card';

/** A sign-in at the card, one per interaction: a new start ends the older one. */
export interface CardChallenge extends StoredRecord {
  /** Id of the interaction. */
  readonly id: string;
  readonly sid: string;
  readonly nonce: string;
  readonly binding: Binding;
  readonly level: CardLevel;
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

const challengeMs = 60_000;
/** From tap to prove: long enough for a card at a reader, short for a relay. */
const tapMs = 5_000;

export interface ChallengesOptions {
  readonly challenges: Collection<CardChallenge>;
  readonly now: () => number;
}

/** The challenges of KSSC-CARD-1: a start per interaction, an rc per tap, and each rc used once. */
export function createChallenges({ challenges, now }: ChallengesOptions) {
  async function start(
    binding: Binding,
    level: CardLevel = 'urn:x-sanuki:ac:card-pin',
  ): Promise<{ readonly sid: string; readonly nonce: string; readonly binding: Binding; readonly expiresAt: number }> {
    const challenge = {
      id: binding.interactionId,
      sid: toBase64url(randomBytes(16)),
      nonce: toBase64url(randomBytes(32)),
      binding,
      level,
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
    level: CardLevel,
  ): Promise<{ readonly rc: Uint8Array; readonly tappedAt: number }> {
    let spent: { rc: string; tappedAt: number } | undefined;
    await change(interactionId, sid, (current) => {
      // The level was fixed at the start, by the side that knows who asks; a terminal cannot take the other way.
      if (current.level !== level) throw new CardError('LEVEL_REFUSED', 'the sign-in was started for another level');
      spent =
        current.rc !== undefined && current.tappedAt !== undefined
          ? { rc: current.rc, tappedAt: current.tappedAt }
          : undefined;
      return { ...current, rc: undefined };
    });
    if (!spent) throw new CardError('CHALLENGE_SPENT', 'the rc was already used');
    if (now() - spent.tappedAt > tapMs) throw new CardError('TIME_OUT', 'the card answered too late');
    return { rc: fromBase64url(spent.rc) ?? new Uint8Array(), tappedAt: spent.tappedAt };
  }

  return {
    start,
    tap,
    change,
    spendRc,
    get: (interactionId: string) => challenges.get(interactionId),
    /** Of two that finish, one gets it. */
    take: (interactionId: string) => challenges.take(interactionId),
  };
}
