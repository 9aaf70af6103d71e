import type { ProviderRecord } from '../../federation/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';
import type { Administrator, Administrators } from '../admin/administrators.ts';
import { AdminError } from '../admin/errors.ts';
import type { Audit } from '../audit.ts';
import { decideAdmission, type Testing, type TestPeriod } from './admission.ts';

export interface StoredTestPeriod extends StoredRecord, TestPeriod {
  readonly expiresAt: number;
}

export const testPeriodCollection: CollectionDefinition = { name: 'test-period', indexes: [['provider']] };

const hour = 3_600_000;

export interface TestPeriodsOptions {
  readonly periods: Collection<StoredTestPeriod>;
  readonly administrators: Pick<Administrators, 'get' | 'currentOf'>;
  readonly audit: Audit;
  readonly now: () => number;
}

/** Test periods: opened by who is going to test, for an hour, and read anew at every request that rests on one. */
export function createTestPeriods({ periods, administrators, audit, now }: TestPeriodsOptions) {
  const idOf = (provider: string, administrator: string) =>
    sha256('sanuki-test-period:', JSON.stringify([provider, administrator])).toString('base64url');

  async function open(record: ProviderRecord, { id: administrator }: Pick<Administrator, 'id'>): Promise<void> {
    if (record.status !== 'pending' || record.counter)
      throw new AdminError('NOTHING_TO_DECIDE', 'only a pending registration that is no counter is tested this way');
    const id = idOf(record.id, administrator);
    const period = { id, provider: record.id, version: record.version, administrator, expiresAt: now() + hour };
    // Written down before anybody can sign in by it.
    const detail = { version: record.version, until: period.expiresAt };
    await audit.record({ type: 'provider.test.open', result: 'ok', actor: administrator, provider: record.id, detail });
    if (await periods.update(id, () => period)) return;
    // The same button twice: the first one has opened it.
    await insertOnce(periods, period);
  }

  async function close(record: ProviderRecord, { id: administrator }: Pick<Administrator, 'id'>): Promise<void> {
    if (!(await periods.take(idOf(record.id, administrator)))) return;
    await audit.record({ type: 'provider.test.close', result: 'ok', actor: administrator, provider: record.id });
  }

  /** Those that count at this moment. */
  async function current(record: ProviderRecord): Promise<readonly TestPeriod[]> {
    if (record.status !== 'pending') return [];
    const { records } = await periods.find({ where: { provider: record.id } });
    const counting = await Promise.all(
      records.map(async (period) => {
        const account = await administrators.get(period.administrator);
        const holder = account && (await administrators.currentOf(account.residentRef));
        return decideAdmission({ record, period, holder, at: now() }) === 'tester' ? [period] : [];
      }),
    );
    return counting.flat();
  }

  async function isTester(record: ProviderRecord, residentRef: string): Promise<boolean> {
    const holder = await administrators.currentOf(residentRef);
    const period = holder && (await periods.get(idOf(record.id, holder.id)));
    return decideAdmission({ record, period, holder, at: now() }) === 'tester';
  }

  const testing: Testing = { isTested: async (record) => (await current(record)).length > 0, isTester };
  return { open, close, current, testing };
}

export type TestPeriods = ReturnType<typeof createTestPeriods>;
