import type Router from '@koa/router';
import type { Context } from 'koa';
import type { AccessLog, RecordedAccess } from '../../attribute-service/index.ts';
import type { Audit } from '../audit.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import { type Reports, wordsMost, wordsOf } from '../reports.ts';
import type { SsoSession } from '../session.ts';
import { createGate, type GateOptions } from './gate.ts';
import { createOwnForms, type OwnFormsOptions } from './own-form.ts';
import { reportCopy } from './report-copy.ts';
import { ReportPage } from './report-page.tsx';

export interface ReportRoutesOptions extends Omit<GateOptions, 'interactions'>, OwnFormsOptions {
  readonly interactions: GateOptions['interactions'];
  readonly accessLog: Pick<AccessLog, 'accessOf'>;
  readonly reports: Pick<Reports, 'open' | 'ofEntry'>;
  readonly audit: Audit;
  readonly frame: PageFrame;
  readonly timeZone: string;
  readonly supportPhone: string;
}

const path = '/account/accesses/report';
/** Some more than may be sent, in the longest writing of it, so that what is too long can be shown to its writer. */
const formMaxBytes = 24_000;

/** A token of one sign-in is worth nothing in another. */
const aboutOf = ({ id }: SsoSession) => `report:${id}`;
const addressOf = (entry: string) => `${path}?${new URLSearchParams({ entry })}`;

/** R70, 心当たりがない: an access is reported once, has a number, and is answered where it was reported. */
export function reportRoutes(options: ReportRoutesOptions): (router: Router) => void {
  const forms = createOwnForms(options);
  const enter = createGate(options);

  /** An own access for whoever is signed in; undefined, and the browser is on its way to the card. */
  async function own(ctx: Context): Promise<{ session: SsoSession; access: RecordedAccess } | undefined> {
    const entry = ctx.URL.searchParams.get('entry') ?? '';
    const session = await enter(ctx, { returnTo: addressOf(entry) });
    return session && { session, access: await ownAccess(session, entry, options) };
  }

  async function show(
    ctx: Context,
    { session, access }: { session: SsoSession; access: RecordedAccess },
    words = '',
  ): Promise<void> {
    const { frame, timeZone, supportPhone } = options;
    const report = await options.reports.ofEntry(session.residentRef, access.id);
    const csrfToken = forms.prepare(ctx, aboutOf(session));
    const page = { access, report, words, tooLong: words.length > wordsMost, csrfToken, timeZone, supportPhone };
    frame.send(ctx, {
      title: reportCopy.title[frame.preferencesOf(ctx).language],
      path: addressOf(access.id),
      body: ({ language }) => <ReportPage {...page} language={language} />,
    });
  }

  return (router) => {
    router.get(path, async (ctx) => {
      const asked = await own(ctx);
      if (asked) await show(ctx, asked);
    });

    router.post(path, async (ctx) => {
      forms.demandOrigin(ctx);
      const asked = await own(ctx);
      if (!asked) return;
      const words = wordsOf((await forms.read(ctx, aboutOf(asked.session), formMaxBytes)).get('words') ?? '');
      if (words.length > wordsMost) {
        ctx.status = 422;
        return show(ctx, asked, words);
      }
      await open(asked.session, asked.access, words, options);
      ctx.status = 303;
      ctx.redirect(addressOf(asked.access.id));
    });
  };
}

/** Another resident's access is refused as missing, so that its id tells nothing. */
async function ownAccess(
  { residentRef }: SsoSession,
  entry: string,
  { accessLog }: Pick<ReportRoutesOptions, 'accessLog'>,
): Promise<RecordedAccess> {
  const access = await accessLog.accessOf(residentRef, entry);
  if (!access) throw new HubPageError('PAGE_MISSING', 'the log has no such access to the resident’s data');
  return access;
}

/** By its number, never by its words. */
async function open(
  { residentRef }: SsoSession,
  access: RecordedAccess,
  words: string,
  { reports, audit }: ReportRoutesOptions,
): Promise<void> {
  const { report, fresh } = await reports.open(residentRef, access, words);
  if (!fresh) return;
  await audit.record({
    type: 'report.open',
    result: 'ok',
    provider: access.party,
    detail: { report: report.number },
  });
}
