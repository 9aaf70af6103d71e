import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Text } from '../../web/index.ts';
import { createGate, type GateOptions } from '../account/gate.ts';
import { createOwnForms, type OwnFormsOptions } from '../account/own-form.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { cardCopy } from './copy.ts';
import { NoticePage } from './notice-page.tsx';
import { withServices } from './notice-words.ts';
import type { Notices } from './notices.ts';

export interface NoticeRoutesOptions extends Omit<GateOptions, 'interactions'>, OwnFormsOptions {
  readonly interactions: GateOptions['interactions'];
  readonly notices: Pick<Notices, 'list' | 'readTo' | 'unread' | 'markRead'>;
  readonly frame: PageFrame;
  readonly timeZone: string;
  readonly supportPhone: string;
  readonly partyNameOf: (party: string) => Promise<Text | undefined>;
}

const path = '/account/notices';
const perPage = 10;
/** Ids of notices and nothing else come as a place to go on from. */
const idForm = /^\d{15}-[\w-]{12}$/;

/** A token of one sign-in is worth nothing in another. */
const aboutOf = ({ id }: SsoSession) => `notices:${id}`;

/** The resident's notices, in pages, with how far they are read. */
export function noticeRoutes(options: NoticeRoutesOptions): (router: Router) => void {
  const forms = createOwnForms(options);
  const enter = createGate(options);
  return (router) => {
    router.get(path, async (ctx) => {
      const session = await enter(ctx, { returnTo: path });
      if (session) await show(ctx, session, forms.prepare(ctx, aboutOf(session)), options);
    });

    router.post(`${path}/read`, async (ctx) => {
      forms.demandOrigin(ctx);
      const session = await enter(ctx, { returnTo: path });
      if (!session) return;
      const to = (await forms.read(ctx, aboutOf(session))).get('to') ?? '';
      if (idForm.test(to)) await options.notices.markRead(session.residentRef, to);
      ctx.status = 303;
      ctx.redirect(path);
    });
  };
}

async function show(
  ctx: Context,
  { residentRef }: SsoSession,
  csrfToken: string,
  { notices, frame, timeZone, supportPhone, partyNameOf }: NoticeRoutesOptions,
): Promise<void> {
  const given = ctx.URL.searchParams.get('after') ?? '';
  const after = idForm.test(given) ? given : undefined;
  const [{ records, next }, readTo, unread] = await Promise.all([
    notices.list(residentRef, { limit: perPage, ...(after === undefined ? {} : { after }) }),
    notices.readTo(residentRef),
    notices.unread(residentRef),
  ]);
  const page = {
    notices: await withServices(records, partyNameOf),
    readTo,
    unread,
    next,
    onFirstPage: after === undefined,
    csrfToken,
    timeZone,
    supportPhone,
  };
  frame.send(ctx, {
    title: cardCopy.notices[frame.preferencesOf(ctx).language],
    body: ({ language }) => <NoticePage {...page} language={language} />,
  });
}
