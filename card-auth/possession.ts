import { toBase64url } from '../lib/bytes.ts';
import { type CardKeyService, field, type ReadProof } from './card-key-service.ts';
import type { CardRecord, CardRegistry } from './card-registry.ts';
import type { CardLevel } from './challenge.ts';
import { CardError, type CardErrorCode } from './errors.ts';
import { readProofOf, stateProofOf } from './proof.ts';

/** What a card answered to an rc, as it travels: base64url fields of exact lengths. */
export interface PossessionMessage {
  readonly sid: string;
  readonly id: string;
  readonly ckv: number;
  readonly wcnt1: number;
  readonly mac1: string;
}

export interface CardFact {
  readonly type:
    | 'card.clone-alarm'
    | 'card.locked'
    | 'card.pin-changed'
    | 'card.activated'
    | 'card.pin-reset'
    | 'card.code-refused'
    | 'card.unfinished'
    | 'auth.start'
    | 'auth.ok'
    | 'auth.fail'
    | 'auth.card';
  readonly cardId: string;
  readonly code?: CardErrorCode;
  /** How often, where that is the fact. */
  readonly count?: number;
}

export interface PossessionOptions {
  readonly cards: CardRegistry;
  readonly keyService: Pick<CardKeyService, 'cardId' | 'verifyRead' | 'authorise' | 'evaluatePin'>;
  readonly unfinishedPerHour: number;
  readonly onFact: (fact: CardFact) => Promise<void>;
  readonly now: () => number;
}

/** What a card must be for the act at hand; throws the specific refusal. */
export type Demand = (card: CardRecord, now: number) => void;

/** What was proved of a card, for the steps that follow. */
export interface Proved {
  readonly rc: string;
  readonly id: string;
  /** As it stands on the card. */
  readonly ckv: number;
  /** Of the key that the card holds. */
  readonly keyVersion: number;
  readonly wcnt1: number;
  readonly mac1: string;
  readonly cardId: string;
  readonly at: number;
}

/** What the terminal needs to open the card and its secret. */
export interface PinOffer {
  readonly stateMac: string;
  readonly slot: number;
  readonly generation: number;
  readonly iterations: number;
  readonly slotHash: string;
  readonly evaluated: string;
}

export function provedOf(
  card: CardRecord,
  { rc, ckv: keyVersion }: ReadProof,
  message: PossessionMessage,
  at: number,
): Proved {
  const { id, ckv, wcnt1, mac1 } = message;
  return { rc: toBase64url(rc), id, ckv, keyVersion, wcnt1, mac1, cardId: card.id, at };
}

const hourMs = 3_600_000;
/** From this many on the holder is told at once: a thief's are followed by no sign-in that would tell. */
export const unprovenTellFrom = 3;

