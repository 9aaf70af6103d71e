import { type Language, OptionGroup, SelectField } from '../../web/index.ts';
import { copy, documentWords, proofFaultWords, reasonWords } from './copy.ts';
import { documents, type ProofFault, reasons, type TypedProof } from './patient-proof.ts';

export interface ProofFieldsProps {
  readonly typed: TypedProof;
  readonly faults: readonly ProofFault[];
  readonly language: Language;
}

/** C2 本人確認: two doors, the PIN being the first. Works without script, so the second door's questions are always there. */
export function ProofFields({ typed, faults, language }: ProofFieldsProps) {
  const errorOf = (fault: ProofFault) => (faults.includes(fault) ? proofFaultWords[fault].words[language] : undefined);
  return (
    <>
      <OptionGroup
        kind="radio"
        name="proof"
        legend={copy.proof[language]}
        language={language}
        options={[
          {
            value: 'pin',
            label: copy.proofPin[language],
            hint: copy.proofPinHint[language],
            checked: typed.proof !== 'document',
          },
          {
            value: 'document',
            label: copy.proofDocument[language],
            checked: typed.proof === 'document',
            hint: copy.proofDocumentHint[language],
          },
        ]}
      />
      <div class="when-document">
        <SelectField
          name="document"
          label={copy.document[language]}
          empty={copy.choose[language]}
          options={documents.map((value) => ({ value, label: documentWords[value][language] }))}
          value={typed.document}
          error={errorOf('document-missing')}
        />
        <SelectField
          name="reason"
          label={copy.reason[language]}
          empty={copy.choose[language]}
          options={reasons.map((value) => ({ value, label: reasonWords[value][language] }))}
          value={typed.reason}
          error={errorOf('reason-missing')}
        />
      </div>
    </>
  );
}
