import { Command } from 'commander';
import { openGround, storePlaceOf } from '../idp/index.ts';
import {
  type CopyReport,
  copyStore,
  createMemoryStorage,
  type MigrationPlan,
  openStorage,
  planMigrations,
  type Storage,
} from '../storage/index.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';
import { type NamedStore, specHelp, storeOf } from './store-spec.ts';

interface CopyFlags {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface MigrateFlags {
  readonly data: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const dryRun = ['--dry-run', 'tell what would be done, and write nothing'] as const;
const json = ['--json', 'print JSON'] as const;

export function storageCommand(): Command {
  return new Command('storage')
    .description('the store of the hub')
    .addCommand(
      new Command('copy')
        .description('bring all records to another engine while no hub runs; once more after a break, it goes on')
        .requiredOption('--from <spec>', specHelp)
        .requiredOption('--to <spec>', 'the same, of a store that is empty or a copy that was begun')
        .option(...dryRun)
        .option(...json)
        .action(copy),
    )
    .addCommand(
      new Command('migrate')
        .description('bring the store to the schema of this program, as a start of the hub does')
        .option('--data <folder>', 'data folder of the hub', defaultData)
        .option(...dryRun)
        .option(...json)
        .action(migrate),
    );
}

async function copy(flags: CopyFlags): Promise<void> {
  const [from, to] = [await storeOf(flags.from), await storeOf(flags.to)];
  if (from.name === to.name) throw new Error('--from and --to name the same store');
  if (!from.isThere) throw new Error(`there is no store ${from.name}`);
  const report = await withStore(from, (source) =>
    // A file that is not there is not made only to look into it.
    withStore(flags.dryRun && !to.isThere ? undefined : to, (target) =>
      copyStore({ source, sourceName: from.name, target, dryRun: flags.dryRun ?? false }),
    ),
  );
  const whole = !flags.dryRun && report.different.length === 0;
  if (flags.json) print({ from: from.name, to: to.name, dry_run: flags.dryRun ?? false, whole, ...report });
  else process.stdout.write(`${wordsOf(report, { from, to, dryRun: flags.dryRun ?? false }).join('\n')}\n`);
  if (report.different.length > 0)
    throw new Error(
      `the copy is not whole: ${report.different.join(', ')} changed meanwhile; stop whatever writes to either store and run the same command again`,
    );
}

/** Without sweeping: nothing leaves a store while it is compared. */
async function withStore<T>(named: NamedStore | undefined, act: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = named ? await openStorage(named.place, { sweepEveryMs: 0 }) : createMemoryStorage();
  try {
    return await act(storage);
  } finally {
    await storage.close();
  }
}

const began = {
  empty: 'the target was empty',
  unfinished: 'the target has a part from a run before',
  whole: 'the target is a copy already; only what is different is written',
} as const;

function wordsOf(
  { target, collections, different }: CopyReport,
  { from, to, dryRun: isDry }: { from: NamedStore; to: NamedStore; dryRun: boolean },
): string[] {
  const total = collections.reduce((sum, { records }) => sum + records, 0);
  const [write, remove] = isDry ? ['to write', 'to remove'] : ['written', 'removed'];
  return [
    `from  ${from.name}`,
    `to    ${to.name}   (${began[target]})`,
    ...collections.map(
      ({ name, records, written, removed }) =>
        `  ${name.padEnd(28)}${String(records).padStart(9)} records, ${written} ${write}, ${removed} ${remove}`,
    ),
    ...(isDry ? [`nothing was written; ${total} records in ${collections.length} collections would be there`] : []),
    ...(isDry || different.length > 0
      ? []
      : [`whole: ${total} records in ${collections.length} collections, read back and compared with the source`]),
  ];
}

async function migrate(flags: MigrateFlags): Promise<void> {
  const settings = await readHubFile(flags.data);
  if (flags.dryRun) {
    const place = storePlaceOf(settings);
    const name = place.engine === 'embedded' ? await storeOf(place.file) : undefined;
    if (name && !name.isThere) throw new Error(`there is no store ${name.name}`);
    const storage = await openStorage(place, { sweepEveryMs: 0 });
    try {
      tellPlan(await planMigrations(storage), flags);
    } finally {
      await storage.close();
    }
    return;
  }
  const ground = await openGround({ settings, now: Date.now });
  await ground.close();
  const { from, version, done } = ground.schema;
  if (flags.json) print({ from, version, done });
  else
    process.stdout.write(
      [
        ...done.map((step) => `${step.version}  ${step.name}: ${step.changed} records\n`),
        `the store has version ${version} of the schema${from === version ? '; there was nothing to do' : ''}\n`,
      ].join(''),
    );
}

function tellPlan(plan: MigrationPlan, flags: MigrateFlags): void {
  const { version, latest, running, steps } = plan;
  if (flags.json) print(plan);
  else
    process.stdout.write(
      [
        `the store has version ${version} of the schema, this program ${latest}; nothing was written\n`,
        ...(running ? [`a migration to ${running.to} was begun, ${running.changed} records are done\n`] : []),
        ...steps.map(
          (step) =>
            `${step.version}  ${step.name}: ${step.changes} of ${step.records} records of ${step.collection} would change${step.failures > 0 ? `, ${step.failures} do not fit` : ''}\n`,
        ),
      ].join(''),
    );
  if (steps.some(({ failures }) => failures > 0)) process.exitCode = 1;
}
