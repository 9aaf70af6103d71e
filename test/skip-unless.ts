/** A skip that CI does not allow; elsewhere it says what is missing. */
export function skipUnless(available: boolean, what: string, context: Mocha.Context): void {
  if (available) return;
  process.stdout.write(`    skipped: ${what} is not at hand\n`);
  context.skip();
}
