import type { Finding, RegistrationDiff } from '../../federation/index.ts';
import { providerProtocols } from '../../federation/index.ts';
import { Breadcrumb, type Crumb, type Language, Notice, Tabs, TextField } from '../../web/index.ts';
import { bodyCopy } from './body-copy.ts';
import { BodyFields } from './body-fields.tsx';
import { adminCopy } from './copy.ts';
import type { Submission } from './draft.ts';
import { Differences, FindingsNotice } from './findings.tsx';
import { contractChoices, providerCopy } from './provider-copy.ts';
import { pageOf } from './provider-list.tsx';

export interface ProviderFormOptions {
  readonly submission: Submission;
  /** Registration that is changed; none when it is new. */
  readonly id?: string | undefined;
  readonly title?: string | undefined;
  /** Version of what the change goes out from. */
  readonly seen: number;
  readonly csrf: string;
  /** Present once something was sent. */
  readonly findings?: readonly Finding[] | undefined;
  readonly diff?: RegistrationDiff | undefined;
  readonly conflict?: boolean;
  readonly nameMissing?: boolean;
}

type Parts = ProviderFormOptions & { readonly language: Language };
export const formTitle = (id: string | undefined) => (id === undefined ? providerCopy.registerNew : providerCopy.edit);

/** A registration as a document and a few fields; what was sent stays in the form. */
export function ProviderForm(options: Parts) {
  const { id, title, submission, language } = options;
  const { protocol } = submission;
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
      {id === undefined ? (
        <Tabs
          label={providerCopy.protocol[language]}
          tabs={providerProtocols.map((one) => ({
            name: providerCopy[one][language],
            href: `/admin/providers/new?protocol=${one}`,
          }))}
          current={providerProtocols.indexOf(protocol)}
        />
      ) : (
        <p>{providerCopy.changeLead[language]}</p>
      )}
      <Fields {...options} />
    </>
  );
}

/** What the hub says to what was sent. */
function Answer({ findings, diff, conflict, nameMissing, language }: Parts) {
  const good = findings && !nameMissing && !conflict && !findings.some(({ severity }) => severity === 'error');
  return (
    <>
      {conflict ? (
        <Notice kind="error" title={providerCopy.conflict[language]}>
          <p>{providerCopy.conflictText[language]}</p>
        </Notice>
      ) : null}
      {nameMissing ? <Notice kind="error" title={providerCopy.nameMissing[language]} /> : null}
      {good ? <Notice kind="success" title={providerCopy.checked[language]} /> : null}
      {findings && findings.length > 0 ? <FindingsNotice findings={findings} language={language} /> : null}
      {diff ? (
        <section class="section">
          <h2>{providerCopy.differences[language]}</h2>
          <Differences diff={diff} language={language} />
        </section>
      ) : null}
    </>
  );
}

function Fields({ submission, id, seen, csrf, nameMissing, language }: Parts) {
  const { protocol, name, metadata } = submission;
  const isBody = protocol === 'id-wsf';
  const say = (key: keyof typeof providerCopy) => providerCopy[key][language];
  const action = id === undefined ? '/admin/providers/new' : `/admin/provider/edit?${new URLSearchParams({ id })}`;
  const own = isBody ? bodyCopy : providerCopy;
  const field = { hint: own.nameHint[language], required: true, language };
  const missing = (value: string) => (nameMissing && !value.trim() ? say('nameMissing') : undefined);
  return (
    <form method="post" action={action} enctype="multipart/form-data" class="section">
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="protocol" value={protocol} />
      <input type="hidden" name="seen" value={String(seen)} />
      {isBody ? (
        <BodyFields
          document={metadata}
          registered={id !== undefined}
          file={<FileField language={language} />}
          language={language}
        />
      ) : (
        <Metadata {...{ protocol, metadata, language }} />
      )}
      <TextField name="nameJa" label={own.nameJa[language]} value={name.ja} error={missing(name.ja)} {...field} />
      <TextField name="nameEn" label={own.nameEn[language]} value={name.en} error={missing(name.en)} {...field} />
      {isBody ? null : <Contract contract={submission.contract} language={language} />}
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

function Metadata({
  protocol,
  metadata,
  language,
}: Pick<Submission, 'protocol' | 'metadata'> & { readonly language: Language }) {
  return (
    <>
      <div class="field">
        <label for="metadata">{providerCopy[protocol === 'saml' ? 'samlMetadata' : 'oidcMetadata'][language]}</label>
        <textarea id="metadata" name="metadata" rows={10} spellcheck={false}>
          {metadata}
        </textarea>
      </div>
      <FileField language={language} />
    </>
  );
}

function FileField({ language }: { readonly language: Language }) {
  return (
    <div class="field">
      <label for="file">{providerCopy.file[language]}</label>
      <p class="hint" id="file-hint">
        {providerCopy.fileHint[language]}
      </p>
      <input type="file" id="file" name="file" aria-describedby="file-hint" />
    </div>
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
