import type { ProviderRegistry } from '../../federation/index.ts';
import type { Text } from '../../web/index.ts';

/** The registered name of a party, given as registration id (`saml:` and entityID) or as its ID-WSF providerID. */
export function partyNames(registry: ProviderRegistry): (party: string) => Promise<Text | undefined> {
  return async (party) => {
    const [, protocol, key] = /^(saml|oidc):(.*)$/s.exec(party) ?? [];
    const record = await registry.get(protocol === 'oidc' ? 'oidc' : 'saml', key ?? party);
    return record?.name;
  };
}
