import { z } from 'zod';
import type { Row } from '../lib/rows.ts';
import { isDay, parseInstant } from '../lib/time.ts';
import { type Collection, insertOnce, type StoredRecord } from '../storage/index.ts';
import type { CardRecord } from './card-registry.ts';
import { changeKinds } from './card-tasks.ts';
import { isOpen, type Programme } from './programme.ts';
import type { ToldChange } from './resident-events.ts';
import type { Resident } from './residents.ts';

/** An empty cell says nothing. */
const optional = (most: number) =>
  z
    .string()
    .max(most)
    .optional()
    .transform((text) => text || undefined);
const ref = z.string().regex(/^[\w-]{1,64}$/, 'letters, digits, - and _, 64 at most');

/** R34: the basic data of a resident; names exactly as they were received. */
const ResidentRow = z.strictObject({
  id: ref,
  kanji: optional(100),
  kana: optional(150),
  latin: optional(150),
  alias: optional(150),
  former: optional(150),
  sex: z.enum(['1', '2', '3']),
  birthDate: z.string().refine(isDay, 'YYYY-MM-DD of a day that exists'),
  postal: z.string().regex(/^\d{7}$/, '7 digits'),
  municipality: z.string().regex(/^(\d{5}|[^\d\p{C}][^\p{C}]{0,99})$/u, 'a code of 5 digits, or a name'),
  town: z.string().max(200),
  block: z.string().max(200),
});

/** A card as the issuing station delivers it; it starts inactive, and its holder gets a code. */
const CardRow = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/, 'the ID block, 32 hex digits'),
  number: z.string().regex(/^\d{13}$/, '13 digits'),
  resident: ref,
  keyVersion: z.coerce.number().int().min(1).max(0xffff),
  expires: z.string().refine((text) => parseInstant(text) !== undefined, 'an instant such as 2031-03-31T15:00:00Z'),
});

/** R36: a change as a register writes it into a file. */
const EventRow = z.strictObject({
  id: z.string().regex(/^[\w.:-]{1,100}$/, 'letters, digits, . _ : and -, 100 at most'),
  kind: z.enum(changeKinds),
  resident: z.string().regex(/^[\w.-]{1,100}$/, 'letters, digits, . _ and -, 100 at most'),
  at: z.string().refine((text) => parseInstant(text) !== undefined, 'an instant such as 2026-11-20T00:00:00+09:00'),
  leftArea: z.enum(['', '0', '1']).optional(),
});

/** A row that is refused; the reason names the column and never repeats what stands in it. */
export class RowFault extends Error {}

function parsed<T>(schema: z.ZodType<T>, { fields, fault }: Row): T {
  if (fault) throw new RowFault(fault);
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RowFault(
    `${issue?.path.join('.') || 'columns'}: ${issue?.code === 'custom' || issue?.code === 'invalid_format' ? issue.message : issue?.code}`,
  );
}

const nameIn = (names: Readonly<Record<string, string>>, code: string): string =>
  (Object.hasOwn(names, code) ? names[code] : undefined) ?? code;

export interface ResidentOfOptions {
  readonly synthetic: boolean;
  /** Names of municipalities by their codes: people write names, and are compared by them. */
  readonly municipalities: Readonly<Record<string, string>>;
  readonly now: number;
}

export function residentOf(row: Row, { synthetic, municipalities, now }: ResidentOfOptions): Resident {
  const { id, sex, birthDate, postal, municipality, town, block, ...name } = parsed(ResidentRow, row);
  if (!Object.values(name).some((text) => text !== undefined)) throw new RowFault('columns: no name at all');
  const address = { postal, municipality: nameIn(municipalities, municipality), town, block };
  return { id, name, sex: Number(sex) as 1 | 2 | 3, birthDate, address, synthetic, basicAt: now };
}

export function changeOf(row: Row): ToldChange {
  const { at, leftArea, ...event } = parsed(EventRow, row);
  if ((event.kind === 'move') !== Boolean(leftArea))
    throw new RowFault('leftArea: 1 or 0 with move, and with it alone');
  const moved = event.kind === 'move' ? { leftArea: leftArea === '1' } : {};
  return { ...event, ...moved, at: parseInstant(at) ?? 0 };
}

