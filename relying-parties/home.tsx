import { type DateStyle, Facts, formatMoment, type Language, Notice, type Text } from '../web/index.ts';
import type { NotAdmitted } from './pages.ts';
import type { SignedIn } from './sign-ins.ts';

const copy = {
  signIn: { ja: 'カードでログイン', en: 'Sign in with the card' },
  signOut: { ja: 'このサービスからログアウト', en: 'Sign out of this service' },
  signOutHint: {
    ja: 'ほかのサービスのログインは続いています。',
    en: 'Your sign-in at other services goes on.',
  },
  signedIn: { ja: 'ログインしています', en: 'You are signed in' },
  signedOut: { ja: 'このサービスからログアウトしました', en: 'You have signed out of this service' },
  needed: { ja: 'このページを見るには、ログインしてください', en: 'Please sign in to see that page' },
  aboutSignIn: { ja: 'ログインについて', en: 'Your sign-in' },
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
}: {
  readonly name: Text;
  readonly purpose: Text;
  readonly language: Language;
  /** left: has just signed out; needed: wanted a page that needs a sign-in. */
  readonly why?: 'left' | 'needed' | undefined;
}) {
  return (
    <>
      <h1>{name[language]}</h1>
      {why === 'left' ? (
        <Notice kind="info" title={copy.signedOut[language]}>
          <p>{copy.signOutHint[language]}</p>
        </Notice>
      ) : null}
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
