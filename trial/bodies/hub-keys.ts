import { parseIdentityProviderMetadata } from '../../federation/index.ts';
import type { VerificationKey } from '../../lib/xml/index.ts';

const freshMs = 60_000;

export interface HubKeys {
  readonly providerId: string;
  readonly keys: readonly VerificationKey[];
}

/** The hub as its metadata tells it, looked at again when a minute has passed; the last good copy bridges an outage. */
export function createHubKeys(metadataUrl: string, now: () => number): () => Promise<HubKeys> {
  let known: (HubKeys & { readonly at: number }) | undefined;

  async function look(): Promise<HubKeys & { at: number }> {
    const response = await fetch(metadataUrl, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`the hub's metadata came with status ${response.status}`);
    const { entityId, signingKeys } = parseIdentityProviderMetadata(await response.text(), { now: now() });
    return { providerId: entityId, keys: signingKeys, at: now() };
  }

  return async () => {
    if (known && now() - known.at < freshMs) return known;
    try {
      known = await look();
    } catch (error) {
      if (!known) throw error;
    }
    return known;
  };
}
