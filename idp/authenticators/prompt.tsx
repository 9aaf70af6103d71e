import type { Context } from 'koa';
import type { Settings } from '../../config/index.ts';
import { cardPinBound, type Level, type ProviderRegistry, passkey } from '../../federation/index.ts';
import type { Logos } from '../logos.ts';
import type { Page, PageFrame } from '../page-frame.ts';
import { askingParty } from '../sign-in/prompt.tsx';
import type { Asked, Prompts } from '../sign-in/routes.ts';
import { traceOf } from '../traces/trace.ts';
import type { Ceremonies } from './ceremonies.ts';
import { passkeyCopy } from './copy.ts';
import { KeyPage, PasskeyPage, type PasskeyPageOptions } from './passkey-page.tsx';

export interface PasskeyPromptOptions {
  readonly settings: Settings;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly frame: PageFrame;
  readonly logos: Pick<Logos, 'addressFor'>;
  readonly ceremonies: Pick<Ceremonies, 'usableOf'>;
}

const standsOnPasskey = (level: Level | undefined) => level === cardPinBound || level === passkey;

/** The pages of a sign-in that ask for a passkey. */
export function createPasskeyPrompts(options: PasskeyPromptOptions): Pick<Prompts, 'key' | 'passkey'> {
  const { settings, frame, ceremonies } = options;
  const script = frame.program('passkey');

  async function send(
    ctx: Context,
    { interaction, csrfToken }: Asked,
    title: keyof typeof passkeyCopy,
    body: (common: PasskeyPageOptions) => Page['body'],
  ): Promise<void> {
    const { language } = frame.preferencesOf(ctx);
    const trace = traceOf(ctx).keep();
    const { provider, names, logo, formAction } = await askingParty(interaction, options);
    const common = {
      interactionId: interaction.id,
      csrfToken,
      trace,
      service: names[language],
      logo,
      wish: interaction.demand.context?.voluntary === true && !standsOnPasskey(provider?.requiredLevel),
      supportPhone: settings.service.support.phone,
    };
    traceOf(ctx).note('prompt', { act: 'passkey' });
    frame.send(ctx, { title: passkeyCopy[title][language], body: body(common), script, policy: { formAction } });
  }

  return {
    async key(ctx, { session, ...asked }) {
      const bound = await ceremonies.usableOf(session.residentRef);
      const justBound = ctx.query.bound !== undefined && bound.length > 0;
      await send(ctx, asked, bound.length === 0 ? 'titleBind' : 'titleUse', (common) => (preferences) => (
        <KeyPage {...common} {...{ preferences, bound, justBound }} />
      ));
    },
    async passkey(ctx, { other, ...asked }) {
      await send(ctx, asked, 'titleAlone', (common) => (preferences) => (
        <PasskeyPage {...common} {...{ preferences, other }} />
      ));
    },
  };
}
