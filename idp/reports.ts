import { randomInt } from 'node:crypto';
import type { RecordedAccess } from '../attribute-service/index.ts';
import { createRisingIds } from '../lib/rising-id.ts';
import { dayIn } from '../lib/time.ts';
import {
  type Collection,
  type CollectionDefinition,
  insertOnce,
  type Page,
  type Storage,
  type StoredRecord,
} from '../storage/index.ts';

/** What a resident's report says of the access, as the access log had it: who, when, what, why; no value of the data. */
export type ReportedAccess = Pick<
  RecordedAccess,
  'at' | 'party' | 'partyName' | 'place' | 'types' | 'purpose' | 'result' | 'reference' | 'level'
>;

/** A resident says of an access to the own data: that was not with my knowledge. */
export interface AccessReport extends StoredRecord {
  /** Begins with the instant, so that ids rise with time. */
  readonly id: string;
  /** For the telephone: day and six digits. */
  readonly number: string;
  readonly residentRef: string;
  /** Id of the entry in the access log. */
  readonly entry: string;
  readonly access: ReportedAccess;
  readonly at: number;
  /** The resident's own words. They are nobody else's business: never in a log, nor in the audit. */
  readonly words?: string | undefined;
  readonly state: 'open' | 'answered';
  readonly answer?: ReportAnswer | undefined;
  readonly expiresAt: number;
}

export interface ReportAnswer {
  readonly at: number;
  /** Id of the administrator. */
  readonly by: string;
  /** What the resident reads. */
  readonly words: string;
}

const reportCollection: CollectionDefinition = {
  name: 'access-report',
  unique: ['number', 'entry'],
  indexes: [['residentRef'], ['state']],
};

/** As long as somebody may come back to it; the access log is kept for itself. */
const keptMs = 5 * 366 * 24 * 3_600_000;
export const wordsMost = 500;

/** What was typed, without what cannot be seen; lines stay. */
export const wordsOf = (typed: string): string =>
  typed
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{C}\n]/gu, '')
    .trim();

export interface ReportsOptions {
  readonly reports: Collection<AccessReport>;
  readonly dayOf: (ms: number) => string;
  readonly now: () => number;
}

/** The reports of residents. Who may read and answer them is decided in the console's table of roles. */
function createReports({ reports, dayOf, now }: ReportsOptions) {
  const newId = createRisingIds();
  const byUnique = async (where: { readonly entry: string } | { readonly number: string }) =>
    (await reports.find({ where, limit: 1 })).records[0];

  /** One report for one entry: who sends it again finds the first one, with its number. `fresh` tells them apart. */
  async function open(
    residentRef: string,
    { id: entry, ...access }: RecordedAccess,
    words: string,
  ): Promise<{ readonly report: AccessReport; readonly fresh: boolean }> {
    const known = await ofEntry(residentRef, entry);
    if (known) return { report: known, fresh: false };
    const report = reportOf(residentRef, entry, access, words);
    if (await insertOnce(reports, report)) return { report, fresh: true };
    // Sent twice at once, or a number that was drawn before.
    return open(residentRef, { id: entry, ...access }, words);
  }

  function reportOf(
    residentRef: string,
    entry: string,
    access: Omit<RecordedAccess, 'id'>,
    words: string,
  ): AccessReport {
    const { party, partyName, place, types, purpose, result, reference, level } = access;
    const at = now();
    return {
      id: newId(at),
      number: `R-${dayOf(at).replaceAll('-', '')}-${String(randomInt(1_000_000)).padStart(6, '0')}`,
      residentRef,
      entry,
      access: { at: access.at, party, partyName, place, types, purpose, result, reference, level },
      at,
      ...(words === '' ? {} : { words }),
      state: 'open',
      expiresAt: at + keptMs,
    };
  }

  /** Of this resident only. */
  async function ofEntry(residentRef: string, entry: string): Promise<AccessReport | undefined> {
    const found = await byUnique({ entry });
    return found?.residentRef === residentRef ? found : undefined;
  }

  const ofResident = async (residentRef: string): Promise<readonly AccessReport[]> =>
    (await reports.find({ where: { residentRef }, limit: 1000, descending: true })).records;

  /** Open ones wait in the order in which they came; answered ones begin with the latest. */
  const list = (state: AccessReport['state'], page: { limit: number; after?: string }): Promise<Page<AccessReport>> =>
    reports.find({ ...page, where: { state }, descending: state === 'answered' });

  const ofNumber = (number: string) => byUnique({ number });

  /** Undefined when somebody else answered meanwhile: of two answers the resident reads one. */
  async function answer(id: string, { by, words }: Omit<ReportAnswer, 'at'>): Promise<AccessReport | undefined> {
    const given = { at: now(), by, words };
    let mine = false;
    const written = await reports.update(id, (current) => {
      mine = current.state === 'open';
      return mine ? { ...current, state: 'answered', answer: given } : current;
    });
    return mine ? written : undefined;
  }

  return { open, ofEntry, ofResident, list, ofNumber, answer };
}

/** With its records in the hub's store. */
export const openReports = (
  { storage }: { readonly storage: Storage },
  { timeZone, now }: { readonly timeZone: string; readonly now: () => number },
): Reports =>
  createReports({ reports: storage.collection<AccessReport>(reportCollection), dayOf: dayIn(timeZone), now });

export type Reports = ReturnType<typeof createReports>;
