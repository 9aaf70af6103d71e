import { keyTimesOf, type Settings } from '../config/index.ts';
import type { KeyPurpose, KeyRing, KeyRotation, KeyTimes, MadeMove } from '../federation/index.ts';
import type { Audit } from './audit.ts';

export const keyUses = ['saml', 'oidc'] as const;
export type KeyUseName = (typeof keyUses)[number];

/** The key purposes behind the names that operators use. */
export const purposesOf: Readonly<Record<KeyUseName, readonly KeyPurpose[]>> = {
  saml: ['saml'],
  oidc: ['oidc-es256', 'oidc-rsa'],
};

/** The times of the settings; without a schedule no key ever asks for the next one. */
export function timesFor({ keys: { rotation } }: Pick<Settings, 'keys'>): (purpose: KeyPurpose) => KeyTimes {
  const saml = keyTimesOf(rotation.saml);
  const oidc = keyTimesOf(rotation.oidc);
  const activeMs = rotation.automatic ? undefined : { activeMs: Number.POSITIVE_INFINITY };
  return (purpose) => ({ ...(purpose === 'saml' ? saml : oidc), ...activeMs });
}

/** How moves are called in the audit record. */
const eventTypes = {
  announce: 'key.announced',
  activate: 'key.activated',
  remove: 'key.removed',
  replace: 'key.replaced',
} as const satisfies Record<MadeMove['move'], string>;

/** A move in the audit record, by whoever made it: key ids are public, nothing else of a key is in it. */
export async function auditMove(audit: Audit, { purpose, move, keys }: MadeMove, actor: string): Promise<void> {
  const detail = { purpose, keys: keys.map(({ id, state }) => `${id} ${state}`) };
  await audit.record({ type: eventTypes[move], result: 'ok', actor, detail });
}

export interface KeyScheduleOptions {
  readonly keys: Pick<KeyRing, 'load'>;
  readonly rotation: Pick<KeyRotation, 'advance'>;
  readonly audit: Audit;
  readonly onFault: (error: unknown) => void;
  readonly everyMs?: number;
}

/**
 * Moves keys when they are due. Every process looks, and one of them makes the move; a process that nobody asks
 * anything learns of it here as well.
 */
export function createKeySchedule({ keys, rotation, audit, onFault, everyMs = 1000 }: KeyScheduleOptions) {
  let running: Promise<void> = Promise.resolve();
  let busy = false;

  async function look(): Promise<void> {
    for (const purpose of Object.values(purposesOf).flat()) {
      const made = await rotation.advance(purpose);
      if (made) await auditMove(audit, made, 'schedule');
    }
    await keys.load();
  }

  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = look()
      .catch(onFault)
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  timer.unref();

  /** Resolves when nothing is under way any more. */
  async function close(): Promise<void> {
    clearInterval(timer);
    await running;
  }

  return { look, close };
}
