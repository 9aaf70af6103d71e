import type { CoverageAlerts, SourceState } from '../../attribute-service/index.ts';
import { formatDate, type Language, Notice, type Text, Value } from '../../web/index.ts';
import { copy } from './copy.ts';
import type { SourcedCoverage } from './coverage.ts';

const missingWords: Readonly<Record<Exclude<SourceState['state'], 'answered'>, (name: string) => Text>> = {
  silent: (name) => ({ ja: `${name}から応答がありません`, en: `${name} does not answer` }),
  refused: (name) => ({ ja: `${name}は提供しませんでした`, en: `${name} declined to answer` }),
  garbled: (name) => ({
    ja: `${name}の応答は確認できなかったため、表示していません`,
    en: `The answer of ${name} could not be verified and is not shown`,
  }),
};

/** A body that gave nothing to show; what the others answered stays. */
export function MissingSource({
  source: { name, state },
  tab,
  others,
  language,
}: {
  readonly source: SourceState;
  readonly tab: number;
  readonly others: boolean;
  readonly language: Language;
}) {
  if (state === 'answered') return null;
  return (
    <Notice kind="warning" title={missingWords[state](name[language])[language]}>
      {others ? <p>{copy.othersShown[language]}</p> : null}
      {state === 'refused' ? null : (
        <p>
          <a class="button button-plain" href={`/coverage?tab=${tab + 1}`}>
            {copy.retry[language]}
          </a>
        </p>
      )}
    </Notice>
  );
}

/** R120: gaps and overlaps in plain words. */
export function Alerts({
  alerts: { gaps, overlaps },
  coverages,
  language,
}: {
  readonly alerts: CoverageAlerts;
  readonly coverages: readonly SourcedCoverage[];
  readonly language: Language;
}) {
  const nameOf = (number: string) =>
    coverages.find(({ insurerNumber }) => insurerNumber === number)?.insurerName ?? number;
  const lines = [
    ...overlaps.map(({ insurers, ...period }) => ({
      title: copy.overlap,
      text: `${periodWords(period, language)} ${insurers.map(nameOf).join(language === 'ja' ? '、' : ', ')}`,
    })),
    ...gaps.map((period) => ({ title: copy.gap, text: periodWords(period, language) })),
  ];
  return (
    <>
      {lines.map(({ title, text }) => (
        <Notice key={text} kind="warning" title={title[language]}>
          <p>
            <Value>{text}</Value>
          </p>
          <p>{copy.alertHint[language]}</p>
        </Notice>
      ))}
    </>
  );
}

function periodWords({ from, to }: CoverageAlerts['gaps'][number], language: Language): string {
  const [start, end] = [formatDate(from, language), to === undefined ? undefined : formatDate(to, language)];
  if (language === 'ja') return end ? `${start}から${end}まで` : `${start}から今日まで`;
  return end ? `${start} to ${end}` : `since ${start}`;
}
