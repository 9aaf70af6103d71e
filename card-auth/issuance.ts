import { randomBytes } from 'node:crypto';
import { equalBytes, fromBase64url, toBase64url } from '../lib/bytes.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';
import { type CardKeyService, field } from './card-key-service.ts';
import type { CardOffice, CardPerson } from './card-office.ts';
import { type CardRecord, type CardRegistry, newCardNumber } from './card-registry.ts';
import type { CardTask, CardTasks } from './card-tasks.ts';
import { issuedMc } from './client/card-layout.ts';
import type { CardWord } from './client/personalise.ts';
import { ckRequestOctets } from './client/station-request.ts';
import { CardError } from './errors.ts';
import { cardWordProof, type ThirdBlock } from './proof.ts';

/** One card that is being made for one task; the id is the task's. */
export interface Issuance extends StoredRecord {
  readonly cardId: string;
  readonly ckv: number;
  readonly number: string;
  readonly station: string;
  readonly begunAt: number;
  /** The rc under way and when it was tapped; gone once it was used. */
  readonly rc?: string | undefined;
  readonly tappedAt?: number | undefined;
  readonly recordedAt?: number | undefined;
}

/** A card is made for one task, and a task makes one card. */
export const issuanceCollection: CollectionDefinition = { name: 'card-issuance', unique: ['cardId'] };

/** What a station asks for, as it travels: base64url fields. */
export interface KeyMessage {
  readonly station: string;
  readonly id: string;
  readonly ckv: number;
  readonly recipient: string;
  readonly signature: string;
}

export interface IssuancesOptions {
  readonly issuances: Collection<Issuance>;
  readonly tasks: Pick<CardTasks, 'get'>;
  readonly cards: Pick<CardRegistry, 'get'>;
  readonly issue: CardOffice['issue'];
  readonly demandSigned: (station: string, octets: Uint8Array, signature: Uint8Array) => Promise<void>;
  readonly keyService: Pick<CardKeyService, 'cardId' | 'verifyRead' | 'issueCk' | 'closeIssue' | 'issuingVersion'>;
  /** Cards of a trial may be software. */
  readonly software: boolean;
  readonly now: () => number;
}

const tapMs = 5_000;
const skewMs = 1_000;

/**
 * Cards as an issuing station makes them for tasks that were agreed to (card-protocol 5, "Card layout"). A card is on
 * record only after it said itself, under its new key and our rc, that its memory is locked. Every step may be repeated
 * after a crash: the key is closed first, the record follows, and a second record of the same card changes nothing.
 */
export function createIssuances(options: IssuancesOptions) {
  const { issuances, tasks, cards, issue, demandSigned, keyService, software, now } = options;

  async function demandTask(taskId: string): Promise<CardTask> {
    const task = await tasks.get(taskId);
    if (task?.state !== 'approved') throw new CardError('TASK_DECIDED', 'the task waits for no card');
    return task;
  }

  /** The key version that the task's card gets: fixed once its making has begun. */
  const versionFor = async (taskId: string): Promise<number> =>
    (await issuances.get(taskId))?.ckv ?? keyService.issuingVersion();

  /** The card's key, sealed. The station's signature is asked for before anything is reserved. */
  async function key(taskId: string, message: KeyMessage): Promise<{ readonly sealed: string }> {
    await demandTask(taskId);
    const { station, ckv } = message;
    const [id, recipient] = [field(message.id, 16), field(message.recipient, 32)];
    const signature = field(message.signature, 64);
    const request = { purpose: 'issue', station, task: taskId, id, ckv, recipient } as const;
    await demandSigned(station, ckRequestOctets(request), signature);
    const cardId = await keyService.cardId(id);
    if (await cards.get(cardId)) throw new CardError('CARD_ISSUED', 'this card is on record already');
    const isNew = await reserve({ id: taskId, cardId, ckv, number: newCardNumber(), station, begunAt: now() });
    try {
      return { sealed: toBase64url(await keyService.issueCk(request, signature)) };
    } catch (error) {
      // Nothing was given out, so the task is free for another card.
      if (isNew && error instanceof CardError && error.outcome !== 'unavailable') await issuances.take(taskId);
      throw error;
    }
  }

  /** Whether it was new. Of two cards for one task, and of two tasks for one card, one is refused. */
  async function reserve(wanted: Issuance): Promise<boolean> {
    if (await insertOnce(issuances, wanted)) return true;
    if ((await issuances.get(wanted.id))?.cardId === wanted.cardId) return false;
    throw new CardError('OTHER_CARD', 'another card was begun for this task, or this card for another task');
  }

  async function tap(taskId: string): Promise<{ readonly rc: string }> {
    const rc = toBase64url(randomBytes(16));
    const tapped = await issuances.update(taskId, (current) => ({ ...current, rc, tappedAt: now() }));
    if (!tapped) throw new CardError('OTHER_CARD', 'no card was begun for this task');
    return { rc };
  }

  /** Spends the rc, then looks whether it was this task's card that spoke. */
  async function heard(taskId: string, word: CardWord, third: ThirdBlock): Promise<Issuance> {
    let spent: Pick<Issuance, 'rc' | 'tappedAt'> = {};
    const issuance = await issuances.update(taskId, (current) => {
      spent = current;
      return { ...current, rc: undefined };
    });
    if (!issuance || spent.rc === undefined) throw new CardError('CHALLENGE_SPENT', 'the rc was already used');
    const waited = now() - (spent.tappedAt ?? 0);
    if (waited > tapMs || waited < -skewMs) throw new CardError('TIME_OUT', 'the card answered too late');
    const proof = cardWordProof(word, issuance.ckv, fromBase64url(spent.rc) ?? new Uint8Array(), third);
    if ((await keyService.cardId(proof.id)) !== issuance.cardId)
      throw new CardError('OTHER_CARD', 'another card was begun for this task');
    if (word.ckv !== issuance.ckv || !(await keyService.verifyRead(proof)))
      throw new CardError('CARD_REFUSED', 'the card does not hold its key, ID or version');
    return issuance;
  }

  const verify = async (taskId: string, word: CardWord): Promise<void> => void (await heard(taskId, word, 'wcnt'));

  /** The card said that it is locked: it is put on record, with the number that is to be printed on it. */
  async function record(taskId: string, word: CardWord, by: CardPerson): Promise<CardRecord> {
    const issuance = await heard(taskId, word, 'mc');
    if (!equalBytes(field(word.third, 16), issuedMc))
      throw new CardError('CARD_REFUSED', 'the memory of the card is not locked as it has to be');
    const { cardId: id, ckv, number } = issuance;
    const known = await cards.get(id);
    if (known && (await tasks.get(taskId))?.state === 'done') return known;
    await keyService.closeIssue(id, ckv);
    const card = await issue(taskId, { id, ckv, number, software }, by);
    await issuances.update(taskId, (current) => ({ ...current, recordedAt: current.recordedAt ?? now() }));
    return card;
  }

  /** The card goes into the shredder: its key is never given out again, and the task is free for another card. */
  async function discard(taskId: string): Promise<Issuance> {
    const issuance = await issuances.get(taskId);
    if (!issuance || issuance.recordedAt !== undefined || (await cards.get(issuance.cardId)))
      throw new CardError('OTHER_CARD', 'no card is being made for this task');
    await keyService.closeIssue(issuance.cardId, issuance.ckv);
    await issuances.take(taskId);
    return issuance;
  }

  return { versionFor, key, tap, verify, record, discard, get: (taskId: string) => issuances.get(taskId) };
}

export type Issuances = ReturnType<typeof createIssuances>;
