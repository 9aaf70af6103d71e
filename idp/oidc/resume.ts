import type { Interaction, Provider } from 'oidc-provider';
import { HubPageError } from '../errors.ts';
import type { SsoSession } from '../session.ts';
import { apiPrompt } from './api-access.ts';
import { traceMember } from './trace.ts';

/**
 * Hands a sign-in back to the OIDC provider: writes the result of the card into its interaction and says where the
 * browser goes on. Needs no cookie of the provider's interaction: ours ties the browser already.
 */
export async function finishOidcInteraction(
  provider: Provider,
  uid: string,
  { session, trace }: { session: SsoSession; trace: string },
): Promise<string> {
  const interaction = await provider.Interaction.find(uid);
  if (!interaction) throw new HubPageError('SIGN_IN_EXPIRED', 'the OIDC interaction is unknown or has expired');
  // Another resident signed in, or the session ended meanwhile: the provider must not compare with the old one.
  if (interaction.session?.uid !== session.id) delete interaction.session;
  const login = {
    accountId: session.residentRef,
    acr: session.level,
    amr: [...session.amr],
    ts: Math.floor(session.authenticatedAt / 1000),
    remember: false,
  };
  interaction.result = { ...interaction.lastSubmission, [interaction.prompt.name]: {}, login, [traceMember]: trace };
  await interaction.persist();
  return interaction.returnTo;
}

/** Hands a refusal back to the OIDC provider, which sends it to the registered redirect URI. */
export async function refuseOidcInteraction(
  provider: Provider,
  uid: string,
  { error, trace }: { error: string; trace: string },
): Promise<string> {
  const interaction = await provider.Interaction.find(uid);
  if (!interaction) throw new HubPageError('SIGN_IN_EXPIRED', 'the OIDC interaction is unknown or has expired');
  interaction.result = { error, [traceMember]: trace };
  await interaction.persist();
  return interaction.returnTo;
}

/** An authorization that waits for an administrator to agree to it. */
export interface AskedAccess {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** What the page about a program's access needs of the provider: what is asked, and how it goes on. */
export function createApiAgreement(provider: () => Provider) {
  /** Only in the session it was asked in: who lures somebody to the page of his own request gets nothing. */
  async function parkedIn(uid: string, session: SsoSession): Promise<Interaction> {
    const interaction = await provider().Interaction.find(uid);
    if (!interaction || interaction.prompt.name !== apiPrompt || interaction.session?.uid !== session.id)
      throw new HubPageError('SIGN_IN_EXPIRED', 'no such question is open in this session');
    return interaction;
  }

  async function asked(uid: string, session: SsoSession): Promise<AskedAccess> {
    const { params, prompt } = await parkedIn(uid, session);
    const { scopes } = prompt.details as { scopes: readonly string[] };
    return { clientId: String(params.client_id), redirectUri: String(params.redirect_uri), scopes };
  }

  async function agree(uid: string, session: SsoSession): Promise<string> {
    const interaction = await parkedIn(uid, session);
    const { scopes } = interaction.prompt.details;
    interaction.result = { ...interaction.lastSubmission, [apiPrompt]: { scopes } };
    await interaction.persist();
    return interaction.returnTo;
  }

  const refuse = (uid: string, trace: string): Promise<string> =>
    refuseOidcInteraction(provider(), uid, { error: 'access_denied', trace });

  return { asked, agree, refuse };
}

export type ApiAgreement = ReturnType<typeof createApiAgreement>;
