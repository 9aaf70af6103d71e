import { once } from 'node:events';
import type { Context } from 'koa';
import type { Log } from '../lib/log.ts';
import { openEmbeddedStorage } from '../storage/index.ts';
import { Breadcrumb, type Language, type Text } from '../web/index.ts';
import { PartyError } from './errors.ts';
import { FirstPage, type HomeParts, isLeftHow, type Neighbour, NotAdmittedPage, SignedInHome } from './home.tsx';
import type { NotAdmitted, PageAnswer, PartyPage, Shell, Visit } from './pages.ts';
import type { LeftHow, Protocol, ProtocolHost } from './protocol.ts';
import {
  createSignIns,
  newSecret,
  type PartySession,
  type PendingSignIn,
  partySessionCollection,
  pendingCollection,
  type SignedIn,
} from './sign-ins.ts';
import { createSite, demandOwnOrigin, readForm } from './site.tsx';

/** What every party is started with. */
export interface PartyOptions {
  readonly origin: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** File of the party's own sessions and keys. */
  readonly store: string;
  readonly name: Text;
  readonly operator: Text;
  readonly support: { readonly phone: string; readonly hours: Text };
  readonly timeZone: string;
  readonly trial: boolean;
  /** Other services that this party's page points to. */
  readonly links?: readonly Neighbour[];
  readonly log: Log;
  readonly now?: () => number;
}

export interface RunningParty {
  readonly close: () => Promise<void>;
}

export type PartyStorage = ReturnType<typeof openEmbeddedStorage>;

/** What a party's folder adds to the shell. */
export interface PartyKind<P extends Protocol = Protocol> {
  /** Prefix of its cookies. */
  readonly owner: string;
  /** The level of sign-in it asks for. */
  readonly level: string;
  /** What the service is for, above its sign-in button. */
  readonly purpose: Text;
  readonly protocol: (host: ProtocolHost, storage: PartyStorage) => P | Promise<P>;
  /** Who of those signed in may use it; everybody unless told. Judged at every request. */
  readonly admission?: (signedIn: SignedIn, language: Language) => NotAdmitted | undefined;
  /** What its first page after the sign-in is called; the party's name unless told. */
  readonly first?: Text;
  /** Its pages, and what stands on the first one after the sign-in. */
  readonly pages?: (shell: Shell, protocol: P, storage: PartyStorage) => Promise<PartyPages>;
  /** What helps after a refusal, by its code. */
  readonly remedies?: Readonly<Record<string, Text>>;
}

export interface PartyPages {
  readonly home: (visit: Visit, parts: HomeParts) => PageAnswer;
}

/** Starts one party: its site, its sign-ins, its way to speak with the hub, its pages. */
export async function startRelyingParty<P extends Protocol>(
  kind: PartyKind<P>,
  options: PartyOptions,
): Promise<RunningParty> {
  const { origin, listen, store, now = Date.now } = options;
  const site = createSite({ owner: kind.owner, ...options, ...(kind.remedies ? { remedies: kind.remedies } : {}) });
  const storage = openEmbeddedStorage({ file: store, now });
  const sessions = createPartySessions(kind, { storage, secure: site.secure, now });
  const { browserSecret } = sessions;
  const protocol = await kind.protocol(
    { origin, signIns: sessions.signIns, browserSecret, level: kind.level, now },
    storage,
  );
  protocol.routes(site.router, sessions.open);
  const shell = createShell({ kind, options, site, sessions, hubOrigin: protocol.hubOrigin });
  const pages = await kind.pages?.(shell, protocol, storage);
  addFrame({ kind, options, site, sessions, pages, shell, protocol });
  const server = await site.start(listen);

  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    await closed;
    await storage.close();
  }
  return { close };
}

/** The party's session cookie and the secret of the browser. */
function createPartySessions(
  { owner, level }: Pick<PartyKind, 'owner' | 'level'>,
  { storage, secure, now }: { storage: PartyStorage; secure: boolean; now: () => number },
) {
  const signIns = createSignIns({
    pending: storage.collection<PendingSignIn>(pendingCollection),
    sessions: storage.collection<PartySession>(partySessionCollection),
    now,
  });
  const [sessionCookie, browserCookie] = [`${owner}-session`, `${owner}-browser`];
  const cookie = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;

  function browserSecret(ctx: Context): string {
    const known = ctx.cookies.get(browserCookie);
    if (known) return known;
    const made = newSecret();
    ctx.cookies.set(browserCookie, made, cookie);
    return made;
  }

  async function open(ctx: Context, result: SignedIn): Promise<void> {
    if (!isEnough(level, result.level)) throw new PartyError('LEVEL_TOO_LOW', 'the hub answered with another level');
    await signIns.close(ctx.cookies.get(sessionCookie));
    ctx.cookies.set(sessionCookie, await signIns.open(result), { ...cookie, overwrite: true });
    ctx.status = 303;
    ctx.redirect('/');
  }

  const current = (ctx: Context) => signIns.current(ctx.cookies.get(sessionCookie));

  async function close(ctx: Context): Promise<void> {
    await signIns.close(ctx.cookies.get(sessionCookie));
    ctx.cookies.set(sessionCookie, null, cookie);
  }

  return { signIns, browserSecret, open, current, close };
}

