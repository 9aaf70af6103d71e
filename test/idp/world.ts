import { sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { CookieJar } from 'tough-cookie';
import { type CardHub, presentCard, signInWithCard } from '../../card-auth/client/index.ts';
import {
  type AuthenticatorScheme,
  createSoftwareCard,
  issueSoftwareCard,
  type MadeCard,
} from '../../card-auth/index.ts';
import { parseSettings } from '../../config/index.ts';
import { cardKeyServiceOn } from '../../idp/card-key-service.ts';
import { openStationKey } from '../../idp/card-keys.ts';
import { startHub } from '../../idp/main.ts';
import { createLog } from '../../lib/log.ts';
import { openStorage } from '../../storage/index.ts';
import { activeCard } from '../card-auth/active-card.ts';
import { linkedReader } from '../card-auth/linked-reader.ts';
import { freePort } from '../ports.ts';

const service = {
  name: { ja: 'ログイン', en: 'Sign-in' },
  operator: { ja: '運営者', en: 'Operator' },
  support: { phone: '0120-000-000', hours: { ja: '平日', en: 'Weekdays' } },
};

/** A hub on a free port with its log in memory. */
export async function startTestHub({
  folder,
  https = false,
  listen = {},
  listeners,
  more = {},
  now = Date.now,
  station,
  otherSchemes,
}: {
  folder?: string;
  https?: boolean;
  listen?: object;
  /** Several listeners instead of one, beside the port of the origin. */
  listeners?: (port: number) => readonly object[];
  more?: object;
  now?: () => number;
  /** Kinds of cards beside the hub's own. */
  otherSchemes?: readonly AuthenticatorScheme[];
  /** Makes cards for a running hub. */
  station?: (at: Awaited<ReturnType<typeof startHub>>, data: string, residentRef: string) => Promise<MadeCard>;
} = {}) {
  const data = folder ?? (await mkdtemp(join(tmpdir(), 'sanuki-hub-')));
  const port = await freePort();
  const origin = `${https ? 'https' : 'http'}://localhost:${port}`;
  const places = listeners ? { listeners: listeners(port) } : { listen: { port, ...listen } };
  const settings = parseSettings({ profile: 'trial', origin, data, service, ...places, ...more });
  const logged: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  const log = createLog({ name: 'hub', level: 'debug', destination });
  const issuingStation = station && { make: (residentRef: string) => station(hub, data, residentRef) };
  const hub: Awaited<ReturnType<typeof startHub>> = await startHub({
    settings,
    log,
    now,
    ...(issuingStation ? { issuingStation } : {}),
    ...(otherSchemes ? { otherSchemes } : {}),
  });
  const close = async () => {
    await hub.close();
    if (!folder) await rm(data, { recursive: true });
  };
  return { ...hub, hub, settings, origin, port, data, logged, close };
}

export type TestHub = Awaited<ReturnType<typeof startTestHub>>;

/** The issuing station gives a resident a software card with this PIN. */
export async function issueCard(
  { hub }: { readonly hub: Pick<TestHub['hub'], 'credential' | 'place' | 'keyPlace'> },
  { residentRef = 'r1', number = '1234567890123', pin = '482100', person = true } = {},
) {
  const storage = await openStorage(hub.place);
  const keyService = await cardKeyServiceOn(storage, { ...hub.keyPlace, create: false });
  const station = await openStationKey(hub.keyPlace.folder, { create: false });
  const issued = await issueSoftwareCard({
    keyService,
    sign: (request) => sign(null, request, station.privateKey),
    ckv: await keyService.issuingVersion(),
    pin,
  });
  const id = await keyService.cardId(issued.id);
  await storage.close();
  if (person)
    await hub.credential.residents.insert({
      id: residentRef,
      name: { kana: 'バス セイジ' },
      sex: 1,
      birthDate: '1960-10-10',
      synthetic: true,
    });
  await hub.credential.cards.insert(activeCard({ id, residentRef, number, pin: issued.pin, ckv: issued.ckv }));
  const card = createSoftwareCard({ memory: issued.memory, save: async () => undefined });
  return {
    card,
    cardId: id,
    pin,
    secrets: { sealed: issued.memory.liteS.blocks.get(4), ck: issued.memory.liteS.blocks.get(0x87) },
  };
}

/** A browser as far as HTTP goes: cookies and redirects by hand, and everything that passed. */
export function browser() {
  const jar = new CookieJar();
  const traffic: string[] = [];

  async function request(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', await jar.getCookieString(url));
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url);
    const text = await response.clone().text();
    traffic.push(
      `${init.method ?? 'GET'} ${url}\n${JSON.stringify([...headers])}\n${typeof init.body === 'string' ? init.body : ''}`,
    );
    traffic.push(`${response.status}\n${JSON.stringify([...response.headers])}\n${text}`);
    return response;
  }

  /** Follows redirects as long as they stay on this origin. */
  async function visit(url: string): Promise<{ url: string; response: Response; left?: string }> {
    let at = url;
    for (let hop = 0; hop < 10; hop++) {
      const response = await request(at, { headers: { accept: 'text/html' } });
      const location = response.headers.get('location');
      if (!location) return { url: at, response };
      const next = new URL(location, at);
      if (next.origin !== new URL(url).origin) return { url: at, response, left: next.href };
      at = next.href;
    }
    throw new Error('too many redirects');
  }

  return { request, visit, jar, traffic };
}

export type TestBrowser = ReturnType<typeof browser>;

const decode = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

/** The value of a form field or attribute on a page. */
export function attributeIn(html: string, pattern: RegExp): string {
  return decode(pattern.exec(html)?.[1] ?? '');
}

/** Does at a sign-in page what its program does, over HTTP and a reader. Returns where it leads. */
export async function signInAt(
  { request }: TestBrowser,
  pageUrl: string,
  { card, pin, html: shown }: Pick<Awaited<ReturnType<typeof issueCard>>, 'card' | 'pin'> & { html?: string },
): Promise<string> {
  const html = shown ?? (await (await request(pageUrl)).text());
  const base = new URL(attributeIn(html, /data-base="([^"]+)"/), pageUrl).href;
  const token = attributeIn(html, /data-csrf="([^"]+)"/);
  const call = async (step: string, message: object) => {
    const response = await request(`${base}/${step}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': token },
      body: JSON.stringify(message),
    });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.code), answer);
    return answer;
  };
  const hub: CardHub = {
    start: () => call('start', {}),
    tap: (message) => call('tap', message),
    prove: (message) => call('prove', message),
    finish: (message) => call('finish', message),
    present: (message) => call('present', message),
  };
  const reader = await linkedReader(() => card).reader;
  const { next } = html.includes('data-level="card"')
    ? await presentCard({ reader, hub })
    : await signInWithCard({ reader, hub, pin, origin: new URL(pageUrl).origin });
  return new URL(next, pageUrl).href;
}
