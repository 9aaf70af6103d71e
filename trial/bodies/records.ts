import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Coverage, copayOn } from '../../attribute-service/index.ts';
import { baseDateOf, type CoverageRecord, generateCoverages } from '../coverages.ts';
import { dayIn, preschoolEnd, yearsAfter } from '../days.ts';
import { type BodyId, bodies, bodyIds, insurers } from '../insurers.ts';
import { trialResidents } from '../residents.ts';

/** What one insured person is to a body: a pseudonym that this body alone knows, and its own records. */
export interface Insured {
  /** Nothing is shown online, whoever asks as the person. */
  readonly selfViewBlocked?: true;
  readonly records: readonly Omit<CoverageRecord, 'id' | 'personId'>[];
}

export interface BodyRecords {
  readonly mark: '架空データ';
  /** ms since 1970, when this state was written. */
  readonly asOf: number;
  readonly insured: Readonly<Record<string, Insured>>;
}

export const bodiesFolderOf = (data: string) => join(data, 'bodies');
export const recordsFileOf = (data: string, body: BodyId) => join(bodiesFolderOf(data), `${body}.json`);

export interface SeedBodiesOptions {
  readonly data: string;
  /** The hub's links give the pseudonyms. */
  readonly pseudonymFor: (residentRef: string, party: string) => Promise<string>;
  readonly now: number;
  readonly timeZone: string;
}

/** Gives each body its own insured, and nobody else; the whole file is replaced, so this is safe to repeat. */
export async function seedBodies({ data, pseudonymFor, now, timeZone }: SeedBodiesOptions): Promise<void> {
  await mkdir(bodiesFolderOf(data), { recursive: true, mode: 0o700 });
  const records = generateCoverages({ baseDate: baseDateOf(dayIn(timeZone, now)) });
  for (const body of bodyIds) {
    const own = Map.groupBy(
      records.filter(({ insurerNumber }) => bodyOf(insurerNumber) === body),
      ({ personId }) => personId,
    );
    // The city keeps a file on every resident without cover elsewhere: it can say "none", where others cannot.
    if (body === 'nhi') for (const { id } of uninsured(records)) own.set(id, []);
    const insured = await Promise.all(
      own.entries().map(async ([personId, held]) => {
        const pseudonym = await pseudonymFor(personId, bodies[body].id);
        return [pseudonym, insuredOf(personId, held)] as const;
      }),
    );
    const content: BodyRecords = { mark: '架空データ', asOf: now, insured: Object.fromEntries(insured) };
    await replaceFile(recordsFileOf(data, body), `${JSON.stringify(content, undefined, 1)}\n`);
  }
}

const uninsured = (records: readonly CoverageRecord[]) =>
  trialResidents.filter(
    ({ id, applicationOnly }) => !applicationOnly && !records.some(({ personId }) => personId === id),
  );

function bodyOf(insurerNumber: string): BodyId | undefined {
  return Object.values(insurers).find(({ number }) => number === insurerNumber)?.body;
}

/** The ids of the set stay with the set: a body that knew them could tell another whom it means. */
function insuredOf(personId: string, held: readonly CoverageRecord[]): Insured {
  const protection = trialResidents.find(({ id }) => id === personId)?.protection;
  const records = held.map(({ id: _id, personId: _personId, ...record }) => record);
  return { ...(protection?.includes('blockSelfView') ? { selfViewBlocked: true } : {}), records };
}

async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** A body's records as they lie in its file now; the file is read again when it was replaced. */
export function openRecords(path: string): () => Promise<BodyRecords | undefined> {
  let known: { readonly changedAt: number; readonly records: BodyRecords } | undefined;
  return async () => {
    const changedAt = (await stat(path).catch(onlyMissing))?.mtimeMs;
    if (changedAt === undefined) return undefined;
    if (known?.changedAt !== changedAt)
      known = { changedAt, records: JSON.parse(await readFile(path, 'utf8')) as BodyRecords };
    return known.records;
  };
}

/** Before the first seeding there is no file; anything else is a fault that has to be seen. */
function onlyMissing(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

/** What the body knows on a day: nothing that begins later, and no end that lies ahead. */
export function coveragesOn({ records }: Insured, day: string): Coverage[] {
  return records
    .filter(({ qualifiedOn }) => qualifiedOn <= day)
    .map(({ synthetic: _synthetic, mark: _mark, disqualifiedOn, lossReason, ...record }) => {
      const ended = disqualifiedOn !== undefined && disqualifiedOn <= day;
      const copay = steadyCopay(record.birthDate, day);
      return {
        ...record,
        ...(ended ? { disqualifiedOn, ...(lossReason ? { lossReason } : {}) } : {}),
        ...(copay ? { copay } : {}),
        ...(day <= preschoolEnd(record.birthDate) ? { preschool: true } : {}),
      };
    });
}

/**
 * A share without dates is stated only where it is the same on every day that a clinic may ask about, the past five
 * years; where age changed it in between, whoever asks about a day works it out for that day.
 */
function steadyCopay(birthDate: string, day: string): Coverage['copay'] {
  const copay = copayOn(birthDate, day);
  return copay === copayOn(birthDate, yearsAfter(day, -5)) ? copay : undefined;
}
