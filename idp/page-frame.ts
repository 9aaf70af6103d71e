import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { ComponentChildren } from 'preact';
import type { Settings } from '../config/index.ts';
import {
  changePreferences,
  contentSecurityPolicy,
  formatPreferences,
  type Language,
  loadStylesheet,
  localPath,
  type PagePolicy,
  type PageScript,
  type Preferences,
  parsePreferences,
  renderPage,
  type Site,
} from '../web/index.ts';

const viewCookie = 'sanuki-hub-view';
const yearMs = 365 * 24 * 3600 * 1000;
/** Compiled browser programs lie in dist/assets, seen from the sources and from the compiled tree. */
const assets = import.meta.url.endsWith('.ts') ? '../dist/assets/' : '../assets/';

export interface Page {
  readonly title: string;
  readonly body: (preferences: Preferences) => ComponentChildren;
  readonly script?: PageScript;
  readonly policy?: PagePolicy;
  /** Path that a display choice comes back to, where the page answers a form. */
  readonly path?: string;
}

/** The hub's pages in the frame of `web`: preferences by cookie, the stylesheet, browser programs with their integrity. */
export function createPageFrame(settings: Settings) {
  const stylesheet = loadStylesheet();
  const programs = new Map<string, { readonly script: PageScript; readonly source: Buffer }>();
  const secure = settings.origin.startsWith('https:');

  /** A browser program by name; its hash stands in the page, so that a changed one does not run. */
  function program(name: string): PageScript {
    const known = programs.get(name);
    if (known) return known.script;
    const source = readFileSync(fileURLToPath(new URL(`${assets}${name}.js`, import.meta.url)));
    const digest = createHash('sha384').update(source).digest('base64');
    const script = { src: `/assets/${name}-${urlSafe(digest).slice(0, 12)}.js`, integrity: `sha384-${digest}` };
    programs.set(name, { script, source });
    return script;
  }

  const preferencesOf = (ctx: Context): Preferences =>
    parsePreferences(ctx.cookies.get(viewCookie), ctx.get('accept-language'));

  function siteIn(language: Language): Site {
    const { name, operator, support } = settings.service;
    return {
      name: name[language],
      operator: operator[language],
      support: { phone: support.phone, hours: support.hours[language] },
      stylesheet: stylesheet.path,
      trial: settings.profile === 'trial',
    };
  }

  function send(
    ctx: Context,
    { title, body, script, policy = {}, path = ctx.method === 'GET' ? ctx.url : '/' }: Page,
  ): void {
    const preferences = preferencesOf(ctx);
    ctx.set('content-security-policy', contentSecurityPolicy(policy));
    ctx.set('cache-control', 'no-store');
    ctx.vary('Cookie, Accept-Language');
    ctx.type = 'html';
    ctx.body = renderPage({
      site: siteIn(preferences.language),
      title,
      preferences,
      path: path.length < 4000 ? path : '/',
      body: body(preferences),
      script,
    });
  }

  function routes(router: Router): void {
    router.get('/preferences', (ctx) => {
      const preferences = changePreferences(preferencesOf(ctx), ctx.URL.searchParams);
      const expires = new Date(Date.now() + yearMs);
      ctx.cookies.set(viewCookie, formatPreferences(preferences), { sameSite: 'lax', secure, httpOnly: true, expires });
      ctx.status = 303;
      ctx.redirect(localPath(ctx.URL.searchParams.get('return')));
    });
    router.get('/assets/:name', (ctx) => {
      const found = [...programs.values()].find(({ script }) => script.src === ctx.path);
      if (ctx.path !== stylesheet.path && !found) return;
      ctx.set('cache-control', 'public, max-age=31536000, immutable');
      ctx.type = found ? 'text/javascript' : 'text/css';
      ctx.body = found?.source ?? stylesheet.css;
    });
  }

  return { program, preferencesOf, send, routes, stylesheet: stylesheet.path };
}

export type PageFrame = ReturnType<typeof createPageFrame>;

const urlSafe = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_');
