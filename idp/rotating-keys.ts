import {
  type CardKeyService,
  type CardRecord,
  cardCollection,
  type SecretVersions,
  secretVersionOf,
  secretVersionsCollection,
  type VersionedSecret,
  versionedSecrets,
  versionNumberOf,
} from '../card-auth/index.ts';
import { keyTimesOf, type Settings } from '../config/index.ts';
import {
  createKeyRotation,
  type KeyPurpose,
  type KeyRotation,
  type KeyTimes,
  type MadeMove,
  type RingKey,
} from '../federation/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Audit } from './audit.ts';

/** What operators call the keys by. */
export const keyUseNames = ['saml', 'oidc', 'card'] as const;
export type KeyUseName = (typeof keyUseNames)[number];

/** One ring of keys, whatever is in it. */
export interface RotatingKey {
  readonly use: KeyUseName;
  readonly purpose: string;
  readonly times: KeyTimes;
  readonly look: () => Promise<readonly RingKey[]>;
  readonly advance: () => Promise<MadeMove | undefined>;
  /** Announces the next key, or moves at once: of signing keys everything older is dropped then, a card's stay. */
  readonly rotate: (at: 'announced' | 'once') => Promise<MadeMove | undefined>;
  readonly preview: (at: 'announced' | 'once') => Promise<MadeMove | undefined>;
}

/** Without a schedule no key ever asks for the next one. */
function timesOf({ keys: { rotation } }: Pick<Settings, 'keys'>, use: KeyUseName): KeyTimes {
  const times = keyTimesOf(rotation[use]);
  return rotation.automatic ? times : { ...times, activeMs: Number.POSITIVE_INFINITY };
}

export const signingTimes =
  (settings: Pick<Settings, 'keys'>) =>
  (purpose: KeyPurpose): KeyTimes =>
    timesOf(settings, purpose === 'saml' ? 'saml' : 'oidc');

export interface CardKeyRotationOptions {
  readonly storage: Pick<Storage, 'collection'>;
  /** Of the key service: nobody else can open what it makes. */
  readonly makeVersion: CardKeyService['makeVersion'];
  readonly settings: Pick<Settings, 'keys'>;
  readonly now: () => number;
}

export type CardKeyRotation = KeyRotation<VersionedSecret>;

/**
 * Versions of the card master key and of the PIN key. A card keeps the version that the issuing station wrote into it: a
 * new key would cross the air in clear, so a card in use changes its version at a station of the office only, or by
 * being issued again, and its PIN's with the next PIN. A version therefore stays as long as a card has it; versions of the PIN key stay for good.
 */
export async function openCardKeyRotation(options: CardKeyRotationOptions): Promise<CardKeyRotation> {
  const { storage, makeVersion, settings, now } = options;
  const rings = storage.collection<SecretVersions>(secretVersionsCollection);
  const cards = storage.collection<CardRecord>(cardCollection);
  for (const name of versionedSecrets) {
    if (await rings.get(name)) continue;
    const first = { id: secretVersionOf(name, 1), state: 'active', since: now() } as const;
    try {
      await rings.insert({ id: name, version: 1, made: 1, keys: [first] });
    } catch (error) {
      if (!(await rings.get(name))) throw error;
    }
  }
  const hasCards = async (ckv: number) => {
    for (const status of ['issued', 'active', 'pin-locked', 'suspended'] as const)
      for (const where of [
        { ckv, status },
        { nextCkv: ckv, status },
      ])
        if ((await cards.find({ where, limit: 1 })).records.length > 0) return true;
    return false;
  };
  return createKeyRotation<VersionedSecret, RingKey>({
    rings,
    make: async (name, nth) => {
      const made = {
        id: secretVersionOf(name, nth),
        state: 'next',
        since: now(),
        sealed: await makeVersion(name, nth),
      };
      return made as RingKey;
    },
    erase: (version) => version,
    timesOf: () => timesOf(settings, 'card'),
    isNeeded: async (name, { id }) => name === 'pin-oprf' || hasCards(versionNumberOf(id)),
    now,
  });
}

export interface RotatingKeysOptions {
  readonly rotation: KeyRotation<KeyPurpose>;
  readonly cardRotation: CardKeyRotation;
  readonly settings: Pick<Settings, 'keys'>;
}

/** All keys of the hub that roll. */
export function rotatingKeys({ rotation, cardRotation, settings }: RotatingKeysOptions): readonly RotatingKey[] {
  return [
    rotating('saml', 'saml', rotation, settings),
    rotating('oidc', 'oidc-es256', rotation, settings),
    rotating('oidc', 'oidc-rsa', rotation, settings),
    ...versionedSecrets.map((name) => rotating('card', name, cardRotation, settings)),
  ];
}

function rotating<P extends string>(
  use: KeyUseName,
  purpose: P,
  rotation: KeyRotation<P>,
  settings: Pick<Settings, 'keys'>,
): RotatingKey {
  const atOnce = use === 'card' ? 'hasten' : 'replace';
  return {
    use,
    purpose,
    times: timesOf(settings, use),
    look: () => rotation.look(purpose),
    advance: () => rotation.advance(purpose),
    rotate: (at) => (at === 'once' ? rotation.rush(purpose, atOnce) : rotation.announce(purpose)),
    preview: (at) => rotation.preview(purpose, at === 'once' ? atOnce : 'announce'),
  };
}

const eventTypes = {
  announce: 'key.announced',
  activate: 'key.activated',
  remove: 'key.removed',
  replace: 'key.replaced',
  hasten: 'key.activated',
} as const satisfies Record<MadeMove['move'], string>;

/**
 * A move in the audit record, by whoever made it: key ids are public, nothing else of a key is in it. It follows the
 * move, because only then is it known who made it; after a crash between the two the ring alone tells since when.
 */
export async function auditMove(audit: Audit, { purpose, move, keys }: MadeMove, actor: string): Promise<void> {
  const detail = { purpose, keys: keys.map(({ id, state }) => `${id} ${state}`) };
  await audit.record({ type: eventTypes[move], result: 'ok', actor, detail });
}
