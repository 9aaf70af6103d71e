import {
  attributeTypeOf,
  decideRelease,
  discoveryEprAttribute,
  type Staff,
  verifiedIdentity,
} from '../../attribute-service/index.ts';
import { asksForStaff, staffClaims, staffClaimValues } from '../attributes/staff.ts';

/** What the release policy lets into a grant: the scopes that may be granted, and the claims. */
export function releasedBy(contract: readonly string[]): {
  readonly scopes: readonly string[];
  readonly claims: string[];
} {
  const released: readonly string[] = decideRelease({ contract }).released;
  const named = released.includes('displayName');
  const staff = Object.entries(staffClaims).flatMap(([attribute, claim]) =>
    released.includes(attribute) ? [claim] : [],
  );
  // The way to data that other bodies hold; whether it is given is decided when it is asked for.
  const data = contract.some((attribute) => attributeTypeOf(attribute) !== undefined);
  return {
    scopes: [
      'openid',
      ...(named ? ['profile'] : []),
      ...(staff.length > 0 ? ['staff'] : []),
      ...(data ? ['attributes'] : []),
    ],
    claims: [
      'sub',
      'acr',
      'amr',
      'auth_time',
      ...(named ? ['name'] : []),
      ...staff,
      ...(data ? [discoveryEprAttribute] : []),
      // Whether it is told is decided at each answer, by the resident's consent.
      ...(contract.includes(verifiedIdentity.id) ? ['verified_claims'] : []),
    ],
  };
}

/** One answer of OpenID Connect: the ID token or UserInfo, the scope behind it, and claims asked for by name. */
interface Answer {
  readonly use: string;
  readonly scope: string;
  readonly asked: object;
}

/**
 * Looked up when this very answer may carry it: at UserInfo by the scope, in an ID token by a claims request only
 * (OIDC Core 5.4). The contract is read again each time, so that a narrower one holds for tokens that are out already.
 */
export async function staffReleased(
  { use, scope, asked }: Answer,
  from: { readonly contract: () => Promise<readonly string[]>; readonly staff: () => Promise<Staff | undefined> },
): Promise<Record<string, unknown>> {
  const byScope = use === 'userinfo' && scope.split(' ').includes('staff');
  if (!byScope && !Object.values(staffClaims).some((claim) => claim in asked)) return {};
  const { released } = decideRelease({ contract: await from.contract() });
  return asksForStaff(released) ? staffClaimValues(await from.staff(), released) : {};
}
