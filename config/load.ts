import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { KeyServiceSettings } from './card-keys.ts';
import { SettingsError } from './errors.ts';
import { unsafeRotation } from './key-rotation.ts';
import { checkTransport } from './listeners.ts';
import { Settings } from './settings.ts';

/** Reads settings from a YAML (or JSON) file, with values of the command line on top; the refusal names every wrong key in words. */
export async function loadSettings(file: string, overrides: Tree = {}): Promise<Settings> {
  const raw = await readTree(file);
  return parseSettings(isTree(raw) ? merged(raw, overrides) : raw);
}

/** Those of a card key service of its own. */
export async function loadKeyServiceSettings(file: string): Promise<KeyServiceSettings> {
  return checked(KeyServiceSettings, await readTree(file));
}

/** Of a hub, or of a card key service of its own, which alone names a socket: whoever has the card keys. */
export async function loadKeyHolderSettings(file: string): Promise<Settings | KeyServiceSettings> {
  const raw = await readTree(file);
  return isTree(raw) && 'socket' in raw ? checked(KeyServiceSettings, raw) : parseSettings(raw);
}

async function readTree(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new SettingsError('SETTINGS_UNREADABLE', `the settings file ${file} cannot be read as YAML`, { cause });
  }
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The second tree's leaves win. */
function merged(under: Tree, over: Tree): Tree {
  const entries = Object.entries(over).map(([key, value]) => {
    const below = under[key];
    return [key, isTree(value) && isTree(below) ? merged(below, value) : value] as const;
  });
  return { ...under, ...Object.fromEntries(entries) };
}

/** The trial's own settings, without the addresses and folders that the command line gives. */
export const trialSettingsFile = fileURLToPath(new URL('trial.yaml', import.meta.url));

/** Checks settings: shape and defaults by the schema, then the rules that only production has. */
export function parseSettings(raw: unknown): Settings {
  const settings = checked(Settings, raw);
  if (settings.profile === 'production') checkProduction(settings);
  return settings;
}

function checked<T extends z.ZodType>(schema: T, raw: unknown): z.output<T> {
  const result = schema.safeParse(raw);
  if (!result.success)
    throw new SettingsError('SETTINGS_INVALID', `the settings are not usable:\n${z.prettifyError(result.error)}`);
  return result.data;
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
  const unsafe = unsafeRotation(settings.keys.rotation, { sessionMinutes: settings.session.absoluteMinutes });
  if (unsafe) throw new SettingsError('SETTINGS_UNSAFE', unsafe);
  checkTransport(settings);
  const plain = settings.sources.find(({ address }) => !address.startsWith('https://'));
  if (plain) {
    throw new SettingsError(
      'SETTINGS_UNSAFE',
      `production asks sources over https only: give ${plain.id} an https address`,
    );
  }
  if (settings.staff && !isProtected(settings.staff)) {
    throw new SettingsError(
      'SETTINGS_UNSAFE',
      'production reads the staff directory over TLS only: give staff.url as ldaps://, or set staff.startTls',
    );
  }
  const { register } = settings.cardOffice;
  if (register.kind === 'ldap' && !isProtected(register)) {
    throw new SettingsError(
      'SETTINGS_UNSAFE',
      'production reads the resident register over TLS only: give cardOffice.register.url as ldaps://, or set startTls',
    );
  }
}

const isProtected = ({ url, startTls }: Pick<NonNullable<Settings['staff']>, 'url' | 'startTls'>): boolean =>
  startTls || url.startsWith('ldaps:') || loopback.has(new URL(url).hostname);

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
