import type Router from '@koa/router';
import type { Context } from 'koa';
import type { CardRegistry } from '../../card-auth/index.ts';
import type { ProviderRegistry } from '../../federation/index.ts';
import type { OwnForms } from '../account/own-form.ts';
import { partyNames } from '../account/party-names.ts';
import type { Audit } from '../audit.ts';
import type { Notices } from '../card/notices.ts';
import type { PageFrame } from '../page-frame.ts';
import { createResults } from '../sign-out/results.ts';
import type { SignOuts } from '../sign-out/sign-outs.ts';
import { adminCopy } from './copy.ts';
import { type Admitted, aboutOf, type Door } from './door.ts';
import { type EndingReason, isEndingReason } from './session-copy.ts';
import { EndingForm, EndingResult } from './session-pages.tsx';

export interface SessionAdminOptions {
  readonly door: Door;
  readonly forms: OwnForms;
  readonly cards: Pick<CardRegistry, 'byNumber'>;
  readonly signOut: Pick<SignOuts, 'endAll'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly notices: Pick<Notices, 'notify'>;
  readonly audit: Audit;
  readonly frame: PageFrame;
  readonly now: () => number;
}

const path = '/admin/sessions';

/** Ending all sign-ins of a resident who calls, found by the number on the card: the one sign-out, with its results. */
export function sessionAdminRoutes(options: SessionAdminOptions): (router: Router) => void {
  const { door, forms } = options;
  return (router) => {
    router.get(path, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'session.end' });
      if (admitted) showForm(ctx, admitted, { number: '', reason: '', wrong: [] }, options);
    });

    router.post(path, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'session.end', returnTo: path });
      if (admitted) await end(ctx, admitted, await forms.read(ctx, aboutOf(admitted.session)), options);
    });
  };
}

type Shown = Pick<Parameters<typeof EndingForm>[0], 'number' | 'reason' | 'wrong'>;

function showForm(ctx: Context, { session }: Admitted, shown: Shown, { forms, frame }: SessionAdminOptions): void {
  const csrf = forms.prepare(ctx, aboutOf(session));
  frame.send(ctx, {
    title: adminCopy.sessions[frame.preferencesOf(ctx).language],
    path,
    body: ({ language }) => <EndingForm {...shown} csrf={csrf} language={language} />,
  });
}

async function end(
  ctx: Context,
  admitted: Admitted,
  form: URLSearchParams,
  options: SessionAdminOptions,
): Promise<void> {
  const [number, reason] = [form.get('number') ?? '', form.get('reason') ?? ''];
  const card = await options.cards.byNumber(number.normalize('NFKC').replaceAll(/[\s-]/g, ''));
  if (!card || !isEndingReason(reason)) {
    // Whoever tries numbers is seen.
    if (!card) await note(admitted, { result: 'refused', code: 'CARD_UNKNOWN' }, options);
    ctx.status = 422;
    const wrong = [...(card ? [] : ['number' as const]), ...(isEndingReason(reason) ? [] : ['reason' as const])];
    return showForm(ctx, admitted, { number, reason, wrong }, options);
  }
  const ended = await endAll(card, reason, admitted, options);
  const { frame, registry, now } = options;
  const results = await createResults({ partyNameOf: partyNames(registry), now })(ended);
  frame.send(ctx, {
    title: adminCopy.sessions[frame.preferencesOf(ctx).language],
    path,
    body: ({ language }) => <EndingResult {...{ results, language }} ended={ended.length} />,
  });
}

async function endAll(
  { id: card, residentRef }: { readonly id: string; readonly residentRef: string },
  reason: EndingReason,
  admitted: Admitted,
  options: SessionAdminOptions,
) {
  const actor = admitted.administrator.id;
  const ended = await options.signOut.endAll({ residentRef }, { reason: 'administrator', actor });
  const detail = { reason, signOuts: ended.map(({ id }) => id) };
  await note(admitted, { result: 'ok', card, detail }, options);
  if (ended.length > 0) await options.notices.notify(residentRef, 'sign-ins-ended');
  return ended;
}

const note = (
  { administrator }: Admitted,
  what: Omit<Parameters<Audit['record']>[0], 'type' | 'actor'>,
  { audit }: SessionAdminOptions,
) => audit.record({ type: 'session.end', actor: administrator.id, ...what });
