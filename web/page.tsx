import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { frameCopy } from './copy.ts';
import { backgrounds, type Language, type Preferences, sizes } from './preferences.ts';

/** What a server says once about itself. */
export interface Site {
  /** Name in the header. */
  readonly name: string;
  readonly operator: string;
  readonly support: { readonly phone: string; readonly hours: string };
  readonly stylesheet: string;
  /** Shows the banner of synthetic data. */
  readonly trial: boolean;
}

export interface PageScript {
  readonly src: string;
  readonly integrity: string;
}

export interface PageOptions {
  readonly site: Site;
  readonly title: string;
  readonly preferences: Preferences;
  /** Path that the browser comes back to after a display choice. */
  readonly path: string;
  readonly body: ComponentChildren;
  readonly script?: PageScript | undefined;
  /** An inline script of one line; the nonce is in the page's policy. */
  readonly inline?: { readonly nonce: string; readonly text: string } | undefined;
}

/** The whole document as text. */
export function renderPage(options: PageOptions): string {
  return `<!doctype html>${renderToString(<Page {...options} />)}`;
}

function Page({ site, title, preferences, path, body, script, inline }: PageOptions) {
  const { language, size, background } = preferences;
  return (
    <html lang={language} data-size={size} data-background={background}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} | ${site.name}`}</title>
        <link rel="stylesheet" href={site.stylesheet} />
        <link rel="icon" href="data:," />
        {script ? <script type="module" src={script.src} integrity={script.integrity} /> : null}
      </head>
      <body>
        <a class="skip" href="#main">
          {frameCopy.skip[language]}
        </a>
        <header class="site">
          <p class="site-name">{site.name}</p>
          <DisplayChoices preferences={preferences} path={path} />
        </header>
        {site.trial ? <p class="trial">{frameCopy.trial[language]}</p> : null}
        <main id="main" tabindex={-1}>
          {body}
        </main>
        <SiteFooter site={site} language={language} />
        {inline ? <script nonce={inline.nonce} dangerouslySetInnerHTML={{ __html: inline.text }} /> : null}
      </body>
    </html>
  );
}

/** Works without script: each choice is a link that sets the cookie and comes back here. */
function DisplayChoices({ preferences, path }: { readonly preferences: Preferences; readonly path: string }) {
  const { language, size, background } = preferences;
  const other = language === 'ja' ? 'en' : 'ja';
  const hrefOf = (choice: Record<string, string>) => `/preferences?${new URLSearchParams({ ...choice, return: path })}`;
  return (
    <nav class="display" aria-label={frameCopy.display[language]}>
      <Choices
        name="size"
        label={frameCopy.textSize[language]}
        values={sizes}
        chosen={size}
        {...{ language, hrefOf }}
      />
      <Choices
        name="background"
        label={frameCopy.background[language]}
        values={backgrounds}
        chosen={background}
        {...{ language, hrefOf }}
      />
      <a class="choice" href={hrefOf({ language: other })} lang={other}>
        {other === 'en' ? 'English' : '日本語'}
      </a>
    </nav>
  );
}

function Choices<T extends keyof typeof frameCopy>({
  name,
  label,
  values,
  chosen,
  language,
  hrefOf,
}: {
  readonly name: string;
  readonly label: string;
  readonly values: readonly T[];
  readonly chosen: T;
  readonly language: Language;
  readonly hrefOf: (choice: Record<string, string>) => string;
}) {
  return (
    <ul aria-label={label}>
      <li aria-hidden="true">{label}</li>
      {values.map((value) => (
        <li key={value}>
          <a
            class="choice"
            href={hrefOf({ [name]: value })}
            {...(value === chosen ? { 'aria-current': 'true' as const } : {})}
          >
            {frameCopy[value][language]}
          </a>
        </li>
      ))}
    </ul>
  );
}

function SiteFooter({ site, language }: { readonly site: Site; readonly language: Language }) {
  return (
    <footer class="site">
      <p>
        {frameCopy.support[language]} <a href={`tel:${site.support.phone.replaceAll('-', '')}`}>{site.support.phone}</a>{' '}
        <span>({site.support.hours})</span>
      </p>
      <p>{site.operator}</p>
    </footer>
  );
}
