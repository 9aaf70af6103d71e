import { SignJWT } from 'jose';
import type { KeyRing } from '../../federation/index.ts';
import { randomText } from '../../lib/random.ts';

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

export interface LogoutTokenOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** The algorithm of the client's ID tokens (Back-Channel Logout 2.4). */
  readonly algorithm: string;
  readonly subject: string | undefined;
  readonly sid: string;
  readonly keys: Pick<KeyRing, 'active'>;
  readonly now: number;
}

/** Back-Channel Logout 1.0 2.4: who was signed in, in which session, and never a nonce; explicitly typed. */
export function buildLogoutToken(options: LogoutTokenOptions): Promise<string> {
  const { issuer, clientId, algorithm, subject, sid, keys, now } = options;
  const { id, privateKey } = keys.active(algorithm === 'ES256' ? 'oidc-es256' : 'oidc-rsa');
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ sid, events: { [logoutEvent]: {} } })
    .setProtectedHeader({ alg: algorithm, kid: id, typ: 'logout+jwt' })
    .setIssuer(issuer)
    .setAudience(clientId)
    .setSubject(subject ?? '')
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 120)
    .setJti(randomText(16, 'base64url'))
    .sign(privateKey);
}
