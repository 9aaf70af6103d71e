import type { CoverageAnswer, SourceState } from '../../attribute-service/index.ts';
import { type DateStyle, Facts, formatDay, type Language, Notice, Tabs, type Text, Value } from '../../web/index.ts';
import { type CoverageField, coverageFact, coverageFormOf, presentFields } from '../coverage-facts.tsx';
import { copy, formTitles } from './copy.ts';
import { alertsOf, type CoverageView, inReadingOrder, type SourcedCoverage, tenseOf } from './coverage.ts';
import { Alerts, MissingSource } from './coverage-notices.tsx';

export interface CoveragePageProps {
  readonly view: CoverageView;
  /** The tab that was asked for, from 0. */
  readonly tab: number;
  /** Comes back from the hub's page without having agreed. */
  readonly declined: boolean;
  /** YYYY-MM-DD, where the resident lives. */
  readonly today: string;
  readonly style: DateStyle;
  /** The hub's page of accesses and consents. */
  readonly account: string;
}

/** P3 加入情報: one tab per coverage, what each body answered, and what to do where there is nothing to show. */
export function CoveragePage({ view, declined, account, ...parts }: CoveragePageProps) {
  const { language } = parts.style;
  return (
    <>
      <h1>{copy.coverage[language]}</h1>
      {view.state === 'answered' ? <Answered answer={view.answer} {...parts} /> : null}
      {view.state === 'consent' ? <ConsentNeeded url={view.url} declined={declined} language={language} /> : null}
      {view.state === 'silent' ? (
        <Unavailable title={copy.hubSilent} hint={copy.hubSilentHint} action={retry} language={language} />
      ) : null}
      {view.state === 'refused' ? (
        <Unavailable title={copy.refused} hint={copy.refusedHint} action={signInAgain} language={language} />
      ) : null}
      <p>
        <a href={account}>{copy.history[language]}</a>
      </p>
    </>
  );
}

interface Action {
  readonly name: Text;
  readonly href: string;
}

const retry: Action = { name: copy.retry, href: '/coverage' };
const signInAgain: Action = { name: copy.signInAgain, href: '/sign-in' };

function Unavailable({
  title,
  hint,
  action: { name, href },
  language,
}: {
  readonly title: Text;
  readonly hint: Text;
  readonly action: Action;
  readonly language: Language;
}) {
  return (
    <Notice kind="warning" title={title[language]}>
      <p>{hint[language]}</p>
      <p>
        <a class="button" href={href}>
          {name[language]}
        </a>
      </p>
    </Notice>
  );
}

function ConsentNeeded({
  url,
  declined,
  language,
}: {
  readonly url: string;
  readonly declined: boolean;
  readonly language: Language;
}) {
  return (
    <Notice kind="info" title={copy.consentNeeded[language]} id="consent-needed">
      <p>{(declined ? copy.declined : copy.consentHint)[language]}</p>
      <p>
        <a class="button" id="agree" href={url}>
          {copy.agree[language]}
        </a>
      </p>
    </Notice>
  );
}

function Answered({
  answer,
  tab,
  today,
  style,
}: Pick<CoveragePageProps, 'tab' | 'today' | 'style'> & { readonly answer: CoverageAnswer }) {
  const { language } = style;
  const coverages = inReadingOrder(answer, today);
  const current = tab < coverages.length ? tab : 0;
  const shown = coverages[current];
  const missing = answer.sources.filter(({ state }) => state !== 'answered');
  return (
    <>
      {missing.map((source) => (
        <MissingSource key={source.id} source={source} tab={current} others={shown !== undefined} language={language} />
      ))}
      <Alerts alerts={alertsOf(answer, today)} coverages={coverages} language={language} />
      {coverages.length > 1 ? <CoverageTabs {...{ coverages, current, answer, today, language }} /> : null}
      {shown ? <CoverageSheet coverage={shown} sources={answer.sources} style={style} /> : null}
      {shown || missing.length > 0 ? null : (
        <Notice kind="info" title={copy.none[language]}>
          <p>{copy.noneHint[language]}</p>
        </Notice>
      )}
    </>
  );
}

function CoverageTabs({
  coverages,
  current,
  answer,
  today,
  language,
}: {
  readonly coverages: readonly SourcedCoverage[];
  readonly current: number;
  readonly answer: CoverageAnswer;
  readonly today: string;
  readonly language: Language;
}) {
  const tabs = coverages.map((coverage, at) => ({
    name: nameOfSource(coverage, answer.sources, language),
    note: copy[tenseOf(coverage, today)][language],
    // By number: an insurer's name would stay in the browser's history.
    href: `/coverage?tab=${at + 1}`,
  }));
  return <Tabs label={copy.tabs[language]} tabs={tabs} current={current} />;
}

/** Several insurers can stand behind one body; then the insurer's own name tells them apart. */
function nameOfSource(coverage: SourcedCoverage, sources: readonly SourceState[], language: Language): string {
  const source = sources.find(({ id }) => id === coverage.source);
  return coverage.insurerName || (source?.name[language] ?? coverage.source);
}

const national: readonly CoverageField[] = [
  'symbol',
  'number',
  'branch',
  'name',
  'nameKana',
  'sex',
  'birthDate',
  'qualifiedOn',
  'disqualifiedOn',
  'lossReason',
  'validFrom',
  'validTo',
  'copay',
  'insurerNumber',
  'insurerName',
  'address',
];

const employee: readonly CoverageField[] = [
  'relation',
  'insuredName',
  ...national.filter((field) => field !== 'address'),
  'insurerAddress',
  'employerName',
  'employerAddress',
  'address',
];

/** R78 and R79: the two forms in which residents know their coverage from paper. */
function CoverageSheet({
  coverage,
  sources,
  style,
}: {
  readonly coverage: SourcedCoverage;
  readonly sources: readonly SourceState[];
  readonly style: DateStyle;
}) {
  const { language } = style;
  const form = coverageFormOf(coverage);
  const names = presentFields(form === 'employee' ? employee : national, coverage);
  const source = sources.find(({ id }) => id === coverage.source);
  return (
    <section class="section" id="sheet">
      <h2>{formTitles[form][language]}</h2>
      {source ? <AsOf source={source} style={style} /> : null}
      <Facts facts={names.map((name) => coverageFact(name, coverage, language))} />
      <p class="hint">{copy.noCertificate[language]}</p>
    </section>
  );
}

/** R73: every sheet names where it is from and of when it is. */
function AsOf({ source: { name, asOf }, style }: { readonly source: SourceState; readonly style: DateStyle }) {
  const { language } = style;
  const day = asOf === undefined ? undefined : formatDay(asOf, style);
  if (language === 'ja')
    return (
      <p class="as-of">
        {day ? `${day}現在　` : ''}提供: <Value>{name.ja}</Value>
      </p>
    );
  return (
    <p class="as-of">
      {day ? `As of ${day}. ` : ''}Source: <Value>{name.en}</Value>
    </p>
  );
}
