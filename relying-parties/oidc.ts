import type Router from '@koa/router';
import type { Context } from 'koa';
import type { UserInfoResponse } from 'openid-client';
import { z } from 'zod';
import { createReplayGuard, type UsedId, usedIdCollection } from '../federation/index.ts';
import type { Storage } from '../storage/index.ts';
import { PartyError } from './errors.ts';
import { createLogoutTokens } from './logout-token.ts';
import { createOidcClient, newChecks, newState, OidcRefusal } from './oidc-client.ts';
import type { Protocol, ProtocolHost } from './protocol.ts';
import type { SignedIn, StaffRecord } from './sign-ins.ts';
import { readForm } from './site.tsx';

export interface OidcPartyOptions {
  readonly host: ProtocolHost;
  readonly storage: Storage;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What it asks for; its registration has to allow it. */
  readonly scope: string;
  /** Trial: the issuer is on loopback over http. */
  readonly allowHttp: boolean;
}

/** A party that speaks OpenID Connect: code flow with PKCE, state, nonce and the level checked in the ID token. */
export function createOidcProtocol({ host, storage, scope, ...registration }: OidcPartyOptions): Protocol {
  const { origin, signIns, browserSecret, level, now } = host;
  const { issuer, clientId } = registration;
  const client = createOidcClient({ ...registration, redirectUri: `${origin}/oidc/callback` });

  const replay = createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) });
  const readLogoutToken = createLogoutTokens({ issuer, clientId, jwksUri: client.jwksUri, replay, now });

  async function signOutAddress(ctx: Context, { idToken }: SignedIn): Promise<string | undefined> {
    if (!idToken) return undefined;
    const state = newState();
    await signIns.begin(state, browserSecret(ctx), {});
    return client.endSessionUrl(idToken, `${origin}/oidc/signed-out`, state);
  }

  /** Back-Channel Logout 1.0 2.5, 2.8: the hub calls, no browser takes part. */
  async function hearOfSignOut(ctx: Context): Promise<void> {
    const over = await readLogoutToken((await readForm(ctx, 16 * 1024)).get('logout_token') ?? '');
    ctx.set('cache-control', 'no-store');
    ctx.status = over ? 200 : 400;
    ctx.body = over ? '' : { error: 'invalid_request' };
    if (over) await signIns.closeOf(over.subject, [over.hubSession]);
  }

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
      hubSession: typeof claims.sid === 'string' ? claims.sid : undefined,
    };
  }

  return {
    start,
    hubOrigin: new URL(issuer).origin,
    signOutAddress,
    routes(router: Router, signedIn) {
      router.get('/oidc/callback', async (ctx) => signedIn(ctx, await redeem(ctx)));
      router.post('/oidc/back-channel-logout', hearOfSignOut);
      router.get('/oidc/signed-out', async (ctx) => {
        await signIns.take(ctx.URL.searchParams.get('state') ?? '', browserSecret(ctx));
        ctx.status = 303;
        ctx.redirect('/?left=hub');
      });
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
