import type { CardRecord } from './card-registry.ts';
import type { CardTask } from './card-tasks.ts';
import { isFinal } from './life-cycle.ts';

/**
 * Pure, R42: how many cards a person holds and is about to get. A successor and the card whose place it takes are one;
 * tasks count that ask for a further card.
 */
export function countCards(
  cards: readonly Pick<CardRecord, 'id' | 'status' | 'supersedes'>[],
  tasks: readonly Pick<CardTask, 'act' | 'state'>[],
): { readonly live: number; readonly coming: number } {
  const living = cards.filter(({ status }) => !isFinal(status));
  const ids = new Set(living.map(({ id }) => id));
  const isFurther = ({ supersedes }: Pick<CardRecord, 'supersedes'>) =>
    supersedes === undefined || !ids.has(supersedes);
  const isComing = ({ act, state }: Pick<CardTask, 'act' | 'state'>) =>
    act === 'issue' && (state === 'open' || state === 'approved');
  return { live: living.filter(isFurther).length, coming: tasks.filter(isComing).length };
}
