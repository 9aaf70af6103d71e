import { randomBytes } from 'node:crypto';
import { fromBase64url, sha256, toBase64url } from '../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import { field } from './card-key-service.ts';
import { type Binding, bindingOctets, type TranscriptLabel, transcriptOctets } from './client/transcript.ts';
import { CardError } from './errors.ts';
import type { Proved } from './possession.ts';

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
  readonly proved?: Proved | undefined;
  /** Setting a PIN: what was agreed once the card was opened. `begun` from the moment the step is taken, so that it is taken once. */
  readonly agreed?: 'begun' | AgreedPin | undefined;
  readonly expiresAt: number;
}

/** A PIN that is being set, between the opened card and the last word. */
export interface AgreedPin {
  /** TH, base64url. */
  readonly transcript: string;
  readonly generation: number;
  readonly slot: 4 | 5;
  readonly iterations: number;
  /** Generation that is replaced; none when the card gets its first PIN. */
  readonly from?: number | undefined;
}

export const cardChallengeCollection: CollectionDefinition = { name: 'card-challenge' };
export const pinChallengeCollection: CollectionDefinition = { name: 'card-pin-challenge' };

const challengeMs = 60_000;
/** From tap to prove: long enough for a card at a reader, short for a relay. */
const tapMs = 5_000;
const skewMs = 1_000;

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
    await change(interactionId, sid, (current) => ({
      ...current,
      rc,
      tappedAt: now(),
      proved: undefined,
      agreed: undefined,
    }));
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
    const waited = now() - spent.tappedAt;
    // A clock that was set back must not give a relay all the time it wants; hosts may differ by a little.
    if (waited > tapMs || waited < -skewMs) throw new CardError('TIME_OUT', 'the card answered too late');
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

export interface SeenOnCard {
  readonly label: TranscriptLabel;
  /** The configured one. */
  readonly origin: string;
  readonly challenge: Pick<CardChallenge, 'sid' | 'nonce' | 'binding'>;
  readonly proved: Proved;
  readonly wcnt2: number;
  readonly mac2: Uint8Array;
}

/** TH of KSSC-CARD-1 as the hub saw the exchange. */
export function transcriptOf({ label, origin, challenge, proved, wcnt2, mac2 }: SeenOnCard): Uint8Array {
  return sha256(
    transcriptOctets({
      label,
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
