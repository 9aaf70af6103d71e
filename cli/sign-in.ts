import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { WebSocket } from 'ws';
import {
  type CardHub,
  openSoftwareReader,
  presentCard,
  ReaderError,
  signInWithCard,
  waitForCard,
} from '../card-auth/client/index.ts';
import type { Settings } from '../config/index.ts';
import { type AskedForm, askedFormIn } from './asked-form.ts';
import { type CookieFile, readCookieFile, writeCookieFile } from './cookie-file.ts';
import { defaultData, readHubFile } from './hub-file.ts';
import { type KeyFile, keyFileBeside } from './key-file.ts';
import { type PasskeyPrompt, passkeyPromptIn, presentTestKey } from './passkey-page.ts';
import { refusalWords } from './refusal-words.ts';

interface SignInOptions {
  readonly page: string;
  readonly cookies: string;
  readonly card: string;
  readonly pin?: string;
  readonly pinFile?: string;
  readonly decline?: boolean;
  readonly bound?: boolean;
  readonly passkey?: boolean;
  readonly data: string;
}

export function signInCommand(): Command {
  return new Command('sign-in')
    .description('complete what the hub asks, as a headless terminal with a card of the card box: card, PIN, consent')
    .requiredOption('--page <url>', 'the page that the hub shows')
    .requiredOption('--cookies <file>', 'cookie file in the Mozilla format; it is updated')
    .requiredOption('--card <number>', 'number of the card')
    .option('--pin <pin>', 'not needed at a counter page that asks for the card alone')
    .option('--pin-file <file>', 'file that holds the PIN')
    .option('--bound', 'where a passkey is asked for too: bind a test key, kept beside the cookie file, and use it')
    .option('--passkey', 'use that test key instead of the card where the page offers it')
    .option('--decline', 'decline what the hub asks; otherwise agree to all of it, for the shortest time')
    .option('--data <folder>', 'data folder of the hub', defaultData)
    .action(signIn);
}

async function signIn(options: SignInOptions): Promise<void> {
  if (options.pin !== undefined && options.pinFile !== undefined) throw new Error('give either --pin or --pin-file');
  const pin = options.pinFile === undefined ? options.pin : (await readFile(options.pinFile, 'utf8')).trim();
  const settings = await readHubFile(options.data);
  // A terminal pins the origin it signs for; a page elsewhere gets no proof.
  if (!URL.canParse(options.page) || new URL(options.page).origin !== settings.origin)
    throw new Error(`the page is not of the hub at ${settings.origin}`);
  // Without attestation the hub cannot tell a test key from a device: here is where it can be refused.
  if ((options.bound || options.passkey) && settings.profile !== 'trial')
    throw new Error('test keys are for a trial: this hub is none');
  const cookies = await readCookieFile(options.cookies);
  try {
    const result = await terminal({
      settings,
      jar: cookies.jar,
      card: options.card,
      pin,
      agrees: !options.decline,
      keys: options.bound || options.passkey ? keyFileBeside(options.cookies) : undefined,
      prefersKey: options.passkey === true,
    }).complete(options.page);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await writeCookieFile(options.cookies, cookies);
  }
}

interface TerminalOptions {
  readonly settings: Settings;
  readonly jar: CookieFile['jar'];
  readonly card: string;
  readonly pin: string | undefined;
  /** Whether it agrees to what the hub asks. */
  readonly agrees: boolean;
  /** Test keys; none where the terminal was told to use none. */
  readonly keys: KeyFile | undefined;
  readonly prefersKey: boolean;
}

interface Step {
  readonly url: string;
  /** A form to post; otherwise the page is asked for. */
  readonly fields?: URLSearchParams;
}

type Result = { readonly next: string } | { readonly page: string; readonly html: string };

const hopsMax = 20;
const cardMs = 60_000;

