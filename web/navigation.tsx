import { frameCopy } from './copy.ts';
import type { Language } from './preferences.ts';

export interface Crumb {
  readonly name: string;
  readonly href: string;
}

/** The way from the first page to here; where one is now is no link. */
export function Breadcrumb({
  trail,
  current,
  language,
}: {
  readonly trail: readonly Crumb[];
  readonly current: string;
  readonly language: Language;
}) {
  return (
    <nav class="breadcrumb" aria-label={frameCopy.breadcrumb[language]}>
      <ol>
        {trail.map(({ name, href }) => (
          <li key={href} class="crumb">
            <a href={href}>{name}</a>
          </li>
        ))}
        <li class="crumb" aria-current="page">
          {current}
        </li>
      </ol>
    </nav>
  );
}

export interface Tab {
  readonly name: string;
  /** A word that tells tabs of equal name apart. */
  readonly note?: string | undefined;
  readonly href: string;
}

/** Views of one page side by side. Each is a link, so they need no script and can be opened apart. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly current: number;
}) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map(({ name, note, href }, at) => (
          <li key={href}>
            <a href={href} {...(at === current ? { 'aria-current': 'page' as const } : {})}>
              <bdi>{name}</bdi>
              {note ? <span class="tab-note">{note}</span> : null}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
