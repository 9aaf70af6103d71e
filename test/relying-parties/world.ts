import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { CookieJar } from 'tough-cookie';
import { discoveryEprAttribute } from '../../attribute-service/index.ts';
import { createLog } from '../../lib/log.ts';
import { createSeal } from '../../lib/seal.ts';
import { dayIn } from '../../lib/time.ts';
import type { Attributes } from '../../relying-parties/attributes.ts';
import { remedies } from '../../relying-parties/clinic/copy.ts';
import { type CounterRequest, counterRequestCollection, createCounter } from '../../relying-parties/clinic/counter.ts';
import { createLastKnown, type LastKnownRecord, lastKnownCollection } from '../../relying-parties/clinic/last-known.ts';
import { admitReceptionist } from '../../relying-parties/clinic/main.tsx';
import { addClinicPages } from '../../relying-parties/clinic/pages.tsx';
import type { IdentityChecks } from '../../relying-parties/clinic/patient-proof.ts';
import { createPatients } from '../../relying-parties/clinic/patients.ts';
import { type OidcAnswer, OidcRefusal } from '../../relying-parties/oidc-client.ts';
import { addPortalPages } from '../../relying-parties/portal/pages.tsx';
import type { Protocol } from '../../relying-parties/protocol.ts';
import { type PartyKind, startRelyingParty } from '../../relying-parties/relying-party.tsx';
import type { SignedIn } from '../../relying-parties/sign-ins.ts';
import { freePort } from '../ports.ts';

/** 13:05 on 1 October 2026 in Japan. */
export const now = Date.UTC(2026, 9, 1, 4, 5);
const timeZone = 'Asia/Tokyo';
export const hubOrigin = 'https://hub.test';
const text = (ja: string, en: string) => ({ ja, en });

type Reply = Awaited<ReturnType<Attributes['query']>>;
type Asked = Parameters<Attributes['query']>[1];

/** What the hub's side would say; a test changes it between requests. */
export function createHubSide() {
  const side = {
    signedIn: {
      pseudonym: 'p-1',
      level: 'urn:x-sanuki:ac:card-pin',
      authenticatedAt: now,
      bootstrap: '<epr/>',
    } as SignedIn,
    reply: { kind: 'refused', code: 'none' } as Reply | Error,
    /** Pseudonym of whose card lies on the counter's reader, or the hub's refusal. */
    patient: 'patient-1' as string | OidcRefusal,
    acr: 'urn:x-sanuki:ac:card-pin',
    /** The level that the counter asked for last. */
    level: '',
    asked: [] as Asked[],
    identityChecks: [] as Parameters<IdentityChecks['record']>[1][],
  };
  const attributes: Attributes = {
    async query(_bootstrap, question) {
      side.asked.push(question);
      if (side.reply instanceof Error) throw side.reply;
      return side.reply;
    },
  };
  return { side, attributes };
}

export type HubSide = ReturnType<typeof createHubSide>['side'];

/** Signs whoever the hub's side names in at once, in place of the way over the hub. */
const directSignIn = (side: HubSide): Protocol => ({
  async start(ctx) {
    ctx.redirect('/direct');
  },
  hubOrigin,
  signOutAddress: async () => undefined,
  routes: (router, signedIn) => router.get('/direct', (ctx) => signedIn(ctx, side.signedIn)),
});

export async function startTestParty(
  make: (options: {
    origin: string;
    side: HubSide;
    attributes: Attributes;
    now: () => number;
  }) => Omit<PartyKind, 'protocol' | 'level' | 'purpose'>,
) {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-party-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const { side, attributes } = createHubSide();
  const clock = { now };
  const logged: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  const kind: PartyKind = {
    level: 'urn:x-sanuki:ac:card-pin',
    purpose: text('目的', 'Purpose'),
    protocol: () => directSignIn(side),
    ...make({ origin, side, attributes, now: () => clock.now }),
  };
  const party = await startRelyingParty(kind, {
    origin,
    listen: { host: '127.0.0.1', port },
    store: join(folder, 'party.sqlite'),
    name: text('春日みなと医院 受付', 'Kasuga Minato clinic'),
    operator: text('運営者', 'Operator'),
    support: { phone: '0120-000-000', hours: text('平日', 'Weekdays') },
    timeZone,
    trial: true,
    log: createLog({ name: 'party', level: 'debug', destination }),
    now: () => clock.now,
  });
  /** Everything that the party has on disk, and has logged. */
  async function traces(): Promise<string> {
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
    return [...files, ...logged].join('\n');
  }
  const close = async () => {
    await party.close();
    await rm(folder, { recursive: true });
  };
  return { origin, side, clock, traces, close };
}

