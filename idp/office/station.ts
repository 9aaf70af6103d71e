import type { MadeCard } from '../../card-auth/index.ts';

/**
 * Makes the card of a task that was agreed to: ID and key written, the memory locked, the number printed. A hub without
 * one gets its cards from a station outside, by import.
 */
export interface IssuingStation {
  readonly make: (residentRef: string) => Promise<MadeCard>;
}
