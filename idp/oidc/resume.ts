import type { Provider } from 'oidc-provider';
import { HubPageError } from '../errors.ts';
import type { SsoSession } from '../session.ts';
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
