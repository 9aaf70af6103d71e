import { randomBytes } from 'node:crypto';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';

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
  /** The print file that it is in, as of when; it is in no other one. */
  readonly file?: string | undefined;
  readonly filedAt?: number | undefined;
}

/** Letters in one file. */
export const letterFileMax = 500;

export const letterCollection: CollectionDefinition = { name: 'card-letter', indexes: [['state'], ['file']] };

const keptMs = 400 * 24 * 3_600_000;

export function createLetters({ letters, now }: { readonly letters: Collection<Letter>; readonly now: () => number }) {
  /** The id is that of its cause, so that a repeat puts no second letter into the queue. */
  async function queue(cause: string, residentRef: string, kind: LetterKind): Promise<void> {
    const at = now();
    await insertOnce(letters, {
      id: `${kind}.${cause}`,
      residentRef,
      kind,
      state: 'waiting',
      at,
      expiresAt: at + keptMs,
    });
  }

  /** All of them, the oldest first. */
  async function inState(state: Letter['state']): Promise<readonly Letter[]> {
    const found: Letter[] = [];
    let after: string | undefined;
    do {
      const page = await letters.find({ where: { state }, limit: 1000, ...(after ? { after } : {}) });
      found.push(...page.records);
      after = page.next;
    } while (after);
    return found.toSorted((one, other) => one.at - other.at);
  }

  /** It went into an envelope: the list of the day loses it. */
  const printed = (id: string, by: string) =>
    letters.update(id, (current) =>
      current.state === 'printed' ? current : { ...current, state: 'printed', printedAt: now(), printedBy: by },
    );

  /**
   * Puts what waits and is in no file yet into a new one; undefined where nothing does. Kept with the letters, so that
   * what is marked as printed later is what was in the file, and a file that got lost is made again.
   */
  async function gather(mayPrint: (letter: Letter) => Promise<boolean>): Promise<string | undefined> {
    const [file, filedAt] = [randomBytes(12).toString('base64url'), now()];
    let gathered = 0;
    for (const letter of await inState('waiting')) {
      if (gathered >= letterFileMax) break;
      if (letter.file !== undefined || !(await mayPrint(letter))) continue;
      const filed = await letters.update(letter.id, (current) =>
        current.state === 'waiting' && current.file === undefined ? { ...current, file, filedAt } : current,
      );
      if (filed?.file === file) gathered += 1;
    }
    return gathered > 0 ? file : undefined;
  }

  /** It can be printed with the file no longer, as when the name changed: it waits by itself again. */
  const release = (id: string) =>
    letters.update(id, (current) => ({ ...current, file: undefined, filedAt: undefined }));

  /** Those of a file that still wait. */
  async function inFile(file: string): Promise<readonly Letter[]> {
    const { records } = await letters.find({ where: { file }, limit: letterFileMax });
    return records.filter(({ state }) => state === 'waiting').toSorted((one, other) => one.at - other.at);
  }

  /** All of a file went into envelopes; how many there were. */
  async function filePrinted(file: string, by: string): Promise<number> {
    const held = await inFile(file);
    for (const { id } of held) await printed(id, by);
    return held.length;
  }

  return { queue, inState, gather, release, inFile, filePrinted, printed, get: (id: string) => letters.get(id) };
}

export type Letters = ReturnType<typeof createLetters>;
