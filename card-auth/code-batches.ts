import { randomBytes } from 'node:crypto';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import type { CardChange, CardPerson, MadeCode } from './card-office.ts';
import { type CardRecord, type CardRegistry, isWaiting } from './card-registry.ts';
import { CardError } from './errors.ts';
import { createLetterCodes, type LetterCodesOptions } from './letter-codes.ts';

/** Cards in one batch, and so letters in one file. */
export const codeBatchMax = 500;

/**
 * Letters with the first codes of cards that wait, many at once: asked for by one person, agreed to once by another, and
 * printed by whoever asked. Holds which cards; a code is never in it.
 */
export interface CodeBatch extends StoredRecord {
  /** Their ids. */
  readonly cards: readonly string[];
  readonly state: 'open' | 'agreed' | 'declined' | 'posted';
  readonly openedBy: string;
  readonly openedAt: number;
  readonly decidedBy?: string | undefined;
  /** How often its letters were made. */
  readonly runs: number;
  /** When they were made for the first time since the agreement. */
  readonly firstRunAt?: number | undefined;
}

export const codeBatchCollection: CollectionDefinition = { name: 'code-batch', indexes: [['state']] };

const keptMs = 400 * 24 * 3_600_000;
/** A printer that jams may print again; after that the agreement is used up. */
const repeatMs = 3_600_000;
/** So many cards are written in one commit. */
const together = 50;

export interface CodeBatchesOptions extends LetterCodesOptions {
  readonly batches: Collection<CodeBatch>;
  readonly cards: Pick<CardRegistry, 'get' | 'update'>;
  readonly onChange: (change: CardChange) => Promise<void>;
  readonly now: () => number;
}

export function createCodeBatches({ batches, cards, onChange, now, ...sources }: CodeBatchesOptions) {
  const letterOf = createLetterCodes(sources);

  /** Refuses a list that is empty or too long, or has a card that does not wait. */
  async function ask(cardIds: readonly string[], by: CardPerson): Promise<CodeBatch> {
    const unique = [...new Set(cardIds)];
    if (unique.length === 0 || unique.length > codeBatchMax)
      throw new CardError('BATCH_UNSUITABLE', `a batch has 1 to ${codeBatchMax} cards`);
    for (const id of unique) {
      const card = await cards.get(id);
      if (!card || !isWaiting(card)) throw new CardError('BATCH_UNSUITABLE', 'a card of the list waits for no code');
    }
    const [id, at] = [randomBytes(12).toString('base64url'), now()];
    const opened = { openedBy: by.id, openedAt: at, runs: 0, expiresAt: at + keptMs };
    const batch: CodeBatch = { id, cards: unique, state: 'open', ...opened };
    await batches.insert(batch);
    return batch;
  }

  /** The second person: once for all cards of the batch. */
  const decide = (id: string, agreed: boolean, by: CardPerson): Promise<CodeBatch> =>
    change(id, (current) => {
      if (current.state !== 'open') throw new CardError('TASK_DECIDED', 'this was decided already');
      if (current.openedBy === by.id)
        throw new CardError('SECOND_PERSON_NEEDED', 'nobody agrees to what they asked for');
      return { ...current, state: agreed ? 'agreed' : 'declined', decidedBy: by.id, firstRunAt: undefined };
    });

  /** The letters got lost: a second person has to agree anew. */
  const askAgain = (id: string, by: CardPerson): Promise<CodeBatch> =>
    change(id, (current) => {
      if (current.state !== 'agreed' && current.state !== 'posted')
        throw new CardError('MOVE_REFUSED', 'this waits for a decision, or was declined');
      return { ...current, state: 'open', openedBy: by.id, openedAt: now(), decidedBy: undefined };
    });

  /** The letters are in their envelopes: no code is made any more. */
  const posted = (id: string, by: CardPerson): Promise<CodeBatch> =>
    change(id, (current) => {
      checkOwn(current, by);
      if (current.runs === 0) throw new CardError('MOVE_REFUSED', 'no letter was made yet');
      return { ...current, state: 'posted' };
    });

  /**
   * Makes the codes of all cards that still wait, each of which is stored before this resolves: a code that is told is
   * good. A run that broke off is repeated; its codes, which nobody saw, and those of a file that got lost are worthless
   * then. Of two runs at once only the later one tells codes.
   */
  async function run(
    id: string,
    by: CardPerson,
    mayPrint: (card: CardRecord) => Promise<boolean>,
  ): Promise<readonly MadeCode[]> {
    const started = await change(id, (current) => {
      checkOwn(current, by);
      const firstRunAt = current.firstRunAt ?? now();
      // A clock that was set back must not prolong it.
      if (Math.abs(now() - firstRunAt) >= repeatMs)
        throw new CardError('AGREEMENT_USED', 'the letters were made more than an hour ago');
      return { ...current, runs: current.runs + 1, firstRunAt };
    });
    const made: MadeCode[] = [];
    for (let at = 0; at < started.cards.length; at += together) {
      const part = started.cards.slice(at, at + together).map((cardId) => codeFor(cardId, started, by, mayPrint));
      made.push(...(await Promise.all(part)).filter((code) => code !== undefined));
    }
    if ((await batches.get(id))?.runs !== started.runs)
      throw new CardError('RUN_OVERTAKEN', 'a later run has made new codes meanwhile');
    return made;
  }

  async function codeFor(
    cardId: string,
    { id: batch, runs }: CodeBatch,
    by: CardPerson,
    mayPrint: (card: CardRecord) => Promise<boolean>,
  ): Promise<MadeCode | undefined> {
    const before = await cards.get(cardId);
    if (!before || !isDue(before, batch, runs) || !(await mayPrint(before))) return undefined;
    const { told, kept } = letterOf(cardId, 'activate');
    const handedOver = { at: now(), how: 'mail', by: by.id, batch, run: runs } as const;
    const card = await cards.update(cardId, (current) =>
      isDue(current, batch, runs) ? { ...current, ...kept, handedOver } : current,
    );
    if (card?.handOver?.hash !== kept.handOver.hash) return undefined;
    const type = isWaiting(before) ? 'handed-over' : 'code-made';
    await onChange({ type, card, reason: 'HANDOVER', by });
    return { card, ...told };
  }

  async function change(id: string, to: (current: CodeBatch) => CodeBatch): Promise<CodeBatch> {
    const batch = await batches.update(id, to);
    if (!batch) throw new CardError('TASK_DECIDED', 'there is no such batch');
    return batch;
  }

  return {
    ask,
    decide,
    askAgain,
    run,
    posted,
    get: (id: string) => batches.get(id),
    inState: async (state: CodeBatch['state']) => (await batches.find({ where: { state }, limit: 100 })).records,
  };
}

export type CodeBatches = ReturnType<typeof createCodeBatches>;

/** Whether this run may make the code of a card: it waits, or an earlier run of the same batch made the one it has. */
const isDue = (card: CardRecord, batch: string, run: number): boolean =>
  isWaiting(card) || (card.status === 'issued' && card.handedOver?.batch === batch && (card.handedOver.run ?? 0) < run);

/** Whoever sees the codes is whoever asked; neither a colleague nor the one who agreed. */
function checkOwn({ state, openedBy }: CodeBatch, by: CardPerson): void {
  if (openedBy !== by.id) throw new CardError('BATCH_OF_OTHER', 'only who asked for a batch prints its letters');
  if (state === 'posted') throw new CardError('AGREEMENT_USED', 'the letters were posted');
  if (state !== 'agreed') throw new CardError('SECOND_PERSON_NEEDED', 'nobody agreed to this batch yet');
}
