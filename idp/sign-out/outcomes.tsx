import { Facts, type Language, type Text } from '../../web/index.ts';
import { outcomeCopy } from './copy.ts';
import type { Outcome } from './record.ts';

export interface NamedOutcome {
  readonly name: Text;
  readonly outcome: Outcome;
}

/** What became of a sign-out at each service, in the same words for the resident and for the administrator. */
export function Outcomes({
  results,
  language,
}: {
  readonly results: readonly NamedOutcome[];
  readonly language: Language;
}) {
  return (
    <Facts
      facts={results.map(({ name, outcome }) => [
        name[language],
        <span key={outcome} data-outcome={outcome}>
          {outcomeCopy[outcome][language]}
        </span>,
      ])}
    />
  );
}
