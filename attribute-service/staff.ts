import { z } from 'zod';
import { AttributeError } from './errors.ts';

/** What an organisation's directory says about one member of its staff: handed on by contract, never kept by the hub. */
export interface Staff {
  readonly roles: readonly string[];
  /** Kind of professional licence. */
  readonly licence?: string | undefined;
  readonly facility?: { readonly code?: string | undefined; readonly name?: string | undefined } | undefined;
}

export type ValidityFormat = 'days' | 'generalized-time' | 'windows';

/** One directory entry: the values of each attribute that we know, in the directory's own spelling. */
export type StaffEntry = Readonly<Record<keyof z.output<typeof Entry>, readonly unknown[]>>;

/** Shown on pages and written into XML 1.0, which has no control characters in any spelling. */
const text = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]+$/u);

const Entry = z.object({
  reference: z.array(text),
  role: z.array(text).max(50),
  licence: z.array(text),
  facilityCode: z.array(text),
  facilityName: z.array(text),
  validUntil: z.array(text).max(1),
});

export interface StaffQuestion {
  readonly reference: string;
  readonly validUntilFormat: ValidityFormat;
  readonly now: number;
}

/**
 * Who this person is at work, from all entries that the directory found; undefined for a person without any that is
 * still valid. Throws SOURCE_GARBLED for entries that cannot be relied on: then nothing is released, because half a
 * truth about a role is a wrong one.
 */
export function decideStaff(found: readonly StaffEntry[], { reference, ...at }: StaffQuestion): Staff | undefined {
  const entries = found.map(parseEntry);
  // A directory compares without regard to case and spaces (RFC 4518 2), and an entry can name several people.
  if (entries.some((entry) => entry.reference.length !== 1 || entry.reference[0] !== reference))
    throw garbled('an entry of the staff directory is about another person, or about several');
  const valid = entries.filter((entry) => isValid(entry.validUntil[0], at));
  if (valid.length === 0) return undefined;
  const one = (field: 'licence' | 'facilityCode' | 'facilityName') =>
    agreed(
      field,
      valid.flatMap((entry) => entry[field]),
    );
  const [licence, code, name] = [one('licence'), one('facilityCode'), one('facilityName')];
  return {
    roles: [...new Set(valid.flatMap(({ role }) => role))],
    ...(licence === undefined ? {} : { licence }),
    ...(code === undefined && name === undefined
      ? {}
      : { facility: { ...(code === undefined ? {} : { code }), ...(name === undefined ? {} : { name }) } }),
  };
}

function parseEntry(entry: StaffEntry): z.output<typeof Entry> {
  const parsed = Entry.safeParse(entry);
  // Without the cause: it would carry the value.
  if (!parsed.success) throw garbled(`the staff directory has an unusable ${String(parsed.error.issues[0]?.path[0])}`);
  return parsed.data;
}

/** A role of one facility must not be read as a role at another, so what differs is not merged. */
function agreed(field: string, values: readonly string[]): string | undefined {
  const distinct = new Set(values);
  if (distinct.size > 1) throw garbled(`the staff directory has several values of ${field} for one person`);
  return values[0];
}

/** An end that cannot be read is no end we may ignore. */
function isValid(validUntil: string | undefined, { validUntilFormat, now }: Omit<StaffQuestion, 'reference'>): boolean {
  if (validUntil === undefined) return true;
  const end = endOf[validUntilFormat](validUntil);
  if (end === undefined) throw garbled('the staff directory has an end of validity that cannot be read');
  return now < end;
}

const dayMs = 24 * 3600_000;
/** Windows counts units of 100 ns since 1601. */
const windowsEpochMs = Date.UTC(1601, 0, 1);
const never = Number.POSITIVE_INFINITY;

/** The first instant, in ms since 1970, at which an entry counts no more. */
const endOf: Readonly<Record<ValidityFormat, (text: string) => number | undefined>> = {
  // shadow(5): the account ends with the begin of that day, in UTC.
  days(value) {
    if (value === '-1') return never;
    return /^\d{1,7}$/.test(value) ? Number(value) * dayMs : undefined;
  },
  // RFC 4517 3.3.13; only the form that directories write: whole seconds or fractions, in UTC.
  'generalized-time'(value) {
    const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d{1,9})?Z$/.exec(value);
    if (!parts) return undefined;
    const [, year, month, day, hour, minute, second] = parts;
    const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return Number.isNaN(instant) ? undefined : instant;
  },
  // MS-ADA1 2.1 accountExpires: 0 and the largest value mean never.
  windows(value) {
    if (!/^\d{1,19}$/.test(value)) return undefined;
    const units = BigInt(value);
    if (units === 0n || units === 0x7fff_ffff_ffff_ffffn) return never;
    return Number(units / 10_000n) + windowsEpochMs;
  },
};

const garbled = (message: string) => new AttributeError('SOURCE_GARBLED', message);
