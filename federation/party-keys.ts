import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type VerificationKey, verificationKey, XmlError } from '../lib/xml/index.ts';
import type { ProviderRecord, ProviderRegistry } from './entity-registry.ts';

/** A party as the attribute service meets it: its registration, and the keys its messages may be signed with. */
export interface MessageParty {
  readonly record: ProviderRecord;
  readonly providerId: string;
  readonly keys: readonly VerificationKey[];
}

/** ID-WSF SB 5.5: the providerID of a SAML party is its entityID; an OIDC party has none, so it gets `oidc:` and its client_id. */
export const providerIdOf = ({ protocol, key }: Pick<ProviderRecord, 'protocol' | 'key'>): string =>
  protocol === 'oidc' ? `oidc:${key}` : key;

/**
 * An approved party by its providerID, with the keys of its registration: the signing keys of the SAML metadata, or the
 * client's `jwks` (RFC 7591 2). A suspended or unknown party is refused by the registry's own code.
 */
export async function messagePartyOf(registry: ProviderRegistry, providerId: string): Promise<MessageParty> {
  if (!providerId.startsWith('oidc:')) {
    const { record, metadata } = await registry.samlProvider(providerId);
    return { record, providerId, keys: metadata.signingKeys };
  }
  const record = await registry.approved('oidc', providerId.slice('oidc:'.length));
  return { record, providerId, keys: keysOfClient(record) };
}

/** Keys are made once per version of a registration: the registry hands out the same record until it changes. */
const made = new WeakMap<ProviderRecord, readonly VerificationKey[]>();

function keysOfClient(record: ProviderRecord): readonly VerificationKey[] {
  const known = made.get(record);
  if (known) return known;
  const jwks = record.oidc?.metadata.jwks as { readonly keys?: readonly JsonWebKey[] } | undefined;
  const keys = (jwks?.keys ?? []).flatMap(usableKey);
  made.set(record, keys);
  return keys;
}

/** Keys of other kinds (encryption, Ed25519) may stand beside; they do not sign messages. */
function usableKey(jwk: JsonWebKey): VerificationKey[] {
  if (jwk.use !== undefined && jwk.use !== 'sig') return [];
  try {
    return [verificationKey(createPublicKey({ key: jwk, format: 'jwk' }))];
  } catch (error) {
    if (error instanceof XmlError || error instanceof TypeError || (error instanceof Error && 'code' in error))
      return [];
    throw error;
  }
}
