import {
  type ConsentPeriod,
  type ConsentTypeId,
  catalogue,
  type Purpose,
  purposes,
  verifiedIdentity,
} from '../../attribute-service/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import {
  ErrorSummary,
  Facts,
  type FormError,
  type Language,
  type Option,
  OptionGroup,
  optionId,
  type Text,
} from '../../web/index.ts';
import { purposeWords, sentence } from './attribute-words.ts';
import { consentCopy, periodCopy } from './copy.ts';

/** In the page's order: the narrowest first. */
export const periods = ['session', '90-days', '1-year'] as const satisfies readonly ConsentPeriod[];

const consentWords = { ...catalogue, verifiedIdentity };

/** Of the words that a resident agrees to; changes with any of them, so that it need not be thought of. */
export const textVersion = sha256(
  'sanuki-consent-text:',
  JSON.stringify([consentCopy, periodCopy, consentWords, purposes]),
)
  .toString('base64url')
  .slice(0, 12);

/** What was chosen so far; at first nothing. */
export interface Choices {
  readonly types: readonly ConsentTypeId[];
  readonly period?: ConsentPeriod | undefined;
}

export interface ConsentPageOptions {
  /** Path and query that the answer is posted to. */
  readonly action: string;
  readonly csrfToken: string;
  /** Name of the service from its approved registration, and the host that the browser goes back to. */
  readonly service: Text;
  readonly host: string;
  /** How the resident is called. */
  readonly resident?: string | undefined;
  readonly purpose: Purpose;
  readonly types: readonly { readonly id: ConsentTypeId; readonly sources: readonly Text[] }[];
  readonly choices: Choices;
  /** Whether the page comes back because a choice is missing. */
  readonly incomplete: boolean;
}

export function consentTitle({ incomplete }: Pick<ConsentPageOptions, 'incomplete'>, language: Language): string {
  return `${incomplete ? consentCopy.errorTitle[language] : ''}${consentCopy.title[language]}`;
}

/** What is missing before this can be a consent. */
function errorsOf({ choices, incomplete }: Pick<ConsentPageOptions, 'choices' | 'incomplete'>, language: Language) {
  if (!incomplete) return {};
  return {
    ...(choices.types.length === 0 ? { types: consentCopy.typesMissing[language] } : {}),
    ...(choices.period === undefined ? { period: consentCopy.periodMissing[language] } : {}),
  };
}

/** Asks for one consent: who, what, what for, from whom, how long, and how to take it back. Nothing is ticked beforehand. */
export function ConsentPage(options: ConsentPageOptions & { readonly language: Language }) {
  const { action, csrfToken, language } = options;
  const say = (key: keyof typeof consentCopy) => consentCopy[key][language];
  const errors: Readonly<Record<string, string>> = errorsOf(options, language);
  const listed: FormError[] = Object.entries(errors).map(([name, message]) => ({ field: optionId(name, 0), message }));
  return (
    <>
      {listed.length > 0 ? <ErrorSummary title={say('problems')} errors={listed} /> : null}
      <h1>{say('title')}</h1>
      <p>{say('lead')}</p>
      <Asker {...options} />
      <form method="post" action={action} novalidate data-hub-asks="consent">
        <input type="hidden" name="csrf" value={csrfToken} />
        <Questions {...options} errors={errors} />
        <Withdrawal language={language} />
        <p class="actions">
          <button type="submit" name="decision" value="agree" data-hub-answer="agree">
            {say('agree')}
          </button>
          <button type="submit" name="decision" value="decline" data-hub-answer="decline" class="button-plain">
            {say('decline')}
          </button>
        </p>
      </form>
    </>
  );
}

/** What, and for how long. */
function Questions({
  types,
  choices,
  errors,
  language,
}: Pick<ConsentPageOptions, 'types' | 'choices'> & {
  readonly errors: Readonly<Record<string, string>>;
  readonly language: Language;
}) {
  const say = (key: keyof typeof consentCopy) => consentCopy[key][language];
  return (
    <>
      <OptionGroup
        kind="checkbox"
        name="types"
        legend={say('types')}
        hint={say('typesHint')}
        options={types.map((type) => typeOption(type, choices, language))}
        error={errors.types}
        language={language}
      />
      <OptionGroup
        kind="radio"
        name="period"
        legend={say('period')}
        options={periods.map((value) => ({
          value,
          label: periodCopy[value][language],
          checked: choices.period === value,
        }))}
        error={errors.period}
        language={language}
      />
    </>
  );
}

function Asker({ service, host, purpose, resident, language }: ConsentPageOptions & { readonly language: Language }) {
  const say = (key: keyof typeof consentCopy) => consentCopy[key][language];
  return (
    <Facts
      facts={[
        [
          say('service'),
          <span key="service">
            <strong>{service[language]}</strong> ({host})
          </span>,
        ],
        [say('purpose'), purposeWords(purpose, language)],
        ...(resident ? [[say('person'), `${resident}${say('sama')}`] as const] : []),
      ]}
    />
  );
}

function typeOption(
  { id, sources }: ConsentPageOptions['types'][number],
  { types }: Choices,
  language: Language,
): Option {
  const say = (key: keyof typeof consentCopy) => consentCopy[key][language];
  const { name, contents } = consentWords[id];
  const from = sources.map((source) => source[language]).join(say('separator')) || say('unknownSource');
  const hint = (
    <>
      <p class="tight">
        {say('contents')}
        {say('colon')}
        {contents[language]}
      </p>
      <p class="tight">
        {say('from')}
        {say('colon')}
        {from}
      </p>
    </>
  );
  return { value: id, label: sentence(name[language]), hint, checked: types.includes(id) };
}

function Withdrawal({ language }: { readonly language: Language }) {
  const say = (key: keyof typeof consentCopy) => consentCopy[key][language];
  return (
    <section class="notice notice-info">
      <h2>{say('withdrawTitle')}</h2>
      <p>
        {say('withdrawBefore')}
        <a href="/account">{say('withdrawLink')}</a>
        {say('withdrawAfter')}
      </p>
      <p>{say('noHarm')}</p>
    </section>
  );
}
