/** A PIN that is among the first a thief tries: one digit, a run, a repeated pair or triple, or a date. */
export function isTrivialPin(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = digits.slice(1).map((digit, at) => (digit - (digits[at] ?? 0) + 10) % 10);
  const isRun = steps.length > 0 && steps.every((step) => step === steps[0]) && [0, 1, 9].includes(steps[0] ?? -1);
  const isRepeated = /^(\d{1,3})\1+$/.test(pin);
  return isRun || isRepeated || isDate(pin);
}

/** yymmdd, ddmmyy, mmddyy, yyyymm and yyyymmdd of a plausible day; four digits as mmdd or a year. */
function isDate(pin: string): boolean {
  const part = (from: number, to: number) => Number(pin.slice(from, to));
  const isDay = (month: number, day: number) => month >= 1 && month <= 12 && day >= 1 && day <= 31;
  const isYear = (year: number) => year >= 1900 && year <= 2099;
  if (pin.length === 4) return isDay(part(0, 2), part(2, 4)) || isYear(part(0, 4));
  if (pin.length === 8) return isYear(part(0, 4)) && isDay(part(4, 6), part(6, 8));
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
