import {
  type Collection,
  type CollectionDefinition,
  insertOnce,
  type Page,
  type StoredRecord,
} from '../storage/index.ts';
import type { CardRecord } from './card-registry.ts';
import { isFinal, type ReasonCode } from './life-cycle.ts';

/** What the office does with a card and one person alone may not. `code`: a new hand-over code, for a first PIN or a reset. */
export const cardActs = ['issue', 'replace', 'resume', 'revoke', 'unlock', 'code'] as const;
export type CardAct = (typeof cardActs)[number];

/** Something that the card office has to decide or to do; an application for a card is one too. */
export interface CardTask extends StoredRecord {
  readonly act: CardAct;
  readonly residentRef: string;
  /** The card it is about; an application has none yet. */
  readonly cardId?: string | undefined;
  readonly reason: ReasonCode;
  /** approved: agreed to, but the card still has to be made. */
  readonly state: 'open' | 'approved' | 'done' | 'declined';
  /** Who asked: an officer, the event that told of a change, or the system that stopped the card. */
  readonly openedBy: string;
  readonly openedAt: number;
  /** Not before this instant. */
  readonly dueAt: number;
  readonly decidedBy?: string | undefined;
  /** The card that was made for it; named before it is put on record, so that no other one can be. */
  readonly madeCard?: string | undefined;
  /** A register told of it: when it is due and nobody declined it, the system does it. */
  readonly bySystem?: boolean | undefined;
}

export const cardTaskCollection: CollectionDefinition = {
  name: 'card-task',
  indexes: [['state'], ['residentRef']],
};

export const changeKinds = ['move', 'death', 'name', 'birth-date', 'sex', 'coverage'] as const;

/** R36: what happened to a person. The same id gives the same tasks. */
export interface ChangeEvent {
  readonly id: string;
  readonly residentRef: string;
  readonly kind: (typeof changeKinds)[number];
  /** move: whether the person left the area that the programme is for. */
  readonly leftArea?: boolean | undefined;
  readonly at: number;
  /** A register says so, not a person at the counter: what needs no judgement then needs no officer. */
  readonly byRegister?: boolean | undefined;
}

const dayMs = 24 * 3_600_000;
/** domain-details 11: revocation 14 days after the person moved away (a dated rule, D). */
const moveOutMs = 14 * dayMs;

type Consequence = Pick<CardTask, 'act' | 'reason' | 'dueAt'>;

/** What a change means for a card; an item that is printed on it (R29) means a new one. Coverage is not on the card. */
function consequenceOf({ kind, leftArea, at }: ChangeEvent): Consequence | undefined {
  switch (kind) {
    case 'death':
      return { act: 'revoke', reason: 'DEATH', dueAt: at };
    case 'move':
      return leftArea ? { act: 'revoke', reason: 'RESIDENCE', dueAt: at + moveOutMs } : undefined;
    case 'name':
      return { act: 'replace', reason: 'NAME', dueAt: at };
    case 'birth-date':
      return { act: 'replace', reason: 'BIRTHDATE', dueAt: at };
    case 'sex':
      return { act: 'replace', reason: 'SEX', dueAt: at };
    case 'coverage':
      return undefined;
  }
}

/** Pure: the tasks that an event opens for a person's cards; the same event gives the same ids. */
export function tasksFor(event: ChangeEvent, cards: readonly CardRecord[]): readonly CardTask[] {
  const consequence = consequenceOf(event);
  if (!consequence) return [];
  return cards
    .filter(({ status, residentRef }) => !isFinal(status) && residentRef === event.residentRef)
    .map(({ id: cardId, residentRef }) => ({
      ...consequence,
      id: `${event.id}.${cardId}`,
      residentRef,
      cardId,
      state: 'open',
      openedBy: `event:${event.id}`,
      openedAt: event.at,
      ...(event.byRegister && consequence.reason === 'RESIDENCE' ? { bySystem: true } : {}),
    }));
}

/** Pure: a new card in the place of one that was stopped for good; once for each card and cause, whoever finds it. */
export function replacementTask(
  { id: cardId, residentRef }: Pick<CardRecord, 'id' | 'residentRef'>,
  reason: ReasonCode,
  { cause, at }: { readonly cause: string; readonly at: number },
): CardTask {
  const when = { openedBy: `system:${cause}`, openedAt: at, dueAt: at };
  return { id: `${cause}.${cardId}`, act: 'replace', residentRef, cardId, reason, state: 'open', ...when };
}

export function createCardTasks({ tasks }: { tasks: Collection<CardTask> }) {
  /** Whether it was new. */
  const open = (task: CardTask): Promise<boolean> => insertOnce(tasks, task);

  const inState = (state: CardTask['state'], page: { limit?: number; after?: string } = {}): Promise<Page<CardTask>> =>
    tasks.find({ where: { state }, ...page });

  /** Everything that was ever asked for about this person. */
  const ofResident = async (residentRef: string): Promise<readonly CardTask[]> =>
    (await tasks.find({ where: { residentRef }, limit: 500 })).records;

  const update = (id: string, change: (task: CardTask) => CardTask) => tasks.update(id, change);

  return { open, inState, ofResident, get: (id: string) => tasks.get(id), update };
}

export type CardTasks = ReturnType<typeof createCardTasks>;
