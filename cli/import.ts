import { createReadStream } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import {
  type CardRecord,
  cardCollection,
  cardOf,
  type ImportOptions,
  importRows,
  mergeCard,
  mergeResident,
  type Resident,
  residentCollection,
  residentOf,
} from '../card-auth/index.ts';
import type { Settings } from '../config/index.ts';
import { openApplicationImport, openGround, startKeyService } from '../idp/index.ts';
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
    'residents, cards and applications from a file: CSV with named columns, or JSON lines',
  );
  command.addCommand(applicationsCommand());
  for (const [what, act] of Object.entries({ residents: importResidents, cards: importCards }))
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
  const { take } = await openApplicationImport(ground, { settings, now: Date.now });
  const told = teller();
  const result = await take({
    rows: rowsFrom(file, from),
    employer,
    by: commandActor,
    // Nobody acts here whose own card it could be; the officers who go on with it are asked again.
    mayEnter: () => true,
    onRefused: told.refused,
    onReferred: (line, application) => told.say(`line ${line}: perhaps a duplicate, see application ${application}`),
  });
  const detail = { ...result, employer };
  await ground.audit.record({ type: 'import.applications', result: 'ok', actor: commandActor, detail });
  finish(result);
}

/** So many lines are told one by one; the rest are counted. */
function teller() {
  let told = 0;
  const say = (text: string) => {
    if (++told <= toldMax) process.stderr.write(`${text}\n`);
  };
  return { say, refused: (line: number, reason: string) => say(`line ${line}: ${reason}`) };
}

function finish(result: { readonly refused: number }): void {
  print(result);
  if (result.refused > 0) process.exitCode = 1;
}

function lineOf(text: string): number {
  const line = Number(text);
  if (!Number.isInteger(line) || line < 1) throw new InvalidArgumentError('a line number');
  return line;
}

async function importResidents(
  file: string,
  from: number,
  { profile }: Settings,
  { storage, audit }: Ground,
): Promise<void> {
  const synthetic = profile === 'trial';
  const into = storage.collection<Resident>(residentCollection);
  await run('residents', file, from, audit, {
    into,
    read: (row) => residentOf(row, { synthetic }),
    merge: mergeResident,
  });
}

async function importCards(file: string, from: number, settings: Settings, ground: Ground): Promise<void> {
  const { storage, audit } = ground;
  const residents = storage.collection<Resident>(residentCollection);
  const hasResident = async (id: string) => (await residents.get(id)) !== undefined;
  const { keyService, close } = await startKeyService(ground, settings);
  try {
    const { cardId } = keyService;
    const read = (row: Row) => cardOf(row, { cardId, hasResident, now: Date.now() });
    await run('cards', file, from, audit, {
      into: storage.collection<CardRecord>(cardCollection),
      read,
      merge: mergeCard,
    });
  } finally {
    await close();
  }
}

/** Says what was refused and why, by line and column and never by content; ends with 1 when anything was. */
async function run<T extends StoredRecord>(
  what: string,
  file: string,
  from: number,
  audit: Ground['audit'],
  options: Pick<ImportOptions<T>, 'into' | 'read' | 'merge'>,
): Promise<void> {
  const told = teller();
  let next = performance.now() + 5_000;
  const result = await importRows({
    ...options,
    rows: rowsFrom(file, from),
    onRefused: told.refused,
    onProgress: (line) => {
      if (performance.now() < next) return;
      next = performance.now() + 5_000;
      process.stderr.write(`up to line ${line}; should this break off, go on with --from ${line}\n`);
    },
  });
  await audit.record({ type: `import.${what}`, result: 'ok', actor: commandActor, detail: { ...result } });
  finish(result);
}

async function* rowsFrom(file: string, from: number): AsyncGenerator<Row> {
  const format = file.endsWith('.csv') ? 'csv' : 'json-lines';
  for await (const row of readRows(createReadStream(file, { highWaterMark: 256 * 1024 }), format))
    if (row.line >= from) yield row;
}
