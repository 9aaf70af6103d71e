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
  return new Intl.DateTimeFormat(locales[language], { dateStyle: 'long', timeStyle: 'short', timeZone }).format(at);
}
