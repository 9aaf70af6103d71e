import { type IdentityProviderMetadata, parseIdentityProviderMetadata } from '../federation/index.ts';
import { PartyError } from './errors.ts';

const metadataMs = 60_000;

export type HubMetadata = () => Promise<IdentityProviderMetadata>;

/** The hub's metadata, fetched again when it is older than a minute; the last good copy bridges an outage. */
export function createHubMetadata(url: string, now: () => number): HubMetadata {
  let known: { metadata: IdentityProviderMetadata; at: number } | undefined;

  async function fetchMetadata(): Promise<IdentityProviderMetadata> {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return parseIdentityProviderMetadata(await response.text(), { now: now() });
  }

  return async () => {
    if (known && now() - known.at < metadataMs) return known.metadata;
    try {
      known = { metadata: await fetchMetadata(), at: now() };
    } catch (cause) {
      if (!known)
        throw new PartyError('HUB_UNAVAILABLE', 'the metadata of the identity provider cannot be had', { cause });
    }
    return known.metadata;
  };
}
