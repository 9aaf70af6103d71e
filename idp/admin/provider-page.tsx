import { bodyDocumentOf, diffRegistrations, type Finding, type ProviderRecord } from '../../federation/index.ts';
import { Breadcrumb, type DateStyle, Facts, formatMoment, Notice, Value } from '../../web/index.ts';
import type { TestPeriod } from '../playground/admission.ts';
import { TestSignIn } from '../playground/test-section.tsx';
import { bodyCopy } from './body-copy.ts';
import { bodyFacts } from './body-facts.ts';
import type { Decision, Revision } from './cases.ts';
import { adminCopy } from './copy.ts';
import { Differences, FindingsNotice } from './findings.tsx';
import { LogoChange, ProviderBesides, ServiceLogo } from './provider-besides.tsx';
import { contractChoices, outcomeNames, providerCopy, scopeNames, statusNames } from './provider-copy.ts';
import { ProviderKeys, type ProviderKeysOptions } from './provider-keys.tsx';
import { linkCopy } from './setup-copy.ts';

export interface ProviderPageOptions extends Pick<ProviderKeysOptions, 'lastUse' | 'at'> {
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
  readonly mayTest: boolean;
  readonly testPeriods: readonly TestPeriod[];
  /** Id of the administrator in front of the page. */
  readonly you: string;
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
        <div class="actions">
          <a class="button button-plain" href={`/admin/provider/edit?${new URLSearchParams({ id: record.id })}`}>
            {providerCopy.edit[language]}
          </a>
          {record.idWsf ? null : (
            <a class="button button-plain" href={`/admin/links/new?${new URLSearchParams({ id: record.id })}`}>
              {linkCopy.makeChange[language]}
            </a>
          )}
        </div>
      ) : null}
      {findings.length > 0 ? <FindingsNotice findings={findings} language={language} /> : null}
      <Waiting {...options} />
      <ProviderKeys {...options} />
      {options.mayTest ? <TestSignIn {...options} /> : null}
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
  const { protocol, key, name, status, idWsf, counter, api, authors = [], version } = record;
  const say = (word: keyof typeof providerCopy) => providerCopy[word][language];
  const own = idWsf ? bodyCopy : providerCopy;
  return [
    [say('status'), statusNames[status][language]],
    [say('key'), key],
    [say('protocol'), say(protocol)],
    [own.nameJa[language], name.ja],
    [own.nameEn[language], name.en],
    ...(idWsf ? bodyFacts(idWsf, language) : contractFacts(record, language)),
    ...(counter ? [[say('terminal'), `${counter.facility[language]} ${counter.terminal}`] as const] : []),
    ...(api
      ? [[say('api'), api.scopes.map((scope) => `${scopeNames[scope][language]} (${scope})`).join('\n')] as const]
      : []),
    ...(api?.feed ? [[say('feed'), api.feed] as const] : []),
    [say('registeredAt'), formatMoment(record.registeredAt, style)],
    [say('updatedAt'), formatMoment(record.updatedAt, style)],
    ...(authors.length > 0 ? [[say('authors'), authors.map(nameOf).join(', ')] as const] : []),
    ...viaFacts(record, language),
    [say('version'), String(version)],
  ];
}

function contractFacts({ contract }: ProviderRecord, language: DateStyle['language']): (readonly [string, string])[] {
  const chosen = (kind: 'contract' | 'purposes') =>
    contractChoices.filter((choice) => choice.kind === kind && contract.attributes.includes(choice.id));
  const listed = (kind: 'contract' | 'purposes') =>
    chosen(kind)
      .map((choice) => choice.name[language])
      .join(language === 'ja' ? '、' : ', ');
  return [
    [providerCopy.contract[language], listed('contract') || providerCopy.noContract[language]],
    ...(chosen('purposes').length > 0 ? [[providerCopy.purposes[language], listed('purposes')] as const] : []),
  ];
}

/** The administrator answers for it, and somebody outside wrote it: whoever approves has to know. */
const viaFacts = ({ via }: Pick<ProviderRecord, 'via'>, language: DateStyle['language']) =>
  via === undefined ? [] : ([[linkCopy.via[language], `${linkCopy.viaText[language]} (${via})`]] as const);

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
      {shown ? (
        <Facts
          facts={[
            [providerCopy.authors[language], shown.authors.map(nameOf).join(', ')],
            ...viaFacts(shown.made, language),
          ]}
        />
      ) : null}
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
  const own = record.idWsf ? bodyCopy : providerCopy;
  return (
    <section class="section">
      <h2>{own[`${to}Title`][language]}</h2>
      {to === 'suspend' ? <p>{own.suspendText[language]}</p> : null}
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

const documentOf = ({ saml, oidc, ...record }: ProviderRecord) =>
  saml?.metadata ?? JSON.stringify(oidc?.metadata ?? bodyDocumentOf(record), undefined, 2);
