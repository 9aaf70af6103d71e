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
  const written = await textOf(nameOf(folder));
  if (written === undefined)
    throw new Error(`${folder} is not the data folder of a hub: start it once with "sanuki start --data ${data}"`);
  try {
    return parseSettings(JSON.parse(written));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // As after an update that knows a setting no more: the start with the operator's own file writes it anew.
    throw new Error(
      `${nameOf(folder)} has settings that cannot be used any more: ${reason}\nstart the hub once with settings that can`,
      { cause },
    );
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}

export const defaultData = '.sanuki';

export function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
