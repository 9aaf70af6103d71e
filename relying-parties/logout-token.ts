import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { ReplayGuard } from '../federation/index.ts';

/** Back-Channel Logout 1.0 2.4, 2.6. */
const LogoutClaims = z.object({
  jti: z.string().min(1),
  sub: z.string(),
  sid: z.string(),
  exp: z.number(),
  events: z.object({ 'http://schemas.openid.net/event/backchannel-logout': z.strictObject({}) }),
  nonce: z.undefined().optional(),
});

export interface LogoutTokenContext {
  readonly issuer: string;
  readonly clientId: string;
  /** Address of the hub's keys. */
  readonly jwksUri: () => Promise<string>;
  readonly replay: ReplayGuard;
  readonly now: () => number;
}

/** What the hub says about a session that is over; undefined for whatever is no logout token of the hub for this client. */
export function createLogoutTokens({ issuer, clientId, jwksUri, replay, now }: LogoutTokenContext) {
  let keys: JWTVerifyGetKey | undefined;

  return async function read(token: string): Promise<{ subject: string; hubSession: string } | undefined> {
    keys ??= createRemoteJWKSet(new URL(await jwksUri()));
    try {
      const checks = { issuer, audience: clientId, typ: 'logout+jwt', currentDate: new Date(now()) };
      const { payload } = await jwtVerify(token, keys, { ...checks, algorithms: ['ES256', 'RS256', 'PS256'] });
      const { success, data } = LogoutClaims.safeParse(payload);
      if (!success || !(await replay.isFirstUse(issuer, data.jti, data.exp * 1000))) return undefined;
      return { subject: data.sub, hubSession: data.sid };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
}
