import type { Coverage } from '../../attribute-service/index.ts';
import { dayIn } from '../days.ts';
import type { FaultMode } from './faults.ts';
import { type BodyRecords, coveragesOn } from './records.ts';

export type Holding =
  | {
      readonly kind: 'answer';
      readonly subject: string;
      readonly asOf: number;
      readonly coverages: readonly Coverage[];
    }
  | { readonly kind: 'refused' };

export interface HoldingsOptions {
  readonly records: () => Promise<BodyRecords | undefined>;
  readonly timeZone: string;
  readonly now: () => number;
}

const selfView = 'urn:x-sanuki:purpose:self-view';

/** What a body answers about a pseudonym, whatever it is asked in. Somebody it does not know is an empty answer. */
export function createHoldings({ records, timeZone, now }: HoldingsOptions) {
  return async (subject: string, purpose: string, mode: FaultMode): Promise<Holding> => {
    const held = await records();
    if (!held || mode === 'refuse') return { kind: 'refused' };
    const another = Object.keys(held.insured).find((pseudonym) => pseudonym !== subject) ?? 'nobody';
    const subjectSaid = mode === 'other-person' ? another : subject;
    const insured = held.insured[mode === 'mixed-records' ? another : subjectSaid];
    if (insured?.selfViewBlocked && purpose === selfView) return { kind: 'refused' };
    const coverages = insured ? coveragesOn(insured, dayIn(timeZone, now())) : [];
    return { kind: 'answer', subject: subjectSaid, asOf: held.asOf, coverages };
  };
}

export type Holdings = ReturnType<typeof createHoldings>;
