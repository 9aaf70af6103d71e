import { z } from 'zod';
import { type ImportResult, importRows, RowFault } from '../../card-auth/index.ts';
import type { Row } from '../../lib/rows.ts';
import type { Collection } from '../../storage/index.ts';
import type { Text } from '../../web/index.ts';
import { consentRows, readApplication, type Typed, typedIn } from './application-fields.ts';
import { type Application, type ApplicationForm, receivedOf } from './applications.ts';
import { compareBasic, isAlike } from './comparison.ts';
import { officeCopy } from './copy.ts';
import type { Persons } from './persons.ts';
import { rowCopy } from './row-copy.ts';

/** Columns of form 1, as it is written; numbers of insurers with one purpose and wording for all of them. An empty cell says nothing. */
const columns = [
  ...(['kanji', 'kana', 'latin', 'birthDate', 'sex', 'postal', 'municipality', 'town', 'block'] as const),
  ...(['insurerType', 'insurers', 'purposes', 'textVersion'] as const),
] as const;
const cell = z.string().max(200).optional();
const ApplicationRow = z.strictObject(
  Object.fromEntries(columns.map((name) => [name, cell])) as Record<(typeof columns)[number], typeof cell>,
);

export interface ApplicationImportOptions {
  readonly applications: Collection<Application>;
  readonly persons: Pick<Persons, 'duplicatesOf' | 'aboutOf'>;
  /** Codes of the employers that take part. */
  readonly employers: readonly string[];
  readonly index: (text: string) => string;
  readonly now: () => number;
}

export interface ApplicationFile {
  readonly rows: AsyncIterable<Row>;
  /** Who sent it. */
  readonly employer: string;
  /** The administrator who takes it in, or the command. */
  readonly by: string;
  /** Whether this officer may enter an application about these residents: not about themselves. */
  readonly mayEnter: (about: readonly string[]) => boolean;
  readonly onRefused: (line: number, reason: string, fault: RowFault) => void;
  /** Entered, but an officer should look whether it is the same person as another. */
  readonly onReferred: (line: number, application: string) => void;
}

export interface ApplicationImportResult extends ImportResult {
  readonly referred: number;
}

/** A row that is refused, in the words of the page; the message is for the command. Neither repeats what stands in the row. */
export class ApplicationRowFault extends RowFault {
  readonly text: Text;

  constructor(text: Text, column = '') {
    super(column === '' ? text.en : `${column}: ${text.en}`);
    this.text = column === '' ? text : { ja: `${column}：${text.ja}`, en: `${column}: ${text.en}` };
  }
}

/** Files of employers (R109). Every row that is good is received, as if it lay on the desk; nothing is ever decided here. */
export function createApplicationImport({ applications, persons, employers, index, now }: ApplicationImportOptions) {
  async function take({ rows, employer, by, ...file }: ApplicationFile): Promise<ApplicationImportResult> {
    const earlier = new Map<string, { readonly line: number; readonly form: ApplicationForm }[]>();
    let referred = 0;

    async function read(row: Row): Promise<Application> {
      const form = formOf(row, employer, employers);
      // Before anything is waited for: rows of one file are read side by side.
      const inFile = noteIn(earlier, row.line, form);
      const id = idOf(index, employer, row);
      const known = await applications.get(id);
      if (known) return checkOpen(known);
      if (!file.mayEnter(await persons.aboutOf({ basic: form.basic }))) throw new ApplicationRowFault(rowCopy.ownCard);
      const application = receivedOf(form, { by, at: now(), id });
      if ((await isReferred(application)) || inFile) {
        referred += 1;
        file.onReferred(row.line, id);
      }
      return application;
    }

    /** Whether it looks like somebody who is there. Who is it for certain is refused. */
    async function isReferred(application: Application): Promise<boolean> {
      const duplicates = await persons.duplicatesOf(application);
      for (const { application: other = '' } of duplicates) {
        const found = await applications.get(other);
        if (found && isSame(found, application)) throw new ApplicationRowFault(rowCopy.isOpen(other));
      }
      return duplicates.length > 0;
    }

    const counts = await importRows({ rows, into: applications, read, merge: (kept) => kept, ...file });
    return { ...counts, referred };
  }

  return { take };
}

export type ApplicationImport = ReturnType<typeof createApplicationImport>;

function formOf({ fields, fault }: Row, employer: string, employers: readonly string[]): ApplicationForm {
  if (fault) throw new ApplicationRowFault({ ja: rowCopy.malformed.ja, en: fault });
  const parsed = ApplicationRow.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ApplicationRowFault(rowCopy.malformed, issue?.path.join('.') || 'columns');
  }
  const read = readApplication(typedOf(parsed.data, employer), employers);
  if ('form' in read) return read.form;
  const [[field, word] = ['row', undefined]] = Object.entries(read.wrong);
  throw new ApplicationRowFault(word ? officeCopy[word] : rowCopy.malformed, field.replace(/\d$/, ''));
}

function typedOf(
  { insurers = '', purposes = '', textVersion = '', ...form }: z.output<typeof ApplicationRow>,
  employer: string,
): Typed {
  const numbers = insurers.split(/\s+/).filter((number) => number !== '');
  if (numbers.length > consentRows.length) throw new ApplicationRowFault(rowCopy.tooMany, 'insurers');
  const consents = numbers.flatMap((number, at) => [
    [`insurer${at + 1}`, number],
    [`purposes${at + 1}`, purposes],
    [`textVersion${at + 1}`, textVersion],
  ]);
  const said = new Map<string, string | undefined>(
    Object.entries({ ...form, ...Object.fromEntries(consents), channel: 'employer', employer }),
  );
  return typedIn({ get: (name) => said.get(name) ?? null });
}

/** The same row of the same employer is the same application, so that a file that is read again adds nothing. */
function idOf(index: ApplicationImportOptions['index'], employer: string, { fields }: Row): string {
  const row = index(JSON.stringify(['application-row', employer, ...columns.map((name) => fields[name] ?? '')]));
  return `F-${Buffer.from(row, 'base64url').toString('hex').slice(0, 16).toUpperCase()}`;
}

function checkOpen(known: Application): Application {
  if (known.state === 'returned' || known.state === 'declined')
    throw new ApplicationRowFault(rowCopy.isClosed(known.id));
  return known;
}

/** Whether somebody alike stands on an earlier line; the same one twice is refused. */
function noteIn(
  earlier: Map<string, { readonly line: number; readonly form: ApplicationForm }[]>,
  line: number,
  form: ApplicationForm,
): boolean {
  const born = earlier.get(form.basic.birthDate) ?? [];
  const same = born.find((one) => isSame(one.form, form));
  if (same) throw new ApplicationRowFault(rowCopy.isOnLine(same.line));
  earlier.set(form.basic.birthDate, [...born, { line, form }]);
  return born.some((one) => isAlike(one.form.basic, form.basic));
}

const isSame = (one: Pick<ApplicationForm, 'basic'>, other: Pick<ApplicationForm, 'basic'>): boolean =>
  compareBasic(one.basic, other.basic).verdict === 'same';
