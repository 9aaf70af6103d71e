/** Days as insurers count them: YYYY-MM-DD, which sorts as text. */

/** The 31 March on or after the day on which age 6 is reached, the eve of the birthday: the last day before school. */
export function preschoolEnd(birthDate: string): string {
  const reached = eveOf(yearsAfter(birthDate, 6));
  const year = Number(reached.slice(0, 4));
  return reached <= `${year}-03-31` ? `${year}-03-31` : `${year + 1}-03-31`;
}

/** The first of the month that lies `months` after that of `day`. */
export function monthFirst(day: string, months: number): string {
  return dayOf(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + months, 1));
}

export const eveOf = (day: string): string => dayOf(Date.parse(day) - 24 * 3600_000);

/** The same day of other years; a 29 February is the 1 March where there is none, so that its eve stays the last of February. */
export function yearsAfter(day: string, years: number): string {
  return dayOf(Date.UTC(Number(day.slice(0, 4)) + years, Number(day.slice(5, 7)) - 1, Number(day.slice(8))));
}

/** In a time zone: insurers count in days of their own place. */
export function dayIn(timeZone: string, now: number): string {
  // The Swedish calendar is written like ISO 8601.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now);
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
