import { Command } from 'commander';
import { explainTrace, isOwnPage, isTraceCode, openGround, openTraces, readTraceCode, stepLine } from '../idp/index.ts';
import { createLog } from '../lib/log.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';

export function explainCommand(): Command {
  return new Command('explain')
    .description('what happened at a sign-in, by the code that its pages and refusals show')
    .argument('<code>', 'ten characters, as the page shows them')
    .option('--json', 'print JSON')
    .option('--data <folder>', 'data folder of the hub', defaultData)
    .action(explainCode);
}

async function explainCode(typed: string, { data, json }: { data: string; json?: boolean }): Promise<void> {
  const code = readTraceCode(typed);
  if (!isTraceCode(code)) throw new Error('a code has ten characters, digits and letters from A to F');
  const settings = await readHubFile(data);
  const now = Date.now;
  const ground = await openGround({ settings, now });
  try {
    const log = createLog({ name: 'sanuki', level: settings.log.level });
    const record = await openTraces({ settings, storage: ground.storage, log, now }).find(code);
    const outcome = record ? ({ result: 'ok' } as const) : ({ result: 'refused', code: 'TRACE_UNKNOWN' } as const);
    await ground.audit.record({ type: 'trace.read', ...outcome, actor: 'command', trace: code });
    if (!record)
      throw new Error(`there is no record of ${code}: misheard, expired, or one of too many from one source`);
    const explanation = explainTrace(record, { now: now(), signInMs: settings.signIn.minutes * 60_000 });
    if (json) print({ trace: code, ...explanation });
    else process.stdout.write(`${wordsOf(explanation).join('\n')}\n`);
  } finally {
    await ground.close();
  }
}

function wordsOf(explanation: ReturnType<typeof explainTrace>): string[] {
  const { what, whom, caller, staff, provider, protocol, code, steps } = explanation;
  const facts = (given: object) =>
    Object.entries(given).map(([name, value]) => `    ${name}: ${Array.isArray(value) ? value.join(', ') : value}`);
  return [
    what.en,
    `  tell the caller: ${caller.en}`,
    `  concerns:        ${whom}`,
    `  staff:           ${staff.en}`,
    `  service:         ${provider ?? (isOwnPage({ protocol }) ? 'a page of the hub' : 'unknown: the request does not say')}`,
    ...(code === undefined ? [] : [`  kind:            ${code}`]),
    ...steps.flatMap((step) => [`${new Date(step.at).toISOString()} ${stepLine(step, 'en')}`, ...facts(step.facts)]),
  ];
}
