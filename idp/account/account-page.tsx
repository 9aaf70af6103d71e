import type { Consent, RecordedAccess } from '../../attribute-service/index.ts';
import { type DateStyle, Facts, formatMoment, type Language, Notice, type Text } from '../../web/index.ts';
import { unreadMost } from '../card/notices.ts';
import type { SsoSession } from '../session.ts';
import { Accesses } from './accesses.tsx';
import { purposeWords, typeNames } from './attribute-words.ts';
import { accountCopy, levelCopy, pageNames } from './copy.ts';
import { PreviousSection, type PreviousSignIn } from './previous-sign-in.tsx';

export type ListedConsent = Omit<Consent, 'mac'> & {
  /** ended: given for one sign-in, which is over. */
  readonly state: 'given' | 'withdrawn' | 'expired' | 'ended';
  /** The registered name; undefined when the service is no longer registered. */
  readonly service: Text | undefined;
};

export interface AccountPageOptions {
  readonly session: SsoSession;
  readonly resident: string | undefined;
  readonly previous: PreviousSignIn | undefined;
  /** How many notices are new. */
  readonly unread: number;
  readonly consents: readonly ListedConsent[];
  readonly justWithdrawn: ListedConsent | undefined;
  readonly accesses: readonly RecordedAccess[];
  /** Where older accesses go on. */
  readonly next: string | undefined;
  readonly onFirstPage: boolean;
  readonly csrfToken: string;
  readonly timeZone: string;
  readonly sourceNameOf: (source: string) => Text | undefined;
  readonly reported: ReadonlyMap<string, string>;
}

type Parts = AccountPageOptions & DateStyle;

const pages = [
  'notices',
  'card',
  'sessions',
  'services',
  'activity',
  'authenticators',
] as const satisfies readonly (keyof typeof pageNames)[];

/** Who may see what, who looked, and how this sign-in came about. */
export function AccountPage(options: Parts) {
  const { resident, justWithdrawn, consents, language } = options;
  const say = (key: keyof typeof accountCopy) => accountCopy[key][language];
  const current = consents.filter(({ state }) => state === 'given');
  const past = consents.filter(({ state }) => state !== 'given');
  return (
    <>
      <h1>{say('title')}</h1>
      {justWithdrawn ? <Withdrawn consent={justWithdrawn} {...{ consents, language }} /> : null}
      {resident ? <p>{say('owner').replace('{name}', () => resident)}</p> : null}
      {options.unread > 0 ? <Unread {...options} /> : null}
      <PreviousSection {...options} />
      <Contents language={language} />
      <section class="section" id="consents" aria-labelledby="consents-title">
        <h2 id="consents-title">{say('consents')}</h2>
        {current.length === 0 ? <p>{say('consentsNone')}</p> : null}
        {current.map((consent) => (
          <ConsentBlock key={consent.id} {...{ consent, options }} />
        ))}
        {past.length > 0 ? (
          <details>
            <summary>{say('past')}</summary>
            {past.map((consent) => (
              <ConsentBlock key={consent.id} {...{ consent, options }} />
            ))}
          </details>
        ) : null}
      </section>
      <Accesses {...options} />
      <SignIn {...options} />
    </>
  );
}

const serviceNameOf = ({ service }: ListedConsent, language: Language) =>
  (service ?? accountCopy.goneService)[language];

function Withdrawn({ consent, consents, language }: Pick<Parts, 'consents' | 'language'> & { consent: ListedConsent }) {
  const title = accountCopy.withdrawnTitle[language].replace('{service}', () => serviceNameOf(consent, language));
  const still = consents.some((other) => allowsSame(other, consent));
  return (
    <div tabindex={-1} autofocus>
      <Notice kind={still ? 'warning' : 'success'} title={title} id="withdrawn">
        <p>{accountCopy[still ? 'stillGivenText' : 'withdrawnText'][language]}</p>
      </Notice>
    </div>
  );
}

