import {
  Breadcrumb,
  type DateStyle,
  ErrorSummary,
  Facts,
  formatMoment,
  type Language,
  LinesField,
  Records,
  Tabs,
  Value,
} from '../../web/index.ts';
import { accessFacts } from '../account/report-page.tsx';
import type { AccessReport } from '../reports.ts';
import { adminCopy } from './copy.ts';
import { reportsCopy } from './report-copy.ts';

export const reportStates = ['open', 'answered'] as const satisfies readonly AccessReport['state'][];

export interface ReportListOptions extends DateStyle {
  readonly reports: readonly AccessReport[];
  readonly state: AccessReport['state'];
  readonly next: string | undefined;
}

function Crumbs({ language, last }: { readonly language: Language; readonly last?: string }) {
  const home = { name: adminCopy.title[language], href: '/admin' };
  const list = { name: adminCopy.reports[language], href: '/admin/reports' };
  const trail = last === undefined ? [home] : [home, list];
  return <Breadcrumb trail={trail} current={last ?? list.name} language={language} />;
}

/** What waits, and what was answered. Nobody's name is here: number and access are enough to look into it. */
export function ReportList({ reports, state, next, ...style }: ReportListOptions) {
  const { language } = style;
  const say = (key: keyof typeof reportsCopy) => reportsCopy[key][language];
  const addressOf = (more: Record<string, string>) => `/admin/reports?${new URLSearchParams(more)}`;
  return (
    <>
      <Crumbs language={language} />
      <h1 id="reports-title">{adminCopy.reports[language]}</h1>
      <p>{say('lead')}</p>
      <Tabs
        label={say('states')}
        tabs={reportStates.map((one) => ({ name: say(one), href: addressOf({ state: one }) }))}
        current={reportStates.indexOf(state)}
      />
      {reports.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="reports-title"
          columns={(['number', 'at', 'who', 'when'] as const).map(say)}
          rows={reports.map(({ id, number, at, access }) => ({
            key: id,
            cells: [
              <a key="number" href={`/admin/reports/${number}`}>
                {number}
              </a>,
              formatMoment(at, style),
              <Value key="who">{access.partyName[language]}</Value>,
              formatMoment(access.at, style),
            ],
          }))}
        />
      )}
      {next === undefined ? null : (
        <p>
          <a class="button button-plain" href={addressOf({ state, after: next })}>
            {say('more')}
          </a>
        </p>
      )}
    </>
  );
}

export interface ReportDetailOptions extends DateStyle {
  readonly report: AccessReport;
  readonly typed: string;
  readonly wrong: boolean;
  readonly csrf: string;
}

/** One report with its access and words, and the answer or the place for it. */
export function ReportDetail(options: ReportDetailOptions) {
  const { report, wrong, language } = options;
  const { number, at, access, words, answer } = report;
  const say = (key: keyof typeof reportsCopy) => reportsCopy[key][language];
  return (
    <>
      {wrong ? (
        <ErrorSummary title={say('problems')} errors={[{ field: 'answer', message: say('answerWrong') }]} />
      ) : null}
      <Crumbs language={language} last={number} />
      <h1>
        {say('number')} {number}
      </h1>
      <Facts
        facts={[
          [say('at'), formatMoment(at, options)],
          [say('words'), words === undefined ? say('noWords') : <Value key="words">{words}</Value>],
          ...(answer === undefined
            ? []
            : ([
                [say('answeredAt'), formatMoment(answer.at, options)],
                [say('answeredBy'), answer.by],
                [say('answer'), <Value key="answer">{answer.words}</Value>],
              ] as const)),
        ]}
      />
      <section class="section" aria-labelledby="access-title">
        <h2 id="access-title">{say('access')}</h2>
        <Facts facts={accessFacts(access, options)} />
      </section>
      {answer === undefined ? <AnswerForm {...options} /> : null}
    </>
  );
}

function AnswerForm({ report, typed, wrong, csrf, language }: ReportDetailOptions) {
  const say = (key: keyof typeof reportsCopy) => reportsCopy[key][language];
  return (
    <form method="post" action={`/admin/reports/${report.number}`} class="section">
      <input type="hidden" name="csrf" value={csrf} />
      <LinesField
        name="answer"
        label={say('answer')}
        hint={say('answerHint')}
        value={typed}
        error={wrong ? say('answerWrong') : undefined}
        required
        rows={6}
        language={language}
      />
      <button type="submit">{say('send')}</button>
    </form>
  );
}
