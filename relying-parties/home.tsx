import { type DateStyle, Facts, formatMoment, type Language, Notice, type Text } from '../web/index.ts';
import type { NotAdmitted } from './pages.ts';
import type { LeftHow } from './protocol.ts';
import type { SignedIn } from './sign-ins.ts';

const copy = {
  signIn: { ja: 'カードでログイン', en: 'Sign in with the card' },
  signOut: { ja: 'ログアウト', en: 'Sign out' },
  signOutHint: {
    ja: '同じカードでログインしている、ほかのサービスからもログアウトします。',
    en: 'Signs you out of the other services of this sign-in too.',
  },
  signedIn: { ja: 'ログインしています', en: 'You are signed in' },
  needed: { ja: 'このページを見るには、ログインしてください', en: 'Please sign in to see that page' },
  aboutSignIn: { ja: 'ログインについて', en: 'Your sign-in' },
  who: { ja: 'お名前', en: 'Name' },
  unnamed: { ja: '（このサービスには知らされていません）', en: '(not told to this service)' },
  level: { ja: '認証の強さ', en: 'Level' },
  pseudonym: { ja: 'このサービスだけの番号', en: 'Pseudonym of this service' },
  at: { ja: 'カードで確認した時刻', en: 'Card presented at' },
  others: { ja: 'ほかのサービス', en: 'Other services' },
} as const satisfies Record<string, Text>;

const closeWindows = {
  ja: 'ほかの人も使う端末では、ブラウザーの画面をすべて閉じてください。',
  en: 'On a device that others use, close every window of the browser.',
} as const;

const leftCopy: Readonly<Record<LeftHow, readonly ['success' | 'info' | 'warning', Text, Text?]>> = {
  everywhere: ['success', { ja: 'すべてのサービスからログアウトしました', en: 'You have signed out of all services' }],
  partly: [
    'warning',
    {
      ja: 'ログアウトしました。確認できないサービスがあります',
      en: 'You have signed out; some services have not confirmed it',
    },
    closeWindows,
  ],
  hub: [
    'info',
    {
      ja: 'このサービスと、ログインの入口からログアウトしました',
      en: 'You have signed out here and at the sign-in service',
    },
  ],
  here: [
    'warning',
    { ja: 'このサービスからだけログアウトしました', en: 'You have signed out of this service only' },
    {
      ja: 'ログインの入口に伝えられませんでした。ブラウザーの画面をすべて閉じてください。',
      en: 'The sign-in service could not be told. Close every window of the browser.',
    },
  ],
};

export const isLeftHow = (text: string | null): text is LeftHow => text !== null && Object.hasOwn(leftCopy, text);

/** Levels in words; the URI stands beside them. */
const levelWords: Readonly<Record<string, Text>> = {
  'urn:x-sanuki:ac:card': { ja: 'カードのみ', en: 'card only' },
  'urn:x-sanuki:ac:card-pin': { ja: 'カードと暗証番号', en: 'card and PIN' },
  'urn:x-sanuki:ac:card-pin-bound': { ja: 'カードと暗証番号と登録端末', en: 'card, PIN and bound device' },
};

/** Another service that a party's pages point to. */
export interface Neighbour {
  readonly name: Text;
  readonly url: string;
}

export interface HomeParts {
  readonly name: Text;
  readonly links: readonly Neighbour[];
  readonly style: DateStyle;
}

/** Before the sign-in. */
export function FirstPage({
  name,
  purpose,
  language,
  why,
  left,
}: {
  readonly name: Text;
  readonly purpose: Text;
  readonly language: Language;
  /** needed: wanted a page that needs a sign-in. */
  readonly why?: 'needed' | undefined;
  /** Has just signed out, and how far that reached. */
  readonly left?: LeftHow | undefined;
}) {
  return (
    <>
      <h1>{name[language]}</h1>
      {left ? <Left how={left} language={language} /> : null}
      {why === 'needed' ? <Notice kind="info" title={copy.needed[language]} /> : null}
      <p>{purpose[language]}</p>
      <p>
        <a class="button" id="sign-in" href="/sign-in">
          {copy.signIn[language]}
        </a>
      </p>
    </>
  );
}

/** What the resident may rely on after a sign-out, and what to do about the rest. */
function Left({ how, language }: { readonly how: LeftHow; readonly language: Language }) {
  const [kind, title, text] = leftCopy[how];
  return (
    <Notice kind={kind} title={title[language]} id={`left-${how}`}>
      {text ? <p>{text[language]}</p> : null}
    </Notice>
  );
}

/** After the sign-in, at a party without pages of its own. */
export function SignedInHome({ name, signedIn, ...parts }: HomeParts & { readonly signedIn: SignedIn }) {
  const { language } = parts.style;
  return (
    <>
      <h1>{name[language]}</h1>
      <Notice kind="success" title={copy.signedIn[language]} />
      <SignedInFacts signedIn={signedIn} style={parts.style} />
      <HomeEnd {...parts} />
    </>
  );
}

/** For somebody who is signed in and may not use this party: who they are here, and the way out. */
export function NotAdmittedPage({
  refused,
  signedIn,
  ...parts
}: Omit<HomeParts, 'name'> & { readonly refused: NotAdmitted; readonly signedIn: SignedIn }) {
  return (
    <>
      <h1>{refused.title}</h1>
      <Notice kind="error" title={refused.reason} id="not-admitted">
        <p>{refused.remedy}</p>
      </Notice>
      <AboutSignIn signedIn={signedIn} style={parts.style} />
      <HomeEnd {...parts} />
    </>
  );
}

/** Other services, and the way out. */
export function HomeEnd({ links, style: { language } }: Omit<HomeParts, 'name'>) {
  return (
    <>
      <Others links={links} language={language} />
      <form method="post" action="/sign-out">
        <button type="submit" class="button-plain">
          {copy.signOut[language]}
        </button>
        <p class="hint">{copy.signOutHint[language]}</p>
      </form>
    </>
  );
}

/** The facts of the sign-in under a heading of their own, where something else comes first. */
export function AboutSignIn({ signedIn, style }: { readonly signedIn: SignedIn; readonly style: DateStyle }) {
  return (
    <section class="section">
      <h2>{copy.aboutSignIn[style.language]}</h2>
      <SignedInFacts signedIn={signedIn} style={style} />
    </section>
  );
}

/** What the hub told this party about the sign-in. */
function SignedInFacts({ signedIn, style }: { readonly signedIn: SignedIn; readonly style: DateStyle }) {
  const { language } = style;
  const { name, level, authenticatedAt, pseudonym } = signedIn;
  const words = levelWords[level]?.[language];
  return (
    <Facts
      facts={[
        [
          copy.who[language],
          <span key="name" id="name">
            {name ?? copy.unnamed[language]}
          </span>,
        ],
        [
          copy.level[language],
          <span key="level">
            {words ? `${words} ` : ''}
            <code id="level">{level}</code>
          </span>,
        ],
        [
          copy.at[language],
          <time key="at" datetime={new Date(authenticatedAt).toISOString()}>
            {formatMoment(authenticatedAt, style)}
          </time>,
        ],
        [
          copy.pseudonym[language],
          <code key="pseudonym" id="pseudonym">
            {pseudonym}
          </code>,
        ],
      ]}
    />
  );
}

function Others({ links, language }: { readonly links: readonly Neighbour[]; readonly language: Language }) {
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
