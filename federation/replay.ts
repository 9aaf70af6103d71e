import { sha256 } from '../lib/bytes.ts';
import { type Collection, type CollectionDefinition, StorageError, type StoredRecord } from '../storage/index.ts';

/** An identifier that was used and may not be used again before it expires anyway. */
export interface UsedId extends StoredRecord {
  readonly expiresAt: number;
}

export const usedIdCollection: CollectionDefinition = { name: 'used-id' };

/** Single use of message and assertion IDs over all processes and restarts: only the insert decides. */
export function createReplayGuard({ used }: { used: Collection<UsedId> }) {
  /** Whether this is the first use of the id of this issuer. */
  async function isFirstUse(issuer: string, id: string, expiresAt: number): Promise<boolean> {
    try {
      await used.insert({ id: sha256(JSON.stringify([issuer, id])).toString('base64url'), expiresAt });
      return true;
    } catch (error) {
      if (error instanceof StorageError && error.code === 'ALREADY_EXISTS') return false;
      throw error;
    }
  }

  return { isFirstUse };
}

export type ReplayGuard = ReturnType<typeof createReplayGuard>;
