import type Router from '@koa/router';
import type { Context } from 'koa';
import * as oidc from 'openid-client';
import { z } from 'zod';
import { PartyError } from './errors.ts';
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
export function createOidcProtocol({
  host,
  issuer,
  clientId,
  clientSecret,
  scope,
  allowHttp,
}: OidcPartyOptions): Protocol {
  const { origin, signIns, browserSecret, level } = host;
  const redirectUri = `${origin}/oidc/callback`;
  let known: Promise<oidc.Configuration> | undefined;

  function configuration(): Promise<oidc.Configuration> {
    const execute = allowHttp ? [oidc.allowInsecureRequests] : [];
    known ??= oidc
      .discovery(new URL(issuer), clientId, clientSecret, undefined, { execute })
      .catch((cause: unknown) => {
        known = undefined;
        throw new PartyError('HUB_UNAVAILABLE', 'the OpenID provider cannot be reached', { cause });
      });
    return known;
  }

  async function start(ctx: Context): Promise<void> {
    const config = await configuration();
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
    await signIns.begin(state, browserSecret(ctx), { nonce, verifier });
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      claims: JSON.stringify({ id_token: { acr: { essential: true, value: level } } }),
    });
    ctx.status = 303;
    ctx.redirect(url.href);
  }

  async function redeem(ctx: Context): Promise<SignedIn> {
    const state = ctx.URL.searchParams.get('state') ?? '';
    const { memory } = await signIns.take(state, browserSecret(ctx));
    const config = await configuration();
    const current = new URL(`${redirectUri}${ctx.search}`);
    const checks = { pkceCodeVerifier: memory.verifier ?? '', expectedNonce: memory.nonce ?? '', expectedState: state };
    let tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>;
    try {
      tokens = await oidc.authorizationCodeGrant(config, current, checks);
    } catch (cause) {
      const reason = reasonOf(cause);
      const code = reason === 'access_denied' ? 'SIGN_IN_CANCELLED' : 'SIGN_IN_REFUSED';
      throw new PartyError(code, `the sign-in was refused: ${reason}`, { cause });
    }
    const claims = tokens.claims();
    if (!claims) throw new PartyError('SIGN_IN_REFUSED', 'the answer has no ID token');
    const userInfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    return {
      pseudonym: claims.sub,
      level: typeof claims.acr === 'string' ? claims.acr : '',
      authenticatedAt: (claims.auth_time ?? claims.iat) * 1000,
      name: userInfo.name,
      staff: staffOf(userInfo),
    };
  }

  return {
    start,
    routes(router: Router, signedIn) {
      router.get('/oidc/callback', async (ctx) => signedIn(ctx, await redeem(ctx)));
    },
  };
}

const StaffClaims = z.object({
  staff_role: z.array(z.string()).optional(),
  staff_licence: z.string().optional(),
  staff_facility: z.object({ code: z.string().optional(), name: z.string().optional() }).optional(),
});

/** Without any of the claims the person is not staff, or the hub could not find out; both mean no rights. */
function staffOf(userInfo: oidc.UserInfoResponse): StaffRecord | undefined {
  const { success, data } = StaffClaims.safeParse(userInfo);
  if (!success) throw new PartyError('SIGN_IN_REFUSED', 'the staff claims of the answer are not of their shape');
  const { staff_role: roles, staff_licence: licence, staff_facility: facility } = data;
  return roles || licence || facility ? { roles: roles ?? [], licence, facility } : undefined;
}

/** A short reason for the log: the protocol's error code, never the answer itself. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'error' in cause && typeof cause.error === 'string') return cause.error;
  return cause instanceof Error ? cause.name : 'unknown';
}
