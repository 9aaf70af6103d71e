const length = 20;

/** ISO/IEC 7812-1 annex B (Luhn): finds every single wrong digit and nearly every swapped pair. */
function checkDigitOf(digits: string): number {
  const sum = Array.from(digits, Number)
    .reverse()
    .map((digit, at) => (at % 2 === 0 ? digit * 2 : digit))
    .reduce((total, value) => total + (value > 9 ? value - 9 : value), 0);
  return (10 - (sum % 10)) % 10;
}

export const withCheckDigit = (digits: string): string => `${digits}${checkDigitOf(digits)}`;

/** What was typed, without spaces and hyphens; full-width digits count as digits. */
export const typedDigits = (typed: string): string => typed.normalize('NFKC').replaceAll(/[\s‐-―ー-]/g, '');

/** Whether these digits can be a hand-over code at all: told at the terminal, so that a slip costs no try. */
export const isHandOverCode = (digits: string): boolean =>
  /^\d+$/.test(digits) && digits.length === length && withCheckDigit(digits.slice(0, -1)) === digits;
