import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import {
  type CardRecord,
  cardCollection,
  cardOf,
  changeOf,
  checkOpen,
  faceChanges,
  type ImportOptions,
  importRows,
  isFinal,
  mergeCard,
  mergeResident,
  type Resident,
  RowFault,
  residentCollection,
  residentOf,
} from '../card-auth/index.ts';
import type { Settings } from '../config/index.ts';
import { openApplicationImport, openEventFeedBeside, openGround, programmeOf, startKeyService } from '../idp/index.ts';
import { createLog } from '../lib/log.ts';
import { type Row, readRows } from '../lib/rows.ts';
import type { StoredRecord } from '../storage/index.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';
import { commandActor } from './open-hub.ts';

interface ImportCommandOptions {
  readonly data: string;
  readonly from: number;
}

type Ground = Awaited<ReturnType<typeof openGround>>;

const toldMax = 100;

export function importCommand(): Command {
  const command = new Command('import').description(
    'residents, cards, changes in residents’ lives and applications from a file: CSV with named columns, or JSON lines',
  );
  command.addCommand(applicationsCommand());
  for (const [what, act] of Object.entries({ residents: importResidents, cards: importCards, events: importEvents }))
    command.addCommand(
      new Command(what)
        .argument('<file>', 'FILE.csv or FILE.jsonl, in UTF-8')
        .option('--from <line>', 'go on from this line of the file', lineOf, 1)
        .option('--data <folder>', 'data folder of the hub', defaultData)
        .action((file: string, { data, from }: ImportCommandOptions) =>
          withGround(data, (settings, ground) => act(file, from, settings, ground)),
        ),
    );
  return command;
}

async function withGround(data: string, act: (settings: Settings, ground: Ground) => Promise<void>): Promise<void> {
  const settings = await readHubFile(data);
  const ground = await openGround({ settings, now: Date.now });
  try {
    await act(settings, ground);
  } finally {
    await ground.close();
  }
}

function applicationsCommand(): Command {
  return new Command('applications')
    .argument('<file>', 'FILE.csv or FILE.jsonl, in UTF-8')
    .requiredOption('--employer <code>', 'code of the employer that sent it, from cardOffice.employers')
    .option('--from <line>', 'go on from this line of the file', lineOf, 1)
    .option('--data <folder>', 'data folder of the hub', defaultData)
    .action((file: string, { data, from, employer }: ImportCommandOptions & { readonly employer: string }) =>
      withGround(data, (settings, ground) => importApplications(file, from, employer, settings, ground)),
    );
}

/** Received, and nothing more: an officer goes on with each of them at the console. */
async function importApplications(
  file: string,
  from: number,
  employer: string,
  settings: Settings,
  ground: Ground,
): Promise<void> {
  if (!settings.cardOffice.employers.some(({ code }) => code === employer))
    throw new Error('cardOffice.employers of the settings names no employer with this code');
  checkOpen(programmeOf(settings), Date.now());
  const { take } = await openApplicationImport(ground, { settings, now: Date.now });
  const report = createReport();
  const result = await take({
    rows: rowsFrom(file, from),
    employer,
    by: commandActor,
    // Nobody acts here whose own card it could be; the officers who go on with it are asked again.
    mayEnter: () => true,
    onRefused: report.refused,
    onReferred: (line, application) => report.say(`line ${line}: perhaps a duplicate, see application ${application}`),
  });
  await conclude('applications', result, ground.audit, { employer });
}

function lineOf(text: string): number {
  const line = Number(text);
  if (!Number.isInteger(line) || line < 1) throw new InvalidArgumentError('a line number');
  return line;
}

/** A change of what is printed on somebody's card is an event of the register, told by the difference. */
async function importResidents(file: string, from: number, settings: Settings, ground: Ground): Promise<void> {
  const { storage, audit } = ground;
  const { municipalities } = settings.cardOffice;
  const now = Date.now;
  const feed = openEventFeedBeside(ground, settings, now);
  async function onChange(before: Resident, after: Resident): Promise<void> {
    const changes = faceChanges(before, after);
    if (changes.length === 0) return;
    if ((await feed.cards.ofResident(after.id)).every(({ status }) => isFinal(status))) return;
    for (const kind of changes) {
      const id = differenceOf(before, after, kind);
      await feed.tell(
        { id, kind, resident: after.id, at: now() },
        {
          as: 'register',
          of: 'imported',
          by: commandActor,
        },
      );
    }
  }
  await run('residents', file, from, audit, {
    into: storage.collection<Resident>(residentCollection),
    read: (row) => residentOf(row, { synthetic: settings.profile === 'trial', municipalities, now: now() }),
    merge: mergeResident,
    onChange,
  });
}

