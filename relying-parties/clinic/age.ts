import { isDay } from '../../lib/time.ts';

/** Whole years on a day, as people count them: from birthday to birthday. Both are YYYY-MM-DD. */
export function ageOn(birthDate: string, date: string): number | undefined {
  if (!isDay(birthDate) || !isDay(date) || date < birthDate) return undefined;
  const years = Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return date.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
