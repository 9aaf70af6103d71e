import type { CardChange, CardPerson } from './card-office.ts';
import type { CardRecord, CardRegistry } from './card-registry.ts';
import { type CardTask, type CardTasks, type ChangeEvent, tasksFor } from './card-tasks.ts';
import type { ReasonCode } from './life-cycle.ts';

export interface CardEventTasksOptions {
  readonly cards: CardRegistry;
  readonly tasks: CardTasks;
  readonly suspendAllOf: (residentRef: string, reason: ReasonCode, by: CardPerson) => Promise<readonly CardRecord[]>;
  readonly onChange: (change: CardChange) => Promise<void>;
  readonly now: () => number;
}

const dayMs = 24 * 3_600_000;
/** However late a register tells of a move: the office and the holder have so long to object. */
const objectionMs = 3 * dayMs;
const isWaiting = ({ state }: CardTask) => state === 'open' || state === 'approved';

/** R36: what a change in a person's life does to the cards. Each part bears being done twice. */
export function createCardEventTasks({ cards, tasks, suspendAllOf, onChange, now }: CardEventTasksOptions) {
  /** A death stops the cards at once; a person who came back keeps theirs; the rest is tasks, none beside one like it. */
  async function note(event: ChangeEvent): Promise<readonly CardTask[]> {
    const { residentRef, kind, leftArea, at } = event;
    if (kind === 'death') await stopAll(event);
    if (kind === 'move' && !leftArea)
      await withdraw(event, ({ reason, openedAt }) => reason === 'RESIDENCE' && openedAt <= at);
    const waiting = (await tasks.ofResident(residentRef)).filter(isWaiting);
    const opened: CardTask[] = [];
    for (const task of tasksFor(event, await cards.ofResident(residentRef))) {
      if (waiting.some(({ act, cardId }) => act === task.act && cardId === task.cardId)) continue;
      const dueAt = task.bySystem ? Math.max(task.dueAt, now() + objectionMs) : task.dueAt;
      if (await tasks.open({ ...task, dueAt })) opened.push({ ...task, dueAt });
    }
    return opened;
  }

  /** A card that lies in an envelope cannot be suspended: it loses the code without which nobody activates it. */
  async function stopAll(event: ChangeEvent): Promise<void> {
    const { residentRef } = event;
    await suspendAllOf(residentRef, 'DEATH', { as: 'system', id: `event:${event.id}` });
    for (const { id, status } of await cards.ofResident(residentRef))
      if (status === 'issued') await cards.update(id, (card) => ({ ...card, handOver: undefined }));
    // What would make a card, or let one go on.
    await withdraw(event, ({ act }) => act !== 'revoke');
  }

  async function withdraw({ id, residentRef }: ChangeEvent, which: (task: CardTask) => boolean): Promise<void> {
    for (const task of await tasks.ofResident(residentRef))
      if (isWaiting(task) && which(task))
        await tasks.update(task.id, (current) =>
          isWaiting(current) ? { ...current, state: 'declined', decidedBy: `event:${id}` } : current,
        );
  }

  /**
   * Carries out what is due without an officer. The card first: after a crash between the two the task is still open,
   * and ending an ended card does nothing.
   */
  async function settleDue(): Promise<void> {
    let after: string | undefined;
    do {
      const page = await tasks.inState('open', { limit: 500, ...(after ? { after } : {}) });
      for (const task of page.records) if (task.bySystem && task.dueAt <= now()) await carryOut(task);
      after = page.next;
    } while (after);
  }

  async function carryOut({ id, cardId = '', reason }: CardTask): Promise<void> {
    const by = { as: 'system', id: 'due' } as const;
    const card = await cards.move(cardId, 'revoked', reason, by.as);
    if (card) await onChange({ type: 'revoked', card, reason, by });
    await tasks.update(id, (task) => (task.state === 'open' ? { ...task, state: 'done', decidedBy: by.id } : task));
  }

  return { note, settleDue };
}
