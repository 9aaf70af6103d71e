import type { ProviderRecord } from '../../federation/index.ts';
import { decideAct, type Holder } from '../admin/roles.ts';

/** For a while one administrator may really sign in at one pending provider; what is registered must not change under it. */
export interface TestPeriod {
  readonly provider: string;
  /** Version of the registration that is tested: a changed one needs another period. */
  readonly version: number;
  readonly administrator: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

export interface AdmissionFacts {
  readonly record: Pick<ProviderRecord, 'id' | 'status' | 'version' | 'counter'>;
  readonly period: TestPeriod | undefined;
  /** The account of the person who signs in, as long as it is one. */
  readonly holder: Holder | undefined;
  readonly at: number;
}

/**
 * Whether a sign-in of this person at this provider is answered: at an approved one everybody's, at a pending one its
 * tester's, elsewhere nobody's. Pure, and the only place that decides it, for both protocols. A counter is not tested
 * this way: its terminal signs in patients, and no tester is one.
 */
export function decideAdmission({ record, period, holder, at }: AdmissionFacts): 'approved' | 'tester' | 'refused' {
  if (record.status === 'approved') return 'approved';
  if (record.status !== 'pending' || record.counter) return 'refused';
  if (!period || period.provider !== record.id || period.version !== record.version || period.expiresAt <= at)
    return 'refused';
  if (!holder || holder.id !== period.administrator) return 'refused';
  return decideAct(holder, 'provider.test', { at }).allowed ? 'tester' : 'refused';
}

/** What the endpoints of both protocols ask about a provider that is not approved. */
export interface Testing {
  /** Whether a request of it may be taken at all: somebody tests it. Who signs in is not known yet. */
  readonly isTested: (record: ProviderRecord) => Promise<boolean>;
  /** Whether this resident may be told of to it. */
  readonly isTester: (record: ProviderRecord, residentRef: string) => Promise<boolean>;
}

export const nobodyTests: Testing = { isTested: async () => false, isTester: async () => false };
