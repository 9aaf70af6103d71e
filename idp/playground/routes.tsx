import type Router from '@koa/router';
import type { Context } from 'koa';
import type { CardAuthentication } from '../../card-auth/index.ts';
import type { ProviderRecord, Registration } from '../../federation/index.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { proposed } from '../admin/draft.ts';
import { AdminError } from '../admin/errors.ts';
import { pageOf } from '../admin/provider-list.tsx';
import { findingsOf, type ProviderRoutesOptions, recordOf } from '../admin/provider-routes.tsx';
import type { Audit } from '../audit.ts';
import { HubPageError } from '../errors.ts';
import type { SignInDemand } from '../sign-in/dispatch.ts';
import type { Interaction, Interactions } from '../sign-in/interaction.ts';
import type { Responder } from '../sign-in/routes.ts';
import { traceOf } from '../traces/trace.ts';
import { playgroundCopy } from './copy.ts';
import { type Examined, type ExamineOptions, examine } from './examine.ts';
import { PlaygroundPage } from './playground-page.tsx';

export interface PlaygroundOptions extends ProviderRoutesOptions, Omit<ExamineOptions, keyof ProviderRoutesOptions> {
  readonly registry: ExamineOptions['registry'];
  readonly keyUses: ProviderRoutesOptions['keyUses'] & ExamineOptions['keyUses'];
  readonly interactions: Pick<Interactions, 'open'>;
  readonly audit: Audit;
}

/** What is tried, and by which sign-in at the console: kept while the card is presented. */
interface Trial {
  readonly what: 'registration' | 'revision';
  readonly sessionId: string;
}

/**
 * The test sign-in: an administrator opens it at a provider's page, any card is presented, and the answer to that very
 * request of that browser shows what the provider would be given. The interaction is its only record and is spent by
 * the answer; reloading asks for the card again.
 */
export function createPlayground(options: PlaygroundOptions) {
  const { forms, door, interactions, testPeriods, now } = options;

  function routes(router: Router): void {
    for (const [path, act] of [
      ['/admin/provider/test', start],
      ['/admin/provider/test-period', change],
    ] as const) {
      router.post(path, async (ctx) => {
        forms.demandOrigin(ctx);
        const admitted = await door.admit(ctx, { act: 'provider.test', returnTo: '/admin/providers' });
        if (!admitted) return;
        const form = await forms.read(ctx, aboutOf(admitted.session));
        const record = await recordOf(form.get('id'), options);
        if (record.idWsf) throw new AdminError('NOTHING_TO_DECIDE', 'nobody signs in at a body');
        const next = await act(record, form, admitted, ctx);
        ctx.status = 303;
        ctx.redirect(next);
      });
    }
  }

  /** To the card. */
  async function start(
    record: ProviderRecord,
    form: URLSearchParams,
    { session }: Admitted,
    ctx: Context,
  ): Promise<string> {
    const what = form.get('what') === 'revision' ? 'revision' : 'registration';
    await triedOf(record, what, options);
    const memory: Trial = { what, sessionId: session.id };
    const { id } = await interactions.open({
      protocol: 'test',
      providerId: record.id,
      partyKey: record.key,
      requestId: '',
      demand: demandAt(now()),
      memory: { ...memory },
      sessionless: { level: 'urn:x-sanuki:ac:card-pin' },
      trace: traceOf(ctx).park(),
    });
    return `/sign-in/${id}`;
  }

  /** Opens or ends a period in which the administrator really signs in. */
  async function change(record: ProviderRecord, form: URLSearchParams, { administrator }: Admitted): Promise<string> {
    await testPeriods[form.get('do') === 'close' ? 'close' : 'open'](record, administrator);
    return pageOf(record.id);
  }

  const responder: Responder = {
    async respond() {
      throw new TypeError('a test sign-in has no session to answer with');
    },
    async refuse(ctx, { providerId }) {
      ctx.status = 303;
      ctx.redirect(pageOf(providerId));
    },
    async present(ctx, interaction, presented) {
      const { sessionId, what } = interaction.memory as unknown as Trial;
      const admitted = await door.admit(ctx, { act: 'provider.test', returnTo: pageOf(interaction.providerId) });
      if (!admitted) return;
      // Somebody else took the console over at this browser while the card was read: the page was not asked for by them.
      if (admitted.session.id !== sessionId)
        throw new HubPageError('OTHER_RESIDENT', 'the test sign-in was opened in another sign-in of the console');
      await show(ctx, { interaction, what, presented, admitted }, options);
    },
  };

  return { routes, responder };
}

/** As a request would come that asks for nothing in particular; what the registration demands is added when it is tried. */
const demandAt = (at: number): SignInDemand => ({ fresh: true, passive: false, required: undefined, at });

async function triedOf(
  record: ProviderRecord,
  what: Trial['what'],
  { cases }: Pick<PlaygroundOptions, 'cases'>,
): Promise<Registration> {
  if (what === 'registration') return record;
  const revision = await cases.revisionOf(record.id);
  if (!revision) throw new AdminError('NOTHING_TO_DECIDE', 'no revision waits');
  return proposed(record, revision.made);
}

interface Asked {
  readonly interaction: Interaction;
  readonly what: Trial['what'];
  readonly presented: CardAuthentication;
  readonly admitted: Admitted;
}

async function show(ctx: Context, asked: Asked, options: PlaygroundOptions): Promise<void> {
  const { interaction, what, presented } = asked;
  const { frame, timeZone } = options;
  const record = await recordOf(interaction.providerId, options);
  const tried = await triedOf(record, what, options);
  const examined = await examine({ record, tried, demand: interaction.demand, presented }, options);
  await recordTest(record, examined, asked, options);
  const findings = await findingsOf(record, tried, options);
  const page = { record, what, findings, timeZone, ...examined };
  frame.send(ctx, {
    title: playgroundCopy.title[frame.preferencesOf(ctx).language],
    // The page is there once: whoever changes the language starts from the provider's page again.
    path: pageOf(record.id),
    body: ({ language }) => <PlaygroundPage {...page} language={language} />,
  });
}

/** Before the page leaves; names of attributes, never values. */
async function recordTest(
  record: ProviderRecord,
  { preview, rows }: Examined,
  { what, admitted }: Asked,
  { audit }: PlaygroundOptions,
): Promise<void> {
  const released = rows.filter(({ outcome }) => outcome === 'released').map(({ attribute }) => attribute);
  await audit.record({
    type: 'provider.test',
    actor: admitted.administrator.id,
    provider: record.id,
    ...('refused' in preview
      ? { result: 'refused', code: preview.refused, detail: { what } }
      : { result: 'ok', detail: { what, released } }),
  });
}
