/** The share of costs a person pays by age (domain: 自己負担割合), for coverages whose insurer states none. */

/** Last day of a band, reckoned from the birth date; none for the last band. */
type BandEnd =
  /** 31 March on or after the day this age is reached: the end of the year before school. */
  | { readonly endOfSchoolYearOf: number }
  /** Last day of the month in which this age is reached. */
  | { readonly endOfMonthOf: number }
  /** The day before this birthday. */
  | { readonly dayBefore: number };

interface CopayRule {
  readonly validFrom: string;
  /** Last day of the rule; open while the law stands. */
  readonly validTo?: string;
  readonly bands: readonly { readonly until?: BandEnd; readonly ratio: '010' | '020' | '030' }[];
}

/**
 * Law that changes, so a dated table: a change of it is another entry. From 70 on a high income raises the share, which
 * only the insurer knows and states as the coverage's own ratio. The entry begins when the last of those who kept 10
 * per cent at 70 (born before 1944-04-02) had turned 75.
 */
const rules: readonly CopayRule[] = [
  {
    validFrom: '2019-04-01',
    bands: [
      { until: { endOfSchoolYearOf: 6 }, ratio: '020' },
      { until: { endOfMonthOf: 70 }, ratio: '030' },
      { until: { dayBefore: 75 }, ratio: '020' },
      { ratio: '010' },
    ],
  },
];

/** The standard share on a day; undefined where no rule of the table covers it. Both days are YYYY-MM-DD. */
export function copayOn(birthDate: string, date: string): '010' | '020' | '030' | undefined {
  const rule = rules.find(({ validFrom, validTo }) => validFrom <= date && (validTo === undefined || date <= validTo));
  return rule?.bands.find(({ until }) => !until || date <= endOf(until, birthDate))?.ratio;
}

function endOf(end: BandEnd, birthDate: string): string {
  if ('dayBefore' in end) return dayReached(birthDate, end.dayBefore);
  if ('endOfMonthOf' in end) {
    const reached = dayReached(birthDate, end.endOfMonthOf);
    return dayOf(Number(reached.slice(0, 4)), Number(reached.slice(5, 7)), 0);
  }
  const reached = dayReached(birthDate, end.endOfSchoolYearOf);
  const year = Number(reached.slice(0, 4));
  return reached.slice(5) <= '03-31' ? `${year}-03-31` : `${year + 1}-03-31`;
}

/** An age is reached on the day before the birthday (年齢計算ニ関スル法律); without a 29 February, on the 28th. */
function dayReached(birthDate: string, age: number): string {
  const [year = 0, month = 0, day = 0] = birthDate.split('-').map(Number);
  return dayOf(year + age, month - 1, day - 1);
}

/** Of year, month from 0, and day; days beyond the month roll over, day 0 is the last of the month before. */
const dayOf = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
