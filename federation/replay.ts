import { sha256 } from '../lib/bytes.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';

/** An identifier that was used and may not be used again before it expires anyway. */
export interface UsedId extends StoredRecord {
  readonly expiresAt: number;
}

export const usedIdCollection: CollectionDefinition = { name: 'used-id' };

/** Single use of message and assertion IDs over all processes and restarts: only the insert decides. */
export function createReplayGuard({ used }: { used: Collection<UsedId> }) {
  /** Whether this is the first use of the id of this issuer. */
  const isFirstUse = (issuer: string, id: string, expiresAt: number): Promise<boolean> =>
    insertOnce(used, { id: sha256(JSON.stringify([issuer, id])).toString('base64url'), expiresAt });

  return { isFirstUse };
}

export type ReplayGuard = ReturnType<typeof createReplayGuard>;
