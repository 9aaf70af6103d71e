import type { ComponentChildren } from 'preact';
import type { CoverageAnswer, EligibilityAnswer, SourceState } from '../../attribute-service/index.ts';
import {
  type DateStyle,
  Facts,
  formatDate,
  formatMoment,
  formatTime,
  type Language,
  Notice,
  ResultBadge,
  Value,
} from '../../web/index.ts';
import { type CoverageField, coverageFact, coverageFormOf, presentFields } from '../coverage-facts.tsx';
import type { SignedIn } from '../sign-ins.ts';
import { ageOn } from './age.ts';
import { copy, forPatient, resultWords } from './copy.ts';
import type { PatientView } from './patients.ts';
import type { QuestionFault, TypedQuestion } from './question.ts';
import { FaultSummary, OnDuty, QuestionFields } from './reception-page.tsx';

export interface ResultPageProps {
  readonly view: PatientView;
  readonly signedIn: SignedIn;
  readonly facility: string;
  readonly style: DateStyle;
  readonly faulty?: { readonly faults: readonly QuestionFault[]; readonly typed: TypedQuestion } | undefined;
}

/** C3 資格確認: the answer in one word, what it rests on, and the ways on. */
export function ResultPage({ view, signedIn, facility, style, faulty }: ResultPageProps) {
  const { language } = style;
  return (
    <>
      <h1>{copy.result[language]}</h1>
      <OutcomeHead view={view} style={style} />
      <Ways view={view} style={style} />
      {view.outcome.kind === 'answered' ? <Coverages answer={view.outcome.answer} language={language} /> : null}
      {view.lastKnown ? <LastKnownSheet answer={view.lastKnown} style={style} /> : null}
      <OnDuty signedIn={signedIn} name={facility} language={language} />
      <section class="section screen">
        <h2>{copy.againTitle[language]}</h2>
        <FaultSummary faults={faulty?.faults ?? []} language={language} />
        <form method="post" action={`/patients/${view.id}/date`}>
          <QuestionFields
            typed={faulty?.typed ?? typedOf(view, language)}
            faults={faulty?.faults ?? []}
            language={language}
          />
          <button type="submit" class="button-plain">
            {copy.again[language]}
          </button>
        </form>
      </section>
    </>
  );
}

const typedOf = ({ question: { date, insurerNumber = '' } }: PatientView, language: Language): TypedQuestion => ({
  date: formatDate(date, language),
  insurer: insurerNumber,
});

function OutcomeHead({ view, style }: Pick<ResultPageProps, 'view' | 'style'>) {
  const { language } = style;
  const { outcome, question } = view;
  if (outcome.kind === 'refused')
    return (
      <Notice kind="error" title={copy.refusedTitle[language]} id="refused">
        <p>{copy.refusedHint[language]}</p>
      </Notice>
    );
  if (outcome.kind === 'silent') {
    const { kind, word, advice } = resultWords.unconfirmed;
    return (
      <ResultBadge kind={kind} word={word[language]}>
        <p>{advice?.[language]}</p>
        <Facts facts={[[copy.date[language], formatDate(question.date, language)]]} />
      </ResultBadge>
    );
  }
  return <AnswerHead answer={outcome.answer} style={style} />;
}

function AnswerHead({ answer, style }: { readonly answer: EligibilityAnswer; readonly style: DateStyle }) {
  const { language } = style;
  const { kind, word, advice } = resultWords[answer.validity];
  return (
    <>
      <ResultBadge kind={kind} word={word[language]}>
        {advice ? <p>{advice[language]}</p> : null}
        <MissingSources sources={answer.sources} language={language} />
        <Facts
          facts={[
            [copy.date[language], formatDate(answer.date, language)],
            [
              copy.reference[language],
              <code key="reference" id="reference">
                {answer.reference}
              </code>,
            ],
            [copy.executedAt[language], formatMoment(answer.executedAt, style)],
          ]}
        />
      </ResultBadge>
      {answer.validity === '5' ? (
        <Notice kind="info" title={forPatient.title[language]} id="for-patient">
          <p>{forPatient.text[language]}</p>
        </Notice>
      ) : null}
    </>
  );
}

