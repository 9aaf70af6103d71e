import { randomText } from '../lib/random.ts';
import { createCardEventTasks } from './card-event-tasks.ts';
import { countCards } from './card-limit.ts';
import { type CardRecord, type CardRegistry, type HandedOver, isWaiting } from './card-registry.ts';
import type { CardAct, CardTask, CardTasks } from './card-tasks.ts';
import { CardError } from './errors.ts';
import type { HandOverCodes } from './hand-over-code.ts';
import { createLetterCodes } from './letter-codes.ts';
import { type CardActor, mayMove, type ReasonCode } from './life-cycle.ts';
import { createNewCards } from './new-cards.ts';
import { checkOpen, type Programme } from './programme.ts';
import { createReplacements } from './replacements.ts';
import type { StopCodes } from './stop-code.ts';

/** Who acts: as what, and under which id in the audit. */
export interface CardPerson {
  readonly as: CardActor;
  readonly id: string;
}

/** What was done to a card, for the audit, the holder's notices and the sessions. */
export interface CardChange {
  readonly type:
    | 'suspended'
    | 'resumed'
    | 'revoked'
    | 'replaced'
    | 'issued'
    | 'handed-over'
    | 'tries-returned'
    | 'code-made'
    | 'expired';
  readonly card: CardRecord;
  readonly reason: ReasonCode;
  readonly by: CardPerson;
}

export interface CardOfficeOptions {
  readonly cards: CardRegistry;
  readonly tasks: CardTasks;
  readonly codes: HandOverCodes;
  readonly stopCodes: Pick<StopCodes, 'make'>;
  /** R42: how many a person may hold at once; a replacement is no further one. */
  readonly cardsPerPerson?: number;
  /** R42: whatever else a person signs in with, stopped along with the cards. */
  readonly suspendOthers?: (residentRef: string, reason: ReasonCode, by: CardPerson) => Promise<void>;
  /** All tries of this PIN again. */
  readonly returnTries: (cardId: string, generation: number) => Promise<void>;
  readonly onChange?: (change: CardChange) => Promise<void>;
  readonly programme?: Programme;
  readonly now?: () => number;
}

/** A card as the issuing station made it, with the number that it printed. */
export interface MadeCard {
  readonly number: string;
  readonly id: string;
  readonly ckv: number;
  readonly software: boolean;
}

/** The codes of a letter, for a PIN and to stop the card: told once and kept nowhere. */
export interface MadeCode {
  readonly card: CardRecord;
  readonly code: string;
  readonly stopCode: string;
}

const withoutEnd: Programme = { cardYears: 5 };
const supportUnlockMs = 90 * 24 * 3_600_000;
const stopped = { suspend: 'suspended', resume: 'active', revoke: 'revoked' } as const;

/**
 * The card office's acts (card-protocol 5, R38-R40). One person stops a card, at once; whatever lets a card go on, ends
 * it or opens the way to a new PIN is asked for by one person and agreed to by another. Nobody here sees a PIN.
 */
