import type { Text } from '../../web/index.ts';
import { signOutCopy } from './copy.ts';
import type { NamedOutcome } from './outcomes.tsx';
import { type Outcome, outcomeNow, type SignOut } from './record.ts';

export interface ResultsOptions {
  readonly partyNameOf: (party: string) => Promise<Text | undefined>;
  readonly now: () => number;
}

/** The worst first: of a party that was told of several sessions, the result that needs a remedy is the one to show. */
const gravest: readonly Outcome[] = ['failed', 'not-reached', 'no-endpoint', 'pending', 'confirmed'];

/** What became of one or several sign-outs at each party, by the names of the registry. */
export function createResults({ partyNameOf, now }: ResultsOptions) {
  return async function resultsOf(records: readonly Pick<SignOut, 'told'>[]): Promise<readonly NamedOutcome[]> {
    const worst = new Map<string, Outcome>();
    for (const [party, told] of records.flatMap((record) => Object.entries(record.told))) {
      const [known, outcome] = [worst.get(party), outcomeNow(told, now())];
      if (known === undefined || gravest.indexOf(outcome) < gravest.indexOf(known)) worst.set(party, outcome);
    }
    return Promise.all(
      [...worst].map(async ([party, outcome]) => ({ name: (await partyNameOf(party)) ?? signOutCopy.gone, outcome })),
    );
  };
}