function MissingSources({
  sources,
  language,
}: {
  readonly sources: readonly SourceState[];
  readonly language: Language;
}) {
  const missing = sources.filter(({ state }) => state !== 'answered');
  if (missing.length === 0) return null;
  const names = missing.map(({ name }) => name[language]).join(language === 'ja' ? '、' : ', ');
  return (
    <p>
      {copy.missing[language]}: <Value>{names}</Value>
    </p>
  );
}

const employeeFields: readonly CoverageField[] = ['employerName', 'employerAddress'];

/** R100. The address of the patient is not among them: no counter needs it. */
const fields: readonly CoverageField[] = [
  'relation',
  'insuredName',
  'symbol',
  'number',
  'branch',
  'nameKana',
  'name',
  'birthDate',
  'sex',
  'copay',
  'qualifiedOn',
  'disqualifiedOn',
  'lossReason',
  'validFrom',
  'validTo',
  ...employeeFields,
  'insurerNumber',
  'insurerName',
  'insurerAddress',
];

function Coverages({
  answer: { coverages, date },
  language,
}: {
  readonly answer: Pick<EligibilityAnswer, 'coverages' | 'date'>;
  readonly language: Language;
}) {
  return (
    <>
      {coverages.map((coverage) => (
        <section class="section coverage" key={`${coverage.source} ${coverage.insurerNumber} ${coverage.qualifiedOn}`}>
          <h2>
            <Value>{coverage.insurerName}</Value>
          </h2>
          <Facts facts={factsOf(coverage, date, language)} />
        </section>
      ))}
    </>
  );
}

function factsOf(
  coverage: CoverageAnswer['coverages'][number],
  date: string,
  language: Language,
): (readonly [string, ComponentChildren])[] {
  const isEmployee = coverageFormOf(coverage) === 'employee';
  const shown = presentFields(fields, coverage).filter((field) => isEmployee || !employeeFields.includes(field));
  return shown.map((field) => {
    const [name, value] = coverageFact(field, coverage, language);
    const age = field === 'birthDate' ? ageOn(coverage.birthDate, date) : undefined;
    return age === undefined ? [name, value] : [name, withAge(value, age, language)];
  });
}

const withAge = (value: ComponentChildren, age: number, language: Language) => (
  <>
    {value}
    {language === 'ja' ? `（${age}歳）` : ` (age ${age})`}
  </>
);

/** R104: shown to go on with, and marked so that nobody takes it for an answer. */
function LastKnownSheet({ answer, style }: { readonly answer: EligibilityAnswer; readonly style: DateStyle }) {
  const { language } = style;
  return (
    <section class="last-known" id="last-known">
      <h2>{copy.lastKnown[language]}</h2>
      <p>{copy.lastKnownHint[language]}</p>
      <Facts
        facts={[
          [copy.executedAt[language], formatMoment(answer.executedAt, style)],
          [copy.lastResult[language], resultWords[answer.validity].word[language]],
          [copy.reference[language], <code key="reference">{answer.reference}</code>],
        ]}
      />
      <Coverages answer={answer} language={language} />
    </section>
  );
}

function Ways({ view: { id, expiresAt }, style }: Pick<ResultPageProps, 'view' | 'style'>) {
  const { language } = style;
  const time = formatTime(expiresAt, style);
  return (
    <section class="screen">
      <p id="closes-at">
        {language === 'ja' ? `この画面は${time}に自動で閉じます。` : `This page closes by itself at ${time}.`}
      </p>
      <div class="actions section">
        <form method="post" action={`/patients/${id}/close`}>
          <button type="submit" id="close">
            {copy.close[language]}
          </button>
        </form>
        <button type="button" class="button-plain" data-print hidden>
          {copy.print[language]}
        </button>
        <form method="post" action={`/patients/${id}/extend`}>
          <button type="submit" class="button-plain">
            {copy.extend[language]}
          </button>
        </form>
      </div>
    </section>
  );
}
