import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import type { CardKeys, MacKey } from './card-keys.ts';
import { CardError } from './errors.ts';

/** Secrets of the key service of which there are versions: a card, or a PIN of it, belongs to one for its life. */
export const versionedSecrets = ['card-master', 'pin-oprf'] as const;
export type VersionedSecret = (typeof versionedSecrets)[number];

/** One version; `active` is the one that new cards and new PINs get, and every one listed serves what has it. */
export interface SecretVersion {
  /** The name of the secret and the number of the version, as in `card-master-2`. */
  readonly id: string;
  readonly state: 'next' | 'active' | 'retired';
  readonly since: number;
  readonly until?: number | undefined;
  /** Only the key service opens it, or finds it in its token. None: the first version, which is not in the store. */
  readonly sealed?: string | undefined;
}

/** All versions of a secret; the id is its name. */
export interface SecretVersions extends StoredRecord {
  readonly version: number;
  readonly made: number;
  readonly keys: readonly SecretVersion[];
}

export const secretVersionsCollection: CollectionDefinition = { name: 'card-key', readMostly: true };

export const secretVersionOf = (name: VersionedSecret, number: number): string => `${name}-${number}`;
export const versionNumberOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1));

export interface CardKeyVersionsOptions {
  readonly keys: Pick<CardKeys, 'first' | 'make' | 'open'>;
  /** None: there are no versions but the first. */
  readonly versions?: Collection<SecretVersions> | undefined;
}

/** The versions as the key service has them: it follows the store, so that a new one needs no restart. */
export function createCardKeyVersions({ keys, versions }: CardKeyVersionsOptions) {
  const opened = new Map<string, MacKey>();
  for (const name of versionedSecrets)
    for (const [number, secret] of keys.first[name]) opened.set(secretVersionOf(name, number), secret);

  /** The extracted key of a version, or undefined where there is no such version. */
  async function secret(name: VersionedSecret, number: number): Promise<MacKey | undefined> {
    const id = secretVersionOf(name, number);
    const listed = (await versions?.get(name))?.keys;
    const version = listed?.find((one) => one.id === id);
    // A version that was removed is gone here too, also one of a file.
    if (listed && !version) return undefined;
    const known = opened.get(id);
    if (known || version?.sealed === undefined) return known;
    const made = keys.open(id, version.sealed);
    opened.set(id, made);
    return made;
  }

  /** The version for what is new. */
  async function current(name: VersionedSecret): Promise<number> {
    const active = (await versions?.get(name))?.keys.find(({ state }) => state === 'active');
    return active ? versionNumberOf(active.id) : Math.max(...keys.first[name].keys());
  }

  /** A new version, as the store keeps it: whoever stores it has no use of it. */
  async function make(name: VersionedSecret, number: number): Promise<string> {
    if (!versionedSecrets.includes(name) || !Number.isInteger(number) || number < 2 || number > 0xffff)
      throw new CardError('CARD_REFUSED', 'there is no such secret, or no such version of it');
    return keys.make(secretVersionOf(name, number));
  }

  return { secret, current, make };
}
