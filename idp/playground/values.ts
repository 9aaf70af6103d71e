import { discoveryEprAttribute, type ReleasableAttribute } from '../../attribute-service/index.ts';
import { offeredAttribute } from '../../federation/index.ts';
import { staffClaims } from '../attributes/staff.ts';
import type { OidcPreview } from './oidc-preview.ts';
import type { ReleaseFacts } from './release-rows.ts';
import type { SamlPreview } from './saml-preview.ts';

export type Preview = SamlPreview | OidcPreview;

/** The answer read back in the words of the contract: what it really says, not what it should. */
export function releasedValues(preview: Preview): Pick<ReleaseFacts, 'values' | 'bootstrap'> {
  return preview.protocol === 'saml' ? samlValues(preview) : oidcValues(preview);
}

function samlValues({ nameId, attributes }: SamlPreview): Pick<ReleaseFacts, 'values' | 'bootstrap'> {
  const values: Record<string, readonly string[]> = { pseudonym: [nameId.value] };
  for (const { name, values: given } of attributes) {
    const attribute = offeredAttribute(name);
    if (attribute !== undefined) values[attribute] = [...(values[attribute] ?? []), ...given];
  }
  return { values, bootstrap: attributes.some(({ name }) => name === discoveryEprAttribute) };
}

const claims: readonly (readonly [ReleasableAttribute, string])[] = [
  ['pseudonym', 'sub'],
  ['displayName', 'name'],
  ...(Object.entries(staffClaims) as [keyof typeof staffClaims, string][]),
];

function oidcValues({ userInfo }: OidcPreview): Pick<ReleaseFacts, 'values' | 'bootstrap'> {
  const values = Object.fromEntries(claims.map(([attribute, claim]) => [attribute, textsOf(userInfo[claim])]));
  return { values, bootstrap: discoveryEprAttribute in userInfo };
}

/** Texts within a claim, which may be a list or an object of them. */
function textsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return [claim];
  return claim !== null && typeof claim === 'object' ? Object.values(claim).flatMap(textsOf) : [];
}
