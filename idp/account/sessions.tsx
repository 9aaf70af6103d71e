import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Collection } from '../../storage/index.ts';
import type { Text } from '../../web/index.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { signOutHere } from '../sign-out/chain-routes.tsx';
import type { NamedOutcome } from '../sign-out/outcomes.tsx';
import type { SignOut } from '../sign-out/record.ts';
import { createResults } from '../sign-out/results.ts';
import type { SignOuts } from '../sign-out/sign-outs.ts';
import { accountCopy } from './copy.ts';
import { createGate, type GateOptions } from './gate.ts';
import { createOwnForms, type OwnFormsOptions } from './own-form.ts';
import { sessionsCopy } from './sessions-copy.ts';
import { type ListedSession, SessionsPage } from './sessions-page.tsx';

export interface SessionRoutesOptions extends Omit<GateOptions, 'interactions'>, OwnFormsOptions {
  readonly interactions: GateOptions['interactions'];
  readonly signOut: Pick<SignOuts, 'end' | 'endAll'> & { readonly signOuts: Pick<Collection<SignOut>, 'get'> };
  readonly frame: PageFrame;
  readonly timeZone: string;
  readonly partyNameOf: (party: string) => Promise<Text | undefined>;
}

const path = '/account/sessions';

/** A token of one sign-in is worth nothing in another. */
const aboutOf = ({ id }: SsoSession) => `sessions:${id}`;

/** Where the resident is signed in, over all browsers, and ending it there (R52): the parties are told as in any sign-out. */
export function sessionRoutes(options: SessionRoutesOptions): (router: Router) => void {
  const forms = createOwnForms(options);
  const enter = createGate(options);

  /** The resident behind a form of this page, or undefined, and the browser is on its way to the card. */
  async function posted(ctx: Context): Promise<{ session: SsoSession; form: URLSearchParams } | undefined> {
    forms.demandOrigin(ctx);
    const session = await enter(ctx, { returnTo: path });
    return session && { session, form: await forms.read(ctx, aboutOf(session)) };
  }

  return (router) => {
    router.get(path, async (ctx) => {
      const session = await enter(ctx, { returnTo: path });
      if (session) await show(ctx, session, forms.prepare(ctx, aboutOf(session)), options);
    });

    router.post(`${path}/end`, async (ctx) => {
      const answer = await posted(ctx);
      if (answer) await endOne(ctx, answer.session, answer.form.get('session') ?? '', options);
    });

    router.post(`${path}/end-all`, async (ctx) => {
      const answer = await posted(ctx);
      if (!answer) return;
      const { id, residentRef } = answer.session;
      // This one last: after a crash in between it is still here to press the button once more.
      const others = await options.signOut.endAll({ residentRef }, { reason: 'resident' }, { except: id });
      await signOutHere(ctx, answer.session, { siblings: others.map((other) => other.id) }, options);
    });
  };
}

async function show(
  ctx: Context,
  session: SsoSession,
  csrfToken: string,
  options: SessionRoutesOptions,
): Promise<void> {
  const { frame, timeZone } = options;
  const page = {
    sessions: await listed(session, options),
    ended: await endedFrom(ctx, session, options),
    csrfToken,
    timeZone,
  };
  frame.send(ctx, {
    title: sessionsCopy.title[frame.preferencesOf(ctx).language],
    // Without what the address says of the act before: it is said once.
    path,
    body: ({ language }) => <SessionsPage {...page} language={language} />,
  });
}

/** One that nobody can use any more and that no party knows of is of no interest. */
async function listed(own: SsoSession, options: SessionRoutesOptions): Promise<readonly ListedSession[]> {
  const { sessions, partyNameOf } = options;
  const found = (await sessions.sessionsOf({ residentRef: own.residentRef })).filter(({ ended }) => !ended);
  const all = await Promise.all(
    found.map(async (session) => {
      const names = await Promise.all(Object.keys(session.participants).map(partyNameOf));
      return {
        ...session,
        isHere: session.id === own.id,
        isIdle: (await sessions.live(session.id)) === undefined,
        services: names.map((name) => name ?? accountCopy.goneService),
      };
    }),
  );
  return all
    .filter(({ isIdle, services }) => !isIdle || services.length > 0)
    .toSorted((one, other) => Number(other.isHere) - Number(one.isHere) || other.lastUsedAt - one.lastUsedAt);
}

/** Of a sign-out of this resident only, whatever the address claims. */
async function endedFrom(
  ctx: Context,
  { residentRef }: SsoSession,
  options: SessionRoutesOptions,
): Promise<readonly NamedOutcome[] | undefined> {
  const record = await options.signOut.signOuts.get(ctx.URL.searchParams.get('ended') ?? '');
  return record?.residentRef === residentRef ? createResults(options)([record]) : undefined;
}

/** Another resident's session is refused as one that is over is, so that its id tells nothing. */
async function endOne(ctx: Context, own: SsoSession, id: string, options: SessionRoutesOptions): Promise<void> {
  if (id === own.id) return signOutHere(ctx, own, {}, options);
  const found = await options.sessions.peek(id);
  if (found?.residentRef !== own.residentRef)
    throw new HubPageError('PAGE_MISSING', 'the resident has no such sign-in');
  const record = await options.signOut.end(id, { reason: 'resident' });
  ctx.status = 303;
  ctx.redirect(record ? `${path}?${new URLSearchParams({ ended: record.id })}` : path);
}
