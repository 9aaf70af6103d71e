import type Router from '@koa/router';
import type { Context } from 'koa';
import type { UserInfoResponse } from 'openid-client';
import { z } from 'zod';
import { PartyError } from './errors.ts';
import { createOidcClient, newChecks, newState, OidcRefusal } from './oidc-client.ts';
import type { Protocol, ProtocolHost } from './protocol.ts';
import type { SignedIn, StaffRecord } from './sign-ins.ts';

export interface OidcPartyOptions {
  readonly host: ProtocolHost;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What it asks for; its registration has to allow it. */
  readonly scope: string;
  /** Trial: the issuer is on loopback over http. */
  readonly allowHttp: boolean;
}

/** A party that speaks OpenID Connect: code flow with PKCE, state, nonce and the level checked in the ID token. */
export function createOidcProtocol({ host, scope, ...registration }: OidcPartyOptions): Protocol {
  const { origin, signIns, browserSecret, level } = host;
  const client = createOidcClient({ ...registration, redirectUri: `${origin}/oidc/callback` });

  async function start(ctx: Context): Promise<void> {
    const [state, checks] = [newState(), newChecks()];
    const url = await client.authorizationUrl({ ...checks, state, scope, level });
    await signIns.begin(state, browserSecret(ctx), { ...checks });
    ctx.status = 303;
    ctx.redirect(url.href);
  }

  async function redeem(ctx: Context): Promise<SignedIn> {
    const state = ctx.URL.searchParams.get('state') ?? '';
    const { memory } = await signIns.take(state, browserSecret(ctx));
    const checks = { nonce: memory.nonce ?? '', verifier: memory.verifier ?? '' };
    const { claims, idToken, userInfo } = await client.redeem(ctx.search, checks, state).catch(explainRefusal);
    return {
      pseudonym: claims.sub,
      level: typeof claims.acr === 'string' ? claims.acr : '',
      authenticatedAt: (claims.auth_time ?? claims.iat) * 1000,
      name: userInfo.name,
      staff: staffOf(userInfo),
      idToken,
    };
  }

  return {
    start,
    routes(router: Router, signedIn) {
      router.get('/oidc/callback', async (ctx) => signedIn(ctx, await redeem(ctx)));
    },
  };
}

function explainRefusal(cause: unknown): never {
  if (!(cause instanceof OidcRefusal)) throw cause;
  const code = cause.error === 'access_denied' ? 'SIGN_IN_CANCELLED' : 'SIGN_IN_REFUSED';
  throw new PartyError(code, cause.message, { cause });
}

const StaffClaims = z.object({
  staff_role: z.array(z.string()).optional(),
  staff_licence: z.string().optional(),
  staff_facility: z.object({ code: z.string().optional(), name: z.string().optional() }).optional(),
});

/** Without any of the claims the person is not staff, or the hub could not find out; both mean no rights. */
function staffOf(userInfo: UserInfoResponse): StaffRecord | undefined {
  const { success, data } = StaffClaims.safeParse(userInfo);
  if (!success) throw new PartyError('SIGN_IN_REFUSED', 'the staff claims of the answer are not of their shape');
  const { staff_role: roles, staff_licence: licence, staff_facility: facility } = data;
  return roles || licence || facility ? { roles: roles ?? [], licence, facility } : undefined;
}
