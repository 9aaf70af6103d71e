import { Command } from 'commander';
import { openGround } from '../idp/index.ts';
import type { Journal, JournalFault, JournalReport } from '../storage/index.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';

export function auditCommand(): Command {
  return new Command('audit')
    .description('the records of what the hub did, and of who accessed what')
    .addCommand(
      new Command('verify')
        .description(
          'check every record of both journals against its chain and the signed heads; ends with 1 on any fault',
        )
        .option('--json', 'print JSON')
        .option('--data <folder>', 'data folder of the hub', defaultData)
        .action(verify),
    );
}

type Verdict = JournalReport | { readonly unreadable: string };

async function verify({ data, json }: { data: string; json?: boolean }): Promise<void> {
  const settings = await readHubFile(data);
  // A missing key is a fault to be told, and no reason to make another.
  const keys = { ...settings.keys, create: false };
  const ground = await openGround({ settings: { ...settings, keys }, now: Date.now });
  try {
    const [audit, access] = [await verdictOn(ground.journal), await verdictOn(ground.accessJournal)];
    const ok = isWhole(audit) && isWhole(access);
    if (json) print({ ok, audit, access });
    else process.stdout.write(`${[...words('audit', audit), ...words('access', access)].join('\n')}\n`);
    if (!ok) process.exitCode = 1;
  } finally {
    await ground.close();
  }
}

/** Whoever edits the store can also leave something in it that is no record at all. */
async function verdictOn(journal: Pick<Journal, 'verify'>): Promise<Verdict> {
  try {
    return await journal.verify();
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

const isWhole = (verdict: Verdict): boolean => 'faults' in verdict && verdict.faults.length === 0;

const meanings: Readonly<Record<JournalFault['fault'], string>> = {
  missing: 'a record was removed, or put elsewhere',
  changed: 'the record is not what was written',
  unlinked: 'the record does not follow the one before it',
  'cut off': 'records from here on were removed; a signed head knows of them',
  'head forged': 'the head of this chain is not signed by this hub',
  'head does not match': 'the signed head knows another record here',
  'never signed': 'no signed head knows of this chain: it was put in, or its head removed',
};

const shownFaults = 100;

function words(name: string, verdict: Verdict): string[] {
  const title = name.padEnd(8);
  if ('unreadable' in verdict) return [`${title}cannot be read: ${verdict.unreadable}`];
  const { records, chains, faults } = verdict;
  const outcome = faults.length === 0 ? 'whole' : `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
  return [
    `${title}${records} records in ${chains} chains: ${outcome}`,
    ...faults
      .slice(0, shownFaults)
      .map(({ chain, sequence, fault }) => `  chain ${chain}, record ${sequence}: ${fault} (${meanings[fault]})`),
    ...(faults.length > shownFaults ? [`  and ${faults.length - shownFaults} more; --json prints all`] : []),
  ];
}
