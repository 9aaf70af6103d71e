import type { ComponentChildren } from 'preact';
import type { Coverage } from '../attribute-service/index.ts';
import { formatDate, type Language, NoValue, type Text, Value } from '../web/index.ts';

/** How residents and reception staff read a coverage: the fields' names, and values in their words. */

const copy = {
  symbol: { ja: '記号', en: 'Symbol' },
  number: { ja: '番号', en: 'Number' },
  branch: { ja: '枝番', en: 'Branch number' },
  relation: { ja: '本人・家族の別', en: 'Insured person or family' },
  insured: { ja: '本人（被保険者）', en: 'insured person' },
  dependant: { ja: '家族（被扶養者）', en: 'family member' },
  insuredName: { ja: '被保険者の氏名', en: 'Name of the insured person' },
  name: { ja: '氏名', en: 'Name' },
  nameKana: { ja: '氏名（カナ）', en: 'Name in kana' },
  sex: { ja: '性別', en: 'Sex' },
  male: { ja: '男', en: 'male' },
  female: { ja: '女', en: 'female' },
  birthDate: { ja: '生年月日', en: 'Date of birth' },
  qualifiedOn: { ja: '資格取得年月日', en: 'Qualified on' },
  disqualifiedOn: { ja: '資格喪失年月日', en: 'Qualification lost on' },
  lossReason: { ja: '喪失の理由', en: 'Reason of the loss' },
  validFrom: { ja: '発効期日', en: 'In force from' },
  validTo: { ja: '有効期限', en: 'In force until' },
  copay: { ja: '一部負担金の割合', en: 'Share of costs' },
  insurerNumber: { ja: '保険者番号', en: 'Insurer number' },
  insurerName: { ja: '保険者名', en: 'Insurer' },
  insurerAddress: { ja: '保険者所在地', en: 'Address of the insurer' },
  employerName: { ja: '事業所名称', en: 'Employer' },
  employerAddress: { ja: '事業所所在地', en: 'Address of the employer' },
  address: { ja: '住所', en: 'Address' },
} as const satisfies Record<string, Text>;

const lossReasons: Readonly<Record<string, Text>> = {
  '01': { ja: '死亡', en: 'death' },
  '02': { ja: '生活保護の受給', en: 'public assistance' },
  '03': { ja: '他の保険への加入', en: 'other insurance' },
  '99': { ja: 'その他', en: 'other' },
};

/** 030 is three tenths: 3割, 30%. A ratio of another form is shown as it came. */
export function copayWords(copay: string, language: Language): string {
  const tenths = /^0([1-9])0$/.exec(copay)?.[1];
  if (!tenths) return copay;
  return language === 'ja' ? `${tenths}割` : `${tenths}0%`;
}

export type CoverageField = keyof typeof fields;

type Show = (coverage: Coverage, language: Language) => ComponentChildren | undefined;

const day = (of: (coverage: Coverage) => string | undefined): Show => {
  return (coverage, language) => {
    const value = of(coverage);
    return value === undefined ? undefined : <time datetime={value}>{formatDate(value, language)}</time>;
  };
};

/** Absent values give undefined; what the reason is stands in the coverage. */
const fields = {
  symbol: ({ symbol }) => symbol,
  number: ({ number }) => number,
  branch: ({ branch }) => branch,
  relation: ({ relation }, language) => (relation === 1 ? copy.insured : copy.dependant)[language],
  insuredName: ({ insuredName }) => insuredName,
  name: ({ name }) => name,
  nameKana: ({ nameKana }) => nameKana,
  sex: ({ sex }, language) => (sex === 3 ? undefined : (sex === 1 ? copy.male : copy.female)[language]),
  birthDate: day(({ birthDate }) => birthDate),
  qualifiedOn: day(({ qualifiedOn }) => qualifiedOn),
  disqualifiedOn: day(({ disqualifiedOn }) => disqualifiedOn),
  lossReason: ({ lossReason = '' }, language) => lossReasons[lossReason]?.[language],
  validFrom: day(({ validFrom }) => validFrom),
  validTo: day(({ validTo }) => validTo),
  copay: ({ copay }, language) =>
    copay === undefined ? undefined : <span class="ratio">{copayWords(copay, language)}</span>,
  insurerNumber: ({ insurerNumber }) => insurerNumber,
  insurerName: ({ insurerName }) => insurerName,
  insurerAddress: ({ insurerAddress }) => insurerAddress,
  employerName: ({ employerName }) => employerName,
  employerAddress: ({ employerAddress }) => employerAddress,
  address: ({ postNumber, address }) => (address === undefined ? undefined : addressOf(postNumber, address)),
} as const satisfies Record<string, Show>;

const addressOf = (postNumber: string | undefined, address: string) =>
  postNumber === undefined ? address : `〒${postNumber} ${address}`;

/** Name and value of one field, or the reason why there is none. */
export function coverageFact(
  field: CoverageField,
  coverage: Coverage,
  language: Language,
): readonly [string, ComponentChildren] {
  const show: Show = fields[field];
  const value = show(coverage, language);
  const shown =
    value === undefined || value === '' ? (
      <NoValue reason={coverage.withheld?.[field] ?? 'not-registered'} language={language} />
    ) : (
      <Value>{value}</Value>
    );
  return [copy[field][language], shown];
}

/** Which of the two forms of 加入情報 a coverage is written in: by law's number at the head of the insurer's. */
export type CoverageForm = 'national' | 'elder' | 'employee';

export function coverageFormOf({ insurerNumber }: Pick<Coverage, 'insurerNumber'>): CoverageForm {
  if (insurerNumber.length === 6 || insurerNumber.startsWith('67')) return 'national';
  return insurerNumber.startsWith('39') ? 'elder' : 'employee';
}

/** Fields that mean something only where they are there: a coverage that goes on has no day of its loss. */
export function presentFields(fieldNames: readonly CoverageField[], coverage: Coverage): readonly CoverageField[] {
  const only: Partial<Record<CoverageField, boolean>> = {
    insuredName: coverage.relation === 2,
    disqualifiedOn: coverage.disqualifiedOn !== undefined,
    lossReason: coverage.disqualifiedOn !== undefined,
    validTo: coverage.validTo !== undefined,
  };
  return fieldNames.filter((field) => only[field] ?? true);
}
