/**
 * The share of costs by age, as insurers work it out for a day. The law changes, so every rule is dated; days are
 * YYYY-MM-DD, which sort as text. Days before the first rule take the first.
 */
interface CopayRule {
  readonly from: string;
  readonly preschool: Copay;
  readonly adult: Copay;
  /** From the month after the day on which age 70 is reached. */
  readonly from70: Copay;
  /** The elder scheme, from the 75th birthday. */
  readonly from75: Copay;
}

export type Copay = '010' | '020' | '030';

const rules: readonly [CopayRule, ...CopayRule[]] = [
  { from: '2014-04-01', preschool: '020', adult: '030', from70: '020', from75: '010' },
];

export function copayOn(birthDate: string, day: string): Copay {
  const rule = rules.findLast(({ from }) => from <= day) ?? rules[0];
  if (day <= preschoolEnd(birthDate)) return rule.preschool;
  if (day >= birthday(birthDate, 75)) return rule.from75;
  return day >= elderFrom(birthDate) ? rule.from70 : rule.adult;
}

/** The 31st of March on or after the day on which age 6 is reached, the eve of the birthday. */
export function preschoolEnd(birthDate: string): string {
  const reached = eveOf(birthday(birthDate, 6));
  const year = Number(reached.slice(0, 4));
  return reached <= `${year}-03-31` ? `${year}-03-31` : `${year + 1}-03-31`;
}

/** The first of the month after the day on which age 70 is reached. */
export function elderFrom(birthDate: string): string {
  const reached = eveOf(birthday(birthDate, 70));
  return monthFirst(reached, 1);
}

/** The first of the month that lies `months` after that of `day`. */
export function monthFirst(day: string, months: number): string {
  return dayOf(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + months, 1));
}

/** A birthday; that of a 29 February is the 1 March in other years, so that its eve stays the last of February. */
export function birthday(birthDate: string, age: number): string {
  const [year = 0, month = 1, day = 1] = birthDate.split('-').map(Number);
  return dayOf(Date.UTC(year + age, month - 1, day));
}

export const eveOf = (day: string): string => dayOf(Date.parse(day) - 24 * 3600_000);

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
