import { X509Certificate } from 'node:crypto';
import type { Finding, RegistrationDiff } from '../../federation/index.ts';
import { type DateStyle, Facts, formatDay, formatMoment, Notice, Value } from '../../web/index.ts';
import { FileField } from './document-fields.tsx';
import { Differences, FindingsNotice } from './findings.tsx';
import { contractChoices, providerCopy } from './provider-copy.ts';
import { setupCopy } from './setup-copy.ts';
import type { SetupLink } from './setup-links.ts';

/** What an engineer has to know of the hub. */
export interface HubFacts {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly issuer: string;
  /** Base64 DER of every published SAML certificate. */
  readonly certificates: readonly string[];
}

export type SubmittedState = 'waits' | 'live' | 'sentBack' | 'stopped';

export interface SetupPageOptions {
  readonly link: SetupLink;
  readonly hub: HubFacts;
  readonly csrf: string;
  /** As sent, or what is registered. */
  readonly metadata: string;
  readonly seen: number;
  /** Present once something was sent. */
  readonly findings?: readonly Finding[] | undefined;
  readonly diff?: RegistrationDiff | undefined;
  readonly conflict?: boolean;
}

type Parts = SetupPageOptions & DateStyle;
type Say = (key: keyof typeof setupCopy) => string;
const sayIn =
  (language: DateStyle['language']): Say =>
  (key) =>
    setupCopy[key][language];

export const setupTitle = ({ name }: SetupLink, language: DateStyle['language']) =>
  setupCopy.title[language].replace('{name}', name[language]);

/** For a service's own engineer: what the hub is, what the service will get, and what it has to send. */
export function SetupPage(options: Parts) {
  const { link, language } = options;
  const say = sayIn(language);
  return (
    <>
      <h1>{setupTitle(link, language)}</h1>
      <Answer {...options} />
      <p>{say(link.change ? 'leadChange' : 'lead')}</p>
      <section class="section">
        <h2>{say('agreed')}</h2>
        <Facts facts={agreedFacts(options)} />
        <p class="hint">{say('agreedHint')}</p>
      </section>
      <section class="section">
        <h2>{say('hub')}</h2>
        <Facts facts={hubFacts(options)} />
      </section>
      <section class="section">
        <h2>{say('own')}</h2>
        <DocumentForm {...options} />
      </section>
    </>
  );
}

const isGood = ({ findings, conflict }: SetupPageOptions): boolean =>
  findings !== undefined && !conflict && !findings.some(({ severity }) => severity === 'error');

