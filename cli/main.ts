import { Command } from 'commander';
import { HubError } from '../lib/errors.ts';

/** The `sanuki` command: one file per noun, loaded when it is asked for; ends with 0, or with 1 and a reason on standard error. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('sanuki')
    .description('Sanuki ID: identity provider and federation hub with card sign-in')
    .showHelpAfterError();
  const [noun] = args;
  if (noun === undefined || !(noun in nouns)) {
    for (const load of Object.values(nouns)) program.addCommand(await load());
  } else program.addCommand(await nouns[noun as keyof typeof nouns]());
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.stderr.write(`sanuki: ${reasonOf(error)}\n`);
    process.exitCode ??= 1;
  }
}

/** A refusal with its code, by which the guides say more of it. */
function reasonOf(error: unknown): string {
  if (error instanceof HubError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}

const nouns = {
  start: async () => (await import('./start.ts')).startCommand(),
  provider: async () => (await import('./provider.ts')).providerCommand(),
  audit: async () => (await import('./audit.ts')).auditCommand(),
  card: async () => (await import('./card.ts')).cardCommand(),
  station: async () => (await import('./station.ts')).stationCommand(),
  admin: async () => (await import('./admin.ts')).adminCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  storage: async () => (await import('./storage.ts')).storageCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  import: async () => (await import('./import.ts')).importCommand(),
  'sign-in': async () => (await import('./sign-in.ts')).signInCommand(),
} as const;
