import { type ProviderRegistry, splitProviderId } from '../../federation/index.ts';
import type { Text } from '../../web/index.ts';

/** The registered name of a party, given as registration id (`saml:` and entityID) or as its ID-WSF providerID. */
export function partyNames(registry: Pick<ProviderRegistry, 'get'>): (party: string) => Promise<Text | undefined> {
  return async (party) => {
    const { protocol, key } = splitProviderId(party) ?? { protocol: 'saml', key: party };
    const record = await registry.get(protocol, key);
    return record?.name;
  };
}
