import type { AskingParty } from '../../attribute-service/index.ts';
import {
  type MessageParty,
  messagePartyOf,
  type ProviderRecord,
  type ProviderRegistry,
} from '../../federation/index.ts';

/** A registered party as the attribute service meets it. */
export async function askingPartyOf(
  registry: ProviderRegistry,
  providerId: string,
): Promise<MessageParty & { readonly asking: AskingParty }> {
  const party = await messagePartyOf(registry, providerId);
  const { id, name, contract, counter } = party.record;
  const place = counter && {
    ja: `${counter.facility.ja} ${counter.terminal}`,
    en: `${counter.facility.en} ${counter.terminal}`,
  };
  const returnOrigins = await originsOf(registry, party.record);
  return { ...party, asking: { id, name, contract: contract.attributes, returnOrigins, place } };
}

/** Where a browser may be sent back to: the addresses that take answers of sign-ins. */
async function originsOf(registry: ProviderRegistry, record: ProviderRecord): Promise<readonly string[]> {
  const addresses =
    record.protocol === 'saml'
      ? (await registry.samlProvider(record.key)).metadata.assertionConsumerServices.map(({ location }) => location)
      : (record.oidc?.metadata.redirect_uris as readonly string[] | undefined);
  return [...new Set((addresses ?? []).map((address) => new URL(address).origin))];
}
