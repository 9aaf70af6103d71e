import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';

/** When a registered key was last seen to verify something of its provider's. */
export interface KeyUse extends StoredRecord {
  /** Id of the provider's registration, a space, and the key's fingerprint. */
  readonly id: string;
  readonly provider: string;
  readonly fingerprint: string;
  readonly at: number;
}

export const keyUseCollection: CollectionDefinition = { name: 'key-use', indexes: [['provider']] };

export interface KeyUsesOptions {
  readonly uses: Collection<KeyUse>;
  /** A note could not be written; the next use of the key tries again. */
  readonly onFault: (error: unknown) => void;
  readonly now: () => number;
}

const everyMs = 3_600_000;
/** Longer than any rollover takes. */
const keptMs = 400 * 24 * everyMs;
const rememberedMax = 20_000;

/**
 * Which keys are still in use, so that nobody takes one away that is. On the way of a sign-in only a map is written;
 * behind it one write per key and hour, so that a restart, and another process, know it too. After a crash the time may
 * be an hour too early, never too late; the same goes for what another process saw within the hour.
 */
export function createKeyUses({ uses, onFault, now }: KeyUsesOptions) {
  const seen = new Map<string, { readonly at: number; readonly writtenAt: number }>();

  function note(provider: string, fingerprint: string): void {
    const [id, at] = [`${provider} ${fingerprint}`, now()];
    const writtenAt = seen.get(id)?.writtenAt ?? Number.NEGATIVE_INFINITY;
    const due = at - writtenAt >= everyMs;
    seen.delete(id);
    seen.set(id, { at, writtenAt: due ? at : writtenAt });
    if (seen.size > rememberedMax) seen.delete(seen.keys().next().value ?? '');
    if (due)
      write({ id, provider, fingerprint, at, expiresAt: at + keptMs }).catch((error: unknown) => {
        seen.delete(id);
        onFault(error);
      });
  }

  async function write(use: KeyUse): Promise<void> {
    const later = (current: KeyUse) => (current.at >= use.at ? current : use);
    if (await uses.update(use.id, later)) return;
    if (!(await insertOnce(uses, use))) await uses.update(use.id, later);
  }

  /** Fingerprint -> ms since 1970. */
  async function of(provider: string): Promise<ReadonlyMap<string, number>> {
    const { records } = await uses.find({ where: { provider }, limit: 1000 });
    return new Map(
      records.map(({ id, fingerprint, at }) => [fingerprint, Math.max(at, seen.get(id)?.at ?? at)] as const),
    );
  }

  /** Of these keys, by fingerprint, the one that was used last; undefined where none was yet. */
  async function latest(provider: string, fingerprints: readonly string[]): Promise<string | undefined> {
    const stored = await of(provider);
    const usedAt = (one: string) => Math.max(stored.get(one) ?? 0, seen.get(`${provider} ${one}`)?.at ?? 0);
    return fingerprints.filter((one) => usedAt(one) > 0).toSorted((a, b) => usedAt(b) - usedAt(a))[0];
  }

  return { note, of, latest };
}

export type KeyUses = ReturnType<typeof createKeyUses>;
