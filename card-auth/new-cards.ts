import type { CardOfficeOptions, CardPerson, MadeCard, MadeCode } from './card-office.ts';
import { type CardRecord, type HandedOver, isWaiting } from './card-registry.ts';
import { CardError } from './errors.ts';
import type { createLetterCodes } from './letter-codes.ts';
import { checkOpen, expiryOf, type Programme } from './programme.ts';

interface NewCardsOptions extends Pick<CardOfficeOptions, 'cards' | 'tasks'> {
  readonly letterOf: ReturnType<typeof createLetterCodes>;
  readonly programme: Programme;
  readonly onChange: NonNullable<CardOfficeOptions['onChange']>;
  readonly now: () => number;
}

/** From the station into the hands of the holder (R37). */
export function createNewCards({ cards, tasks, letterOf, programme, onChange, now }: NewCardsOptions) {
  /**
   * A card that the station made, for a task that was agreed to. It starts inactive and without a code; a replacement
   * carries the same residentRef, so every pseudonym of its holder stays, and names the card whose place it takes. The
   * task names its card first and is done last: after a crash between, the same card can be issued again, and no other.
   */
  async function issue(taskId: string, made: MadeCard, by: CardPerson): Promise<CardRecord> {
    const known = await cards.get(made.id);
    if (known && known.madeFor !== taskId)
      throw new CardError('TASK_DECIDED', 'a card with this ID is on record, and not for this task');
    const task = await tasks.update(taskId, (current) => {
      if (current.state !== 'approved' || (current.madeCard ?? made.id) !== made.id)
        throw new CardError('TASK_DECIDED', 'the task waits for no card, or for another one');
      checkOpen(programme, now());
      return { ...current, madeCard: made.id };
    });
    if (!task) throw new CardError('TASK_DECIDED', 'there is no such task');
    const card: CardRecord = {
      ...made,
      // Its own years; the end of the programme is applied where it is read.
      expiresOn: expiryOf(now(), { cardYears: programme.cardYears }),
      residentRef: task.residentRef,
      status: 'issued',
      madeFor: taskId,
      ...(task.cardId === undefined ? {} : { supersedes: task.cardId }),
      lastWcnt: 0,
      lastTapAt: 0,
      unfinished: [],
      issuedAt: now(),
    };
    if (!known) await cards.insert(card);
    await onChange({ type: 'issued', card: known ?? card, reason: task.reason, by });
    await tasks.update(taskId, (current) => ({ ...current, state: 'done' }));
    return known ?? card;
  }

  /**
   * R37: the card goes to its holder. Its making was agreed to by two, so one gives it out; the code of the separate
   * letter is made here, once: whoever wants another one asks a second person (`code`). Nobody here agreed to a card
   * that was imported, so its code takes two, alone (`code`) or in a batch.
   */
  async function handOver(cardId: string, how: HandedOver['how'], by: CardPerson): Promise<MadeCode> {
    const { told, kept } = letterOf(cardId, 'activate');
    const card = await cards.update(cardId, (current) => {
      if (!isWaiting(current)) throw new CardError('MOVE_REFUSED', 'only a new card is handed over, and once');
      if (current.madeFor === undefined)
        throw new CardError('SECOND_PERSON_NEEDED', 'the code of an imported card takes two persons');
      return { ...current, ...kept, handedOver: { at: now(), how, by: by.id } };
    });
    if (!card) throw new CardError('CARD_MISSING', 'the card is gone');
    await onChange({ type: 'handed-over', card, reason: 'HANDOVER', by });
    return { card, ...told };
  }

  return { issue, handOver };
}
