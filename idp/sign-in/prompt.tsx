import type { Settings } from '../../config/index.ts';
import type { ProviderRecord, ProviderRegistry } from '../../federation/index.ts';
import { cancelAddressOf } from '../account/gate.ts';
import { HubPageError } from '../errors.ts';
import type { Logos } from '../logos.ts';
import { redirectOrigins } from '../oidc/redirect-origins.ts';
import type { PageFrame } from '../page-frame.ts';
import { traceOf } from '../traces/trace.ts';
import { CardPrompt, type CardPromptOptions } from './card-prompt.tsx';
import { signInCopy } from './copy.ts';
import { counterCopy } from './counter-copy.ts';
import { CounterPrompt, releasedAtCounter } from './counter-prompt.tsx';
import type { Interaction } from './interaction.ts';
import type { Prompts } from './routes.ts';

/** Sends the card prompt with the name of the service that asks, as its approved registration has it. */
export function createPrompt({
  settings,
  registry,
  frame,
  logos,
}: {
  settings: Settings;
  registry: ProviderRegistry;
  frame: PageFrame;
  logos: Pick<Logos, 'addressFor'>;
}): Prompts['card'] {
  const { softwareReader, pinDigits } = settings.signIn;
  const supportPhone = settings.service.support.phone;
  const script = frame.program('sign-in');

  return async (ctx, { interaction, csrfToken, other }): Promise<void> => {
    const { language } = frame.preferencesOf(ctx);
    const trace = traceOf(ctx).keep();
    const { provider, names, logo, formAction } = await askingParty(interaction, { settings, registry, logos });
    const test = interaction.protocol === 'test';
    const common = {
      trace,
      logo,
      csrfToken,
      service: names[language],
      pinDigits,
      softwareReader,
      supportPhone,
      interactionId: interaction.id,
    };
    traceOf(ctx).note('prompt', {});
    frame.send(ctx, {
      ...(interaction.sessionless && !test
        ? counterPage(common, provider, { language, level: interaction.sessionless.level })
        : {
            title: signInCopy.title[language],
            body: (preferences) => <CardPrompt {...common} {...{ test, other, preferences }} />,
          }),
      script,
      policy: {
        connect: softwareReader ? [new URL(softwareReader).origin] : [],
        formAction,
      },
    });
  };
}

/** Who asks, as its registration names it, and where cancelling may lead. */
export async function askingParty(
  interaction: Interaction,
  {
    settings,
    registry,
    logos,
  }: {
    readonly settings: Settings;
    readonly registry: Pick<ProviderRegistry, 'get'>;
    readonly logos: Pick<Logos, 'addressFor'>;
  },
) {
  const kind = interaction.providerId.startsWith('saml:') ? 'saml' : 'oidc';
  const provider = await registry.get(kind, interaction.partyKey);
  return {
    provider,
    names: provider?.name ?? settings.service.name,
    logo: await logos.addressFor(provider),
    // Cancelling leads through our own answer to the party; browsers apply form-action to the whole way.
    formAction: partyOrigins(provider, interaction),
  };
}

/** A patient is asked only in the name of a terminal that is approved at this moment. */
function counterPage(
  common: CardPromptOptions,
  provider: ProviderRecord | undefined,
  {
    language,
    level,
  }: { readonly language: 'ja' | 'en'; readonly level: NonNullable<Interaction['sessionless']>['level'] },
): Pick<Parameters<PageFrame['send']>[1], 'title' | 'body'> {
  if (provider?.status !== 'approved' || !provider.counter)
    throw new HubPageError('PROVIDER_NOT_APPROVED', 'the registration of the terminal was changed or withdrawn');
  const { facility, terminal } = provider.counter;
  const whom = facility[language] + counterCopy.terminal[language].replace('{name}', () => terminal);
  const released = releasedAtCounter(provider, level);
  return {
    title: counterCopy.title[language],
    body: (preferences) => (
      <CounterPrompt {...common} {...{ preferences, whom, released, level }} facility={facility[language]} />
    ),
  };
}

function partyOrigins(provider: ProviderRecord | undefined, interaction: Interaction): string[] {
  const uris = provider?.oidc?.metadata.redirect_uris;
  const cancelled = cancelAddressOf(interaction);
  return redirectOrigins([...(Array.isArray(uris) ? uris.map(String) : []), ...(cancelled ? [cancelled] : [])]);
}