export type TestParty = Awaited<ReturnType<typeof startTestParty>>;

export const startTestPortal = () =>
  startTestParty(({ origin, attributes, now }) => ({
    owner: 'test-portal',
    first: text('メニュー', 'Menu'),
    pages: async (shell) =>
      addPortalPages(shell, { attributes, origin, hubOrigin, timeZone, dayOf: dayIn(timeZone), now }),
  }));

export const startTestClinic = () =>
  startTestParty(({ origin, side, attributes, now }) => ({
    owner: 'test-clinic',
    first: text('受付', 'Reception'),
    remedies,
    admission: (signedIn, language) => admitReceptionist(signedIn, { language, facilityCode: '3719999901' }),
    pages: async (shell, _protocol, storage) => {
      const client = counterClient(origin, side);
      const today = () => dayIn(timeZone)(now());
      const records = storage.collection<LastKnownRecord>(lastKnownCollection);
      const lastKnown = createLastKnown({ records, seal: createSeal(randomBytes(32), 'last-known'), now });
      return addClinicPages(shell, {
        counter: createCounter({ client, requests: storage.collection<CounterRequest>(counterRequestCollection), now }),
        patients: createPatients({ attributes, lastKnown, today, now }),
        identityChecks: { record: async (_id, check) => void side.identityChecks.push(check) },
        homeParts: ({ language }) => ({
          name: text('春日みなと医院 受付', 'Clinic'),
          links: [],
          style: { language, timeZone },
        }),
        hubOrigin: origin,
        timeZone,
        today,
        secure: false,
        now,
      });
    },
  }));

/** The hub's end of a counter request: whoever's card lies there is answered. */
function counterClient(origin: string, side: HubSide) {
  return {
    authorizationUrl: async ({ state, level }: { state: string; level: string }) => {
      side.level = level;
      return new URL(`${origin}/counter/callback?code=c&state=${state}`);
    },
    redeem: async (): Promise<OidcAnswer> => {
      if (side.patient instanceof OidcRefusal) throw side.patient;
      const claims = { iss: hubOrigin, aud: 'clinic-counter-1', exp: 0, iat: 0, sub: side.patient, acr: side.acr };
      return { claims, idToken: 'x.y.z', userInfo: { sub: side.patient, [discoveryEprAttribute]: '<epr/>' } };
    },
  };
}

export const receptionist: SignedIn = {
  pseudonym: 'staff-1',
  level: 'urn:x-sanuki:ac:card-pin',
  authenticatedAt: now,
  staff: { roles: ['receptionist'], facility: { code: '3719999901', name: '春日みなと医院' } },
};

type Sent = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

/** A browser without pictures: keeps cookies, follows redirects of our own site. */
export function visitorOf(origin: string, language = 'ja') {
  const jar = new CookieJar();

  async function send(path: string, init: Sent = {}): Promise<Response> {
    const url = new URL(path, origin).href;
    const headers = { cookie: await jar.getCookieString(url), 'accept-language': language, ...init.headers };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url);
    return response;
  }

  async function follow(response: Response): Promise<Response> {
    const location = response.headers.get('location');
    if (!location || !new URL(location, origin).href.startsWith(origin)) return response;
    return follow(await send(location));
  }

  const get = async (path: string) => follow(await send(path));
  const post = async (
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = { origin },
  ) => follow(await send(path, { method: 'POST', body: new URLSearchParams(fields), headers }));
  return { send, get, post, signIn: () => get('/sign-in') };
}

/** The words of a page, without its tags. */
export const wordsOf = (html: string) =>
  html
    .replace(/<(head|style|script)\b.*?<\/\1>/gs, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
