import { Breadcrumb, type DateStyle, Facts, formatMoment, Notice, type Text } from '../../web/index.ts';
import { browserWords } from '../browser-words.ts';
import type { SsoSession } from '../session.ts';
import { type NamedOutcome, Outcomes } from '../sign-out/outcomes.tsx';
import { accountCopy, levelCopy } from './copy.ts';
import { sessionsCopy } from './sessions-copy.ts';

export interface ListedSession extends Pick<SsoSession, 'id' | 'browser' | 'level' | 'startedAt' | 'lastUsedAt'> {
  /** The one that looks at the page. */
  readonly isHere: boolean;
  /** Nobody used it for so long that it is no session any more; its parties may not know. */
  readonly isIdle: boolean;
  readonly services: readonly Text[];
}

export interface SessionsPageOptions extends DateStyle {
  readonly sessions: readonly ListedSession[];
  /** What became of the one that was ended from here. */
  readonly ended: readonly NamedOutcome[] | undefined;
  readonly csrfToken: string;
}

/** Every sign-in of the resident, the one in front first, and how to end them. */
export function SessionsPage(options: SessionsPageOptions) {
  const { sessions, ended, csrfToken, language } = options;
  const say = (key: keyof typeof sessionsCopy) => sessionsCopy[key][language];
  return (
    <>
      <Breadcrumb
        trail={[{ name: accountCopy.title[language], href: '/account' }]}
        current={say('title')}
        language={language}
      />
      <h1 id="sessions-title">{say('title')}</h1>
      {ended ? <Ended {...{ ended, language }} /> : null}
      <p>{say('lead')}</p>
      <p>{say('notYours')}</p>
      {sessions.map((session) => (
        <SessionBlock key={session.id} {...{ session, options }} />
      ))}
      <form method="post" action="/account/sessions/end-all" class="section">
        <input type="hidden" name="csrf" value={csrfToken} />
        <p id="end-all-text">{say('endAllText')}</p>
        <p class="actions">
          <button type="submit" id="end-all" aria-describedby="end-all-text">
            {say('endAll')}
          </button>
        </p>
      </form>
    </>
  );
}

function SessionBlock({
  session,
  options,
}: {
  readonly session: ListedSession;
  readonly options: SessionsPageOptions;
}) {
  const { language, csrfToken } = options;
  const { id, isHere, browser, startedAt } = session;
  const name = browserWords(browser, language);
  const about = sessionsCopy.endOf[language]
    .replace('{name}', () => name)
    .replace('{since}', () => formatMoment(startedAt, options));
  return (
    <article class="block" {...(isHere ? { id: 'this-device' } : {})}>
      <h2>{name}</h2>
      {isHere ? (
        <p>
          <strong>
            <span aria-hidden="true">✔ </span>
            {sessionsCopy.here[language]}
          </strong>
        </p>
      ) : null}
      <Facts facts={sessionFacts(session, options)} />
      <form method="post" action="/account/sessions/end">
        <input type="hidden" name="csrf" value={csrfToken} />
        <input type="hidden" name="session" value={id} />
        <button type="submit" class="button-plain" aria-label={about}>
          {sessionsCopy.end[language]}
        </button>
      </form>
    </article>
  );
}

function sessionFacts(
  { level, startedAt, lastUsedAt, services, isIdle }: ListedSession,
  style: DateStyle,
): (readonly [string, string])[] {
  const { language } = style;
  const say = (key: keyof typeof sessionsCopy) => sessionsCopy[key][language];
  const names = services.map((name) => name[language]).join(accountCopy.separator[language]);
  return [
    [say('since'), formatMoment(startedAt, style)],
    [say('used'), formatMoment(lastUsedAt, style)],
    [say('level'), levelCopy[level]?.[language] ?? level],
    [say('services'), names || say('noServices')],
    ...(isIdle ? [[say('state'), say('idle')] as const] : []),
  ];
}

function Ended({
  ended,
  language,
}: Pick<SessionsPageOptions, 'language'> & { readonly ended: readonly NamedOutcome[] }) {
  const say = (key: keyof typeof sessionsCopy) => sessionsCopy[key][language];
  const whole = ended.every(({ outcome }) => outcome === 'confirmed');
  return (
    <div tabindex={-1} autofocus>
      <Notice kind={whole ? 'success' : 'warning'} title={say(whole ? 'endedOne' : 'partly')} id="ended">
        <p>{say(!whole ? 'partlyText' : ended.length === 0 ? 'none' : 'confirmed')}</p>
        {ended.length === 0 ? null : (
          <>
            <h3>{say('results')}</h3>
            <Outcomes results={ended} language={language} />
          </>
        )}
      </Notice>
    </div>
  );
}
