import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import Router from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { ComponentChildren } from 'preact';
import { readAtMost } from '../lib/body.ts';
import { HubError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import {
  changePreferences,
  commonHeaders,
  contentSecurityPolicy,
  Facts,
  formatPreferences,
  type Language,
  loadStylesheet,
  localPath,
  Notice,
  type PagePolicy,
  type PageScript,
  parsePreferences,
  renderPage,
  type Site,
  type Text,
} from '../web/index.ts';
import { httpStatusOf, PartyError } from './errors.ts';

export interface SiteOptions {
  /** Prefix of every cookie, because ports of one host share cookies. */
  readonly owner: string;
  readonly origin: string;
  readonly name: Text;
  readonly operator: Text;
  readonly support: { readonly phone: string; readonly hours: Text };
  readonly trial: boolean;
  readonly log: Log;
  /** What helps after a refusal, by its code; beside the words that every site has. */
  readonly remedies?: Readonly<Record<string, Text>>;
}

export interface SitePage {
  readonly title: string;
  readonly body: ComponentChildren;
  readonly policy?: PagePolicy;
  readonly script?: PageScript;
  /** Where a choice of display leads back to; this page's path unless told. */
  readonly back?: string;
}

const yearMs = 365 * 24 * 3600 * 1000;
const copy = {
  refused: { ja: '手続きを続けられませんでした', en: 'That could not be completed' },
  remedy: {
    ja: '最初の画面からもう一度お試しください。続くときは番号をお知らせください。',
    en: 'Please start again from the first page. If it happens again, tell us the reference.',
  },
  reference: { ja: 'お問い合わせ番号', en: 'Reference' },
  kind: { ja: '種類', en: 'Kind' },
  cancelled: {
    ja: 'ログインをやめました。もう一度始めるときは、最初の画面からどうぞ。',
    en: 'You cancelled the sign-in. Start again from the first page whenever you like.',
  },
  unavailable: {
    ja: 'ログインの入口に接続できません。しばらくしてからお試しください。',
    en: 'The sign-in service cannot be reached. Please try again in a moment.',
  },
  otherBrowser: {
    ja: '別のブラウザーで始めたログインです。このブラウザーで初めからやり直してください。',
    en: 'This sign-in was started in another browser. Please start again in this one.',
  },
  late: {
    ja: '時間切れか、すでに終わったログインです。最初の画面からもう一度お試しください。',
    en: 'This sign-in has expired or was already finished. Please start again from the first page.',
  },
  home: { ja: '最初の画面へ', en: 'First page' },
} as const satisfies Record<string, Text>;

const commonRemedies: Readonly<Record<string, Text>> = {
  SIGN_IN_CANCELLED: copy.cancelled,
  HUB_UNAVAILABLE: copy.unavailable,
  OTHER_BROWSER: copy.otherBrowser,
  SIGN_IN_UNKNOWN: copy.late,
};

/** One web site in the common frame: headers, display choices, refusals with a trace code. Pages and endpoints are the caller's. */
export function createSite(options: SiteOptions) {
  const { owner, origin, name, operator, support, trial, log, remedies = {} } = options;
  const stylesheet = loadStylesheet();
  const secure = origin.startsWith('https:');
  const app = new Koa();
  const router = new Router();
  app.silent = true;

  const preferencesOf = (ctx: Context) =>
    parsePreferences(ctx.cookies.get(`${owner}-view`), ctx.get('accept-language'));
  const languageOf = (ctx: Context): Language => preferencesOf(ctx).language;

  function send(ctx: Context, { title, body, policy = {}, script, back }: SitePage): void {
    const preferences = preferencesOf(ctx);
    const { language } = preferences;
    const site: Site = {
      name: name[language],
      operator: operator[language],
      support: { phone: support.phone, hours: support.hours[language] },
      stylesheet: stylesheet.path,
      trial,
    };
    ctx.set('content-security-policy', contentSecurityPolicy(policy));
    ctx.set('cache-control', 'no-store');
    ctx.type = 'html';
    const path = ctx.method === 'GET' ? (back ?? ctx.path) : '/';
    ctx.body = renderPage({ site, title, preferences, path, body, script });
  }

  function sendRefusal(ctx: Context, code: string, trace: string, status: number): void {
    const language = languageOf(ctx);
    ctx.status = status;
    send(ctx, {
      title: copy.refused[language],
      body: (
        <>
          <h1>{copy.refused[language]}</h1>
          <Notice
            kind={code.endsWith('_CANCELLED') ? 'info' : 'error'}
            title={(remedies[code] ?? commonRemedies[code] ?? copy.remedy)[language]}
          >
            <Facts
              facts={[
                [copy.reference[language], <code key="trace">{trace}</code>],
                [copy.kind[language], <code key="code">{code}</code>],
              ]}
            />
          </Notice>
          <p>
            <a class="button" href="/">
              {copy.home[language]}
            </a>
          </p>
        </>
      ),
    });
  }

  const answerRefusals: Middleware = async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && !ctx.body) throw new PartyError('PAGE_MISSING', 'no page has this address');
    } catch (error) {
      const trace = randomBytes(5).toString('hex').toUpperCase();
      if (error instanceof HubError) {
        log.info({ trace, code: error.code, reason: error.message }, 'refused');
        sendRefusal(ctx, error.code, trace, httpStatusOf(error));
      } else {
        log.error({ trace, err: error }, 'a bug reached the edge');
        sendRefusal(ctx, 'UNEXPECTED', trace, 500);
      }
    }
  };

  router.get('/preferences', (ctx) => {
    const preferences = changePreferences(preferencesOf(ctx), ctx.URL.searchParams);
    const expires = new Date(Date.now() + yearMs);
    ctx.cookies.set(`${owner}-view`, formatPreferences(preferences), {
      sameSite: 'lax',
      secure,
      httpOnly: true,
      expires,
    });
    ctx.status = 303;
    ctx.redirect(localPath(ctx.URL.searchParams.get('return')));
  });
  router.get(stylesheet.path, (ctx) => {
    ctx.set('cache-control', 'public, max-age=31536000, immutable');
    ctx.type = 'text/css';
    ctx.body = stylesheet.css;
  });
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });

  // Under no-referrer a browser sends "Origin: null" with our own forms; nothing leaves this site either way.
  const headers = {
    ...commonHeaders({ https: secure, referrerPolicy: 'same-origin' }),
    'content-security-policy': contentSecurityPolicy({}),
  };
  app.use((ctx, next) => {
    ctx.set(headers);
    return next();
  });
  app.use(answerRefusals);

  /** To be called when all routes are added. */
  async function start(listen: { host: string; port: number }): Promise<Server> {
    app.use(router.routes());
    const notAllowed = () => new PartyError('METHOD_NOT_ALLOWED', 'the page has no such method');
    app.use(router.allowedMethods({ throw: true, methodNotAllowed: notAllowed, notImplemented: notAllowed }));
    const handle = app.callback();
    return listening(listen, (request, response) => void handle(request, response));
  }

  return { router, send, languageOf, start, secure };
}

const predecessorMs = 2_000;

/** A predecessor that was just killed may hold the port for a moment more. */
async function listening({ host, port }: { host: string; port: number }, handle: RequestListener): Promise<Server> {
  const giveUpAt = Date.now() + predecessorMs;
  for (;;) {
    const server = createServer(handle);
    server.listen(port, host);
    try {
      await once(server, 'listening');
      return server;
    } catch (error) {
      const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!inUse || Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A form's fields, of at most `maxBytes`. */
export async function readForm(ctx: Context, maxBytes = 512 * 1024): Promise<URLSearchParams> {
  const body = ctx.is('application/x-www-form-urlencoded') ? await readAtMost(ctx.req, maxBytes) : undefined;
  if (body) return new URLSearchParams(body.toString('utf8'));
  ctx.set('connection', 'close');
  throw new PartyError('BODY_TOO_LARGE', 'a form of moderate size is expected');
}

/** A state-changing form has to come from our own page (Fetch 3.1: the Origin header goes with every POST). */
export function demandOwnOrigin(ctx: Context, origin: string): void {
  if (ctx.get('origin') !== origin) throw new PartyError('FORGED_REQUEST', 'the form was sent from another site');
}
