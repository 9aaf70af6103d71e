import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseSettings, type Settings } from '../config/index.ts';
import { randomText } from '../lib/random.ts';

const nameOf = (data: string) => join(data, 'hub.json');

/**
 * Leaves the settings of the last start in the data folder, so that the other commands know whose folder it is. No secret
 * is in them. Replaced as a whole: several hubs start on one folder, and a command may read it at that moment.
 */
export async function writeHubFile(settings: Settings): Promise<void> {
  await mkdir(settings.data, { recursive: true, mode: 0o700 });
  const draft = `${nameOf(settings.data)}.${randomText(6, 'hex')}`;
  await writeFile(draft, `${JSON.stringify(settings, undefined, 1)}\n`, { mode: 0o600 });
  await rename(draft, nameOf(settings.data));
}

/** The settings that the hub of this data folder was last started with. */
export async function readHubFile(data: string): Promise<Settings> {
  const folder = resolve(data);
  try {
    return parseSettings(JSON.parse(await readFile(nameOf(folder), 'utf8')));
  } catch (cause) {
    throw new Error(`${folder} is not the data folder of a hub: start it once with "sanuki start --data ${data}"`, {
      cause,
    });
  }
}

export const defaultData = '.sanuki';

export function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
