/**
 * A PIN that is among the first a thief tries: one digit four times in a row, a run, a repeated pair or triple, the same
 * forwards and backwards, or a date. Every day that anybody alive can be born on is a date here, in our years and in
 * those of an era, so the holder's birth date is never asked for.
 */
export function isTrivialPin(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = digits.slice(1).map((digit, at) => (digit - (digits[at] ?? 0) + 10) % 10);
  const isRun = steps.length > 0 && steps.every((step) => step === steps[0]) && [0, 1, 9].includes(steps[0] ?? -1);
  const holdsRun = longestRun(steps) >= 4;
  const isRepeated = /^(\d{1,4})\1+$/.test(pin) || /(\d)\1{3}/.test(pin);
  const isMirrored = pin.length > 4 && pin === digits.toReversed().join('');
  return isRun || holdsRun || isRepeated || isMirrored || isDate(pin);
}

/** Steps in a row that go one up or one down: four of them are five digits of a sequence. */
function longestRun(steps: readonly number[]): number {
  let [longest, current] = [0, 0];
  for (const [at, step] of steps.entries()) {
    if (step !== 1 && step !== 9) current = 0;
    else current = step === steps[at - 1] ? current + 1 : 1;
    longest = Math.max(longest, current);
  }
  return longest;
}

/** yymmdd, ddmmyy, mmddyy, yyyymm, era and yymmdd, yyyymmdd, ddmmyyyy, mmddyyyy of a plausible day; four digits as mmdd or a year. */
function isDate(pin: string): boolean {
  const part = (from: number, to: number) => Number(pin.slice(from, to));
  const isDay = (month: number, day: number) => month >= 1 && month <= 12 && day >= 1 && day <= 31;
  const isYear = (year: number) => year >= 1900 && year <= 2099;
  if (pin.length === 4) return isDay(part(0, 2), part(2, 4)) || isYear(part(0, 4));
  // 1 Meiji to 5 Reiwa, as forms of public offices number them.
  if (pin.length === 7) return part(0, 1) >= 1 && part(0, 1) <= 5 && isDay(part(3, 5), part(5, 7));
  if (pin.length === 8)
    return (
      (isYear(part(0, 4)) && isDay(part(4, 6), part(6, 8))) ||
      (isYear(part(4, 8)) && (isDay(part(2, 4), part(0, 2)) || isDay(part(0, 2), part(2, 4))))
    );
  if (pin.length !== 6) return false;
  return (
    isDay(part(2, 4), part(4, 6)) ||
    isDay(part(2, 4), part(0, 2)) ||
    isDay(part(0, 2), part(2, 4)) ||
    (isYear(part(0, 4)) && isDay(part(4, 6), 1))
  );
}

/** Whether a holder may choose this PIN: digits only, long enough, not trivial. Checked in the terminal, because the PIN goes nowhere else. */
export function isSuitablePin(pin: string, digits = 6): boolean {
  return /^\d+$/.test(pin) && pin.length >= digits && pin.length <= 12 && !isTrivialPin(pin);
}