export interface CardRowOptions {
  readonly cardId: (id: Uint8Array) => Promise<string>;
  readonly hasResident: (residentRef: string) => Promise<boolean>;
  readonly programme: Programme;
  readonly now: number;
}

export async function cardOf(row: Row, { cardId, hasResident, programme, now }: CardRowOptions): Promise<CardRecord> {
  const { id, number, resident, keyVersion, expires } = parsed(CardRow, row);
  if (!isOpen(programme, now)) throw new RowFault('columns: cards are made within the days of the programme alone');
  if (!(await hasResident(resident))) throw new RowFault('resident: there is no such resident; import residents first');
  return {
    id: await cardId(Uint8Array.from(Buffer.from(id, 'hex'))),
    number,
    residentRef: resident,
    ckv: keyVersion,
    status: 'issued',
    lastWcnt: 0,
    lastTapAt: 0,
    unfinished: [],
    issuedAt: now,
    expiresOn: parseInstant(expires) ?? 0,
    software: false,
  };
}

export interface ImportResult {
  readonly added: number;
  readonly changed: number;
  readonly same: number;
  readonly refused: number;
}

export interface ImportOptions<T extends StoredRecord> {
  readonly rows: AsyncIterable<Row>;
  readonly into: Collection<T>;
  readonly read: (row: Row) => T | Promise<T>;
  /** What a record that is there already becomes; the same one where the file says nothing new. Throws a RowFault where the two contradict. */
  readonly merge: (kept: T, read: T) => T;
  /** Told of a change before it is written: what breaks off in between is told again, and nothing is lost. */
  readonly onChange?: (before: T, after: T) => Promise<void>;
  readonly onRefused: (line: number, reason: string, fault: RowFault) => void;
  readonly onProgress?: (line: number) => void;
}

const together = 500;

/** Writes rows as they come, so many in one commit. Repeating a file, whole or from where it broke off, adds nothing twice. */
export async function importRows<T extends StoredRecord>(options: ImportOptions<T>): Promise<ImportResult> {
  const { rows, onRefused, onProgress = () => undefined } = options;
  const counts = { added: 0, changed: 0, same: 0, refused: 0 };
  async function one(row: Row): Promise<void> {
    try {
      counts[await put(await options.read(row), options)] += 1;
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      counts.refused += 1;
      onRefused(row.line, error.message, error);
    }
  }
  let batch: Row[] = [];
  const write = async () => {
    await Promise.all(batch.map(one));
    const last = batch.at(-1);
    batch = [];
    if (last) onProgress(last.line);
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= together) await write();
  }
  await write();
  return counts;
}

async function put<T extends StoredRecord>(
  record: T,
  { into, merge, onChange }: Pick<ImportOptions<T>, 'into' | 'merge' | 'onChange'>,
): Promise<'added' | 'changed' | 'same'> {
  if (await insertOnce(into, record)) return 'added';
  const before = onChange && (await into.get(record.id));
  const after = before && merge(before, record);
  if (before && after && after !== before) await onChange(before, after);
  let outcome: 'changed' | 'same' = 'same';
  const kept = await into.update(record.id, (current) => {
    const merged = merge(current, record);
    outcome = merged === current ? 'same' : 'changed';
    return merged;
  });
  if (!kept) throw new RowFault('number: another card has it');
  return outcome;
}

/** Basic data follow the register; what the hub itself knows of the person stays. */
export function mergeResident(kept: Resident, read: Resident): Resident {
  const merged = { ...kept, name: read.name, sex: read.sex, birthDate: read.birthDate, address: read.address };
  return JSON.stringify(merged) === JSON.stringify(kept) ? kept : { ...merged, basicAt: read.basicAt };
}

/** A delivery that is read again must not touch a card that lives by now. */
export function mergeCard(kept: CardRecord, read: CardRecord): CardRecord {
  if (kept.number !== read.number || kept.residentRef !== read.residentRef || kept.ckv !== read.ckv)
    throw new RowFault('id: this card is on record with another number, resident or key version');
  return kept;
}
