import { Command } from 'commander';
import { cardCommand } from './card.ts';
import { providerCommand } from './provider.ts';
import { signInCommand } from './sign-in.ts';
import { startCommand } from './start.ts';

/** The `sanuki` command: one file per noun; ends with 0, or with 1 and a reason on standard error. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('sanuki')
    .description('Sanuki ID: identity provider and federation hub with card sign-in')
    .showHelpAfterError()
    .addCommand(startCommand())
    .addCommand(providerCommand())
    .addCommand(cardCommand())
    .addCommand(signInCommand());
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.stderr.write(`sanuki: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
