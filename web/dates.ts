import { isDay } from '../lib/time.ts';
import type { Language } from './preferences.ts';

/** How each language writes dates: the Japanese era is what residents know from every form and certificate. */
const locales: Readonly<Record<Language, string>> = { ja: 'ja-JP-u-ca-japanese', en: 'en-GB' };

export interface DateStyle {
  readonly language: Language;
  /** IANA name of the zone, from the settings. */
  readonly timeZone: string;
}

/** A moment in ms since 1970 as date and time, 令和8年9月30日 20:14. */
export function formatMoment(at: number, { language, timeZone }: DateStyle): string {
  return format(at, language, { dateStyle: 'long', timeStyle: 'short', timeZone });
}

/** The time of day of a moment, 20:14. */
export function formatTime(at: number, { language, timeZone }: DateStyle): string {
  return format(at, language, { timeStyle: 'short', timeZone });
}

/** The same with seconds, 20:14:05. */
export function formatClock(at: number, { language, timeZone }: DateStyle): string {
  return format(at, language, { timeStyle: 'medium', timeZone });
}

/** The day of a moment, 令和8年9月30日. */
export function formatDay(at: number, { language, timeZone }: DateStyle): string {
  return format(at, language, { dateStyle: 'long', timeZone });
}

/** A calendar day, YYYY-MM-DD, as 令和8年10月1日; what is no day is shown as it came. */
export function formatDate(day: string, language: Language): string {
  if (!isDay(day)) return day;
  return format(Date.parse(`${day}T00:00:00Z`), language, { dateStyle: 'long', timeZone: 'UTC' });
}

/** A format takes about a millisecond to make, which a list of hundreds of dates would pay for each of them. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: number, language: Language, style: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([language, style]);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locales[language], style);
  formats.set(key, known);
  return known.format(at);
}

/** Eras by name, short name and letter; an era's own first day refuses what was written for the one before. */
const eras = [
  { names: ['令和', '令', 'R'], since: '2019-05-01' },
  { names: ['平成', '平', 'H'], since: '1989-01-08' },
  { names: ['昭和', '昭', 'S'], since: '1926-12-25' },
  { names: ['大正', '大', 'T'], since: '1912-07-30' },
  { names: ['明治', '明', 'M'], since: '1868-01-25' },
] as const;

const eraNames = eras.flatMap(({ names }) => names).join('|');
const written = new RegExp(`^(?:(${eraNames})(元|\\d{1,3})|(\\d{4}))[年./-](\\d{1,2})[月./-](\\d{1,2})日?$`);
const compact = /^(\d{4})(\d{2})(\d{2})$/;
const english = /^(\d{1,2})(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*(\d{4})$/;
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** What keyboards make of a hyphen and a middle dot. */
const dashes = /[‐‑‒–—―−ー]/g;

/**
 * A day as people write it, as YYYY-MM-DD: 2026-10-01, 20261001, 令和8年10月1日, R8.10.1, 1 October 2026, in any width
 * of digits. An era's years may run on beyond its end, as they do on old forms (平成33年). Undefined for anything else.
 */
export function parseDate(text: string): string | undefined {
  const folded = text.normalize('NFKC').replace(/\s/g, '').replace(dashes, '-').replace(/[・·]/g, '.').toUpperCase();
  const plain = compact.exec(folded);
  if (plain) return dayOf(Number(plain[1]), plain[2], plain[3]);
  const [, dayInMonth, monthName = '', inYear] = english.exec(folded) ?? [];
  if (inYear) return dayOf(Number(inYear), String(months.indexOf(monthName) + 1), dayInMonth);
  const [, era, eraYear, year, month, day] = written.exec(folded) ?? [];
  if (year) return dayOf(Number(year), month, day);
  const { since } = eras.find(({ names }) => names.some((name) => name === era)) ?? {};
  if (!since || !eraYear) return undefined;
  const found = dayOf(Number(since.slice(0, 4)) + (eraYear === '元' ? 1 : Number(eraYear)) - 1, month, day);
  return found !== undefined && found >= since ? found : undefined;
}

function dayOf(year: number, month = '', day = ''): string | undefined {
  const text = `${String(year).padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDay(text) ? text : undefined;
}
