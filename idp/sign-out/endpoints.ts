import {
  bindings,
  FederationError,
  type ProviderRegistry,
  type SingleLogoutService,
  splitProviderId,
} from '../../federation/index.ts';
import type { VerificationKey } from '../../lib/xml/index.ts';

/** How a party can be told that a session is over. */
export type LogoutEndpoint =
  | { readonly kind: 'oidc'; readonly clientId: string; readonly uri: string; readonly algorithm: string }
  | {
      readonly kind: 'soap';
      readonly entityId: string;
      readonly location: string;
      readonly keys: readonly VerificationKey[];
    }
  | { readonly kind: 'front'; readonly entityId: string; readonly service: SingleLogoutService }
  | undefined;

/** By what is registered now, whatever its status: a suspended party's sessions are to end as well. */
export async function logoutEndpointOf(registry: ProviderRegistry, party: string): Promise<LogoutEndpoint> {
  const { protocol, key } = splitProviderId(party) ?? {};
  if (key === undefined) return undefined;
  if (protocol === 'saml') return samlEndpoint(await metadataOf(registry, key), key);
  const metadata = (await registry.get('oidc', key))?.oidc?.metadata;
  const uri = metadata?.backchannel_logout_uri;
  if (typeof uri !== 'string') return undefined;
  const algorithm = metadata?.id_token_signed_response_alg;
  return { kind: 'oidc', clientId: key, uri, algorithm: typeof algorithm === 'string' ? algorithm : 'ES256' };
}

/** A provider's metadata, whatever its status. */
export async function metadataOf(registry: ProviderRegistry, entityId: string) {
  try {
    return (await registry.samlProvider(entityId, async () => true)).metadata;
  } catch (error) {
    // Removed or expired since: there is nobody to tell any more.
    if (error instanceof FederationError) return undefined;
    throw error;
  }
}

function samlEndpoint(metadata: Awaited<ReturnType<typeof metadataOf>>, entityId: string): LogoutEndpoint {
  const { singleLogoutServices = [], signingKeys = [] } = metadata ?? {};
  const soap = singleLogoutServices.find(({ binding }) => binding === bindings.soap);
  if (soap) return { kind: 'soap', entityId, location: soap.location, keys: signingKeys };
  const service =
    singleLogoutServices.find(({ binding }) => binding === bindings.redirect) ??
    singleLogoutServices.find(({ binding }) => binding === bindings.post);
  return service && { kind: 'front', entityId, service };
}
