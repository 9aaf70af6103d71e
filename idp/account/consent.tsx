import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import {
  AttributeError,
  type ConsentRequest,
  type ConsentRequests,
  type Consents,
  type ConsentTypeId,
  consentTypeOf,
  isPurpose,
} from '../../attribute-service/index.ts';
import type { Text } from '../../web/index.ts';
import type { Audit } from '../audit.ts';
import type { Notices } from '../card/notices.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { type Choices, ConsentPage, consentTitle, periods, textVersion } from './consent-page.tsx';
import { createGate, type GateOptions } from './gate.ts';
import { createOwnForms, type OwnFormsOptions } from './own-form.ts';
import { checkReturnUrl } from './return-url.ts';

export interface ConsentRoutesOptions extends Omit<GateOptions, 'interactions'>, OwnFormsOptions {
  readonly interactions: GateOptions['interactions'];
  readonly consentRequests: Pick<ConsentRequests, 'peek' | 'close'>;
  readonly consents: Pick<Consents, 'give'>;
  readonly audit: Audit;
  readonly notices: Pick<Notices, 'notify'>;
  readonly frame: PageFrame;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  /** Names of the bodies that data of a type comes from. */
  readonly sourcesOf: (type: ConsentTypeId) => Promise<readonly Text[]>;
}

/** A question with its resident in front of it, and where either answer leads. */
interface Asked {
  readonly request: ConsentRequest;
  readonly types: readonly ConsentTypeId[];
  readonly session: SsoSession;
  readonly next: ReturnType<typeof checkReturnUrl>;
}

const Decision = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('decline') }),
  z.object({ decision: z.literal('agree'), types: z.array(z.string()), period: z.enum(periods).optional() }),
]);

/**
 * The consent page (ID-WSF SB, RedirectRequest): a party's query found no consent, so the browser comes here, the
 * resident decides once, and the browser goes back with the outcome.
 */
export function consentRoutes(options: ConsentRoutesOptions): (router: Router) => void {
  const forms = createOwnForms(options);
  const enter = createGate(options);

  /** The open question for whoever may answer it; otherwise undefined, and the browser is on its way to the card. */
  async function ask(ctx: Context & { params: { id?: string } }): Promise<Asked | undefined> {
    const request = await options.consentRequests.peek(ctx.params.id ?? '');
    const types = request?.types.flatMap((type) => consentTypeOf(type)?.id ?? []) as ConsentTypeId[] | undefined;
    if (!request || !types?.length)
      throw new AttributeError('CONSENT_REQUEST_UNKNOWN', 'the question was answered or has expired');
    const next = checkReturnUrl(request, ctx.URL.searchParams.getAll('ReturnToURL'));
    const { residentRef } = request;
    const session = await enter(ctx, { returnTo: ctx.url, residentRef, cancelTo: next.declined });
    return session && { request, types, session, next };
  }

  async function show(ctx: Context, asked: Asked, choices: Choices, incomplete = false): Promise<void> {
    const { request, types, session, next } = asked;
    const { partyName: service, purpose } = request;
    if (!isPurpose(purpose)) throw new TypeError('a question was opened for a purpose that the catalogue lacks');
    const { origin } = new URL(next.declined);
    const [partyOrigin = origin] = request.partyOrigins ?? [];
    const page = {
      action: ctx.url,
      service,
      host: new URL(partyOrigin).host,
      purpose,
      choices,
      incomplete,
      csrfToken: forms.prepare(ctx, aboutOf(request)),
      resident: await options.displayNameOf(session.residentRef),
      types: await Promise.all(types.map(async (id) => ({ id, sources: await options.sourcesOf(id) }))),
    };
    const { language } = options.frame.preferencesOf(ctx);
    options.frame.send(ctx, {
      title: consentTitle(page, language),
      path: ctx.url,
      // The answer to our own form leads to the party; browsers apply form-action to the whole way.
      policy: { formAction: [...new Set([origin, ...(request.partyOrigins ?? [])])] },
      body: () => <ConsentPage {...page} language={language} />,
    });
  }

  async function decide(ctx: Context, asked: Asked): Promise<void> {
    const answer = readAnswer(await forms.read(ctx, aboutOf(asked.request)), asked.types);
    if (answer.decision === 'agree' && (answer.types.length === 0 || answer.period === undefined)) {
      ctx.status = 422;
      return show(ctx, asked, answer, true);
    }
    await settle(asked, answer, options);
    ctx.status = 303;
    ctx.redirect(answer.decision === 'agree' ? asked.next.agreed : asked.next.declined);
  }

  return (router) => {
    router.get('/consent/:id', async (ctx) => {
      const asked = await ask(ctx);
      if (asked) await show(ctx, asked, { types: [] });
    });

    router.post('/consent/:id', async (ctx) => {
      forms.demandOrigin(ctx);
      const asked = await ask(ctx);
      if (asked) await decide(ctx, asked);
    });
  };
}

const aboutOf = ({ id }: ConsentRequest) => `consent:${id}`;

type Answer = { readonly decision: 'decline' } | (Choices & { readonly decision: 'agree' });

function readAnswer(form: URLSearchParams, asked: readonly ConsentTypeId[]): Answer {
  const [decision, period] = [form.get('decision'), form.get('period') ?? undefined];
  const parsed = Decision.safeParse({ decision, period, types: form.getAll('types') });
  if (!parsed.success) throw new HubPageError('BODY_MALFORMED', 'the answer is none that the page offers');
  if (parsed.data.decision === 'decline') return parsed.data;
  const types = asked.filter((type) => form.getAll('types').includes(type));
  // Nobody can agree to what was not asked.
  if (new Set(parsed.data.types).size !== types.length)
    throw new HubPageError('BODY_MALFORMED', 'the answer names information that was not asked for');
  return { ...parsed.data, types };
}

/** Closed before the consent is written: of two answers one counts, and after a crash between the two the resident is asked again. */
async function settle({ request, session }: Asked, answer: Answer, options: ConsentRoutesOptions): Promise<void> {
  const { id, residentRef, party, purpose } = request;
  await options.consentRequests.close(id, residentRef);
  if (answer.decision === 'decline' || answer.period === undefined)
    return options.audit.record({ type: 'consent.decline', result: 'ok', provider: party, detail: { purpose } });
  const { types, period } = answer;
  const consent = await options.consents.give({
    residentRef,
    party,
    purpose,
    types,
    period,
    textVersion,
    session: { id: session.id, endsAt: session.expiresAt },
  });
  const detail = { consent: consent.id, purpose, types, period };
  await options.audit.record({ type: 'consent.give', result: 'ok', provider: party, detail });
  return options.notices.notify(residentRef, 'consent-given', { party });
}
