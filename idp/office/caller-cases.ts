import { foldName } from '../../attribute-service/index.ts';
import type { Resident } from '../../card-auth/index.ts';
import { randomText } from '../../lib/random.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';
import { foldAddress } from './comparison.ts';
import { OfficeError } from './errors.ts';

/** One call, or one visit at the counter: whom it is about, who attends to it, and whether the caller was checked. */
export interface CallerCase extends StoredRecord {
  readonly residentRef: string;
  /** The administrator who opened it; it is nobody else's. */
  readonly by: string;
  readonly at: number;
  readonly checked: 'not yet' | 'passed' | 'failed';
  readonly expiresAt: number;
}

/** Checks of one person that failed within a day: by whomever, because whoever guesses can call again. */
export interface FailedChecks extends StoredRecord {
  readonly count: number;
  readonly expiresAt: number;
}

export const callerCaseCollection: CollectionDefinition = { name: 'caller-case' };
export const failedCheckCollection: CollectionDefinition = { name: 'caller-check-failed' };

/** What the register knows and no card shows (A3): the face has kana, birth date, sex and number. */
export const questions = ['kanji', 'postal', 'town', 'block'] as const;
export type Question = (typeof questions)[number];
export type Answers = Readonly<Partial<Record<Question, string>>>;

const caseMs = 30 * 60_000;
const dayMs = 24 * 3_600_000;
const failedMax = 3;
const rightMin = 2;

/** Pure: two right answers and no wrong one. What was not asked counts for nothing. */
export function isCaller({ name, address }: Pick<Resident, 'name' | 'address'>, answers: Answers): boolean {
  const known: Readonly<Record<Question, string | undefined>> = {
    kanji: name.kanji && foldName(name.kanji),
    postal: address && digitsOf(address.postal),
    town: address && foldAddress(address.town),
    block: address && foldAddress(address.block),
  };
  const folded: Readonly<Record<Question, (text: string) => string>> = {
    kanji: foldName,
    postal: digitsOf,
    town: foldAddress,
    block: foldAddress,
  };
  const given = questions.filter((one) => (answers[one] ?? '').trim() !== '');
  const right = given.filter((one) => folded[one](answers[one] ?? '') === known[one]);
  return right.length >= rightMin && right.length === given.length;
}

const digitsOf = (text: string): string => text.normalize('NFKC').replaceAll(/\D/g, '');

export interface CallerCasesOptions {
  readonly cases: Collection<CallerCase>;
  readonly failed: Collection<FailedChecks>;
  readonly residents: { readonly get: (id: string) => Promise<Resident | undefined> };
  readonly now: () => number;
}

/** Calls as the support centre hears them. Answers are compared and gone: neither they nor what was right is kept or shown. */
export function createCallerCases({ cases, failed, residents, now }: CallerCasesOptions) {
  async function open(residentRef: string, by: string): Promise<CallerCase> {
    const at = now();
    const opened = { residentRef, by, at, checked: 'not yet', expiresAt: at + caseMs } as const;
    const call = { ...opened, id: randomText(16, 'hex') };
    await cases.insert(call);
    return call;
  }

  /** Of a colleague it is as good as none. */
  async function own(id: string, by: string): Promise<CallerCase> {
    const found = await cases.get(id);
    if (found?.by !== by) throw new OfficeError('CASE_CLOSED', 'there is no such open call of this administrator');
    return found;
  }

  /** The case as it stands after the answers. A call gets one try; a person three failed ones in a day. */
  async function check(call: CallerCase, answers: Answers): Promise<CallerCase> {
    const resident = await residents.get(call.residentRef);
    // Counted before it is looked at, so that many at once are no more than the limit.
    if (!resident || !(await reserve(call.residentRef)))
      throw new OfficeError('CALLER_UNCHECKED', 'too many failed checks of this person today');
    const checked = isCaller(resident, answers) ? 'passed' : 'failed';
    const after = await cases.update(call.id, (current) => {
      if (current.checked !== 'not yet') throw new OfficeError('CALLER_UNCHECKED', 'this call had its check');
      return { ...current, checked };
    });
    if (!after) throw new OfficeError('CASE_CLOSED', 'the call is closed');
    if (checked === 'passed') await failed.take(call.residentRef);
    return after;
  }

  async function reserve(id: string): Promise<boolean> {
    if (await insertOnce(failed, { id, count: 1, expiresAt: now() + dayMs })) return true;
    let open = false;
    await failed.update(id, (current) => {
      open = current.count < failedMax;
      return open ? { ...current, count: current.count + 1 } : current;
    });
    return open;
  }

  const close = (id: string) => cases.take(id);

  return { open, own, check, close };
}

export type CallerCases = ReturnType<typeof createCallerCases>;
