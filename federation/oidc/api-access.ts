/** What a client may do at the administration API; every one of them is part of its registration. */
export const apiScopes = [
  'admin.providers.read',
  'admin.providers.write',
  'admin.providers.approve',
  'admin.administrators.read',
  'admin.audit.read',
  'admin.cards.stop',
  'events.register',
  'events.coverage',
] as const;
export type ApiScope = (typeof apiScopes)[number];

/** Scopes that only count together with a person: a program decides nothing (R3). */
export const personScopes: readonly ApiScope[] = ['admin.providers.approve'];

/** R36: a program tells of changes in people's lives for one register, or for one body; each may say its own kinds alone. */
export const feedScopes: readonly ApiScope[] = ['events.register', 'events.coverage'];

/** Whom a program tells for: the id of the register, or of the body that holds data. */
export const feedName = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** OIDC only: the client is no service for residents but calls the administration API. */
export interface ApiAccess {
  readonly scopes: readonly ApiScope[];
  /** With a scope of events: whose references and ids the program uses. */
  readonly feed?: string | undefined;
}

/** A client of the API as far as the rules for it go; the linter and the parser ask the same. */
interface ApiClient {
  readonly scopes: readonly string[];
  readonly feed: string | undefined;
  readonly method: string;
  readonly grantTypes: readonly string[];
  readonly counter: boolean;
}

/** Members that do not go together with API access, each with what is wrong in it. */
export function apiFaults({ scopes, feed, method, grantTypes, counter }: ApiClient): (readonly [string, string])[] {
  const machineOnly = !grantTypes.includes('authorization_code');
  const lonely = machineOnly ? scopes.filter((scope) => personScopes.some((one) => one === scope)) : [];
  const feeds = scopes.filter((scope) => feedScopes.some((one) => one === scope));
  return [
    ...feedFaults(feeds, feed, grantTypes),
    // RFC 6749 4.4: such a token is worth what the client can prove about itself.
    ...(method === 'none' ? [['token_endpoint_auth_method', 'none'] as const] : []),
    // The half hour of R157 would become as long as the client likes.
    ...(grantTypes.includes('refresh_token') ? [['grant_types', 'refresh_token'] as const] : []),
    ...(counter ? [['sanuki_counter', 'sanuki_counter'] as const] : []),
    ...lonely.map((scope) => ['sanuki_api.scopes', scope] as const),
  ];
}

/** One register or body behind each program, and no person in whose name it would speak. */
function feedFaults(
  feeds: readonly string[],
  feed: string | undefined,
  grantTypes: readonly string[],
): (readonly [string, string])[] {
  if (feeds.length === 0) return feed === undefined ? [] : [['sanuki_api.feed', feed]];
  return [
    ...(feeds.length > 1 ? [['sanuki_api.scopes', feeds.join(' ')] as const] : []),
    ...(feed === undefined || !feedName.test(feed) ? [['sanuki_api.feed', feed ?? ''] as const] : []),
    ...(grantTypes.includes('authorization_code') ? [['grant_types', 'authorization_code'] as const] : []),
  ];
}
