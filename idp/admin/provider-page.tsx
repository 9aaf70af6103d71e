import { diffRegistrations, type Finding, type ProviderRecord } from '../../federation/index.ts';
import { Breadcrumb, type DateStyle, Facts, formatMoment, Notice, Value } from '../../web/index.ts';
import type { Decision, Revision } from './cases.ts';
import { adminCopy } from './copy.ts';
import { Differences, FindingsNotice } from './findings.tsx';
import { LogoChange, ProviderBesides, ServiceLogo } from './provider-besides.tsx';
import { contractChoices, outcomeNames, providerCopy, statusNames } from './provider-copy.ts';

export interface ProviderPageOptions {
  readonly record: ProviderRecord;
  readonly revision: Revision | undefined;
  readonly decisions: readonly Decision[];
  /** Of what waits, or of what is live. */
  readonly findings: readonly Finding[];
  readonly csrf: string;
  readonly may: Readonly<Record<'change' | 'approve' | 'suspend' | 'resume', boolean>>;
  /** Has the role, and wrote it. */
  readonly ownWork: boolean;
  readonly nameOf: (administrator: string) => string;
}

type Parts = ProviderPageOptions & DateStyle;

/** Everything about one registration, and what may be done with it. */
export function ProviderPage(options: Parts) {
  const { record, findings, decisions, may, language } = options;
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: adminCopy.providers[language], href: '/admin/providers' },
        ]}
        current={record.name[language]}
        language={language}
      />
      <h1>
        <Value>{record.name[language]}</Value>
      </h1>
      <ServiceLogo record={record} language={language} />
      <Facts facts={factsOf(options)} />
      <ProviderBesides {...options} mayFetch={may.change} />
      {may.change ? (
        <p>
          <a class="button button-plain" href={`/admin/provider/edit?${new URLSearchParams({ id: record.id })}`}>
            {providerCopy.edit[language]}
          </a>
        </p>
      ) : null}
      {findings.length > 0 ? <FindingsNotice findings={findings} language={language} /> : null}
      <Waiting {...options} />
      <Switch {...options} />
      {decisions.length > 0 ? <History {...options} /> : null}
      <details>
        <summary>{providerCopy.document[language]}</summary>
        <pre class="document">{documentOf(record)}</pre>
      </details>
    </>
  );
}

function factsOf({ record, nameOf, ...style }: Parts): (readonly [string, string])[] {
  const { language } = style;
  const { protocol, key, name, status, contract, counter, authors = [], version } = record;
  const say = (word: keyof typeof providerCopy) => providerCopy[word][language];
  const chosen = (kind: 'contract' | 'purposes') =>
    contractChoices.filter((choice) => choice.kind === kind && contract.attributes.includes(choice.id));
  const listed = (kind: 'contract' | 'purposes') =>
    chosen(kind)
      .map((choice) => choice.name[language])
      .join(language === 'ja' ? '、' : ', ');
  return [
    [say('status'), statusNames[status][language]],
    [say('key'), key],
    [say('protocol'), say(protocol)],
    [say('nameJa'), name.ja],
    [say('nameEn'), name.en],
    [say('contract'), listed('contract') || say('noContract')],
    ...(chosen('purposes').length > 0 ? [[say('purposes'), listed('purposes')] as const] : []),
    ...(counter ? [[say('terminal'), `${counter.facility[language]} ${counter.terminal}`] as const] : []),
    [say('registeredAt'), formatMoment(record.registeredAt, style)],
    [say('updatedAt'), formatMoment(record.updatedAt, style)],
    ...(authors.length > 0 ? [[say('authors'), authors.map(nameOf).join(', ')] as const] : []),
    [say('version'), String(version)],
  ];
}

