import type Router from '@koa/router';
import type { Context } from 'koa';
import { errors, type Interaction, interactionPolicy, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { type ConsentRequests, verifiedIdentity } from '../../attribute-service/index.ts';
import type { ProviderRegistry } from '../../federation/index.ts';
import { HubPageError } from '../errors.ts';
import type { Sessions } from '../session.ts';
import type { Identity } from './identity.ts';
import { redirectOrigins } from './redirect-origins.ts';
import { isVerifiedClaimsRequest } from './verified-claims.ts';

/** The prompt at which a resident is asked whether a party is told how they were proofed. */
export const identityPrompt = 'identity_consent';

/** What a request asks for, at the ID token and at UserInfo. */
function askedIn({ oidc }: KoaContextWithOIDC): readonly unknown[] {
  const { id_token: idToken, userinfo } = oidc.claims as Readonly<Record<string, Record<string, unknown> | undefined>>;
  return [idToken, userinfo].flatMap((part) => (part && 'verified_claims' in part ? [part.verified_claims] : []));
}

export interface IdentityPromptOptions {
  readonly identity: Pick<Identity, 'asksConsent' | 'offered'>;
  readonly isCounter: (clientId: string) => Promise<boolean>;
}

/** Behind the card, once for a request; a party that wants no page gets its answer without the claim (OIDC Core 5.5). */
export function identityConsentPrompt({ identity, isCounter }: IdentityPromptOptions) {
  const { Prompt, Check } = interactionPolicy;
  return new Prompt(
    { name: identityPrompt, requestable: false },
    new Check('hub_identity', 'the resident has to be asked', 'consent_required', async (ctx) => {
      const asked = 'verified_claims' in identity.offered.claims ? askedIn(ctx) : [];
      if (asked.length === 0) return false;
      if (!asked.every(isVerifiedClaimsRequest))
        throw new errors.InvalidRequest(
          'verified_claims needs verification with trust_framework, and claims with one name at least; one object, no list',
        );
      const { session, client, prompts, result } = ctx.oidc;
      const isAnswered = result !== undefined && identityPrompt in result;
      const clientId = client?.clientId ?? '';
      if (isAnswered || prompts.has('none') || !session?.accountId || (await isCounter(clientId))) return false;
      return identity.asksConsent(clientId, session.accountId, session.uid, asked);
    }),
  );
}

export interface IdentityConsentOptions {
  readonly provider: () => Provider;
  readonly issuer: string;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly consentRequests: Pick<ConsentRequests, 'open'>;
  readonly sessions: Pick<Sessions, 'byCookie'>;
  readonly sessionCookie: string;
}

const donePath = '/oidc-consent';

/** Asks on the hub's own consent page, the same as for data of other bodies, and goes on with the authorization. */
export function createIdentityConsent(options: IdentityConsentOptions) {
  const { provider, issuer, registry, consentRequests, sessions, sessionCookie } = options;

  /** The page's path. */
  async function ask({ oidc }: KoaContextWithOIDC, { uid, session }: Interaction): Promise<string> {
    const clientId = oidc.client?.clientId ?? '';
    const record = await registry.get('oidc', clientId);
    if (!record || session?.accountId === undefined) throw new TypeError('nobody is asked without a session');
    const request = await consentRequests.open({
      residentRef: session.accountId,
      party: record.id,
      partyName: record.name,
      types: [verifiedIdentity.id],
      purpose: verifiedIdentity.purposes[0],
      messageId: uid,
      returnOrigins: [issuer],
      partyOrigins: redirectOrigins([String(oidc.params?.redirect_uri)]),
    });
    return `/consent/${request.id}?${new URLSearchParams({ ReturnToURL: `${issuer}${donePath}/${uid}` })}`;
  }

  /** Only in the session it was asked in. Either answer goes on: without a consent the claim is left out. */
  async function goOn(ctx: Context): Promise<void> {
    const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
    const interaction = await provider().Interaction.find(ctx.params.uid ?? '');
    if (!session || interaction?.prompt.name !== identityPrompt || interaction.session?.uid !== session.id)
      throw new HubPageError('SIGN_IN_EXPIRED', 'no such question is open in this session');
    interaction.result = { ...interaction.lastSubmission, [identityPrompt]: {} };
    await interaction.persist();
    ctx.status = 303;
    ctx.redirect(interaction.returnTo);
  }

  const routes = (router: Router) => void router.get(`${donePath}/:uid`, goOn);

  return { ask, routes };
}

export type IdentityConsent = ReturnType<typeof createIdentityConsent>;