/** The hub decides by the partial order of levels; a party accepts what it asked for or the stronger card level. */
function isEnough(asked: string, got: string): boolean {
  return got === asked || got === `${asked}-bound`;
}

interface ShellParts {
  readonly kind: Pick<PartyKind, 'admission' | 'first' | 'purpose'>;
  readonly options: PartyOptions;
  readonly site: ReturnType<typeof createSite>;
  readonly sessions: ReturnType<typeof createPartySessions>;
}

const homePartsOf = ({ name, links = [], timeZone }: PartyOptions, language: Language): HomeParts => ({
  name,
  links,
  style: { language, timeZone },
});

function createShell({ kind, options, site, sessions, hubOrigin }: ShellParts & { readonly hubOrigin: string }): Shell {
  const { router } = site;

  function send(visit: Visit, { trail = [], status = 200, first, ...page }: PartyPage): void {
    const { ctx, language } = visit;
    ctx.status = status;
    const root = first || ctx.path === '/' ? [] : [{ name: (kind.first ?? options.name)[language], href: '/' }];
    const body = (
      <>
        <Breadcrumb trail={[...root, ...trail]} current={page.title} language={language} />
        {page.body}
      </>
    );
    // A browser judges where a form's answer redirects to as well: the sign-out goes on at the hub.
    const formAction = [...(page.policy?.formAction ?? []), hubOrigin];
    site.send(ctx, { back: `${ctx.path}${ctx.search}`, ...page, policy: { ...page.policy, formAction }, body });
  }

  async function serve(ctx: Context, answer: (visit: Visit) => PageAnswer): Promise<void> {
    const language = site.languageOf(ctx);
    const session = await sessions.current(ctx);
    if (!session) {
      ctx.status = 403;
      return sendFirstPage(ctx, { kind, options, site }, { why: 'needed' });
    }
    const { id: sessionId, signedIn } = session;
    const visit = { ctx, language, signedIn, sessionId };
    const refused = kind.admission?.(signedIn, language);
    const page = refused ? notAdmitted(refused, visit, homePartsOf(options, language)) : await answer(visit);
    if (page) send(visit, page);
  }

  return {
    router,
    browserSecret: sessions.browserSecret,
    page: (path, answer) => router.get(path, (ctx) => serve(ctx, answer)),
    form: (path, answer) =>
      router.post(path, async (ctx) => {
        demandOwnOrigin(ctx, options.origin);
        const form = await readForm(ctx, 16 * 1024);
        await serve(ctx, (visit) => answer(visit, form));
      }),
  };
}

function sendFirstPage(
  ctx: Context,
  { kind, options, site }: Omit<ShellParts, 'sessions'>,
  { why, left }: { readonly why?: 'needed'; readonly left?: LeftHow },
): void {
  const language = site.languageOf(ctx);
  const body = <FirstPage name={options.name} purpose={kind.purpose} {...{ language, why, left }} />;
  site.send(ctx, { title: options.name[language], body });
}

function notAdmitted(refused: NotAdmitted, { signedIn }: Visit, { links, style }: HomeParts): PartyPage {
  return { title: refused.title, status: 403, body: <NotAdmittedPage {...{ refused, signedIn, links, style }} /> };
}

/** Without the hub the resident is told that only this party knows. */
async function addressAtHub(ctx: Context, signedIn: SignedIn, protocol: Protocol): Promise<string | undefined> {
  try {
    return await protocol.signOutAddress(ctx, signedIn);
  } catch (error) {
    if (error instanceof PartyError && error.code === 'HUB_UNAVAILABLE') return undefined;
    throw error;
  }
}

interface FrameParts<P extends Protocol> extends ShellParts {
  readonly pages: PartyPages | undefined;
  readonly shell: Shell;
  readonly protocol: P;
}

/** First page, sign-in and sign-out, as every party has them. */
function addFrame<P extends Protocol>({ kind, options, site, sessions, pages, shell, protocol }: FrameParts<P>): void {
  const { router } = site;
  router.get('/', async (ctx, next) => {
    if (await sessions.current(ctx)) return next();
    const left = ctx.URL.searchParams.get('left');
    sendFirstPage(ctx, { kind, options, site }, isLeftHow(left) ? { left } : {});
  });
  shell.page('/', async (visit) => {
    const { signedIn, language } = visit;
    const parts = homePartsOf(options, language);
    return (
      pages?.home(visit, parts) ?? {
        title: options.name[language],
        body: <SignedInHome {...parts} signedIn={signedIn} />,
      }
    );
  });
  router.get('/sign-in', (ctx) => protocol.start(ctx));
  router.post('/sign-out', async (ctx) => {
    demandOwnOrigin(ctx, options.origin);
    const session = await sessions.current(ctx);
    // Here first: whatever becomes of the rest, nobody goes on at this party.
    await sessions.close(ctx);
    ctx.status = 303;
    ctx.redirect((session && (await addressAtHub(ctx, session.signedIn, protocol))) ?? '/?left=here');
  });
}
