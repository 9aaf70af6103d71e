import { type ProviderRecord, registeredKeysOf } from '../../federation/index.ts';

/** Where the change of a provider's signing key stands. */
export interface Rollover {
  readonly step: 1 | 2 | 3 | 4;
  /** Fingerprints of keys that nobody uses any more; with step 4 only. */
  readonly unused: readonly string[];
}

const quietMs = 7 * 86_400_000;

type Content = Pick<ProviderRecord, 'saml' | 'oidc'>;

const signingOf = (content: Content) =>
  registeredKeysOf(content)
    .keys.filter(({ use }) => use !== 'encryption')
    .map(({ fingerprint }) => fingerprint);

/**
 * From what is live, what waits beside it, and which keys were seen. A key counts as unused only when another one of the
 * same provider was used since, and itself not for a week: silence alone says nothing about a service that nobody visits.
 */
export function rolloverOf(
  live: Content,
  waiting: Content | undefined,
  { lastUse, at }: { lastUse: ReadonlyMap<string, number>; at: number },
): Rollover {
  const keys = [...new Set(signingOf(live))];
  if (waiting && signingOf(waiting).some((key) => !keys.includes(key))) return { step: 2, unused: [] };
  if (keys.length < 2) return { step: 1, unused: [] };
  const seen = keys.map((key) => lastUse.get(key) ?? Number.NEGATIVE_INFINITY);
  const latest = Math.max(...seen);
  const quiet = (nth: number) => (seen[nth] ?? latest) < latest && (seen[nth] ?? latest) <= at - quietMs;
  // A key that was never seen is the new one until another has been silent for a week.
  const unused = keys.filter((key, nth) => lastUse.has(key) && quiet(nth));
  return { step: unused.length > 0 ? 4 : 3, unused };
}