/** A browser without a window: cookies, redirects inside the hub, the sign-in page's steps, and forms that ask. */
function terminal({ settings, jar, card, pin, agrees, keys, prefersKey }: TerminalOptions) {
  async function request(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', await jar.getCookieString(url));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url, { ignoreError: true });
    return response;
  }

  /** Goes on until the hub sends the browser elsewhere or shows a page that asks for nothing. */
  async function complete(page: string): Promise<Result> {
    let step: Step = { url: page };
    for (let hop = 0; hop < hopsMax; hop++) {
      const { url } = step;
      const response = await request(url, initOf(step));
      const location = response.headers.get('location');
      const html = await response.text();
      if (location) {
        step = { url: new URL(location, url).href };
        if (new URL(step.url).origin !== settings.origin) return { next: step.url };
        continue;
      }
      if (!response.ok) throw new Error(`the hub refused: ${refusalIn(html)}`);
      const next = await nextStep(html, url);
      if (!next) return { page: url, html };
      step = next;
    }
    throw new Error('the hub sends the browser round in circles');
  }

  /** As a browser asks for a page, or posts the hub's own form. */
  function initOf({ fields }: Step): RequestInit {
    const accept = 'text/html';
    if (!fields) return { headers: { accept } };
    return { method: 'POST', body: fields, headers: { accept, origin: settings.origin } };
  }

  /** What the page asks for, done. */
  async function nextStep(html: string, url: string): Promise<Step | undefined> {
    const prompt = promptIn(html);
    if (prompt && prefersKey && html.includes('?with=passkey')) return { url: new URL('?with=passkey', url).href };
    if (prompt) return { url: new URL(await present({ ...prompt, base: new URL(prompt.base, url).href }), url).href };
    const passkey = passkeyPromptIn(html);
    if (passkey) return { url: new URL(await presentKey(passkey, url), url).href };
    const form = askedFormIn(html);
    return form && answerTo(form, url);
  }

  function answerTo({ asks, action, agree, decline }: AskedForm, page: string): Step {
    const fields = agrees ? agree : decline;
    if (!fields) throw new Error(`the page asks for a ${asks} and offers no way to ${agrees ? 'agree' : 'decline'}`);
    const url = new URL(action, page);
    if (url.origin !== settings.origin) throw new Error('the page asks to answer elsewhere than to the hub');
    return { url: url.href, fields };
  }

  /** The card, and the PIN where the page asks for it, at the card box's reader; the same code as in the page. */
  async function present({ base, csrfToken, level }: Prompt): Promise<string> {
    const address = settings.signIn.softwareReader;
    if (!address) throw new Error('this hub has no software reader: the headless terminal works in the trial only');
    const socket = new WebSocket(`${address}?card=${encodeURIComponent(card)}`, { origin: settings.origin });
    const reader = await openSoftwareReader(socket as unknown as Parameters<typeof openSoftwareReader>[0]);
    try {
      // Another terminal may hold the card: it comes when that one is done.
      await waitForCard(reader, { signal: AbortSignal.timeout(cardMs) });
      const hub = hubAt(base, csrfToken);
      if (level === 'card') return (await presentCard({ reader, hub })).next;
      if (pin === undefined) throw new Error('the page asks for a PIN: give either --pin or --pin-file');
      return (await signInWithCard({ reader, hub, pin, origin: settings.origin })).next;
    } catch (error) {
      if (error instanceof ReaderError) throw new Error(`the card: ${error.code} (${error.message})`, { cause: error });
      throw error;
    } finally {
      await reader.close();
    }
  }

  function presentKey(prompt: PasskeyPrompt, page: string): Promise<string> {
    if (!keys) throw new Error('the page asks for a passkey: --bound binds and uses a test key');
    const call = callsAt(new URL(prompt.base, page).href, prompt.csrfToken);
    return presentTestKey(prompt, call, { file: keys, origin: settings.origin });
  }

  const callsAt = (base: string, csrfToken: string) => async (step: string, message: object) => {
    const { origin } = settings;
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-csrf-token': csrfToken,
      origin,
    };
    const response = await request(`${base}/${step}`, { method: 'POST', headers, body: JSON.stringify(message) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`the hub refused: ${refusalWords(answer)}`);
    return answer;
  };

  function hubAt(base: string, csrfToken: string): CardHub {
    const call = callsAt(base, csrfToken);
    return {
      start: () => call('start', {}),
      tap: (message) => call('tap', message),
      prove: (message) => call('prove', message),
      finish: (message) => call('finish', message),
      present: (message) => call('present', message),
    };
  }

  return { complete };
}

/** Code and trace as the refusal page shows them. */
function refusalIn(html: string): string {
  const [trace, code] = [...html.matchAll(/<code>([^<]*)<\/code>/g)].map(([, text]) => text);
  return `${code ?? 'no reason given'} (trace ${trace ?? 'none'})`;
}

interface Prompt {
  readonly base: string;
  readonly csrfToken: string;
  /** What the page asks for: card and PIN, or at a counter the card alone. */
  readonly level: string | undefined;
}

function promptIn(html: string): Prompt | undefined {
  const [tag = ''] = /<div id="sign-in"[^>]*>/.exec(html) ?? [];
  const [base, csrfToken, level] = ['base', 'csrf', 'level'].map(
    (name) => new RegExp(` data-${name}="([^"]+)"`).exec(tag)?.[1],
  );
  return base && csrfToken ? { base, csrfToken, level } : undefined;
}
