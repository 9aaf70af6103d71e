/** What a client may do at the administration API; every one of them is part of its registration. */
export const apiScopes = [
  'admin.providers.read',
  'admin.providers.write',
  'admin.providers.approve',
  'admin.administrators.read',
  'admin.audit.read',
  'admin.cards.stop',
] as const;
export type ApiScope = (typeof apiScopes)[number];

/** Scopes that only count together with a person: a program decides nothing (R3). */
export const personScopes: readonly ApiScope[] = ['admin.providers.approve'];

/** OIDC only: the client is no service for residents but calls the administration API. */
export interface ApiAccess {
  readonly scopes: readonly ApiScope[];
}

/** A client of the API as far as the rules for it go; the linter and the parser ask the same. */
interface ApiClient {
  readonly scopes: readonly string[];
  readonly method: string;
  readonly grantTypes: readonly string[];
  readonly counter: boolean;
}

/** Members that do not go together with API access, each with what is wrong in it. */
export function apiFaults({ scopes, method, grantTypes, counter }: ApiClient): (readonly [string, string])[] {
  const machineOnly = !grantTypes.includes('authorization_code');
  const lonely = machineOnly ? scopes.filter((scope) => personScopes.some((one) => one === scope)) : [];
  return [
    // RFC 6749 4.4: such a token is worth what the client can prove about itself.
    ...(method === 'none' ? [['token_endpoint_auth_method', 'none'] as const] : []),
    // The half hour of R157 would become as long as the client likes.
    ...(grantTypes.includes('refresh_token') ? [['grant_types', 'refresh_token'] as const] : []),
    ...(counter ? [['sanuki_counter', 'sanuki_counter'] as const] : []),
    ...lonely.map((scope) => ['sanuki_api.scopes', scope] as const),
  ];
}
