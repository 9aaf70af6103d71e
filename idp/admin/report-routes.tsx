import type Router from '@koa/router';
import type { Context } from 'koa';
import type { OwnForms } from '../account/own-form.ts';
import type { Audit } from '../audit.ts';
import type { Notices } from '../card/notices.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import { type AccessReport, type Reports, wordsMost, wordsOf } from '../reports.ts';
import { adminCopy } from './copy.ts';
import { type Admitted, aboutOf, type Door } from './door.ts';
import { AdminError } from './errors.ts';
import { ReportDetail, ReportList } from './report-pages.tsx';

export interface ReportAdminOptions {
  readonly door: Door;
  readonly forms: OwnForms;
  readonly reports: Pick<Reports, 'list' | 'ofNumber' | 'answer'>;
  readonly notices: Pick<Notices, 'notify'>;
  readonly audit: Audit;
  readonly frame: PageFrame;
  readonly timeZone: string;
}

const path = '/admin/reports';
const perPage = 50;
const formMaxBytes = 24_000;

/** Reports of residents: seen and answered by those whom the table of roles names, in sight of the audit. */
export function reportAdminRoutes(options: ReportAdminOptions): (router: Router) => void {
  const { door, forms } = options;
  return (router) => {
    router.get(path, async (ctx) => {
      if (await door.admit(ctx, { act: 'report.read' })) await showList(ctx, options);
    });

    router.get(`${path}/:number`, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'report.read' });
      if (!admitted) return;
      const report = await reportAt(ctx, admitted, options);
      await noteAct('report.read', report, admitted, options);
      showOne(ctx, admitted, { report, typed: '', wrong: false }, options);
    });

    router.post(`${path}/:number`, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'report.answer', returnTo: path });
      if (!admitted) return;
      const form = await forms.read(ctx, aboutOf(admitted.session), formMaxBytes);
      const report = await reportAt(ctx, admitted, options);
      const words = wordsOf(form.get('answer') ?? '');
      if (words === '' || words.length > wordsMost) {
        ctx.status = 422;
        return showOne(ctx, admitted, { report, typed: words, wrong: true }, options);
      }
      await answer(report, words, admitted, options);
      ctx.status = 303;
      ctx.redirect(`${path}/${report.number}`);
    });
  };
}

async function reportAt(
  ctx: Context & { params: { number?: string } },
  { session }: Admitted,
  { reports }: ReportAdminOptions,
): Promise<AccessReport> {
  const report = await reports.ofNumber(ctx.params.number ?? '');
  if (!report) throw new HubPageError('PAGE_MISSING', 'no report has this number');
  // Nobody looks into what is about themselves: a colleague does.
  if (report.residentRef === session.residentRef)
    throw new AdminError('OWN_WORK', 'the report is the administrator’s own as a resident');
  return report;
}

/** Who read or answered which report; never a word of it. */
const noteAct = (
  type: 'report.read' | 'report.answer',
  { number, access }: AccessReport,
  { administrator }: Admitted,
  { audit }: ReportAdminOptions,
) => audit.record({ type, result: 'ok', actor: administrator.id, provider: access.party, detail: { report: number } });

async function showList(ctx: Context, { reports, frame, timeZone }: ReportAdminOptions): Promise<void> {
  const { searchParams } = ctx.URL;
  const state = searchParams.get('state') === 'answered' ? 'answered' : 'open';
  const after = searchParams.get('after');
  const { records, next } = await reports.list(state, { limit: perPage, ...(after === null ? {} : { after }) });
  frame.send(ctx, {
    title: adminCopy.reports[frame.preferencesOf(ctx).language],
    body: ({ language }) => <ReportList {...{ reports: records, state, next, timeZone, language }} />,
  });
}

function showOne(
  ctx: Context,
  { session }: Admitted,
  shown: { readonly report: AccessReport; readonly typed: string; readonly wrong: boolean },
  { forms, frame, timeZone }: ReportAdminOptions,
): void {
  const page = { ...shown, csrf: forms.prepare(ctx, aboutOf(session)), timeZone };
  frame.send(ctx, {
    title: `${adminCopy.reports[frame.preferencesOf(ctx).language]} ${shown.report.number}`,
    path: `${path}/${shown.report.number}`,
    body: ({ language }) => <ReportDetail {...page} language={language} />,
  });
}

async function answer(
  report: AccessReport,
  words: string,
  admitted: Admitted,
  options: ReportAdminOptions,
): Promise<void> {
  const { reports, notices } = options;
  if (!(await reports.answer(report.id, { by: admitted.administrator.id, words })))
    throw new AdminError('NOTHING_TO_DECIDE', 'the report was answered meanwhile');
  await noteAct('report.answer', report, admitted, options);
  await notices.notify(report.residentRef, 'report-answered', { reference: report.number });
}
