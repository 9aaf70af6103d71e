import { type DateStyle, Facts, formatDate, formatMoment, Notice, Records, Value } from '../../web/index.ts';
import type { Application } from './applications.ts';
import type { ComparedRow, Comparison } from './comparison.ts';
import { itemNames, likenessNames, officeCopy, sexNames } from './copy.ts';

/** A person of the register beside the form. */
export interface Candidate extends Comparison {
  readonly reference: string;
  /** R152: a protected person's address is compared but not shown. */
  readonly hideAddress: boolean;
}

interface CandidatesOptions extends DateStyle {
  readonly application: Application;
  readonly candidates: readonly Candidate[];
  readonly outdated: boolean;
  readonly may: { readonly write: boolean };
  readonly csrf: string;
}

/** The register's answer, item by item; each difference by sign and word. */
export function Candidates(options: CandidatesOptions) {
  const { application, candidates, outdated, may, ...style } = options;
  const { language } = style;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const { register, state } = application;
  return (
    <section class="section">
      <h2>{say('comparison')}</h2>
      {register ? (
        <Facts facts={[[say('askedAt'), formatMoment(register.askedAt, style)]]} />
      ) : (
        <p>{say('notCompared')}</p>
      )}
      {register && outdated ? <Notice kind="warning" title={say('outdated')} /> : null}
      {register && candidates.length === 0 ? <Notice kind="warning" title={say('noCandidate')} /> : null}
      {candidates.map((one, at) => (
        <CandidateTable key={one.reference} candidate={one} at={at} language={language} />
      ))}
      {may.write && (state === 'received' || (state === 'forwarded' && outdated)) ? (
        <CompareButton {...options} />
      ) : null}
    </section>
  );
}

const verdicts = {
  same: ['success', 'verdictSame'],
  officer: ['warning', 'verdictOfficer'],
  other: ['error', 'verdictOther'],
} as const;

function CandidateTable({
  candidate: { rows, verdict, hideAddress },
  at,
  language,
}: {
  readonly candidate: Candidate;
  readonly at: number;
  readonly language: DateStyle['language'];
}) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const [kind, word] = verdicts[verdict];
  const id = `candidate-${at}`;
  return (
    <article class="block">
      <h3 id={id}>
        {say('candidate')} {at + 1}
      </h3>
      <Notice kind={kind} title={say(word)}>
        {hideAddress ? <p>{say('protected')}</p> : null}
      </Notice>
      <Records
        label={id}
        columns={(['item', 'applied', 'registered', 'likeness'] as const).map(say)}
        rows={rows.filter(isWritten).map((row) => ({ key: row.item, cells: cellsOf(row, { hideAddress, language }) }))}
      />
    </article>
  );
}

const isWritten = ({ applied, registered }: ComparedRow) => applied !== '' || registered !== '';

function cellsOf(
  { item, applied, registered, likeness }: ComparedRow,
  { hideAddress, language }: { readonly hideAddress: boolean; readonly language: DateStyle['language'] },
) {
  const shown = (text: string) => {
    if (item === 'birthDate') return formatDate(text, language);
    return item === 'sex' ? sexNames[text]?.[language] : <Value>{text}</Value>;
  };
  const hidden = hideAddress && (item === 'town' || item === 'block');
  return [
    itemNames[item][language],
    shown(applied),
    hidden ? '＊＊＊' : shown(registered),
    <span key="likeness" class={`likeness-${likeness}`}>
      {likenessNames[likeness][language]}
    </span>,
  ];
}

function CompareButton({ application, csrf, language }: CandidatesOptions) {
  const { id, version, register, state } = application;
  const act = state === 'received' ? 'compare' : 'reopen';
  return (
    <form method="post" action={`/admin/office/applications/${id}/${act}`}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="seen" value={String(version)} />
      <button type="submit" class={register ? 'button-plain' : ''}>
        {officeCopy[register ? 'compareAgain' : 'compare'][language]}
      </button>
    </form>
  );
}
