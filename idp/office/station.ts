import type { MadeCard } from '../../card-auth/index.ts';

/**
 * Makes a software card for a task that was agreed to, where there is no hand that lays blank ones on a reader: in the
 * trial. The steps are those of every station.
 */
export interface IssuingStation {
  readonly make: (residentRef: string) => Promise<MadeCard>;
}
