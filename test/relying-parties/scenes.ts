import {
  AttributeError,
  type CoverageAnswer,
  type EligibilityAnswer,
  type SourceState,
} from '../../attribute-service/index.ts';
import { coverageOf, kokuho, kyokai } from '../attribute-service/coverages.ts';
import { type HubSide, now, receptionist } from './world.ts';

type Reply = HubSide['reply'];

const asOf = Date.UTC(2026, 8, 30, 15, 10);
export const answered = (source: Pick<SourceState, 'id' | 'name'>): SourceState => ({
  ...source,
  state: 'answered',
  asOf,
});
const both: readonly SourceState[] = [answered(kokuho), answered(kyokai)];

export const hostile = '<script>alert(1)</script>\u202Eyx" onload="x';
export const longName = '羽巢 聖司'.repeat(6);
export const longKana = 'バス セイジ'.repeat(4);

export const nhi = coverageOf({
  postNumber: '760-9940',
  address: '香川県高松市瓦町40番地',
  validFrom: '2026-08-01',
  validTo: '2027-07-31',
});
export const employee = coverageOf({
  source: 'kyokai',
  insurerNumber: '01370014',
  insurerName: '全国健康保険協会 香川支部',
  insurerAddress: '香川県高松市鍛冶屋町99番地（架空）',
  symbol: '14422412',
  number: '00051',
  branch: '00',
  name: '羽巢 聖司',
  nameKana: 'バス セイジ',
  birthDate: '1960-10-10',
  qualifiedOn: '2007-01-01',
  employerName: '瀬戸内バス株式会社（架空）',
  employerAddress: '香川県高松市朝日町99番地（架空）',
  address: '香川県高松市番町1番地',
});
const longest = {
  ...employee,
  name: longName,
  nameKana: longKana,
  employerName: 'A'.repeat(120),
  insurerName: '架空健康保険組合'.repeat(6),
};

const coverage = (answer: Partial<CoverageAnswer>): Reply => ({
  kind: 'answer',
  coverage: { coverages: [], sources: both, ...answer },
});
const failing = (state: SourceState['state']): readonly SourceState[] => [answered(kokuho), { ...kyokai, state }];

/** Every state of 加入情報. */
export const portalScenes: Readonly<Record<string, { reply: Reply; path?: string }>> = {
  nhi: { reply: coverage({ coverages: [nhi, { ...employee, disqualifiedOn: '2010-02-22', lossReason: '03' }] }) },
  past: {
    reply: coverage({ coverages: [nhi, { ...employee, disqualifiedOn: '2010-02-22', lossReason: '03' }] }),
    path: '/coverage?tab=2',
  },
  employee: { reply: coverage({ coverages: [employee] }) },
  dependant: {
    reply: coverage({
      coverages: [
        {
          ...employee,
          relation: 2,
          insuredName: '髙橋 健一',
          symbol: undefined,
          branch: undefined,
          copay: undefined,
          address: undefined,
          employerName: undefined,
          employerAddress: undefined,
          withheld: { address: 'not-disclosed', employerName: 'not-applicable', employerAddress: 'not-applicable' },
        },
      ],
    }),
  },
  longest: { reply: coverage({ coverages: [longest, { ...nhi, qualifiedOn: '2027-01-01' }] }) },
  hostile: {
    reply: coverage({
      coverages: [{ ...employee, name: hostile, insurerName: hostile, address: hostile, symbol: hostile }],
    }),
  },
  overlap: { reply: coverage({ coverages: [nhi, { ...employee, qualifiedOn: '2026-07-01' }] }) },
  gap: { reply: coverage({ coverages: [{ ...employee, disqualifiedOn: '2026-07-01', lossReason: '99' }] }) },
  none: { reply: coverage({}) },
  'one-silent': { reply: coverage({ coverages: [nhi], sources: failing('silent') }) },
  'one-refused': { reply: coverage({ coverages: [nhi], sources: failing('refused') }) },
  'one-garbled': { reply: coverage({ coverages: [nhi], sources: failing('garbled') }) },
  'all-silent': {
    reply: coverage({
      sources: [
        { ...kokuho, state: 'silent' },
        { ...kyokai, state: 'silent' },
      ],
    }),
  },
  consent: { reply: { kind: 'interaction', url: 'https://hub.test/consent/c1', messageId: 'urn:uuid:1' } },
  declined: {
    reply: { kind: 'interaction', url: 'https://hub.test/consent/c1', messageId: 'urn:uuid:1' },
    path: '/coverage?declined',
  },
  'hub-silent': { reply: new AttributeError('HUB_SILENT', 'no answer') },
  refused: { reply: { kind: 'refused', code: 'ActionNotAuthorized' } },
};

export const eligibility = (answer: Partial<EligibilityAnswer>): Reply => ({
  kind: 'answer',
  eligibility: {
    validity: '1',
    date: '2026-10-01',
    executedAt: now,
    reference: 'Q-20261001-000123',
    coverages: [employee],
    sources: both,
    ...answer,
  },
});

/** Every result at the counter; `before` is what the clinic was told the time before. */
export const clinicScenes: Readonly<Record<string, { reply: Reply; before?: Reply }>> = {
  valid: { reply: eligibility({}) },
  longest: { reply: eligibility({ coverages: [longest] }) },
  hostile: {
    reply: eligibility({ coverages: [{ ...employee, name: hostile, insurerName: hostile }], reference: hostile }),
  },
  invalid: {
    reply: eligibility({ validity: '2', coverages: [{ ...employee, disqualifiedOn: '2026-07-01', lossReason: '03' }] }),
  },
  'new-coverage': {
    reply: eligibility({ validity: '3', coverages: [{ ...employee, disqualifiedOn: '2026-09-16', lossReason: '03' }] }),
  },
  none: { reply: eligibility({ validity: '4', coverages: [] }) },
  double: { reply: eligibility({ validity: '5', coverages: [nhi, employee] }) },
  pending: { reply: eligibility({ validity: '6' }) },
  unconfirmed: {
    before: eligibility({ executedAt: now - 9 * 86_400_000, reference: 'Q-20260922-000007' }),
    reply: eligibility({
      validity: 'unconfirmed',
      coverages: [],
      sources: [
        { ...kokuho, state: 'silent' },
        { ...kyokai, state: 'garbled' },
      ],
    }),
  },
  'hub-silent': { reply: new AttributeError('HUB_SILENT', 'no answer') },
  refused: { reply: { kind: 'refused', code: 'ActionNotAuthorized' } },
};

export const staffScenes = {
  receptionist,
  resident: { ...receptionist, staff: undefined },
  elsewhere: {
    ...receptionist,
    staff: { roles: ['receptionist'], facility: { code: '3719900015', name: 'ほかの医院' } },
  },
} as const;
