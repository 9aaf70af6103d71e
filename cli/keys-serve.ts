import { Command } from 'commander';
import { loadKeyServiceSettings } from '../config/index.ts';
import { serveKeysOnSocket } from '../idp/index.ts';
import { createLog } from '../lib/log.ts';

/** What a supervisor has to tell from a crash: to start it again would be the same, or one more try of the token's PIN. */
const refusedStart = 78;

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the card key service by itself, for hubs whose cardKeys.mode is socket')
    .argument('<settings>', 'settings file of the service')
    .option('--json', 'print one JSON line once it is ready')
    .action(serve);
}

async function serve(file: string, { json = false }: { json?: boolean }): Promise<void> {
  const settings = await loadKeyServiceSettings(file);
  const log = createLog({ name: 'card-keys', level: settings.log.level });
  const service = await serveKeysOnSocket(settings, log).catch((error: unknown) => {
    process.exitCode = refusedStart;
    throw error;
  });
  const stop = () => void service.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const ready = { socket: settings.socket, pid: process.pid };
  process.stdout.write(json ? `${JSON.stringify(ready)}\n` : `The card key service answers at ${settings.socket}.\n`);
}
