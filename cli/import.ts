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
import { openGround, startKeyService } from '../idp/index.ts';
import { createLog } from '../lib/log.ts';
import { type Row, readRows } from '../lib/rows.ts';
import type { StoredRecord } from '../storage/index.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';

interface ImportCommandOptions {
  readonly data: string;
  readonly from: number;
}

type Ground = Awaited<ReturnType<typeof openGround>>;

/** So many refused rows are told one by one; the rest are counted. */
const toldMax = 100;

export function importCommand(): Command {
  const command = new Command('import').description(
    'residents and cards from a file: CSV with named columns, or JSON lines',
  );
  for (const [what, act] of Object.entries({ residents: importResidents, cards: importCards }))
    command.addCommand(
      new Command(what)
        .argument('<file>', 'FILE.csv or FILE.jsonl, in UTF-8')
        .option('--from <line>', 'go on from this line of the file', lineOf, 1)
        .option('--data <folder>', 'data folder of the hub', defaultData)
        .action(async (file: string, { data, from }: ImportCommandOptions) => {
          const settings = await readHubFile(data);
          const ground = await openGround({ settings, now: Date.now });
          try {
            await act(file, from, settings, ground);
          } finally {
            await ground.close();
          }
        }),
    );
  return command;
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
  const { keyService, close } = await startKeyService(ground, {
    settings,
    log: createLog({ name: 'import', level: settings.log.level }),
  });
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
  let told = 0;
  let next = performance.now() + 5_000;
  const result = await importRows({
    ...options,
    rows: rowsFrom(file, from),
    onRefused: (line, reason) => {
      if (++told <= toldMax) process.stderr.write(`line ${line}: ${reason}\n`);
    },
    onProgress: (line) => {
      if (performance.now() < next) return;
      next = performance.now() + 5_000;
      process.stderr.write(`up to line ${line}; should this break off, go on with --from ${line}\n`);
    },
  });
  await audit.record({ type: `import.${what}`, result: 'ok', actor: 'command', detail: { ...result } });
  print(result);
  if (result.refused > 0) process.exitCode = 1;
}

async function* rowsFrom(file: string, from: number): AsyncGenerator<Row> {
  const format = file.endsWith('.csv') ? 'csv' : 'json-lines';
  for await (const row of readRows(createReadStream(file, { highWaterMark: 256 * 1024 }), format))
    if (row.line >= from) yield row;
}
