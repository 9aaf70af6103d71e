import * as oidc from 'openid-client';
import { PartyError } from './errors.ts';

export interface OidcClientOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** Trial: the issuer is on loopback over http. */
  readonly allowHttp: boolean;
}

/** What has to be remembered between the request and its answer. */
export interface OidcChecks {
  readonly nonce: string;
  readonly verifier: string;
}

export interface OidcRequest extends OidcChecks {
  readonly state: string;
  readonly scope: string;
  /** The level that the ID token has to name. */
  readonly level: string;
  /** ID token of whoever sits at a counter: about them the hub gives no answer. */
  readonly officerHint?: string | undefined;
}

export interface OidcAnswer {
  readonly claims: oidc.IDToken;
  /** As it was signed, for a hint in later requests. */
  readonly idToken: string;
  readonly userInfo: oidc.UserInfoResponse;
}

export const newState = oidc.randomState;
export const newChecks = (): OidcChecks => ({ nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() });

/** The hub said no; `error` is the protocol's own code (RFC 6749 4.1.2.1, OIDC Core 3.1.2.6). */
export class OidcRefusal extends Error {
  readonly error: string;
  readonly description: string | undefined;

  constructor(error: string, options: ErrorOptions & { readonly description?: string | undefined } = {}) {
    super(`the sign-in was refused: ${error}`, options);
    this.error = error;
    this.description = options.description;
  }
}

/** One client registration at the hub: code flow with PKCE, state and nonce. What the answer is good for, the caller says. */
export function createOidcClient({ issuer, clientId, clientSecret, redirectUri, allowHttp }: OidcClientOptions) {
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

  async function authorizationUrl({ state, nonce, verifier, scope, level, officerHint }: OidcRequest): Promise<URL> {
    return oidc.buildAuthorizationUrl(await configuration(), {
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      claims: JSON.stringify({ id_token: { acr: { essential: true, value: level } } }),
      ...(officerHint === undefined ? {} : { sanuki_officer_hint: officerHint }),
    });
  }

  /** `search` is what the browser came back with. Throws OidcRefusal. */
  async function redeem(search: string, { nonce, verifier }: OidcChecks, state: string): Promise<OidcAnswer> {
    const config = await configuration();
    const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state };
    const tokens = await oidc
      .authorizationCodeGrant(config, new URL(`${redirectUri}${search}`), checks)
      .catch((cause: unknown) => {
        throw new OidcRefusal(reasonOf(cause), { cause, description: descriptionOf(cause) });
      });
    const claims = tokens.claims();
    if (!claims) throw new PartyError('SIGN_IN_REFUSED', 'the answer has no ID token');
    return {
      claims,
      idToken: tokens.id_token ?? '',
      userInfo: await oidc.fetchUserInfo(config, tokens.access_token, claims.sub),
    };
  }

  /** RP-Initiated Logout 1.0 2. */
  async function endSessionUrl(idToken: string, back: string, state: string): Promise<string> {
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: back, state };
    return oidc.buildEndSessionUrl(await configuration(), parameters).href;
  }

  const jwksUri = async () => (await configuration()).serverMetadata().jwks_uri ?? '';

  return { authorizationUrl, redeem, endSessionUrl, jwksUri };
}

export type OidcClient = ReturnType<typeof createOidcClient>;

/** A short reason for the log: the protocol's error code, never the answer itself. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'error' in cause && typeof cause.error === 'string') return cause.error;
  return cause instanceof Error ? cause.name : 'unknown';
}

const descriptionOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'error_description' in cause && typeof cause.error_description === 'string'
    ? cause.error_description
    : undefined;