/** Agreed to in two windows, say: then withdrawing one of them stops nothing, and the page must not claim it. */
const allowsSame = ({ state, party, purpose, types }: ListedConsent, withdrawn: ListedConsent): boolean =>
  state === 'given' &&
  party === withdrawn.party &&
  purpose === withdrawn.purpose &&
  types.some((type) => withdrawn.types.includes(type));

/** The count at the top, because a notice that nobody sees warns nobody. */
function Unread({ unread, language }: Pick<Parts, 'unread' | 'language'>) {
  const n = unread >= unreadMost ? accountCopy.many[language] : String(unread);
  return (
    <Notice kind="info" title={accountCopy.unread[language].replace('{n}', n)} id="unread">
      <p>
        <a class="button" href="/account/notices">
          {accountCopy.readNotices[language]}
        </a>
      </p>
    </Notice>
  );
}

/** Short ways down a page that grows with the history. */
function Contents({ language }: { readonly language: Language }) {
  const sections = ['consents', 'accesses', 'session'] as const;
  return (
    <nav aria-label={accountCopy.onPage[language]}>
      <ul class="links">
        {sections.map((section) => (
          <li key={section}>
            <a class="button button-plain" href={`#${section}`}>
              {accountCopy[section][language]}
            </a>
          </li>
        ))}
        {pages.map((page) => (
          <li key={page}>
            <a class="button button-plain" href={`/account/${page}`}>
              {pageNames[page][language]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function ConsentBlock({ consent, options }: { readonly consent: ListedConsent; readonly options: Parts }) {
  const { language, csrfToken } = options;
  const service = serviceNameOf(consent, language);
  return (
    <article class="block" id={`consent-${consent.id}`}>
      <h3>{service}</h3>
      <Facts facts={consentFacts(consent, options)} />
      {consent.state === 'given' ? (
        <form method="post" action={`/account/consents/${consent.id}/withdraw`}>
          <input type="hidden" name="csrf" value={csrfToken} />
          <button
            type="submit"
            class="button-plain"
            aria-label={accountCopy.withdrawOf[language].replace('{service}', () => service)}
          >
            {accountCopy.withdraw[language]}
          </button>
        </form>
      ) : null}
    </article>
  );
}

function consentFacts(consent: ListedConsent, style: DateStyle): (readonly [string, string])[] {
  const { types, purpose, givenAt, state, withdrawnAt, until, sessionId } = consent;
  const { language } = style;
  const say = (key: keyof typeof accountCopy) => accountCopy[key][language];
  const ends: Readonly<Record<ListedConsent['state'], readonly [string, string]>> = {
    given: [say('until'), sessionId === undefined ? formatMoment(until, style) : say('untilSignOut')],
    withdrawn: [say('withdrawn'), formatMoment(withdrawnAt ?? until, style)],
    expired: [say('expired'), formatMoment(until, style)],
    ended: [say('until'), say('signInEnded')],
  };
  return [
    [say('what'), typeNames(types, language)],
    [say('purpose'), purposeWords(purpose, language)],
    [say('since'), formatMoment(givenAt, style)],
    ends[state],
  ];
}

function SignIn({ session, ...style }: Parts) {
  const { language } = style;
  const say = (key: keyof typeof accountCopy) => accountCopy[key][language];
  return (
    <section class="section" id="session" aria-labelledby="session-title">
      <h2 id="session-title">{say('session')}</h2>
      <Facts
        facts={[
          [say('level'), levelCopy[session.level]?.[language] ?? session.level],
          [say('startedAt'), formatMoment(session.startedAt, style)],
          [say('signedInAt'), formatMoment(session.authenticatedAt, style)],
        ]}
      />
      <p class="hint">{say('signOutHint')}</p>
      <p>
        <a class="button" id="sign-out" href="/sign-out">
          {say('signOut')}
        </a>
      </p>
    </section>
  );
}
