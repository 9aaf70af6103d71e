import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';
import { once } from './forms.ts';

export const letterKinds = ['enrolment', 'card-stopped', 'card-unsafe', 'card-continued', 'new-pin-code'] as const;
export type LetterKind = (typeof letterKinds)[number];

/**
 * A notice that goes to the registered address on paper: whoever enrolled, or called, in somebody's name cannot read that
 * person's letters. The queue holds whom and which kind; name and address come from the resident when it is printed.
 */
export interface Letter extends StoredRecord {
  readonly residentRef: string;
  readonly kind: LetterKind;
  readonly state: 'waiting' | 'printed';
  readonly at: number;
  readonly printedAt?: number | undefined;
  readonly printedBy?: string | undefined;
}

export const letterCollection: CollectionDefinition = { name: 'card-letter', indexes: [['state']] };

const keptMs = 400 * 24 * 3_600_000;

export function createLetters({ letters, now }: { readonly letters: Collection<Letter>; readonly now: () => number }) {
  /** The id is that of its cause, so that a repeat puts no second letter into the queue. */
  async function queue(cause: string, residentRef: string, kind: LetterKind): Promise<void> {
    const at = now();
    await once(
      letters.insert({ id: `${kind}.${cause}`, residentRef, kind, state: 'waiting', at, expiresAt: at + keptMs }),
    );
  }

  const inState = async (state: Letter['state'], limit = 100) =>
    (await letters.find({ where: { state }, limit })).records;

  /** It went into an envelope: the list of the day loses it. */
  const printed = (id: string, by: string) =>
    letters.update(id, (current) =>
      current.state === 'printed' ? current : { ...current, state: 'printed', printedAt: now(), printedBy: by },
    );

  return { queue, inState, printed, get: (id: string) => letters.get(id) };
}

export type Letters = ReturnType<typeof createLetters>;
