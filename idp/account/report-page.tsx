import type { RecordedAccess } from '../../attribute-service/index.ts';
import {
  Breadcrumb,
  type DateStyle,
  ErrorSummary,
  Facts,
  formatMoment,
  LinesField,
  Notice,
  Value,
} from '../../web/index.ts';
import type { AccessReport, ReportedAccess } from '../reports.ts';
import { purposeWords, typeNames } from './attribute-words.ts';
import { accessCopy, accountCopy } from './copy.ts';
import { reportCopy } from './report-copy.ts';

export interface ReportPageOptions extends DateStyle {
  readonly access: RecordedAccess;
  readonly report: AccessReport | undefined;
  /** What was typed, when it comes back to be corrected. */
  readonly words: string;
  readonly tooLong: boolean;
  readonly csrfToken: string;
  readonly supportPhone: string;
}

/** The access in question, as residents and offices read it. */
export function accessFacts(
  { at, partyName, place, types, purpose, result, reference }: ReportedAccess,
  style: DateStyle,
): (readonly [string, string])[] {
  const { language } = style;
  return [
    [accountCopy.at[language], formatMoment(at, style)],
    [
      accountCopy.who[language],
      place === undefined ? partyName[language] : `${partyName[language]} (${place[language]})`,
    ],
    [accountCopy.kind[language], typeNames(types, language)],
    [accountCopy.forWhat[language], purposeWords(purpose, language)],
    [accountCopy.result[language], accessCopy[result][language]],
    ...(reference === undefined ? [] : [[accessCopy.reference[language], reference] as const]),
  ];
}

/** One access: to be reported, or what became of the report. */
export function ReportPage(options: ReportPageOptions) {
  const { access, report, tooLong, supportPhone, language } = options;
  const say = (key: keyof typeof reportCopy) => reportCopy[key][language];
  return (
    <>
      {tooLong ? (
        <ErrorSummary title={say('problems')} errors={[{ field: 'words', message: say('wordsLong') }]} />
      ) : null}
      <Breadcrumb
        trail={[{ name: accountCopy.title[language], href: '/account' }]}
        current={say('title')}
        language={language}
      />
      <h1>{say('title')}</h1>
      {report ? <Reported {...{ report, options }} /> : <p>{say('lead')}</p>}
      <p>
        {say('urgent')} <a href={`tel:${supportPhone.replaceAll('-', '')}`}>{supportPhone}</a>
      </p>
      <Facts facts={accessFacts(access, options)} />
      {report ? null : <ReportForm {...options} />}
    </>
  );
}

function ReportForm({ access, words, tooLong, csrfToken, language }: ReportPageOptions) {
  const say = (key: keyof typeof reportCopy) => reportCopy[key][language];
  return (
    <form
      method="post"
      action={`/account/accesses/report?${new URLSearchParams({ entry: access.id })}`}
      class="section"
    >
      <input type="hidden" name="csrf" value={csrfToken} />
      <LinesField
        name="words"
        label={say('words')}
        hint={say('wordsHint')}
        value={words}
        error={tooLong ? say('wordsLong') : undefined}
        required={false}
        rows={5}
        language={language}
      />
      <p class="actions">
        <button type="submit" id="report">
          {say('send')}
        </button>
        <a class="button button-plain" href="/account#accesses">
          {say('keep')}
        </a>
      </p>
    </form>
  );
}

function Reported({ report, options }: { readonly report: AccessReport; readonly options: DateStyle }) {
  const { language } = options;
  const { number, at, words, state, answer } = report;
  const say = (key: keyof typeof reportCopy) => reportCopy[key][language];
  return (
    <>
      <Notice kind="success" title={say('reported')} id="reported">
        <p>{say('reportedText')}</p>
      </Notice>
      <Facts
        facts={[
          [say('number'), number],
          [say('at'), formatMoment(at, options)],
          ...(words === undefined ? [] : [[say('own'), <Value key="own">{words}</Value>] as const]),
          [say('state'), say(state)],
          ...(answer === undefined
            ? []
            : ([
                [say('answeredAt'), formatMoment(answer.at, options)],
                [say('answer'), <Value key="answer">{answer.words}</Value>],
              ] as const)),
        ]}
      />
    </>
  );
}
