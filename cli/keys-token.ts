import { join } from 'node:path';
import { Command } from 'commander';
import { type KeyTokenPlace, loadKeyHolderSettings } from '../config/index.ts';
import { importToToken, lookAtToken, makeInToken, storePlaceOf, type TokenKeyState } from '../idp/index.ts';
import { openStorage, type Storage } from '../storage/index.ts';
import { print } from './hub-file.ts';

interface CeremonyOptions {
  readonly settings: string;
  readonly json?: boolean;
}

interface Ceremony {
  readonly pkcs11: KeyTokenPlace;
  readonly folder: string;
  readonly storage: Storage;
}

const acts = {
  check: { act: lookAtToken, what: 'show which keys are in the token, and that none can be read out of it' },
  make: { act: makeInToken, what: 'make new keys in the token, for a hub that has issued no card' },
  import: {
    act: importToToken,
    what: 'take the keys that lie in files into the token, and prove that they are the same',
  },
} as const;

export function tokenCommand(): Command {
  const command = new Command('token').description('the card keys in a PKCS#11 token; stop the hub first');
  for (const [name, { act, what }] of Object.entries(acts))
    command.addCommand(
      new Command(name)
        .description(what)
        .requiredOption('--settings <file>', 'settings of the hub, or of the key service where it is one by itself')
        .option('--json', 'print JSON')
        .action((options: CeremonyOptions) => hold(options, act)),
    );
  return command;
}

async function hold({ settings, json }: CeremonyOptions, act: (place: Ceremony) => Promise<readonly TokenKeyState[]>) {
  const { storage: place, ...where } = await placeIn(settings);
  const storage = await openStorage(place);
  try {
    show(await act({ ...where, storage }), { ...where, json: json ?? false });
  } finally {
    await storage.close();
  }
}

async function placeIn(file: string) {
  const settings = await loadKeyHolderSettings(file);
  const pkcs11 = 'socket' in settings ? settings.pkcs11 : settings.cardKeys.pkcs11;
  if (!pkcs11) throw new Error(`${file} names no token: write module, token and pinFile under pkcs11`);
  const { data = '' } = settings;
  const storage = storePlaceOf({ storage: settings.storage, data });
  return { pkcs11, folder: settings.keys.folder ?? join(data, 'keys'), storage };
}

const words: Readonly<Record<TokenKeyState['state'], string>> = {
  made: 'made in the token',
  taken: 'taken, and the same as the file',
  there: 'in the token',
  missing: 'MISSING',
};

/** The lines go into the record of the ceremony; an id is no secret. */
function show(keys: readonly TokenKeyState[], { json, folder }: { json: boolean; folder: string }): void {
  if (keys.some(({ state }) => state === 'missing')) process.exitCode = 1;
  if (json) {
    print(keys);
    return;
  }
  const lines = keys.map(({ key, state, id }) => `${key.padEnd(16)} ${words[state]}${id ? `  id ${id}` : ''}`);
  const next = keys.some(({ state }) => state === 'taken')
    ? [
        `Now take the files away from ${folder}, to where the copies for the safe are: production does not start before.`,
      ]
    : [];
  process.stdout.write(`${[...lines, ...next].join('\n')}\n`);
}
