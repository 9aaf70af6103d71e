import type { Finding, RegistrationDiff } from '../../federation/index.ts';
import { providerProtocols } from '../../federation/index.ts';
import { Breadcrumb, type Crumb, type Language, Notice, Tabs, TextField } from '../../web/index.ts';
import { bodyCopy } from './body-copy.ts';
import { BodyFields } from './body-fields.tsx';
import { ClientForm } from './client-form.tsx';
import { adminCopy } from './copy.ts';
import { DocumentFields, FileField } from './document-fields.tsx';
import type { FetchProblem } from './fetch-metadata.ts';
import { Differences, FindingsNotice } from './findings.tsx';
import { LevelField, LogoField, SamlSettings } from './form-choices.tsx';
import { fetchRefusals, formCopy, logoRefusals } from './form-copy.ts';
import { errorsAt, fieldOf } from './form-errors.ts';
import { contractChoices, providerCopy } from './provider-copy.ts';
import { pageOf } from './provider-list.tsx';
import type { Filled } from './submission.ts';

export interface ProviderFormOptions {
  readonly submission: Filled;
  /** Registration that is changed; none when it is new. */
  readonly id?: string | undefined;
  readonly title?: string | undefined;
  /** Version of what the change goes out from. */
  readonly seen: number;
  readonly csrf: string;
  /** Binds the document to the address that gave it. */
  readonly fetchedToken?: string | undefined;
  /** Present once something was sent. */
  readonly findings?: readonly Finding[] | undefined;
  readonly diff?: RegistrationDiff | undefined;
  readonly conflict?: boolean;
  readonly nameMissing?: boolean;
  /** The document was fetched just now. */
  readonly fetched?: boolean;
  readonly problem?: FetchProblem | undefined;
  readonly logoProblem?: keyof typeof logoRefusals | undefined;
}

export type FormParts = ProviderFormOptions & { readonly language: Language };
export const formTitle = (id: string | undefined) => (id === undefined ? providerCopy.registerNew : providerCopy.edit);

/** A registration as a document, or as fields, and what is chosen beside it; what was sent stays in the form. */
export function ProviderForm(options: FormParts) {
  const { id, title, language } = options;
  const trail: Crumb[] = [
    { name: adminCopy.title[language], href: '/admin' },
    { name: adminCopy.providers[language], href: '/admin/providers' },
    ...(id === undefined ? [] : [{ name: title ?? id, href: pageOf(id) }]),
  ];
  return (
    <>
      <Breadcrumb trail={trail} current={formTitle(id)[language]} language={language} />
      <h1>{formTitle(id)[language]}</h1>
      <Answer {...options} />
      {id === undefined ? null : <p>{providerCopy.changeLead[language]}</p>}
      <Ways {...options} />
      <Fields {...options} />
    </>
  );
}

/** What kind of service it is, and how a client is written down. Links, so that they work without script. */
function Ways({ id, submission, language }: FormParts) {
  const { protocol, fields } = submission;
  const base = id === undefined ? '/admin/providers/new?protocol=oidc' : editAddress(id);
  return (
    <>
      {id === undefined ? (
        <Tabs
          label={providerCopy.protocol[language]}
          tabs={providerProtocols.map((one) => ({
            name: providerCopy[one][language],
            href: `/admin/providers/new?protocol=${one}`,
          }))}
          current={providerProtocols.indexOf(protocol)}
        />
      ) : null}
      {protocol === 'oidc' ? (
        <Tabs
          label={formCopy.entry[language]}
          tabs={[
            { name: formCopy.asFields[language], href: base },
            { name: formCopy.asDocument[language], href: `${base}&entry=document` },
          ]}
          current={fields ? 0 : 1}
        />
      ) : null}
    </>
  );
}

const editAddress = (id: string) => `/admin/provider/edit?${new URLSearchParams({ id })}`;

/** What the hub says to what was sent. */
function Answer(options: FormParts) {
  const { submission, findings, diff, conflict, nameMissing, logoProblem, fetched, problem, language } = options;
  const faulty = nameMissing || conflict || logoProblem || findings?.some(({ severity }) => severity === 'error');
  return (
    <>
      {conflict ? (
        <Notice kind="error" title={providerCopy.conflict[language]}>
          <p>{providerCopy.conflictText[language]}</p>
        </Notice>
      ) : null}
      {problem ? <NotFetched problem={problem} language={language} /> : null}
      {logoProblem ? (
        <Notice kind="error" title={formCopy.logoFault[language]}>
          <p>
            <a href="#logo">{logoRefusals[logoProblem][language]}</a>
          </p>
        </Notice>
      ) : null}
      {fetched ? (
        <Notice kind="info" title={formCopy.fetchedOk[language]}>
          <p>{formCopy.fetchedText[language]}</p>
        </Notice>
      ) : null}
      {findings && !faulty ? <Notice kind="success" title={providerCopy.checked[language]} /> : null}
      {findings && findings.length > 0 ? (
        <FindingsNotice findings={findings} fieldOf={(one) => fieldOf(one, submission)} language={language} />
      ) : null}
      {diff ? (
        <section class="section">
          <h2>{providerCopy.differences[language]}</h2>
          <Differences diff={diff} language={language} />
        </section>
      ) : null}
    </>
  );
}

