import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { ProviderRecord } from '../../federation/index.ts';
import { connectionOf } from '../listeners/arrival.ts';
import { facesOf } from '../listeners/face.ts';
import { comesByOwnConnection } from '../listeners/party-certificate.ts';

/**
 * RFC 8705 3: a client may have its tokens bound to the certificate it came with. Of section 2 nothing: a certificate
 * comes beside the client's secret or key and does not replace it, so that a stolen one opens nothing by itself.
 */
export const mutualTls = {
  enabled: true,
  certificateBoundAccessTokens: true,
  getCertificate: (ctx) => connectionOf(ctx).certificate,
} as const satisfies NonNullable<Configuration['features']>['mTLS'];

/**
 * Whether a client may be found at this moment. The first one that the provider looks up in a request is whoever sends
 * it, or whoever the token in it was given to; at an endpoint for servers it has to come by a connection of its own.
 */
export function mayBeFound(record: ProviderRecord): boolean {
  const ctx: KoaContextWithOIDC | undefined = Provider.ctx;
  if (!ctx || ctx.oidc?.entities.Client || !facesOf(ctx.path).includes('tokens')) return true;
  return comesByOwnConnection(record, connectionOf(ctx));
}
