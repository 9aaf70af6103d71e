import { counterTerminal } from './addresses.ts';

/** The clinic of the trial, as the region's directory names it; fictional, as everything here. */
export const clinicFacility = { code: '3719999901', name: counterTerminal.facility.ja };
const office = { code: '3799999900', name: 'かがわSSC事務局（試用）' };

/**
 * Nine made-up members of staff: those who handle cards and records, and the two at the clinic's desk. S02 is a doctor
 * who also sits at the reception, and the resident P032; the others have no card in the trial.
 */
export interface TrialStaff {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly licence?: string;
  readonly facility: { readonly code: string; readonly name: string };
  /** The resident of the hub who this is. */
  readonly residentId?: string;
  /** Days since 1970: the contract of an outside company ends with the begin of this day. */
  readonly endsOnDay?: number;
}

export const trialStaff: readonly TrialStaff[] = [
  { id: 'S01', name: '一宮 祥子', roles: ['receptionist'], facility: clinicFacility },
  {
    id: 'S02',
    name: '屋島 洋介',
    roles: ['doctor', 'receptionist'],
    licence: '医師',
    facility: clinicFacility,
    residentId: 'P032',
  },
  { id: 'S03', name: '鬼無 桃子', roles: ['ra'], facility: office },
  { id: 'S04', name: '国分 学', roles: ['ra2'], facility: office },
  {
    id: 'S05',
    name: '林 千尋',
    roles: ['support'],
    facility: { code: '3799999905', name: '香川コールセンター（架空）' },
    endsOnDay: Date.UTC(2036, 3, 1) / 86_400_000,
  },
  { id: 'S06', name: '円座 守', roles: ['spadmin'], facility: office },
  { id: 'S07', name: '三谷 静', roles: ['privacy'], facility: office },
  { id: 'S08', name: '川島 律', roles: ['auditor'], facility: office },
  { id: 'S09', name: '多肥 航', roles: ['sysop'], facility: office },
];