export function createCardOffice(options: CardOfficeOptions) {
  const { cards, tasks, codes, stopCodes, cardsPerPerson = 1, returnTries, now = Date.now } = options;
  const { onChange = async () => undefined, suspendOthers = async () => undefined } = options;
  const { programme = withoutEnd } = options;
  const demandOpen = (act: CardAct) => {
    if (act === 'issue' || act === 'replace') checkOpen(programme, now());
  };

  const letterOf = createLetterCodes({ codes, stopCodes });

  async function named(number: string): Promise<CardRecord> {
    const card = await cards.byNumber(number);
    if (!card) throw new CardError('CARD_MISSING', 'there is no card of this number');
    return card;
  }

  async function move(card: CardRecord, act: keyof typeof stopped, reason: ReasonCode, by: CardPerson) {
    if (act === 'resume') demandNoCopy(card);
    const to = stopped[act];
    const moved = await cards.move(card.id, to, reason, by.as);
    if (!moved) throw new CardError('MOVE_REFUSED', `a card that is ${card.status} is not made ${to} by ${by.as}`);
    await onChange({ type: to === 'active' ? 'resumed' : to, card: moved, reason, by });
    return moved;
  }

  /** R44: by the holder, by telephone, by the office or by an event; in force from the next request on. */
  const suspend = async (number: string, reason: ReasonCode, by: CardPerson): Promise<CardRecord> =>
    move(await named(number), 'suspend', reason, by);

  /** R38, by telephone: the caller proved who they are but may not know which card it was. Stops whatever can be stopped. */
  async function suspendAllOf(residentRef: string, reason: ReasonCode, by: CardPerson): Promise<readonly CardRecord[]> {
    const held = (await cards.ofResident(residentRef)).filter(({ status }) => mayMove(status, 'suspended', by.as));
    const stopped = await Promise.all(held.map((card) => move(card, 'suspend', reason, by)));
    await suspendOthers(residentRef, reason, by);
    return stopped;
  }

  /** Once in 90 days the support gives the tries back to a holder who knows the PIN; more often it takes two persons. */
  async function unlockOnce(number: string, by: CardPerson): Promise<CardRecord> {
    const card = await named(number);
    const before = card.triesReturnedAt;
    // A clock that was set back must not open the next time early.
    if (before !== undefined && now() - before < supportUnlockMs)
      throw new CardError('SECOND_PERSON_NEEDED', 'the tries were given back less than 90 days ago');
    return unlock(card, by);
  }

  /** The counters first: after a crash between the two the card is still locked, and this can be done again. */
  async function unlock(card: CardRecord, by: CardPerson): Promise<CardRecord> {
    if (card.status !== 'pin-locked' || !card.pin || !mayMove(card.status, 'active', by.as))
      throw new CardError('MOVE_REFUSED', 'the PIN of this card is not locked');
    await returnTries(card.id, card.pin.generation);
    const unlocked = await cards.update(card.id, (current) => {
      if (current.status !== 'pin-locked') throw new CardError('MOVE_REFUSED', 'the PIN of this card is not locked');
      return { ...current, status: 'active', reason: undefined, triesReturnedAt: now() };
    });
    if (!unlocked) throw new CardError('CARD_MISSING', 'the card is gone');
    await onChange({ type: 'tries-returned', card: unlocked, reason: 'PIN', by });
    return unlocked;
  }

  /** R34-R37: somebody is to get a card. The proofing stands with whoever calls. */
  async function apply(residentRef: string, by: CardPerson): Promise<CardTask> {
    await demandRoom(residentRef);
    return ask({ act: 'issue', residentRef, reason: 'REQUEST' }, by);
  }

  /** Besides a task that is about to be agreed to. */
  async function demandRoom(residentRef: string, besides?: string): Promise<void> {
    const others = (await tasks.ofResident(residentRef)).filter(({ id }) => id !== besides);
    const { live, coming } = countCards(await cards.ofResident(residentRef), others);
    if (live + coming >= cardsPerPerson)
      throw new CardError('CARD_LIMIT', `a person holds at most ${cardsPerPerson} (cardOffice.cardsPerPerson)`);
  }

  /** Asked for by one person; it happens when another one agrees. */
  async function propose(act: Exclude<CardAct, 'issue'>, number: string, reason: ReasonCode, by: CardPerson) {
    const card = await named(number);
    if (act === 'resume') demandNoCopy(card);
    const { id: cardId, residentRef } = card;
    return ask({ act, residentRef, cardId, reason }, by);
  }

  async function ask(what: Pick<CardTask, 'act' | 'residentRef' | 'cardId' | 'reason'>, by: CardPerson) {
    demandOpen(what.act);
    const at = now();
    // Typed at the command line, where a first hyphen would be an option.
    const id = randomText(12, 'hex');
    const task: CardTask = { ...what, id, state: 'open', openedBy: by.id, openedAt: at, dueAt: at };
    await tasks.open(task);
    return task;
  }

  /**
   * The second person. The task is taken first, so that of two who agree one acts; an act that fails opens it again.
   * What an event asked for needs one person: the register that told it is the other.
   */
  async function approve(taskId: string, by: CardPerson): Promise<{ task: CardTask; made?: MadeCode | undefined }> {
    const asked = await tasks.get(taskId);
    if (asked?.act === 'issue' && asked.state === 'open') await demandRoom(asked.residentRef, taskId);
    const task = await decide(taskId, by, (open) =>
      open.act === 'issue' || open.act === 'replace' ? 'approved' : 'done',
    );
    try {
      return { task, made: await perform(task, { ...by, as: 'second-officer' }) };
    } catch (error) {
      await tasks.update(taskId, (current) => ({ ...current, state: 'open', decidedBy: undefined }));
      throw error;
    }
  }

  const decline = (taskId: string, by: CardPerson): Promise<CardTask> => decide(taskId, by, () => 'declined');

  async function decide(taskId: string, by: CardPerson, to: (task: CardTask) => CardTask['state']): Promise<CardTask> {
    const task = await tasks.update(taskId, (current) => {
      if (current.state !== 'open') throw new CardError('TASK_DECIDED', 'this was decided already');
      if (current.openedBy === by.id)
        throw new CardError('SECOND_PERSON_NEEDED', 'nobody agrees to what they asked for');
      const next = to(current);
      if (next !== 'declined') demandOpen(current.act);
      if (next !== 'declined' && current.dueAt > now()) throw new CardError('MOVE_REFUSED', 'this is not due yet');
      return { ...current, state: next, decidedBy: by.id };
    });
    if (!task) throw new CardError('TASK_DECIDED', 'there is no such task');
    return task;
  }

  async function perform({ act, cardId, reason }: CardTask, by: CardPerson): Promise<MadeCode | undefined> {
    if (act === 'issue' || act === 'replace') return undefined;
    const card = await cards.get(cardId ?? '');
    if (!card) throw new CardError('CARD_MISSING', 'the card is gone');
    if (act === 'unlock') await unlock(card, by);
    else if (act === 'code') return makeCode(card, by);
    else await move(card, act, reason, by);
    return undefined;
  }

  /** A new code makes the one before it worthless. The first one of a card goes by mail, as the card does (R37). */
  async function makeCode({ id, status }: CardRecord, by: CardPerson): Promise<MadeCode> {
    if (!['issued', 'active', 'pin-locked'].includes(status))
      throw new CardError('MOVE_REFUSED', `a card that is ${status} gets no code`);
    const { told, kept } = letterOf(id, status === 'issued' ? 'activate' : 'reset');
    const posted: HandedOver = { at: now(), how: 'mail', by: by.id };
    const card = await cards.update(id, (current) => ({
      ...current,
      ...kept,
      ...(isWaiting(current) ? { handedOver: posted } : {}),
    }));
    if (!card) throw new CardError('CARD_MISSING', 'the card is gone');
    await onChange({ type: 'code-made', card, reason: 'HANDOVER', by });
    return { card, ...told };
  }

  return {
    suspend,
    suspendAllOf,
    unlockOnce,
    apply,
    propose,
    approve,
    decline,
    ...createCardEventTasks({ cards, tasks, suspendAllOf, onChange, now }),
    ...createNewCards({ cards, tasks, letterOf, programme, onChange, now }),
    ...createReplacements({ cards, onChange }),
  };
}

export type CardOffice = ReturnType<typeof createCardOffice>;

/** One of the two is a copy, and nobody can tell which: not even two persons let it go on. */
function demandNoCopy({ reason }: CardRecord): void {
  if (reason === 'CLONE')
    throw new CardError('MOVE_REFUSED', 'a card of which a copy was seen is replaced, and never resumed');
}
