import { createHash } from 'node:crypto';
import { open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  blankSoftwareCard,
  createSoftwareCard,
  fromSavedCard,
  type SoftwareCard,
  type SoftwareCardMemory,
  toSavedCard,
} from '../../card-auth/index.ts';

/** A card of the box as it lies in its file; the face is what is printed on it. */
const CardFile = z.strictObject({
  number: z.string().regex(/^\d{13}$/),
  face: z.strictObject({ ja: z.string(), en: z.string() }),
  /** The trial shows it on the page, as a note stuck to the card; empty for a card without PIN. */
  pin: z.string(),
  /** Mark of the PIN's blocks as they were when that PIN was set: the box sees a change of them and never the new PIN. */
  pinMark: z.string().optional(),
  memory: z.unknown(),
});
export type CardFile = z.output<typeof CardFile>;

export interface BoxedCard {
  readonly number: string;
  readonly face: CardFile['face'];
  readonly pin: string;
  /** The note may be outdated: a new PIN was written, or was begun to be. */
  readonly pinChanged: () => boolean;
  readonly card: SoftwareCard;
}

/** Where the box keeps its cards. */
export const cardsFolderOf = (data: string) => join(data, 'card-box');

/** Writes whole or not at all and only then returns: a card that forgets a count looks like a copy of itself. */
export async function writeCard(folder: string, file: CardFile): Promise<void> {
  const path = join(folder, `${file.number}.json`);
  const draft = `${path}.draft`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(file, undefined, 1)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  const parent = await open(folder, 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

export const cardFileOf = (head: Omit<CardFile, 'memory'>, memory: SoftwareCardMemory): CardFile => ({
  ...head,
  memory: toSavedCard(memory),
});

/** Numbers of the box for what has none printed on it: no card of a person begins with a zero. */
const [blanksStart, blanksEnd] = [1000, 2000];
/** A card as the station hands it over, with the PIN on a note. */
export const newCardFile = (head: Pick<CardFile, 'number' | 'face' | 'pin'>, memory: SoftwareCardMemory): CardFile =>
  cardFileOf({ ...head, ...(head.pin ? { pinMark: pinMarkOf(memory) } : {}) }, memory);

/** Blocks 4 and 5 are the two slots of the sealed secret; whichever is written, it is by setting a PIN. */
const pinMarkOf = ({ liteS: { blocks } }: SoftwareCardMemory): string =>
  Buffer.from(
    [4, 5].flatMap((block) => [
      ...createHash('sha256')
        .update(blocks.get(block) ?? '')
        .digest(),
    ]),
  ).toString('base64url');

/** The box's cards by number; files that appear later are found at the next look. */
export function createCards(folder: string) {
  const known = new Map<string, BoxedCard>();

  async function load(name: string): Promise<void> {
    const number = name.slice(0, -'.json'.length);
    if (known.has(number)) return;
    const { memory, ...head } = CardFile.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    const save = (changed: SoftwareCardMemory) => writeCard(folder, cardFileOf(head, changed));
    const card = createSoftwareCard({ memory: fromSavedCard(memory), save });
    const { pinMark } = head;
    const pinChanged = () => pinMark !== undefined && pinMarkOf(card.memory()) !== pinMark;
    known.set(number, { ...head, pinChanged, card });
  }

  async function list(): Promise<readonly BoxedCard[]> {
    const names = (await readdir(folder)).filter((name) => /^\d{13}\.json$/.test(name)).toSorted();
    for (const name of names) await load(name);
    return [...known.values()].toSorted((a, b) => a.number.localeCompare(b.number));
  }

  async function get(number: string): Promise<BoxedCard | undefined> {
    return (await list()).find((card) => card.number === number);
  }

  /** A blank card, as from the factory. What is written to it later stays in its file; the box goes on calling it so. */
  async function addBlank(): Promise<BoxedCard> {
    const numbers = (await list()).map(({ number }) => Number(number)).filter((number) => number < blanksEnd);
    const nth = Math.max(blanksStart, ...numbers) + 1 - blanksStart;
    const face = { ja: `白いカード ${nth}`, en: `Blank card ${nth}` };
    const number = String(blanksStart + nth).padStart(13, '0');
    await writeCard(folder, cardFileOf({ number, pin: '', face }, blankSoftwareCard()));
    const added = await get(number);
    if (!added) throw new TypeError('the box has what it has just written');
    return added;
  }

  return { list, get, addBlank };
}

export type Cards = ReturnType<typeof createCards>;
