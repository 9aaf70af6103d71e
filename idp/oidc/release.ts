import { decideRelease } from '../../attribute-service/index.ts';

/** What the release policy lets into a grant: the scopes that may be granted, and the claims. */
export function releasedBy(contract: readonly string[]): {
  readonly scopes: readonly string[];
  readonly claims: string[];
} {
  const named = decideRelease({ contract }).released.includes('displayName');
  return {
    scopes: ['openid', ...(named ? ['profile'] : [])],
    claims: ['sub', 'acr', 'amr', 'auth_time', ...(named ? ['name'] : [])],
  };
}
