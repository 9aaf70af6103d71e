import { once } from 'node:events';
import type { Context } from 'koa';
import type { ComponentChildren } from 'preact';
import type { Log } from '../lib/log.ts';
import { openEmbeddedStorage } from '../storage/index.ts';
import { Facts, type Language, Notice, type Text } from '../web/index.ts';
import { PartyError } from './errors.ts';
import type { Protocol, ProtocolHost } from './protocol.ts';
import {
  createSignIns,
  newSecret,
  type PartySession,
  type PendingSignIn,
  partySessionCollection,
  pendingCollection,
  type SignedIn,
} from './sign-ins.ts';
import { createSite, demandOwnOrigin } from './site.tsx';

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
  readonly links?: readonly { readonly name: Text; readonly url: string }[];
  readonly log: Log;
  readonly now?: () => number;
}

export interface RunningParty {
  readonly close: () => Promise<void>;
}

/** What a party's folder adds to the shell. */
export interface PartyKind {
  /** Prefix of its cookies. */
  readonly owner: string;
  /** The level of sign-in it asks for. */
  readonly level: string;
  /** What the service is for, above its sign-in button. */
  readonly purpose: Text;
  readonly protocol: (
    host: ProtocolHost,
    storage: ReturnType<typeof openEmbeddedStorage>,
  ) => Protocol | Promise<Protocol>;
  /** Below the facts of a signed-in resident. */
  readonly welcome?: (signedIn: SignedIn, language: Language) => ComponentChildren;
}

const copy = {
  signIn: { ja: 'カードでログイン', en: 'Sign in with the card' },
  signOut: { ja: 'このサービスからログアウト', en: 'Sign out of this service' },
  signOutHint: {
    ja: 'ほかのサービスのログインは続いています。',
    en: 'Your sign-in at other services goes on.',
  },
  signedIn: { ja: 'ログインしています', en: 'You are signed in' },
  signedOut: { ja: 'このサービスからログアウトしました', en: 'You have signed out of this service' },
  who: { ja: 'お名前', en: 'Name' },
  unnamed: { ja: '（このサービスには知らされていません）', en: '(not told to this service)' },
  level: { ja: '認証の強さ', en: 'Level' },
  pseudonym: { ja: 'このサービスだけの番号', en: 'Pseudonym of this service' },
  at: { ja: 'カードで確認した時刻', en: 'Card presented at' },
  others: { ja: 'ほかのサービス', en: 'Other services' },
} as const satisfies Record<string, Text>;

/** Levels in words; the URI stands beside them. */
const levelWords: Readonly<Record<string, Text>> = {
  'urn:x-sanuki:ac:card': { ja: 'カードのみ', en: 'card only' },
  'urn:x-sanuki:ac:card-pin': { ja: 'カードと暗証番号', en: 'card and PIN' },
  'urn:x-sanuki:ac:card-pin-bound': { ja: 'カードと暗証番号と登録端末', en: 'card, PIN and bound device' },
};

