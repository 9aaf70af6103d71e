import { contractTerms } from '../../attribute-service/index.ts';
import { apiScopes, card, cardPin, refedsMfa, smartcard } from '../../federation/index.ts';
import { formatInstant } from '../../lib/time.ts';
import type { Journal } from '../../storage/index.ts';
import type { Administrators } from '../admin/administrators.ts';
import { createAuditSearch } from '../admin/audit-search.ts';
import type { Audit } from '../audit.ts';
import { apiResourceOf } from '../oidc/api-access.ts';
import { type Operation, operation } from './operation.ts';
import { cursorOf, idIn } from './provider-operations.ts';

export interface RecordOperationsOptions {
  readonly administrators: Pick<Administrators, 'list'>;
  readonly journal: Pick<Journal, 'latest'>;
  readonly audit: Audit;
  readonly timeZone: string;
  readonly origin: string;
  readonly entityId: string;
  readonly trial: boolean;
  readonly now: () => number;
}

/** Looking: this hub, the audit records, and the accounts. */
export function recordOperations(options: RecordOperationsOptions): readonly Operation[] {
  const search = createAuditSearch(options);
  return [
    operation({
      id: 'getHub',
      method: 'get',
      path: '/hub',
      acts: ['provider.read'],
      query: 'none',
      answer: 'Hub',
      status: 200,
      handle: async () => ({ body: hubOf(options) }),
    }),
    operation({
      id: 'searchAudit',
      method: 'get',
      path: '/audit',
      acts: ['audit.read'],
      query: 'audit',
      answer: 'AuditPage',
      status: 200,
      handle: async ({ query: { cursor, ...query }, caller }) => {
        const found = await search(query, idIn(cursor).after);
        const asked = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
        const detail = { client: caller.clientId, ...asked };
        await options.audit.record({ type: 'audit.read', result: 'ok', actor: caller.actor, detail });
        return { body: { items: found.records.map(recordView), ...cursorOf(found.next) } };
      },
    }),
    operation({
      id: 'listAdministrators',
      method: 'get',
      path: '/administrators',
      acts: ['administrator.read'],
      query: 'page',
      answer: 'AdministratorPage',
      status: 200,
      handle: async ({ query: { cursor, limit } }) => {
        const { records, next } = await options.administrators.list({ limit, ...idIn(cursor) });
        return { body: { items: records.map((one) => administratorView(one, options.now())), ...cursorOf(next) } };
      },
    }),
  ];
}

type AuditEntry = Awaited<ReturnType<ReturnType<typeof createAuditSearch>>>['records'][number];

/** What the audit page shows of a record, as it was written. */
function recordView({ id, at, entry }: AuditEntry) {
  const { type, result, actor, pseudonym, provider, code, detail } = entry;
  return { id, at: formatInstant(at), type, result, actor, pseudonym, provider, code, detail };
}

type Account = Awaited<ReturnType<Administrators['list']>>['records'][number];

/** By number, as in the audit; who the resident is stays in the hub. */
function administratorView({ id, roles, since, until, invitedBy, revokedAt }: Account, now: number) {
  const state = revokedAt !== undefined ? 'revoked' : until <= now ? 'ended' : 'current';
  return { id, roles, since: formatInstant(since), until: formatInstant(until), invitedBy, state };
}

function hubOf({ origin, entityId, trial }: RecordOperationsOptions) {
  return {
    issuer: origin,
    api: apiResourceOf(origin),
    profile: trial ? 'trial' : 'production',
    oidc: { discovery: `${origin}/.well-known/openid-configuration`, jwks: `${origin}/oidc/jwks` },
    saml: { entityID: entityId, metadata: `${origin}/saml/metadata`, singleSignOn: `${origin}/saml/sso` },
    levels: [card, cardPin, smartcard, refedsMfa],
    scopes: apiScopes,
    attributes: contractTerms.attributes,
  };
}
