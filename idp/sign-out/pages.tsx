import { type Language, Notice, type Text } from '../../web/index.ts';
import { signOutCopy } from './copy.ts';
import { type NamedOutcome, Outcomes } from './outcomes.tsx';

interface ResultParts {
  readonly results: readonly NamedOutcome[];
  /** This page's own path, to look again. */
  readonly path: string;
  /** The party that asked, and where its answer waits. */
  readonly back?: { readonly name: Text; readonly href: string } | undefined;
  readonly language: Language;
}

/** What became of it at each service, and what to do about the rest. */
export function ResultPage({ results, path, back, language }: ResultParts) {
  const say = (key: keyof typeof signOutCopy) => signOutCopy[key][language];
  const whole = results.every(({ outcome }) => outcome === 'confirmed');
  return (
    <>
      <h1>{say('done')}</h1>
      {whole ? (
        <Notice kind="success" title={say(results.length === 0 ? 'doneNone' : 'doneAll')} id="all-confirmed" />
      ) : (
        <Notice kind="warning" title={say('partly')} id="not-all-confirmed">
          <p>{say('partlyText')}</p>
          <p>
            <strong>{say('remedy')}</strong>
          </p>
        </Notice>
      )}
      {results.length === 0 ? null : (
        <section class="section" aria-labelledby="services-title">
          <h2 id="services-title">{say('services')}</h2>
          <Outcomes results={results} language={language} />
        </section>
      )}
      {results.some(({ outcome }) => outcome === 'pending') ? (
        <p>
          <a class="button button-plain" id="again" href={path}>
            {say('again')}
          </a>
        </p>
      ) : null}
      {back ? (
        <p>
          <a class="button" id="back" href={back.href}>
            {say('backTo').replace('{service}', () => back.name[language])}
          </a>
        </p>
      ) : null}
    </>
  );
}

interface AskParts {
  readonly services: readonly Text[];
  /** The party that the browser came from, as it says; it has proved nothing. */
  readonly from: Text | undefined;
  readonly fields: Readonly<Record<string, string>>;
  readonly language: Language;
}

/** Nobody is signed out by a mere link. */
export function AskPage({ services, from, fields, language }: AskParts) {
  const say = (key: keyof typeof signOutCopy) => signOutCopy[key][language];
  return (
    <>
      <h1>{say('ask')}</h1>
      {from ? <p>{say('askFor').replace('{service}', () => from[language])}</p> : null}
      <p>{say('askText')}</p>
      <ul>
        <li key="hub">{say('askHub')}</li>
        {services.map((service) => (
          <li key={service.en}>{service[language]}</li>
        ))}
      </ul>
      <form method="post" action="/sign-out">
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <p class="actions">
          <button type="submit" id="sign-out">
            {say('signOut')}
          </button>
          <a class="button button-plain" href="/account">
            {say('stay')}
          </a>
        </p>
      </form>
    </>
  );
}

export function PlainPage({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <>
      <h1>{title}</h1>
      <p>{text}</p>
    </>
  );
}
