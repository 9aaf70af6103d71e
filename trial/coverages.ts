import type { Coverage } from '../attribute-service/index.ts';
import { coveragePlan, type Stay } from './coverage-plan.ts';
import { type InsurerId, insurers } from './insurers.ts';
import { createRandom, type Random } from './random.ts';
import { type TrialResident, trialResidents } from './residents.ts';

/** A coverage as its insurer keeps it; what depends on the day of asking (share of costs, preschool) is worked out then. */
export interface CoverageRecord extends Omit<Coverage, 'copay' | 'preschool'> {
  readonly id: string;
  readonly personId: string;
  readonly synthetic: true;
  readonly mark: '架空データ';
}

export interface CoverageOptions {
  readonly seed?: string;
  /** YYYY-MM-DD: the day that the trial's stories lead up to. */
  readonly baseDate?: string;
}

export const storyDate = '2026-10-01';
const defaultSeed = 'sanuki-trial-1';

/** The stories are told up to their own day; where the calendar is not that far yet, up to the first of its month. */
export const baseDateOf = (today: string): string => (today < storyDate ? today.replace(/..$/, '01') : storyDate);

/** All coverages of the trial's residents, sorted by id. The same options give the same bytes, whatever the day. */
export function generateCoverages({
  seed = defaultSeed,
  baseDate = storyDate,
}: CoverageOptions = {}): CoverageRecord[] {
  const random = createRandom(seed);
  const plan = coveragePlan(baseDate);
  return trialResidents.flatMap((resident) =>
    (plan[resident.id] ?? []).map((stay, at) => recordOf({ resident, stay, id: `${resident.id}-${at + 1}`, random })),
  );
}

/** One byte form: sorted by id, one space of indent, LF. */
export const coverageDocument = (records: readonly CoverageRecord[]): string =>
  `${JSON.stringify(
    records.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    undefined,
    1,
  )}\n`;

interface Drawn {
  readonly resident: TrialResident;
  readonly stay: Stay;
  readonly id: string;
  readonly random: (entity: string, stream: string) => Random;
}

function recordOf(drawn: Drawn): CoverageRecord {
  const { resident, stay, id } = drawn;
  const insurer = insurers[stay.insurer];
  const qualifiedOn = qualificationDay(drawn);
  const { withheldCertificate, ...certificate } = certificateOf(drawn);
  const { withheldAddress, ...address } = addressOf(resident);
  const withheld = { ...withheldCertificate, ...withheldAddress };
  return {
    id,
    personId: resident.id,
    synthetic: true,
    mark: '架空データ',
    insurerNumber: insurer.number,
    insurerName: insurer.name,
    insurerAddress: insurer.address,
    ...certificate,
    relation: stay.dependantOf ? 2 : 1,
    ...(stay.dependantOf ? { insuredName: nameOf(stay.dependantOf) } : {}),
    certificateClass: '01',
    name: resident.name.kanji ?? resident.name.latin ?? '',
    ...(resident.name.kana ? { nameKana: resident.name.kana } : {}),
    sex: resident.sex,
    birthDate: resident.birthDate,
    ...address,
    qualifiedOn,
    ...(stay.to ? { disqualifiedOn: stay.to } : {}),
    ...(stay.reason ? { lossReason: stay.reason } : {}),
    ...(stay.withoutValidFrom ? {} : { validFrom: qualifiedOn }),
    ...(stay.validTo ? { validTo: stay.validTo } : {}),
    ...employerOf(drawn),
    ...(Object.keys(withheld).length > 0 ? { withheld } : {}),
  };
}

/** The holder of a dependant's number; a name that is no resident's id belongs to somebody outside the set. */
function nameOf(holder: string): string {
  return trialResidents.find(({ id }) => id === holder)?.name.kanji ?? holder;
}

function qualificationDay({ resident, stay, random }: Drawn): string {
  const { int } = random(resident.id, `since ${stay.insurer}`);
  const born = Number(resident.birthDate.slice(0, 4));
  const two = (value: number) => String(value).padStart(2, '0');
  switch (stay.from) {
    case 'work':
      return `${int(born + 22, Math.max(born + 23, 2019))}-04-01`;
    case 'nhi':
      return `${int(Math.max(born + 1, 2004), 2021)}-${two(int(1, 12))}-${two(int(1, 28))}`;
    case 'long':
      return `${int(1988, 2006)}-${two(int(1, 12))}-${two(int(1, 28))}`;
    default:
      return stay.from;
  }
}

type Withheld = NonNullable<Coverage['withheld']>;

/** Branch numbers came in March 2021: what ended before has none. The elder scheme knows neither symbol nor branch. */
const branchesSince = '2021-03-01';

function certificateOf({
  resident,
  stay,
  random,
}: Drawn): Pick<Coverage, 'symbol' | 'number' | 'branch'> & { withheldCertificate?: Withheld } {
  if (stay.certificate) return stay.certificate;
  const { int } = random(stay.dependantOf ?? stay.household ?? resident.id, `certificate ${stay.insurer}`);
  const digits = (count: number) => Array.from({ length: count }, () => int(0, 9)).join('');
  if (stay.insurer === 'elder')
    return { number: `3${digits(7)}`, withheldCertificate: { symbol: 'not-applicable', branch: 'not-applicable' } };
  const symbol = symbols[stay.insurer] ?? `${int(1, 6)}${digits(7)}`;
  const number = stay.insurer === 'nhi' ? `3${digits(6)}` : digits(5);
  const branch = stay.branch ?? (stay.dependantOf || stay.household ? '02' : ownBranch[stay.insurer]);
  return { symbol, number, ...(stay.to && stay.to < branchesSince ? {} : { branch }) };
}

const symbols: Partial<Record<InsurerId, string>> = { nhi: '香川1', mutual: '讃共', association: '食品' };
const ownBranch: Readonly<Record<InsurerId, string>> = {
  nhi: '01',
  kyokai: '00',
  society: '00',
  mutual: '00',
  elder: '00',
  association: '01',
};

/** Where the address is protected, its existence is all that leaves the insurer. */
function addressOf(resident: TrialResident): Pick<Coverage, 'postNumber' | 'address'> & { withheldAddress?: Withheld } {
  if (resident.protection?.includes('hideAddress'))
    return { withheldAddress: { postNumber: 'not-disclosed', address: 'not-disclosed' } };
  if (!resident.address) return {};
  const { postal, municipality, town, block } = resident.address;
  return { postNumber: postal, address: `香川県${municipality}${town}${block}（架空）` };
}

const employers = ['屋島食品', '春日物産', '玉藻印刷', '栗林造園', '庵治石材', '牟礼機械', '瓦町通り商店'] as const;
const towns = ['浜ノ町', '朝日町', '郷東町', '林町', '木太町'] as const;
const employeeInsurers: readonly InsurerId[] = ['kyokai', 'society', 'mutual', 'association'];

/** The form of employee insurance names the employer, also on a dependant's record. */
function employerOf({ resident, stay, random }: Drawn): Pick<Coverage, 'employerName' | 'employerAddress'> {
  if (!employeeInsurers.includes(stay.insurer)) return {};
  const { pick } = random(stay.dependantOf ?? resident.id, `employer ${stay.insurer}`);
  const drawn = pick(employers);
  const town = pick(towns);
  return {
    employerName: `${stay.employer ?? drawn}（架空）`,
    employerAddress: `香川県高松市${town}99番地（架空）`,
  };
}