/** What waits for a second person: a new registration, or a change beside the live one. */
function Waiting(options: Parts) {
  const { record, revision, ownWork, may, nameOf, language } = options;
  const title =
    record.status === 'pending' ? providerCopy.waiting : revision ? providerCopy.waitingRevision : undefined;
  if (!title) return null;
  const shown = record.status === 'pending' ? undefined : revision;
  return (
    <section class="section" id="waiting">
      <h2>{title[language]}</h2>
      {shown ? <Facts facts={[[providerCopy.authors[language], shown.authors.map(nameOf).join(', ')]]} /> : null}
      <h3>{providerCopy[shown ? 'differences' : 'contents'][language]}</h3>
      <Differences diff={diffOf(record, shown)} language={language} />
      <LogoChange record={record} made={shown?.made} language={language} />
      {ownWork ? <Notice kind="info" title={providerCopy.ownWork[language]} /> : null}
      {may.approve ? (
        <DecisionForm {...options} what={shown ? 'revision' : 'registration'} seen={(shown ?? record).version} />
      ) : null}
    </section>
  );
}

/** Of a new registration everything it says: whose keys, where answers go, what it may be given. */
const diffOf = (record: ProviderRecord, revision: Revision | undefined) =>
  revision
    ? diffRegistrations(
        record,
        { ...revision.made, status: record.status },
        { secretChanged: revision.sealedSecret !== undefined },
      )
    : diffRegistrations(undefined, record).filter(({ field }) => field !== 'status');

function DecisionForm({
  record,
  csrf,
  what,
  seen,
  language,
}: Parts & { readonly what: string; readonly seen: number }) {
  return (
    <form method="post" action="/admin/provider/decide">
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="id" value={record.id} />
      <input type="hidden" name="what" value={what} />
      <input type="hidden" name="seen" value={String(seen)} />
      <Comment id="comment-decision" language={language} />
      <div class="actions">
        <button type="submit" name="outcome" value="approved">
          {providerCopy.approve[language]}
        </button>
        <button type="submit" name="outcome" value="rejected" class="button-plain">
          {providerCopy.reject[language]}
        </button>
      </div>
    </form>
  );
}

function Comment({ id, language }: { readonly id: string; readonly language: DateStyle['language'] }) {
  return (
    <div class="field">
      <label for={id}>{providerCopy.comment[language]}</label>
      <p class="hint" id={`${id}-hint`}>
        {providerCopy.commentHint[language]}
      </p>
      <textarea id={id} name="comment" rows={3} maxLength={1000} required aria-describedby={`${id}-hint`} />
    </div>
  );
}

/** Stops a live service, or lets a stopped one go on. */
function Switch({ record, csrf, may, language }: Parts) {
  const to =
    record.status === 'approved' && may.suspend
      ? 'suspend'
      : record.status === 'suspended' && may.resume
        ? 'resume'
        : undefined;
  if (!to) return null;
  return (
    <section class="section">
      <h2>{providerCopy[`${to}Title`][language]}</h2>
      {to === 'suspend' ? <p>{providerCopy.suspendText[language]}</p> : null}
      <form method="post" action="/admin/provider/status">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="id" value={record.id} />
        <Comment id="comment-status" language={language} />
        <button type="submit" name="do" value={to} class="button-plain">
          {providerCopy[to][language]}
        </button>
      </form>
    </section>
  );
}

function History({ decisions, nameOf, ...style }: Parts) {
  const { language } = style;
  return (
    <section class="section">
      <h2>{providerCopy.history[language]}</h2>
      {decisions.map(({ id, at, by, outcome, comment }) => (
        <article class="block" key={id}>
          <h3>{outcomeNames[outcome][language]}</h3>
          <p>
            {formatMoment(at, style)} {nameOf(by)}
          </p>
          <p>
            <Value>{comment}</Value>
          </p>
        </article>
      ))}
    </section>
  );
}

const documentOf = ({ saml, oidc }: ProviderRecord) => saml?.metadata ?? JSON.stringify(oidc?.metadata, undefined, 2);
