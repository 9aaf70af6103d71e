import type Router from '@koa/router';
import type { Context } from 'koa';
import { createGate, type GateOptions } from '../account/gate.ts';
import { createOwnForms, type OwnFormsOptions } from '../account/own-form.ts';
import type { Audit } from '../audit.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { changeCopy } from './change-copy.ts';
import { ChangePage } from './change-page.tsx';
import { type ChangeRequests, changedItems } from './change-requests.ts';

export interface ChangeRoutesOptions extends Omit<GateOptions, 'interactions'>, Omit<OwnFormsOptions, 'interactions'> {
  readonly interactions: GateOptions['interactions'] & OwnFormsOptions['interactions'];
  readonly changeRequests: Pick<ChangeRequests, 'ask' | 'get'>;
  readonly audit: Audit;
  readonly frame: PageFrame;
  readonly timeZone: string;
}

const path = '/account/card/change';

/** A token of one sign-in is worth nothing in another. */
const aboutOf = ({ id }: SsoSession) => `card-change:${id}`;

/** R35: the holder says that something changed. It is a word to the office: nothing else follows from it. */
export function changeRoutes(options: ChangeRoutesOptions): (router: Router) => void {
  const { changeRequests, audit, frame, timeZone } = options;
  const forms = createOwnForms(options);
  const enter = createGate(options);

  async function show(ctx: Context, session: SsoSession, nothingChosen = false): Promise<void> {
    const kept = await changeRequests.get(session.residentRef);
    const told = kept?.state === 'open' ? kept : undefined;
    const page = { told, nothingChosen, csrfToken: forms.prepare(ctx, aboutOf(session)), timeZone };
    frame.send(ctx, {
      title: changeCopy.title[frame.preferencesOf(ctx).language],
      path,
      body: ({ language }) => <ChangePage {...page} language={language} />,
    });
  }

  async function ask(ctx: Context, session: SsoSession): Promise<void> {
    const chosen = (await forms.read(ctx, aboutOf(session))).getAll('item');
    const items = changedItems.filter((item) => chosen.includes(item));
    if (items.length === 0) {
      ctx.status = 422;
      return show(ctx, session, true);
    }
    const { residentRef } = session;
    await changeRequests.ask(residentRef, items);
    await audit.record({ type: 'change.tell', result: 'ok', actor: `resident:${residentRef}`, detail: { items } });
    ctx.status = 303;
    ctx.redirect(path);
  }

  return (router) => {
    router.get(path, async (ctx) => {
      const session = await enter(ctx, { returnTo: path });
      if (session) await show(ctx, session);
    });
    router.post(path, async (ctx) => {
      forms.demandOrigin(ctx);
      const session = await enter(ctx, { returnTo: path });
      if (session) await ask(ctx, session);
    });
  };
}
