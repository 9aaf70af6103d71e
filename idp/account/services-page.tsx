import type { ComponentChildren } from 'preact';
import type { AccountLink } from '../../federation/index.ts';
import { Breadcrumb, type DateStyle, Facts, formatMoment, type Language, Notice, type Text } from '../../web/index.ts';
import { accountCopy } from './copy.ts';
import { servicesCopy } from './services-copy.ts';

export interface ListedService extends Pick<AccountLink, 'id' | 'linkedAt' | 'lastSignInAt' | 'unlinkedAt'> {
  readonly name: Text;
  /** What its contract lets it be given at a sign-in or later. */
  readonly given: readonly Text[];
  /** Ids of the consents in force. */
  readonly consents: readonly string[];
}

export interface ServicesPageOptions extends DateStyle {
  readonly services: readonly ListedService[];
  /** Bodies that are asked for data; nobody signs in there. */
  readonly bodies: readonly { readonly id: string; readonly name: Text; readonly linkedAt: number }[];
  readonly justUnlinked: ListedService | undefined;
}

const words = (key: keyof typeof servicesCopy, language: Language) => servicesCopy[key][language];

/** Every service that knows the resident, what it may be given, and the way to leave it (R49). */
export function ServicesPage(options: ServicesPageOptions) {
  const { services, justUnlinked, language } = options;
  const current = services.filter(({ unlinkedAt }) => unlinkedAt === undefined);
  return (
    <>
      <Crumbs language={language} />
      <h1>{words('title', language)}</h1>
      {justUnlinked ? (
        <div tabindex={-1} autofocus>
          <Notice
            kind="success"
            title={servicesCopy.done[language].replace('{service}', () => justUnlinked.name[language])}
            id="unlinked"
          >
            <p>{words('doneText', language)}</p>
            <p>{words('askBack', language)}</p>
          </Notice>
        </div>
      ) : null}
      <p>{words('lead', language)}</p>
      {current.length === 0 ? <p>{words('none', language)}</p> : null}
      {current.map((service) => (
        <ServiceBlock key={service.id} {...{ service, options }} />
      ))}
      <Past {...options} />
      <Bodies {...options} />
    </>
  );
}

function Crumbs({ language, last }: { readonly language: Language; readonly last?: string }) {
  const title = words('title', language);
  const trail = [{ name: accountCopy.title[language], href: '/account' }];
  const inner = last === undefined ? trail : [...trail, { name: title, href: '/account/services' }];
  return <Breadcrumb trail={inner} current={last ?? title} language={language} />;
}

function ServiceBlock({ service, options }: { readonly service: ListedService; readonly options: DateStyle }) {
  const { language } = options;
  const name = service.name[language];
  return (
    <article class="block" id={`service-${service.id}`}>
      <h2>{name}</h2>
      <Facts facts={serviceFacts(service, options)} />
      <p>
        <a
          class="button button-plain"
          href={`/account/services/unlink?${new URLSearchParams({ service: service.id })}`}
          aria-label={servicesCopy.unlinkOf[language].replace('{service}', () => name)}
        >
          {words('unlink', language)}
        </a>
      </p>
    </article>
  );
}

function serviceFacts(
  { linkedAt, lastSignInAt, given, consents }: ListedService,
  style: DateStyle,
): (readonly [string, ComponentChildren])[] {
  const { language } = style;
  const names = given.map((name) => name[language]).join(accountCopy.separator[language]);
  return [
    [words('first', language), formatMoment(linkedAt, style)],
    [
      words('last', language),
      lastSignInAt === undefined ? words('unknown', language) : formatMoment(lastSignInAt, style),
    ],
    [words('given', language), names || words('onlyNumber', language)],
    [
      words('consents', language),
      consents[0] === undefined ? (
        words('noConsents', language)
      ) : (
        <a href={`/account#consent-${consents[0]}`}>
          {words('consentsAt', language).replace('{n}', String(consents.length))}
        </a>
      ),
    ],
  ];
}

function Past({ services, ...style }: ServicesPageOptions) {
  const { language } = style;
  const past = services.flatMap(({ id, name, unlinkedAt }) =>
    unlinkedAt === undefined ? [] : [{ id, name, unlinkedAt }],
  );
  if (past.length === 0) return null;
  return (
    <details>
      <summary>{words('past', language)}</summary>
      {past.map(({ id, name, unlinkedAt }) => (
        <article class="block" key={id}>
          <h3>{name[language]}</h3>
          <Facts facts={[[words('undone', language), formatMoment(unlinkedAt, style)]]} />
        </article>
      ))}
    </details>
  );
}

function Bodies({ bodies, ...style }: ServicesPageOptions) {
  const { language } = style;
  if (bodies.length === 0) return null;
  return (
    <section class="section" aria-labelledby="bodies-title">
      <h2 id="bodies-title">{words('bodies', language)}</h2>
      <p>{words('bodiesLead', language)}</p>
      <ul>
        {bodies.map(({ id, name }) => (
          <li key={id}>{name[language]}</li>
        ))}
      </ul>
    </section>
  );
}

export const unlinkTitle = ({ name }: Pick<ListedService, 'name'>, language: Language): string =>
  servicesCopy.ask[language].replace('{service}', () => name[language]);

/** Says all that follows before it is done, because a part of it cannot be taken back. */
export function UnlinkPage({
  service,
  csrfToken,
  language,
}: {
  readonly service: ListedService;
  readonly csrfToken: string;
  readonly language: Language;
}) {
  return (
    <>
      <Crumbs language={language} last={words('unlink', language)} />
      <h1>{unlinkTitle(service, language)}</h1>
      <p>{words('askLead', language)}</p>
      <ul>
        {(['askConsents', 'askSessions', 'askKept', 'askBack'] as const).map((key) => (
          <li key={key}>{words(key, language)}</li>
        ))}
      </ul>
      <form method="post" action="/account/services/unlink">
        <input type="hidden" name="csrf" value={csrfToken} />
        <input type="hidden" name="service" value={service.id} />
        <p class="actions">
          <button type="submit" id="unlink">
            {words('unlink', language)}
          </button>
          <a class="button button-plain" href="/account/services">
            {words('keep', language)}
          </a>
        </p>
      </form>
    </>
  );
}