/** The same for the same difference, so that an import that broke off and is repeated tells it once. */
function differenceOf(before: Resident, after: Resident, kind: string): string {
  const { id, basicAt = 0, name, birthDate, sex } = before;
  const parts = [kind, id, basicAt, name, birthDate, sex, after.name, after.birthDate, after.sex];
  return `import.${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;
}

/** One after another: of two changes of one person the order in the file counts. */
async function importEvents(file: string, from: number, settings: Settings, ground: Ground): Promise<void> {
  const feed = openEventFeedBeside(ground, settings, Date.now);
  const teller = { as: 'register', of: feed.register, by: commandActor } as const;
  const counts = { noted: 0, repeated: 0, unknown: 0, refused: 0 };
  const { refused, progress } = createReport();
  async function one(row: Row): Promise<void> {
    const outcome = await feed.tell(changeOf(row), teller);
    if (outcome === 'noted' || outcome === 'repeated' || outcome === 'unknown') counts[outcome] += 1;
    else throw new RowFault(refusals[outcome]);
  }
  for await (const row of rowsFrom(file, from)) {
    try {
      await one(row);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      counts.refused += 1;
      refused(row.line, error.message);
    }
    progress(row.line);
  }
  await conclude('events', counts, ground.audit);
}

const refusals = {
  EVENT_DIFFERS: 'id: it was told with other content',
  EVENT_OUTDATED: 'at: more than 365 days ago',
  EVENT_IN_FUTURE: 'at: it has not happened yet',
  KIND_NOT_YOURS: 'kind: a register does not tell of it',
} as const;

async function importCards(file: string, from: number, settings: Settings, ground: Ground): Promise<void> {
  const { storage, audit } = ground;
  const residents = storage.collection<Resident>(residentCollection);
  const hasResident = async (id: string) => (await residents.get(id)) !== undefined;
  const { keyService, close } = await startKeyService(ground, {
    settings,
    log: createLog({ name: 'import', level: settings.log.level }),
  });
  try {
    const { cardId } = keyService;
    // One instant for the whole delivery: the card office asks for the codes of what came together.
    const now = Date.now();
    const read = (row: Row) => cardOf(row, { cardId, hasResident, programme: programmeOf(settings), now });
    await run('cards', file, from, audit, {
      into: storage.collection<CardRecord>(cardCollection),
      read,
      merge: mergeCard,
    });
  } finally {
    await close();
  }
}

async function run<T extends StoredRecord>(
  what: string,
  file: string,
  from: number,
  audit: Ground['audit'],
  options: Omit<ImportOptions<T>, 'rows' | 'onRefused' | 'onProgress'>,
): Promise<void> {
  const { refused, progress } = createReport();
  const rows = rowsFrom(file, from);
  await conclude(what, await importRows({ ...options, rows, onRefused: refused, onProgress: progress }), audit);
}

/** Says what was refused and why, by line and column and never by content, and where one could go on. */
function createReport() {
  let told = 0;
  let next = performance.now() + 5_000;
  /** So many lines are told one by one; the rest are counted. */
  const say = (text: string): void => {
    if (++told <= toldMax) process.stderr.write(`${text}\n`);
  };
  return {
    say,
    refused: (line: number, reason: string): void => say(`line ${line}: ${reason}`),
    progress: (line: number): void => {
      if (performance.now() < next) return;
      next = performance.now() + 5_000;
      process.stderr.write(`up to line ${line}; should this break off, go on with --from ${line}\n`);
    },
  };
}

/** Ends with 1 when anything was refused. */
async function conclude(what: string, counts: { readonly refused: number }, audit: Ground['audit'], of: object = {}) {
  await audit.record({ type: `import.${what}`, result: 'ok', actor: commandActor, detail: { ...counts, ...of } });
  print(counts);
  if (counts.refused > 0) process.exitCode = 1;
}

async function* rowsFrom(file: string, from: number): AsyncGenerator<Row> {
  const format = file.endsWith('.csv') ? 'csv' : 'json-lines';
  for await (const row of readRows(createReadStream(file, { highWaterMark: 256 * 1024 }), format))
    if (row.line >= from) yield row;
}
