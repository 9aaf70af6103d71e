import type { Collection, Query } from '../storage/index.ts';
import type { PinKeyVersion } from './card-key-service.ts';
import type { CardChange, CardPerson } from './card-office.ts';
import type { CardRecord, CardRegistry } from './card-registry.ts';
import { type CardTasks, replacementTask } from './card-tasks.ts';
import type { CardStatus } from './life-cycle.ts';

export interface KeyCompromiseOptions {
  readonly cards: CardRegistry;
  readonly tasks: Pick<CardTasks, 'open'>;
  readonly pinVersions: Pick<Collection<PinKeyVersion>, 'get'>;
  readonly onChange: (change: CardChange) => Promise<void>;
  /** Tells the holder on paper; more than once for a card is told once. */
  readonly onUnsafe: (card: CardRecord) => Promise<void>;
  readonly now: () => number;
  readonly pageSize?: number;
}

/** How many cards this run stopped, and how many of the others were stopped before. */
export interface StoppedCards {
  readonly stopped: number;
  readonly before: number;
}

/** Whatever may still be used, or go on; stopped ones first, so that those of this run are not met again. */
const living: readonly CardStatus[] = ['suspended', 'issued', 'active', 'pin-locked'];

/**
 * When a key of the key service may be known to others. Everything here can be repeated, and goes on where it broke off:
 * each card is stopped, then gets its letter and its task, and each of these happens once.
 */
export function createKeyCompromise(options: KeyCompromiseOptions) {
  const { cards, tasks, pinVersions, onChange, onUnsafe, now, pageSize = 500 } = options;

  /** Every living card of this version of the master key, or on its way to it, one page after the other. */
  async function* cardsOf(ckv?: number): AsyncGenerator<CardRecord> {
    for (const status of living)
      for (const where of ckv === undefined
        ? [{ status }]
        : [
            { ckv, status },
            { nextCkv: ckv, status },
          ])
        yield* cardsWhere(where);
  }

  async function* cardsWhere(where: NonNullable<Query['where']>): AsyncGenerator<CardRecord> {
    let after: string | undefined;
    do {
      const page = await cards.list({ where, limit: pageSize, ...(after ? { after } : {}) });
      yield* page.records;
      after = page.next;
    } while (after);
  }

  /** Cards whose PIN of today hangs on this version of the PIN key. */
  async function* cardsOfPinKey(version: number): AsyncGenerator<CardRecord> {
    for await (const card of cardsOf()) {
      if (!card.pin) continue;
      const fixed = await pinVersions.get(`${card.id}.${card.pin.generation}`);
      if ((fixed?.version ?? 1) === version) yield card;
    }
  }

  /**
   * One person stops them all, and each may go on only by two. A card that nobody has activated ends: whoever has the key
   * has a card as good as that one. Each gets the task of a new card, for a second person.
   */
  async function stop(found: AsyncIterable<CardRecord>, by: CardPerson): Promise<StoppedCards> {
    let [stopped, before] = [0, 0];
    for await (const card of found) {
      if (await stopOne(card, by)) stopped += 1;
      else before += 1;
      await onUnsafe(card);
      await tasks.open(replacementTask(card, 'KEY', { cause: 'key-compromise', at: now() }));
    }
    return { stopped, before };
  }

  async function stopOne({ id, status, reason }: CardRecord, by: CardPerson): Promise<boolean> {
    if (status === 'suspended') {
      // One that was lost and found would otherwise go on as if nothing had happened. A copy is never resumed anyway.
      if (reason !== 'KEY' && reason !== 'CLONE')
        await cards.update(id, (card) => (card.status === 'suspended' ? { ...card, reason: 'KEY' } : card));
      return false;
    }
    const act =
      status === 'issued' ? ({ to: 'revoked', as: 'system' } as const) : ({ to: 'suspended', as: by.as } as const);
    const moved = await cards.move(id, act.to, 'KEY', act.as);
    if (moved) await onChange({ type: act.to, card: moved, reason: 'KEY', by: { ...by, as: act.as } });
    return moved !== undefined;
  }

  return { cardsOf, cardsOfPinKey, stop };
}