function Answer(options: Parts) {
  const { findings, diff, conflict, language } = options;
  const say = sayIn(language);
  return (
    <>
      {conflict ? (
        <Notice kind="error" title={say('conflict')}>
          <p>{say('conflictText')}</p>
        </Notice>
      ) : null}
      {isGood(options) ? (
        <Notice kind="success" title={say('good')}>
          <p>{say('goodText')}</p>
        </Notice>
      ) : null}
      {findings && findings.length > 0 ? (
        <>
          <FindingsNotice findings={findings} language={language} />
          <p class="hint">{say('findingsHint')}</p>
        </>
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

function agreedFacts({ link, ...style }: Pick<Parts, 'link' | 'language' | 'timeZone'>) {
  const { language } = style;
  const listed = (kind: 'contract' | 'purposes') =>
    contractChoices
      .filter((choice) => choice.kind === kind && link.contract.includes(choice.id))
      .map((choice) => choice.name[language])
      .join(language === 'ja' ? '、' : ', ');
  return [
    [setupCopy.name[language], <Value key="name">{`${link.name.ja} / ${link.name.en}`}</Value>],
    [providerCopy.protocol[language], providerCopy[link.protocol][language]],
    [setupCopy.given[language], listed('contract') || providerCopy.noContract[language]],
    ...(listed('purposes') ? [[providerCopy.purposes[language], listed('purposes')] as const] : []),
    [setupCopy.until[language], formatMoment(link.until, style)],
  ] as const;
}

function hubFacts({ link, hub, ...style }: Pick<Parts, 'link' | 'hub' | 'language' | 'timeZone'>) {
  const say = sayIn(style.language);
  if (link.protocol === 'oidc')
    return [
      [say('issuer'), <code key="issuer">{hub.issuer}</code>],
      [say('discovery'), <code key="discovery">{`${hub.issuer}/.well-known/openid-configuration`}</code>],
      [say('jwks'), <code key="jwks">{`${hub.issuer}/oidc/jwks`}</code>],
    ] as const;
  return [
    [
      say('metadata'),
      <a key="metadata" href={hub.entityId}>
        {hub.entityId}
      </a>,
    ],
    ['entityID', <code key="entityID">{hub.entityId}</code>],
    [say('sso'), <code key="sso">{hub.ssoUrl}</code>],
    ...hub.certificates.flatMap((base64, at) => {
      const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
      const nth = hub.certificates.length > 1 ? ` ${at + 1}` : '';
      return [
        [`${say('fingerprint')}${nth}`, <code key="fingerprint">{certificate.fingerprint256}</code>],
        [`${say('certificateEnds')}${nth}`, formatDay(certificate.validToDate.getTime(), style)],
      ] as const;
    }),
  ] as const;
}

/** The next step stands first: checking, until there is nothing against submitting. */
function DocumentForm(options: Parts) {
  const { link, csrf, metadata, seen, language } = options;
  const ready = isGood(options);
  const label = providerCopy[link.protocol === 'saml' ? 'samlMetadata' : 'oidcMetadata'][language];
  return (
    <form method="post" action="/setup" enctype="multipart/form-data">
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="seen" value={String(seen)} />
      <div class="field">
        <label for="metadata">{label}</label>
        <textarea id="metadata" name="metadata" rows={10} spellcheck={false}>
          {metadata}
        </textarea>
      </div>
      <FileField language={language} />
      <div class="actions">
        {(ready ? (['submit', 'check'] as const) : (['check', 'submit'] as const)).map((act, at) => (
          <button key={act} type="submit" name="do" value={act} {...(at === 0 ? {} : { class: 'button-plain' })}>
            {setupCopy[act][language]}
          </button>
        ))}
      </div>
    </form>
  );
}

export interface SubmittedPageOptions extends DateStyle {
  readonly link: SetupLink;
  readonly state: SubmittedState;
  readonly at: number;
  /** entityID or client_id. */
  readonly identifier: string;
  readonly hub: HubFacts;
  /** A client secret, this one time. */
  readonly secret?: string | undefined;
  /** Something was sent after the link was used. */
  readonly again?: boolean;
}

/** After the submission: how it stands. Nothing can be sent from here. */
export function SubmittedPage({ link, state, at, identifier, secret, again, hub, ...style }: SubmittedPageOptions) {
  const { language } = style;
  const say = sayIn(language);
  const kind = state === 'live' ? 'success' : state === 'waits' ? 'info' : 'warning';
  return (
    <>
      <h1>{setupTitle(link, language)}</h1>
      {again ? (
        <Notice kind="error" title={say('again')}>
          <p>{say('againText')}</p>
        </Notice>
      ) : null}
      <Notice kind={kind} title={say(state)}>
        <p>{say(`${state}Text`)}</p>
      </Notice>
      {secret === undefined ? null : (
        <Notice kind="warning" title={providerCopy.secret[language]}>
          <p>{say('secretText')}</p>
          <p>
            <code id="secret">{secret}</code>
          </p>
        </Notice>
      )}
      <Facts
        facts={[
          [link.protocol === 'saml' ? 'entityID' : 'client_id', <code key="identifier">{identifier}</code>],
          [say('submittedAt'), formatMoment(at, style)],
        ]}
      />
      <section class="section">
        <h2>{say('hub')}</h2>
        <Facts facts={hubFacts({ link, hub, ...style })} />
      </section>
    </>
  );
}