/** Starts one party: its site, its sign-ins, its way to speak with the hub. */
export async function startRelyingParty(kind: PartyKind, options: PartyOptions): Promise<RunningParty> {
  const { origin, listen, store, now = Date.now } = options;
  const site = createSite({ owner: kind.owner, ...options });
  const storage = openEmbeddedStorage({ file: store, now });
  const signIns = createSignIns({
    pending: storage.collection<PendingSignIn>(pendingCollection),
    sessions: storage.collection<PartySession>(partySessionCollection),
    now,
  });
  const [sessionCookie, browserCookie] = [`${kind.owner}-session`, `${kind.owner}-browser`];
  const cookie = { httpOnly: true, sameSite: 'lax', secure: site.secure, path: '/' } as const;

  function browserSecret(ctx: Context): string {
    const known = ctx.cookies.get(browserCookie);
    if (known) return known;
    const made = newSecret();
    ctx.cookies.set(browserCookie, made, cookie);
    return made;
  }

  async function openSession(ctx: Context, result: SignedIn): Promise<void> {
    if (!isEnough(kind.level, result.level))
      throw new PartyError('LEVEL_TOO_LOW', 'the hub answered with another level');
    await signIns.close(ctx.cookies.get(sessionCookie));
    ctx.cookies.set(sessionCookie, await signIns.open(result), { ...cookie, overwrite: true });
    ctx.status = 303;
    ctx.redirect('/');
  }

  const protocol = await kind.protocol({ origin, signIns, browserSecret, level: kind.level, now }, storage);
  protocol.routes(site.router, openSession);
  site.router.get('/', async (ctx) => {
    const language = site.languageOf(ctx);
    const signedIn = await signIns.current(ctx.cookies.get(sessionCookie));
    const body = signedIn ? (
      <SignedInHome {...{ kind, options, language, signedIn }} />
    ) : (
      <FirstPage {...{ kind, options, language, left: ctx.URL.searchParams.has('left') }} />
    );
    site.send(ctx, { title: options.name[language], body });
  });
  site.router.get('/sign-in', (ctx) => protocol.start(ctx));
  site.router.post('/sign-out', async (ctx) => {
    demandOwnOrigin(ctx, origin);
    await signIns.close(ctx.cookies.get(sessionCookie));
    ctx.cookies.set(sessionCookie, null, cookie);
    ctx.status = 303;
    ctx.redirect('/?left');
  });
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

/** The hub decides by the partial order of levels; a party accepts what it asked for or the stronger card level. */
function isEnough(asked: string, got: string): boolean {
  return got === asked || got === `${asked}-bound`;
}

interface PageParts {
  readonly kind: PartyKind;
  readonly options: PartyOptions;
  readonly language: Language;
}

function FirstPage({ kind, options, language, left }: PageParts & { readonly left: boolean }) {
  return (
    <>
      <h1>{options.name[language]}</h1>
      {left ? (
        <Notice kind="info" title={copy.signedOut[language]}>
          <p>{copy.signOutHint[language]}</p>
        </Notice>
      ) : null}
      <p>{kind.purpose[language]}</p>
      <p>
        <a class="button" id="sign-in" href="/sign-in">
          {copy.signIn[language]}
        </a>
      </p>
    </>
  );
}

function SignedInHome({ kind, options, language, signedIn }: PageParts & { readonly signedIn: SignedIn }) {
  return (
    <>
      <h1>{options.name[language]}</h1>
      <Notice kind="success" title={copy.signedIn[language]} />
      <SignedInFacts {...{ options, language, signedIn }} />
      {kind.welcome?.(signedIn, language)}
      <Others links={options.links ?? []} language={language} />
      <form method="post" action="/sign-out">
        <button type="submit" class="button-plain">
          {copy.signOut[language]}
        </button>
        <p class="hint">{copy.signOutHint[language]}</p>
      </form>
    </>
  );
}

/** What the hub told this party, and nothing else: it knows no more. */
function SignedInFacts({ options, language, signedIn }: Omit<PageParts, 'kind'> & { readonly signedIn: SignedIn }) {
  const words = levelWords[signedIn.level]?.[language];
  const time = new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP-u-ca-japanese' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: options.timeZone,
  }).format(signedIn.authenticatedAt);
  return (
    <Facts
      facts={[
        [
          copy.who[language],
          <span key="name" id="name">
            {signedIn.name ?? copy.unnamed[language]}
          </span>,
        ],
        [
          copy.level[language],
          <span key="level">
            {words ? `${words} ` : ''}
            <code id="level">{signedIn.level}</code>
          </span>,
        ],
        [
          copy.at[language],
          <time key="at" datetime={new Date(signedIn.authenticatedAt).toISOString()}>
            {time}
          </time>,
        ],
        [
          copy.pseudonym[language],
          <code key="pseudonym" id="pseudonym">
            {signedIn.pseudonym}
          </code>,
        ],
      ]}
    />
  );
}

function Others({
  links,
  language,
}: {
  readonly links: NonNullable<PartyOptions['links']>;
  readonly language: Language;
}) {
  if (links.length === 0) return null;
  return (
    <nav aria-label={copy.others[language]}>
      <h2>{copy.others[language]}</h2>
      <ul class="links">
        {links.map(({ name, url }) => (
          <li key={url}>
            <a class="button button-plain" href={url}>
              {name[language]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
