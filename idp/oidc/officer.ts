import { createLocalJWKSet, jwtVerify } from 'jose';
import { errors } from 'oidc-provider';
import type { AccountLinks, KeyRing } from '../../federation/index.ts';

/**
 * Parameter of a counter's request: an ID token of whoever sits at the counter. Staff may not ask about themselves
 * (C-503), and only the hub can tell, because the two have different pseudonyms at every registration.
 */
export const officerParameter = 'sanuki_officer_hint';

export interface OfficersOptions {
  readonly issuer: string;
  readonly keys: Pick<KeyRing, 'oidcPublicKeys'>;
  readonly links: Pick<AccountLinks, 'residentOf'>;
}

/** Whose ID token it is: signed by us for any of our parties, however long ago (as id_token_hint, OIDC Core 3.1.2.1). */
export function createOfficers({ issuer, keys, links }: OfficersOptions) {
  const keySet = () => createLocalJWKSet({ keys: keys.oidcPublicKeys() });

  async function residentOf(token: string): Promise<string> {
    try {
      const { payload } = await jwtVerify(token, keySet(), { issuer, currentDate: new Date(0) });
      const resident = await links.residentOf(`oidc:${String(payload.aud)}`, payload.sub ?? '');
      if (resident !== undefined) return resident;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
    throw new errors.InvalidRequest(`${officerParameter} is no ID token of this issuer`);
  }

  return { residentOf };
}

export type Officers = ReturnType<typeof createOfficers>;
