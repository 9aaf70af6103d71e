import type { Context } from 'koa';
import type { ApiScope } from '../../federation/index.ts';
import type { Administrator, Administrators } from '../admin/administrators.ts';
import type { Door } from '../admin/door.ts';
import type { Act, Work } from '../admin/roles.ts';
import { needsPerson, scopeFor } from '../admin/scopes.ts';
import type { Audit } from '../audit.ts';
import { connectionOf } from '../listeners/arrival.ts';
import type { ApiTokens } from '../oidc/api-access.ts';
import { ApiError } from './errors.ts';

/** Who calls: a program in its own name, or an administrator by way of a program. */
export interface Caller {
  readonly clientId: string;
  readonly scopes: readonly ApiScope[];
  /** The register or body that a program tells for. */
  readonly feed?: string | undefined;
  /** As it stands in the audit and beside registrations. */
  readonly actor: string;
  readonly administrator?: Administrator | undefined;
}

export interface CallersOptions {
  readonly tokens: ApiTokens;
  readonly administrators: Pick<Administrators, 'currentOf'>;
  readonly door: Pick<Door, 'demand'>;
  readonly audit: Audit;
}

/** RFC 6750 2.1. Only the header counts: no cookie and no parameter opens anything here. */
const bearer = /^Bearer +([\w.~+/-]+=*) *$/i;

/** The door of the API. Token, registration, account and roles are read anew at every request. */
export function createCallers({ tokens, administrators, door, audit }: CallersOptions) {
  async function identify(ctx: Context): Promise<Caller> {
    const [, value] = bearer.exec(ctx.get('authorization')) ?? [];
    if (value === undefined) throw new ApiError('TOKEN_MISSING', 'the request has no Bearer token');
    const token = await tokens.find(value, connectionOf(ctx));
    if (!token) throw new ApiError('TOKEN_REFUSED', 'the token is unknown, expired, or not for this API or connection');
    const { clientId, scopes, feed } = token;
    if (token.kind === 'client') return { clientId, scopes, feed, actor: `client:${clientId}` };
    const administrator = await administrators.currentOf(token.residentRef);
    if (!administrator) throw new ApiError('TOKEN_REFUSED', 'the account behind the token has ended');
    return { clientId, scopes, actor: administrator.id, administrator };
  }

  /** A person where one has to answer for it, and the scope; then what the console asks: role, end of the account, own work. */
  async function demand(caller: Caller, act: Act, work?: Work & { readonly provider?: string }): Promise<void> {
    const { administrator, scopes } = caller;
    if (!administrator && needsPerson(act)) {
      await refused(caller, act, 'PERSON_NEEDED');
      throw new ApiError('PERSON_NEEDED', 'a program decides nothing in its own name');
    }
    const scope = scopeFor(act);
    if (scope === undefined || !scopes.includes(scope)) {
      await refused(caller, act, 'SCOPE_MISSING');
      throw new ApiError('SCOPE_MISSING', `this needs the scope ${scope}`, { more: { scope } });
    }
    if (administrator) await door.demand(administrator, act, work);
  }

  const refused = ({ actor, clientId }: Caller, act: Act, code: string) =>
    audit.record({ type: act, result: 'refused', actor, code, detail: { client: clientId } });

  return { identify, demand };
}

export type Callers = ReturnType<typeof createCallers>;