/** The reason stands in the log; here is what helps, and nothing that the other side said. */
function NotFetched({ problem, language }: { readonly problem: FetchProblem; readonly language: Language }) {
  return (
    <Notice kind="error" title={formCopy.fetchFailed[language]}>
      <p>
        <a href="#address">{fetchRefusals[problem.code][language]}</a>
      </p>
      <p class="hint">
        {problem.code} ({formCopy.reference[language]}: <code>{problem.trace}</code>)
      </p>
    </Notice>
  );
}

function Fields(options: FormParts) {
  const { submission, id, seen, csrf, fetchedToken, findings = [], nameMissing, language } = options;
  const { protocol, name, fields, source } = submission;
  const isBody = protocol === 'id-wsf';
  const say = (key: keyof typeof providerCopy) => providerCopy[key][language];
  const own = isBody ? bodyCopy : providerCopy;
  const field = { hint: own.nameHint[language], required: true, language };
  const errorOf = (at: string) => errorsAt(at, findings, { filled: submission, language });
  const missing = (at: string, value: string) => (nameMissing && !value.trim() ? say('nameMissing') : errorOf(at));
  return (
    <form
      method="post"
      action={id === undefined ? '/admin/providers/new' : editAddress(id)}
      enctype="multipart/form-data"
      class="section"
    >
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="protocol" value={protocol} />
      <input type="hidden" name="entry" value={fields ? 'fields' : 'document'} />
      <input type="hidden" name="seen" value={String(seen)} />
      {fetchedToken === undefined ? null : (
        <>
          <input type="hidden" name="fetchedAt" value={String(source?.fetchedAt)} />
          <input type="hidden" name="fetchedToken" value={fetchedToken} />
        </>
      )}
      {/* The first button is the one that the Enter key presses: it only looks. */}
      <button type="submit" name="do" value="check" hidden tabindex={-1}>
        {say('check')}
      </button>
      <Description {...options} errorOf={errorOf} />
      <TextField
        name="nameJa"
        label={own.nameJa[language]}
        value={name.ja}
        error={missing('nameJa', name.ja)}
        {...field}
      />
      <TextField
        name="nameEn"
        label={own.nameEn[language]}
        value={name.en}
        error={missing('nameEn', name.en)}
        {...field}
      />
      {isBody ? null : <Terms {...options} errorOf={errorOf} />}
      <div class="actions">
        <button type="submit" name="do" value="save">
          {say(id === undefined ? 'save' : 'saveChange')}
        </button>
        <button type="submit" name="do" value="check" class="button-plain">
          {say('check')}
        </button>
      </div>
    </form>
  );
}

type FieldParts = FormParts & { readonly errorOf: (field: string) => string | undefined };

/** What the registration itself says, as its kind is written down. */
function Description({ errorOf, ...options }: FieldParts) {
  const { submission, id, language } = options;
  const { protocol, fields, metadata } = submission;
  if (protocol === 'id-wsf')
    return (
      <BodyFields
        document={metadata}
        registered={id !== undefined}
        file={<FileField language={language} />}
        language={language}
      />
    );
  return fields ? (
    <ClientForm {...{ fields, errorOf, language }} isNew={id === undefined} />
  ) : (
    <DocumentFields {...options} errorOf={errorOf} />
  );
}

/** What is agreed with a service that people sign in at. */
function Terms({ errorOf, ...options }: FieldParts) {
  const { submission, language } = options;
  return (
    <>
      <LogoField {...options} />
      <Contract contract={submission.contract} language={language} />
      <LevelField {...{ submission, language }} error={errorOf('requiredLevel')} />
      {submission.protocol === 'saml' ? <SamlSettings settings={submission.settings} language={language} /> : null}
    </>
  );
}

export function Contract({
  contract,
  language,
}: {
  readonly contract: readonly string[];
  readonly language: Language;
}) {
  return (['contract', 'purposes'] as const).map((kind) => (
    <fieldset class="options" key={kind}>
      <legend>{providerCopy[kind][language]}</legend>
      {contractChoices
        .filter((choice) => choice.kind === kind)
        .map(({ id, name }) => (
          <div class="option" key={id}>
            <input type="checkbox" id={`contract-${id}`} name="contract" value={id} checked={contract.includes(id)} />
            <label for={`contract-${id}`}>{name[language]}</label>
          </div>
        ))}
    </fieldset>
  ));
}
