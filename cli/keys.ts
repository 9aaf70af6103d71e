import { Command, InvalidArgumentError } from 'commander';
import { type MadeMove, plannedMoves, type RingKey } from '../federation/index.ts';
import {
  auditMove,
  type KeyUseName,
  keyUseNames,
  openCardKeyRotation,
  type RotatingKey,
  rotatingKeys,
  startKeyService,
} from '../idp/index.ts';
import { createLog } from '../lib/log.ts';
import { defaultData, print } from './hub-file.ts';
import { compromiseCommand } from './keys-compromise.ts';
import { serveCommand } from './keys-serve.ts';
import { tokenCommand } from './keys-token.ts';
import { commandActor, type OpenHub, withHub } from './open-hub.ts';

interface ListOptions {
  readonly use?: KeyUseName;
  readonly json?: boolean;
  readonly data: string;
}

interface RotateOptions extends ListOptions {
  readonly now?: boolean;
  readonly dryRun?: boolean;
}

export function keysCommand(): Command {
  const shared = (command: Command) =>
    command
      .option(`--use <${keyUseNames.join('|')}>`, 'keys of one kind only', useOf)
      .option('--json', 'print JSON')
      .option('--data <folder>', 'data folder of the hub', defaultData);
  const rotate = new Command('rotate')
    .description('announce the next key; the hub changes to it when the announced time is over')
    .option('--now', 'for a key that somebody else may hold: change at once, and publish nothing older any more')
    .option('--dry-run', 'tell what would happen, and do nothing');
  return new Command('keys')
    .description('the keys of the hub itself: what signs, what comes next, what is retired')
    .addCommand(shared(new Command('list').description('keys, and what the schedule will do next')).action(list))
    .addCommand(shared(rotate).action(rotateKeys))
    .addCommand(compromiseCommand(withKeys))
    .addCommand(tokenCommand())
    .addCommand(serveCommand());
}

function useOf(text: string): KeyUseName {
  const use = keyUseNames.find((name) => name === text);
  if (!use) throw new InvalidArgumentError(`one of ${keyUseNames.join(', ')}`);
  return use;
}

/** Works beside running hubs; a key service is started, or asked, only to make a version. */
function withKeys<T>(
  { data, use }: Pick<ListOptions, 'data' | 'use'>,
  act: (keys: readonly RotatingKey[], hub: OpenHub) => Promise<T>,
): Promise<T> {
  return withHub(data, async (hub) => {
    const { settings, federation, ground } = hub;
    const cardRotation = await openCardKeyRotation({
      storage: ground.storage,
      settings,
      makeVersion: async (name, number) => {
        const log = createLog({ name: 'keys', level: settings.log.level });
        const { keyService, close } = await startKeyService(ground, { settings: withoutMaking(settings), log });
        try {
          return await keyService.makeVersion(name, number);
        } finally {
          await close();
        }
      },
      now: Date.now,
    });
    const keys = rotatingKeys({ rotation: federation.rotation, cardRotation, settings });
    return act(
      keys.filter((key) => use === undefined || key.use === use),
      hub,
    );
  });
}

/** A command makes no keys of a hub that was never started. */
const withoutMaking = (settings: OpenHub['settings']) => ({ ...settings, keys: { ...settings.keys, create: false } });

interface Told {
  readonly use: KeyUseName;
  readonly purpose: string;
  /** Where something was done, or would be. */
  readonly move?: string | undefined;
  readonly keys: readonly object[];
  readonly planned: readonly object[];
}

const instant = (ms: number) => new Date(ms).toISOString();

/** What may be known of keys: never anything of the keys themselves. */
function told({ use, purpose, times }: RotatingKey, keys: readonly RingKey[], move?: string): Told {
  return {
    use,
    purpose,
    ...(move === undefined ? {} : { move }),
    keys: keys.map(({ id, state, since, until }) => ({
      id,
      state,
      since: instant(since),
      ...(until === undefined ? {} : { until: instant(until) }),
    })),
    planned: plannedMoves(keys, times).map(({ move: planned, at, key }) => ({ move: planned, at: instant(at), key })),
  };
}

async function list(options: ListOptions): Promise<void> {
  const all = await withKeys(options, (keys) => Promise.all(keys.map(async (key) => told(key, await key.look()))));
  show(all, options);
}

async function rotateKeys(options: RotateOptions): Promise<void> {
  const { use, now = false, dryRun = false } = options;
  if (now && use === undefined) throw new Error('--now needs --use: say which keys somebody else may hold');
  const at = now ? 'once' : 'announced';
  const all = await withKeys(options, async (keys, { ground }) => {
    const done: Told[] = [];
    for (const key of keys) {
      const made: MadeMove | undefined = await (dryRun ? key.preview(at) : key.rotate(at));
      if (made && !dryRun) await auditMove(ground.audit, made, commandActor);
      done.push(told(key, made?.keys ?? (await key.look()), made?.move ?? 'none'));
    }
    return done;
  });
  show(all, options);
  if (!options.json && dryRun) process.stdout.write('Nothing was changed.\n');
}

const moveWords: Readonly<Record<string, string>> = {
  announce: 'the next key is announced',
  replace: 'changed at once; nothing older is published any more',
  hasten: 'changed at once; older versions stay for what has them',
  none: 'nothing to do: the next key was announced before',
};

function show(all: readonly Told[], { json }: Pick<ListOptions, 'json'>): void {
  if (json) {
    print(all);
    return;
  }
  const lines = all.flatMap(({ purpose, move, keys, planned }) => [
    `${purpose}${move === undefined ? '' : `: ${moveWords[move] ?? move}`}`,
    ...keys.map((key) => `  ${wordsOf(key)}`),
    ...planned.map((plan) => `  planned: ${wordsOf(plan)}`),
  ]);
  process.stdout.write(`${lines.join('\n')}\n`);
}

const wordsOf = (facts: object): string =>
  Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (name === 'id' || name === 'state' || name === 'move' ? String(value) : `${name} ${value}`))
    .join('  ');
