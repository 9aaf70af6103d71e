import { discoveryEprAttribute } from '../../attribute-service/index.ts';
import type { ProviderRegistry } from '../../federation/index.ts';
import { writeXml } from '../../lib/xml/index.ts';
import type { Bootstrap, BootstrapFacts } from '../attributes/bootstrap.ts';
import type { CounterPresentations } from '../counter-presentations.ts';
import type { Sessions } from '../session.ts';

export interface BootstrapClaimOptions {
  readonly sessions: Pick<Sessions, 'live'>;
  readonly presentations: Pick<CounterPresentations, 'live'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly bootstrapFor: Bootstrap['bootstrapFor'];
}

/** What an access token hangs on: its grant, and the session that it ends with. */
export interface TokenOrigin {
  readonly grantId?: string | undefined;
  readonly sessionUid?: string | undefined;
}

/**
 * UserInfo's claim with the way to the resident's data: the endpoint reference that a SAML party gets in its assertion,
 * as text. Made anew for each call, and only while the sign-in or the presentation at the counter behind the token
 * lives.
 */
export async function bootstrapClaim(
  { use, scope, asked }: { readonly use: string; readonly scope: string; readonly asked: object },
  { clientId, token }: { readonly clientId: string; readonly token: TokenOrigin | undefined },
  { sessions, presentations, registry, bootstrapFor }: BootstrapClaimOptions,
): Promise<Record<string, unknown>> {
  // By the scope, or by name in the claims parameter (OIDC Core 5.5).
  const wanted = scope.split(' ').includes('attributes') || discoveryEprAttribute in asked;
  if (use !== 'userinfo' || !wanted || !token) return {};
  const facts = (await presentedAt(token, presentations)) ?? (await signedInAt(token, sessions));
  const record = facts && (await registry.get('oidc', clientId));
  const reference = record && (await bootstrapFor(record, facts));
  return reference ? { [discoveryEprAttribute]: writeXml(reference) } : {};
}

async function presentedAt(
  { grantId }: TokenOrigin,
  presentations: BootstrapClaimOptions['presentations'],
): Promise<BootstrapFacts | undefined> {
  const presentation = await presentations.live(grantId);
  if (!presentation) return undefined;
  const { id: presentationId, residentRef, cardId, level, at: authenticatedAt, expiresAt } = presentation;
  return { presentationId, residentRef, cardId, level, authenticatedAt, expiresAt };
}

async function signedInAt(
  { sessionUid }: TokenOrigin,
  sessions: BootstrapClaimOptions['sessions'],
): Promise<BootstrapFacts | undefined> {
  const session = sessionUid === undefined ? undefined : await sessions.live(sessionUid);
  if (!session) return undefined;
  const { id: sessionId, residentRef, cardId, level, authenticatedAt, expiresAt } = session;
  return { sessionId, residentRef, cardId, level, authenticatedAt, expiresAt };
}