/** Possession of a card (KSSC-CARD-1, step 3), the same for a sign-in and for setting a PIN. */
export function createPossession({ cards, keyService, unfinishedPerHour, onFact, now }: PossessionOptions) {
  /**
   * After the MAC the answer may be specific; before it there is one refusal, because anyone can read an ID and must
   * neither probe nor lock a card.
   */
  async function verify(
    { rc, tappedAt }: { readonly rc: Uint8Array; readonly tappedAt: number },
    message: PossessionMessage,
    { level, demand }: { readonly level: CardLevel; readonly demand: Demand },
  ): Promise<{ readonly card: CardRecord; readonly proof: ReadProof }> {
    const [id, mac1] = [field(message.id, 16), field(message.mac1, 8)];
    const known = await cards.get(await keyService.cardId(id));
    const proof = await genuineOf(known, message, { id, mac1, rc });
    if (!known || !proof) throw new CardError('CARD_REFUSED', 'the card is unknown or its MAC is wrong');
    const seen = { ckv: message.ckv, keyVersion: proof.ckv, wcnt1: message.wcnt1, tappedAt, level };
    return { card: await admit(known, seen, demand), proof };
  }

  /**
   * The proof under the key of the record's version. While a station renews a card it may hold the next version's key,
   * with the old number still beside it.
   */
  async function genuineOf(
    known: CardRecord | undefined,
    { ckv, wcnt1 }: PossessionMessage,
    { id, mac1, rc }: { readonly id: Uint8Array; readonly mac1: Uint8Array; readonly rc: Uint8Array },
  ): Promise<ReadProof | undefined> {
    const proof = readProofOf(id, known?.ckv ?? ckv, wcnt1, rc, mac1);
    if (await keyService.verifyRead(proof)) return proof;
    if (known?.nextCkv === undefined || (ckv !== known.ckv && ckv !== known.nextCkv)) return undefined;
    const next = readProofOf(id, known.nextCkv, wcnt1, rc, mac1, ckv);
    return (await keyService.verifyRead(next)) ? next : undefined;
  }

  /**
   * With a good MAC only, in this order: status, key version, race, write count, quota. One atomic step on the record.
   * The quota is of authorisations; possession alone asks for none, so it neither counts nor is counted out.
   */
  async function admit(
    known: CardRecord,
    seen: { ckv: number; keyVersion: number; wcnt1: number; tappedAt: number; level: CardLevel },
    demand: Demand,
  ): Promise<CardRecord> {
    let [cloned, tell] = [false, false];
    const card = await cards.update(known.id, (current) => {
      [cloned, tell] = [false, false];
      demand(current, now());
      const isRenewed = seen.keyVersion === current.nextCkv;
      if (!isRenewed && (seen.keyVersion !== current.ckv || seen.ckv !== current.ckv))
        throw new CardError('CARD_REFUSED', 'the key version is not the one on record');
      if (seen.tappedAt < current.lastTapAt)
        throw new CardError('CHALLENGE_SPENT', 'a newer sign-in with this card has begun');
      if (seen.wcnt1 < current.lastWcnt) {
        cloned = true;
        return { ...current, status: 'suspended', reason: 'CLONE' };
      }
      // The card's own word, under the new key, that both writes were done: from here on the old key is nothing.
      const renewed = isRenewed && seen.ckv === current.nextCkv ? { ckv: seen.ckv, nextCkv: undefined } : {};
      const admitted = { ...current, ...renewed, lastWcnt: seen.wcnt1, lastTapAt: seen.tappedAt };
      if (seen.level === 'urn:x-sanuki:ac:card') return admitted;
      const unfinished = current.unfinished.filter((at) => at > now() - hourMs);
      if (unfinished.length >= unfinishedPerHour)
        throw new CardError('TOO_MANY_UNFINISHED', 'too many authorisations without a PIN within an hour');
      const before = current.unproven ?? 0;
      tell = before >= unprovenTellFrom && !current.unprovenTold;
      const told = tell ? { unprovenTold: true as const } : {};
      return { ...admitted, ...told, unfinished: [...unfinished, seen.tappedAt], unproven: before + 1 };
    });
    if (cloned) {
      await onFact({ type: 'card.clone-alarm', cardId: known.id, code: 'CARD_SUSPENDED' });
      throw new CardError('CARD_SUSPENDED', 'the write count went back: a copy of the card exists');
    }
    if (!card) throw new CardError('CARD_REFUSED', 'the card is gone');
    if (tell) await onFact({ type: 'card.unfinished', cardId: known.id, count: unprovenTellFrom });
    return card;
  }

  /** What opens the card and helps with its PIN, for a card that was proved; one evaluation is counted. */
  async function offer(card: CardRecord, proof: ReadProof, blinded: Uint8Array, wcnt1: number): Promise<PinOffer> {
    const { pin } = card;
    if (!pin) throw new CardError('CARD_NOT_ACTIVE', 'the card has no PIN yet');
    const evaluated = await lockOnLimit(card.id, () => keyService.evaluatePin(proof, pin.generation, blinded));
    const stateMac = await keyService.authorise(proof, wcnt1);
    const { slot, generation, iterations, slotHash } = pin;
    return {
      stateMac: toBase64url(stateMac),
      slot,
      generation,
      iterations,
      slotHash,
      evaluated: toBase64url(evaluated),
    };
  }

  /** Whether the card confirmed, under the rc it was proved with, that it opened its sealed blocks. */
  async function confirms(proved: Proved, wcnt2: number, mac2: Uint8Array): Promise<boolean> {
    const opened = stateProofOf(field(proved.id, 16), proved.keyVersion, wcnt2, field(proved.rc, 16), mac2);
    return wcnt2 === proved.wcnt1 + 1 && (await keyService.verifyRead(opened));
  }

  function noteWriteCount(cardId: string, wcnt: number, demand: Demand): Promise<CardRecord | undefined> {
    return cards.update(cardId, (current) => {
      demand(current, now());
      return { ...current, lastWcnt: Math.max(current.lastWcnt, wcnt) };
    });
  }

  /** Of several that find the tries used up, one tells. */
  async function lock(cardId: string): Promise<void> {
    if (await cards.move(cardId, 'pin-locked', 'PIN'))
      await onFact({ type: 'card.locked', cardId, code: 'PIN_LOCKED' });
  }

  /** The key service owns the counts; the record follows them. */
  async function lockOnLimit<R>(cardId: string, act: () => Promise<R>): Promise<R> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof CardError && error.code === 'PIN_LOCKED') {
        await lock(cardId);
      }
      throw error;
    }
  }

  async function refuseWrong(cardId: string, remainingTries: number): Promise<never> {
    const proofSeen = (card: CardRecord) => ({ ...card, unproven: Math.max(0, (card.unproven ?? 0) - 1) });
    await Promise.all([cards.update(cardId, proofSeen), onFact({ type: 'auth.fail', cardId, code: 'PIN_WRONG' })]);
    if (remainingTries <= 0) await lock(cardId);
    throw new CardError('PIN_WRONG', 'the PIN is wrong', { remainingTries });
  }

  return { verify, offer, confirms, noteWriteCount, lockOnLimit, refuseWrong };
}
