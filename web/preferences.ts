/** How a person wants pages: kept per browser in a cookie, applied by the server before the first paint. */
export interface Preferences {
  readonly language: Language;
  readonly size: (typeof sizes)[number];
  readonly background: (typeof backgrounds)[number];
}

export const languages = ['ja', 'en'] as const;
export type Language = (typeof languages)[number];
export const sizes = ['small', 'medium', 'large'] as const;
export const backgrounds = ['standard', 'black', 'cream'] as const;

/** A text in both languages of the interface. */
export type Text = Readonly<Record<Language, string>>;

const member = <T extends string>(values: readonly T[], value: string | undefined): T | undefined =>
  values.find((known) => known === value);

/** Reads the cookie; what is missing or unknown falls back to the browser's language and the standard look. */
export function parsePreferences(cookie: string | undefined, acceptLanguage = ''): Preferences {
  const [language, size, background] = (cookie ?? '').split('.');
  return {
    language: member(languages, language) ?? preferredLanguage(acceptLanguage),
    size: member(sizes, size) ?? 'small',
    background: member(backgrounds, background) ?? 'standard',
  };
}

export function formatPreferences({ language, size, background }: Preferences): string {
  return [language, size, background].join('.');
}

/** One choice of the page frame's form, as `name=value`; anything else changes nothing. */
export function changePreferences(current: Preferences, choice: URLSearchParams): Preferences {
  return {
    language: member(languages, choice.get('language') ?? undefined) ?? current.language,
    size: member(sizes, choice.get('size') ?? undefined) ?? current.size,
    background: member(backgrounds, choice.get('background') ?? undefined) ?? current.background,
  };
}

/** RFC 9110 12.5.4, as far as two languages need it: the one named first wins; Japanese is the default. */
function preferredLanguage(acceptLanguage: string): Language {
  const asked = acceptLanguage
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean);
      return { language: member(languages, tag.slice(0, 2).toLowerCase()), quality: Number(quality ?? 1) };
    })
    .filter(({ language, quality }) => language && quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  return asked[0]?.language ?? 'ja';
}

/** Where the browser goes back to after a choice: a path of this origin only, never another site (open redirect). */
export function localPath(path: string | null | undefined): string {
  const base = 'http://local.invalid';
  if (!path || !URL.canParse(path, base)) return '/';
  const url = new URL(path, base);
  return url.origin === base && path.startsWith('/') ? `${url.pathname}${url.search}` : '/';
}
