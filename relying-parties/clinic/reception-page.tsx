import { DateField, ErrorSummary, Facts, formatDate, type Language, Notice, TextField } from '../../web/index.ts';
import { AboutSignIn, HomeEnd, type HomeParts } from '../home.tsx';
import type { SignedIn } from '../sign-ins.ts';
import { copy, faultWords, proofFaultWords } from './copy.ts';
import { nothingTyped, type ProofFault, type TypedProof } from './patient-proof.ts';
import { ProofFields } from './proof-fields.tsx';
import type { QuestionFault, TypedQuestion } from './question.ts';

export interface ReceptionPageProps extends HomeParts {
  readonly signedIn: SignedIn;
  /** YYYY-MM-DD. */
  readonly today: string;
  readonly closed: boolean;
  readonly faulty?: Faulty | undefined;
}

/** What was typed, and what of it needs attention. */
export interface Faulty {
  readonly faults: readonly (QuestionFault | ProofFault)[];
  readonly typed: TypedQuestion & Partial<TypedProof>;
}

/** C1 受付: who is on duty, and the way to a patient. */
export function ReceptionPage({ signedIn, today, closed, faulty, ...parts }: ReceptionPageProps) {
  const { language } = parts.style;
  return (
    <>
      <h1>{copy.reception[language]}</h1>
      {closed ? <Notice kind="info" title={copy.closed[language]} id="closed" /> : null}
      <OnDuty signedIn={signedIn} name={parts.name[language]} language={language} />
      <section class="section">
        <h2>{copy.checkTitle[language]}</h2>
        <p>{copy.checkHint[language]}</p>
        <FaultSummary faults={faulty?.faults ?? []} language={language} />
        <form method="post" action="/counter">
          <QuestionFields
            typed={faulty?.typed ?? { date: formatDate(today, language), insurer: '' }}
            faults={faulty?.faults ?? []}
            language={language}
          />
          <ProofFields
            typed={{ ...nothingTyped, ...faulty?.typed }}
            faults={(faulty?.faults ?? []).filter(isProofFault)}
            language={language}
          />
          <button type="submit" id="check">
            {copy.check[language]}
          </button>
        </form>
      </section>
      <AboutSignIn signedIn={signedIn} style={parts.style} />
      <HomeEnd {...parts} />
    </>
  );
}

export function OnDuty({
  signedIn: { name, staff },
  name: facility,
  language,
}: {
  readonly signedIn: SignedIn;
  readonly name: string;
  readonly language: Language;
}) {
  return (
    <Facts
      facts={[
        [copy.facility[language], <bdi key="facility">{staff?.facility?.name ?? facility}</bdi>],
        [
          copy.officer[language],
          <span key="officer">
            {copy.officerRole[language]} <bdi>{name ?? ''}</bdi>
          </span>,
        ],
      ]}
    />
  );
}

export function FaultSummary({
  faults,
  language,
}: {
  readonly faults: readonly (QuestionFault | ProofFault)[];
  readonly language: Language;
}) {
  if (faults.length === 0) return null;
  const errors = faults.map((fault) => {
    const { field, words } = wordsOf(fault);
    return { field, message: words[language] };
  });
  return <ErrorSummary title={copy.errors[language]} errors={errors} />;
}

const wordsOf = (fault: QuestionFault | ProofFault) =>
  isProofFault(fault) ? proofFaultWords[fault] : faultWords[fault];
const isProofFault = (fault: QuestionFault | ProofFault): fault is ProofFault => fault in proofFaultWords;

export function QuestionFields({
  typed,
  faults,
  language,
}: {
  readonly typed: TypedQuestion;
  readonly faults: readonly (QuestionFault | ProofFault)[];
  readonly language: Language;
}) {
  const errorOf = (field: 'date' | 'insurer') => {
    const fault = faults.find((one) => wordsOf(one).field === field);
    return fault ? wordsOf(fault).words[language] : undefined;
  };
  return (
    <>
      <DateField
        name="date"
        label={copy.date[language]}
        hint={copy.dateHint[language]}
        value={typed.date}
        error={errorOf('date')}
        required={false}
        language={language}
      />
      <TextField
        name="insurer"
        label={copy.insurer[language]}
        hint={copy.insurerHint[language]}
        value={typed.insurer}
        error={errorOf('insurer')}
        required={false}
        inputmode="numeric"
        language={language}
      />
    </>
  );
}
