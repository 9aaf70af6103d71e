/** RFC 4180 with a byte order mark, by which spreadsheets know that it is UTF-8. */
export const csvStart = '\uFEFF';

/** OWASP "CSV Injection": a cell that begins like this is a formula to a spreadsheet; behind an apostrophe it is text. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/** One line; numbers stay numbers, texts never become formulas. */
export const csvLine = (cells: readonly (string | number)[]): string => `${cells.map(cellOf).join(',')}\r\n`;

function cellOf(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
