import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { loadSettings, type Settings, trialSettingsFile } from '../config/index.ts';
import type { RunningTrial } from '../trial/index.ts';
import { defaultData, writeHubFile } from './hub-file.ts';

interface StartOptions {
  readonly profile: string;
  readonly data?: string;
  readonly port: number;
  readonly json?: boolean;
}

export function startCommand(): Command {
  return new Command('start')
    .description('start the trial (hub, parties, sample bodies, card box), or a hub with a settings file')
    .option('--profile <trial|file>', 'the trial, or a settings file', 'trial')
    .option('--data <folder>', `data folder (trial: ${defaultData})`)
    .option('--port <base>', 'trial: the hub gets this port, the others the next ones', portOf, 4100)
    .option('--json', 'print one JSON line once everything is ready')
    .action(start);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_500) throw new InvalidArgumentError('a port from 1 to 65500');
  return port;
}

async function start(options: StartOptions): Promise<void> {
  const { summary, close } = options.profile === 'trial' ? await trial(options) : await production(options);
  const stop = stopOnce(close);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : words(summary));
}

async function trial({ data = defaultData, port }: StartOptions): Promise<RunningTrial> {
  const { lastOffset, startTrial, trialAddresses, trialStaffSettings } = await import('../trial/index.ts');
  const { hub, reader } = trialAddresses(port);
  const settings = await loadSettings(trialSettingsFile, {
    origin: hub.origin,
    listen: { host: '127.0.0.1', port },
    data: resolve(data),
    signIn: { softwareReader: reader },
    staff: trialStaffSettings({ data: resolve(data), base: port }),
  });
  await writeHubFile(settings);
  const running = await explained(
    startTrial({ settings, base: port }),
    `choose other ports with --port (${port} to ${port + lastOffset} are needed)`,
  );
  // Once more, now with the sample bodies: the commands have to know whose names are taken.
  await writeHubFile(running.settings);
  return running;
}

/** Loads nothing of the trial: a hub alone is small. */
async function production({ profile, data }: StartOptions) {
  const [{ startHub }, { createLog }] = await Promise.all([import('../idp/index.ts'), import('../lib/log.ts')]);
  const settings: Settings = await loadSettings(profile, data ? { data: resolve(data) } : {});
  const log = createLog({ name: 'hub', level: settings.log.level });
  const hub = await explained(startHub({ settings, log }), `choose another listen.port in ${profile}`);
  await writeHubFile(settings);
  const { origin } = settings;
  const summary = { hub: origin, samlMetadata: `${origin}/saml/metadata`, issuer: origin, pid: process.pid };
  return { summary, close: hub.close };
}

/** The one error that everybody meets gets its remedy. */
async function explained<T>(started: Promise<T>, remedy: string): Promise<T> {
  try {
    return await started;
  } catch (error) {
    const inUse = error instanceof Error && /EADDRINUSE/.test(error.message);
    throw inUse ? new Error(`a port is already in use: ${remedy}`, { cause: error }) : error;
  }
}

/** Answers what is under way, then ends; a second signal while this lasts changes nothing. */
function stopOnce(close: () => Promise<void>): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`sanuki: could not end cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
}

function words(
  summary: { hub: string; samlMetadata: string; issuer: string } & Partial<RunningTrial['summary']>,
): string {
  const { hub, samlMetadata, issuer, portal, kmix, phr, clinic, cardBox, bodies, cards = [] } = summary;
  const lines = [
    `hub            ${hub}   (SAML metadata ${samlMetadata}, OIDC issuer ${issuer})`,
    `console        ${hub}/admin   (for administrators)`,
    ...(portal ? [`portal         ${portal}   (SAML)`] : []),
    ...(kmix ? [`K-MIX          ${kmix}   (SAML)`] : []),
    ...(phr ? [`PHR            ${phr}   (OpenID Connect)`] : []),
    ...(clinic ? [`clinic         ${clinic}   (OpenID Connect)`] : []),
    ...(cardBox ? [`card box       ${cardBox}   (put a card on the reader here)`] : []),
    ...Object.entries<string>(bodies ?? {}).map(
      ([id, origin]) => `${`insurer ${id}`.padEnd(15)}${origin}   (sample body; make it fail on its page)`,
    ),
    ...cards.map(({ number, pin, resident }) => `card           ${number}   PIN ${pin}   ${resident}`),
  ];
  return `Sanuki ID is ready. End it with Ctrl-C.\n\n${lines.join('\n')}\n\n`;
}
