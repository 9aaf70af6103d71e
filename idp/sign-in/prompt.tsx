import type { Context } from 'koa';
import type { Settings } from '../../config/index.ts';
import type { ProviderRecord, ProviderRegistry } from '../../federation/index.ts';
import { cancelAddressOf } from '../account/gate.ts';
import { redirectOrigins } from '../oidc/redirect-origins.ts';
import type { PageFrame } from '../page-frame.ts';
import { CardPrompt } from './card-prompt.tsx';
import { signInCopy } from './copy.ts';
import type { Interaction } from './interaction.ts';

/** Sends the card prompt with the name of the service that asks, as its approved registration has it. */
export function createPrompt({
  settings,
  registry,
  frame,
}: {
  settings: Settings;
  registry: ProviderRegistry;
  frame: PageFrame;
}) {
  const { softwareReader, pinDigits } = settings.signIn;
  const supportPhone = settings.service.support.phone;
  const script = frame.program('sign-in');

  return async (ctx: Context, interaction: Interaction, csrfToken: string): Promise<void> => {
    const { language } = frame.preferencesOf(ctx);
    const provider = await registry.get(interaction.protocol === 'saml' ? 'saml' : 'oidc', interaction.partyKey);
    const service = (provider?.name ?? settings.service.name)[language];
    frame.send(ctx, {
      title: signInCopy.title[language],
      script,
      policy: {
        connect: softwareReader ? [new URL(softwareReader).origin] : [],
        // Cancelling leads through our own answer to the party; browsers apply form-action to the whole way.
        formAction: partyOrigins(provider, interaction),
      },
      body: (preferences) => (
        <CardPrompt
          {...{ preferences, csrfToken, service, pinDigits, softwareReader, supportPhone }}
          interactionId={interaction.id}
        />
      ),
    });
  };
}

function partyOrigins(provider: ProviderRecord | undefined, interaction: Interaction): string[] {
  const uris = provider?.oidc?.metadata.redirect_uris;
  const cancelled = cancelAddressOf(interaction);
  return redirectOrigins([...(Array.isArray(uris) ? uris.map(String) : []), ...(cancelled ? [cancelled] : [])]);
}
