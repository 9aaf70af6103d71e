import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { createReplayGuard, type UsedId, usedIdCollection } from '../../federation/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';

export interface HubTokenOptions {
  /** The hub's issuer. */
  readonly issuer: string;
  /** This body. */
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  readonly now: () => number;
}

export interface HubToken {
  readonly subject: string;
  readonly purpose: string;
}

/** The type keeps an ID token, which the same key signs, from ever being taken for one of these (RFC 8725 3.11). */
const tokenType = 'source+jwt';
const longestLife = '2 minutes';

/** Who may ask: the hub, with a token for this body, about one person and purpose, once. Undefined is a refusal. */
export function createHubTokenCheck({ issuer, audience, keys, now }: HubTokenOptions) {
  // In memory is enough: a token that outlives a restart of this server lives two minutes.
  const replay = createReplayGuard({ used: createMemoryStorage({ now }).collection<UsedId>(usedIdCollection) });

  return async (authorization: string): Promise<HubToken | undefined> => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(authorization) ?? [];
    const verified = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ['ES256'],
      typ: tokenType,
      maxTokenAge: longestLife,
      requiredClaims: ['sub', 'jti', 'exp', 'purpose'],
      currentDate: new Date(now()),
    }).catch((error: unknown) => {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    });
    const { sub, jti, exp, purpose } = verified?.payload ?? {};
    if (sub === undefined || jti === undefined || exp === undefined || typeof purpose !== 'string') return undefined;
    return (await replay.isFirstUse(issuer, jti, exp * 1000)) ? { subject: sub, purpose } : undefined;
  };
}

export type HubTokenCheck = ReturnType<typeof createHubTokenCheck>;
