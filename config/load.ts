import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { SettingsError } from './errors.ts';
import { Settings } from './settings.ts';

/** Reads settings from a YAML (or JSON) file; the refusal names every wrong key in words. */
export async function loadSettings(file: string): Promise<Settings> {
  let raw: unknown;
  try {
    raw = parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new SettingsError('SETTINGS_UNREADABLE', `the settings file ${file} cannot be read as YAML`, { cause });
  }
  return parseSettings(raw);
}

/** Checks settings: shape and defaults by the schema, then the rules that only production has. */
export function parseSettings(raw: unknown): Settings {
  const result = Settings.safeParse(raw);
  if (!result.success)
    throw new SettingsError('SETTINGS_INVALID', `the settings are not usable:\n${z.prettifyError(result.error)}`);
  const settings = result.data;
  if (settings.profile === 'production') checkProduction(settings);
  return settings;
}

function checkProduction(settings: Settings): void {
  if (settings.signIn.softwareReader) {
    throw new SettingsError('SETTINGS_UNSAFE', 'production refuses a software reader: remove signIn.softwareReader');
  }
  if (!settings.origin.startsWith('https://')) {
    throw new SettingsError(
      'SETTINGS_UNSAFE',
      'production needs an https origin: put the public https address into "origin"',
    );
  }
}
