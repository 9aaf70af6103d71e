import type Router from '@koa/router';
import type { Context } from 'koa';
import { Facts, formatMoment } from '../../web/index.ts';
import type { OwnForms } from '../account/own-form.ts';
import type { PageFrame } from '../page-frame.ts';
import type { Administrators } from './administrators.ts';
import { adminCopy, rolesIn } from './copy.ts';
import { aboutOf, type Door } from './door.ts';
import { AdminError } from './errors.ts';
import type { KeyCalendar } from './key-calendar.ts';
import { KeyToDo } from './key-page.tsx';
import type { Act } from './roles.ts';

export interface HomeOptions {
  readonly door: Door;
  readonly forms: OwnForms;
  readonly administrators: Administrators;
  readonly calendar: Pick<KeyCalendar, 'toDo'>;
  readonly frame: PageFrame;
  /** IANA name of the zone in which times are shown. */
  readonly timeZone: string;
  readonly secure: boolean;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
}

const cookie = 'sanuki-hub-invitation';
const quarter = 15 * 60_000;
const tokenForm = /^[\w-]{43}$/;

/** The first page of the console, and the way in for who was invited. */
export function adminHomeRoutes(options: HomeOptions): (router: Router) => void {
  return (router) => {
    router.get('/admin', (ctx) => showHome(ctx, options));

    // The token leaves the address at once: it would stand in the history, and with the parked sign-in in the store.
    router.get('/admin/invitation/:token', (ctx) => {
      const { secure } = options;
      const maxAge = quarter;
      const { token = '' } = ctx.params;
      if (!tokenForm.test(token)) throw new AdminError('INVITATION_SPENT', 'this was never an invitation');
      ctx.cookies.set(cookie, token, { httpOnly: true, sameSite: 'lax', secure, path: '/admin', maxAge });
      ctx.status = 303;
      ctx.redirect('/admin/invitation');
    });
    router.get('/admin/invitation', (ctx) => showInvitation(ctx, options));
    router.post('/admin/invitation', (ctx) => accept(ctx, options));
  };
}

/** The pages of the console in their order, and the act that opens each. */
const pageActs = {
  applications: 'application.read',
  tasks: 'card.read',
  support: 'card.suspend',
  letters: 'card.issue',
  equipment: 'card.issue',
  stations: 'card.read',
  providers: 'provider.read',
  links: 'provider.read',
  keys: 'provider.read',
  statistics: 'provider.read',
  reports: 'report.read',
  sessions: 'session.end',
  explain: 'trace.read',
  audit: 'audit.read',
} as const satisfies Record<string, Act>;
type ConsolePage = keyof typeof pageActs;
const isPage = (name: string): name is ConsolePage => name in pageActs;

/** The card office's pages lie together. */
const addresses: Partial<Record<ConsolePage, string>> = {
  applications: '/admin/office/applications',
  tasks: '/admin/office/tasks',
  letters: '/admin/office/letters',
  equipment: '/admin/office/equipment',
  stations: '/admin/office/stations',
};

async function showHome(ctx: Context, { door, frame, timeZone, calendar }: HomeOptions): Promise<void> {
  const admitted = await door.admit(ctx);
  if (!admitted) return;
  const { administrator } = admitted;
  const pages = Object.keys(pageActs)
    .filter(isPage)
    .filter((page) => door.may(administrator, pageActs[page]));
  const keys = door.may(administrator, 'provider.read') ? await calendar.toDo() : { expired: 0, month: 0 };
  frame.send(ctx, {
    title: adminCopy.title[frame.preferencesOf(ctx).language],
    body: ({ language }) => (
      <>
        <h1>{adminCopy.title[language]}</h1>
        <KeyToDo {...keys} language={language} />
        {pages.length === 0 ? <p>{adminCopy.nothing[language]}</p> : null}
        {pages.map((page) => (
          <section class="section" key={page}>
            <h2>
              <a href={addresses[page] ?? `/admin/${page}`}>{adminCopy[page][language]}</a>
            </h2>
            <p>{adminCopy[`${page}Lead`][language]}</p>
          </section>
        ))}
        <p>
          <a href="/api/admin/v1/docs">{adminCopy.api[language]}</a>
        </p>
        <Facts
          facts={[
            [adminCopy.you[language], rolesIn(administrator.roles, language)],
            [adminCopy.until[language], formatMoment(administrator.until, { language, timeZone })],
            [adminCopy.accountId[language], administrator.id],
          ]}
        />
      </>
    ),
  });
}

async function showInvitation(ctx: Context, options: HomeOptions): Promise<void> {
  const { door, forms, administrators, frame, timeZone, displayNameOf } = options;
  const session = await door.enter(ctx, { returnTo: '/admin/invitation' });
  if (!session) return;
  const invitation = await administrators.peek(ctx.cookies.get(cookie) ?? '');
  if (!invitation) throw new AdminError('INVITATION_SPENT', 'the invitation is unknown, used or expired');
  const csrf = forms.prepare(ctx, aboutOf(session));
  const name = (await displayNameOf(session.residentRef)) ?? '';
  frame.send(ctx, {
    title: adminCopy.invitation[frame.preferencesOf(ctx).language],
    body: ({ language }) => (
      <>
        <h1>{adminCopy.invitation[language]}</h1>
        <p>{adminCopy.invitationLead[language]}</p>
        <Facts
          facts={[
            [adminCopy.acceptAs[language], name],
            [adminCopy.you[language], rolesIn(invitation.roles, language)],
            [adminCopy.until[language], formatMoment(invitation.until, { language, timeZone })],
          ]}
        />
        <form method="post" action="/admin/invitation">
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">{adminCopy.accept[language]}</button>
        </form>
      </>
    ),
  });
}

async function accept(ctx: Context, { door, forms, administrators }: HomeOptions): Promise<void> {
  forms.demandOrigin(ctx);
  const session = await door.enter(ctx, { returnTo: '/admin/invitation' });
  if (!session) return;
  await forms.read(ctx, aboutOf(session));
  await administrators.redeem(ctx.cookies.get(cookie) ?? '', session.residentRef);
  ctx.cookies.set(cookie, null, { path: '/admin' });
  ctx.status = 303;
  ctx.redirect('/admin');
}
