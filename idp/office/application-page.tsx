import { displayNameOf } from '../../card-auth/index.ts';
import { Breadcrumb, type DateStyle, Facts, formatDate, formatMoment, Notice, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { DecisionForms, ForwardForm, RefuseForms } from './application-acts.tsx';
import type { Application } from './applications.ts';
import { type Candidate, Candidates } from './candidates.tsx';
import {
  duplicateNames,
  evidenceNames,
  mandateNames,
  officeCopy,
  purposesInWords,
  sexNames,
  stateNames,
} from './copy.ts';
import type { Employer } from './employers.ts';
import type { ListedPicture } from './evidence.ts';
import type { InsurerConsentForm, MandateForm } from './forms.ts';
import { insurerTypes } from './insurer-types.ts';
import type { Duplicate } from './persons.ts';

export interface ApplicationPageOptions {
  readonly application: Application;
  readonly candidates: readonly Candidate[];
  /** The register's answer is too old to rest on. */
  readonly outdated: boolean;
  readonly employers: readonly Employer[];
  readonly pictures: readonly ListedPicture[];
  readonly duplicates: readonly Duplicate[];
  readonly may: Readonly<Record<'write' | 'decide' | 'see', boolean>>;
  /** Why somebody of the right role may not decide. */
  readonly closed: 'ownWork' | 'ownCard' | undefined;
  readonly csrf: string;
  readonly nameOf: (administrator: string) => string;
}

type Parts = ApplicationPageOptions & DateStyle;

/** A1: form and register side by side, evidence, duplicates, and what this officer may do. */
export function ApplicationPage(options: Parts) {
  const { application, may, closed, language } = options;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const name = displayNameOf(application.basic);
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: say('title'), href: '/admin/office/applications' },
        ]}
        current={application.id}
        language={language}
      />
      <h1>
        <Value>{name}</Value>
      </h1>
      <Facts facts={headOf(options)} />
      {closed ? <Notice kind="info" title={say(closed)} /> : null}
      <section class="section">
        <h2>{say('form1')}</h2>
        <Facts facts={formOf(application, language)} />
        {may.write ? (
          <p>
            <a class="button button-plain" href={`/admin/office/applications/${application.id}/print`}>
              {say('printView')}
            </a>
          </p>
        ) : null}
      </section>
      <Candidates {...options} />
      {application.decision ? null : <Duplicates {...options} />}
      <Pictures {...options} />
      {may.write && application.state === 'received' ? <ForwardForm {...options} /> : null}
      {may.write && application.state === 'received' ? <RefuseForms {...options} /> : null}
      {may.decide && application.state === 'forwarded' ? <DecisionForms {...options} /> : null}
    </>
  );
}

type Fact = Parameters<typeof Facts>[0]['facts'][number];

function headOf({ application, employers, nameOf, ...style }: Parts): readonly Fact[] {
  const { language } = style;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const { id, state, at, authors, evidence, decision, channel, employer, insurerType } = application;
  return [
    [say('number'), <code key="id">{id}</code>],
    [say('state'), stateNames[state][language]],
    [say('since'), formatMoment(at, style)],
    [say('channel'), say(channel)],
    ...(employer ? [[say('employerCode'), employerName(employer, employers, language)] as const] : []),
    ...(insurerType ? [[say('insurerType'), insurerTypes[insurerType][language]] as const] : []),
    [say('authors'), authors.map(nameOf).join(', ')],
    ...(evidence ? [[say('evidence'), evidenceNames[evidence][language]] as const] : []),
    ...(decision
      ? [
          [say('decided'), `${formatMoment(decision.at, style)} ${nameOf(decision.by)}`] as const,
          [say('reason'), <Value key="reason">{decision.reason}</Value>] as const,
        ]
      : []),
  ];
}

/** One that takes part no more has its code left. */
export function employerName(code: string, employers: readonly Employer[], language: DateStyle['language']): string {
  const name = employers.find((one) => one.code === code)?.name[language];
  return name === undefined ? code : `${code} ${name}`;
}

function formOf(
  { basic, mandate, insurers }: Pick<Application, 'basic' | 'mandate' | 'insurers'>,
  language: DateStyle['language'],
): readonly Fact[] {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const { name, sex, birthDate, address } = basic;
  const names = (['kanji', 'kana', 'latin'] as const).flatMap((item): Fact[] => {
    const text = name[item];
    return text === undefined ? [] : [[say(item), <Value key={item}>{text}</Value>]];
  });
  return [
    ...names,
    [say('birthDate'), formatDate(birthDate, language)],
    [say('sex'), sexNames[sex]?.[language] ?? ''],
    [say('postal'), address.postal],
    [say('address'), <Value key="address">{`${address.municipality}${address.town}${address.block}`}</Value>],
    ...(mandate ? mandateFacts(mandate, language) : []),
    ...insurers.map((one, at) => [`${say('consent')} ${at + 1}`, consentInWords(one, language)] as const),
  ];
}

function mandateFacts(mandate: MandateForm, language: DateStyle['language']): readonly Fact[] {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const { agent, kind, scope, from, to, signed } = mandate;
  return [
    [say('agent'), <Value key="agent">{`${agent} (${mandateNames[kind][language]})`}</Value>],
    [say('scope'), <Value key="scope">{scope === '' ? '–' : scope}</Value>],
    [say('period'), `${formatDate(from, language)} – ${to ? formatDate(to, language) : ''}`],
    [say('signatures'), say(signed ? 'signed' : 'unsigned')],
  ];
}

/** Insurer, purpose and version of the text. */
export const consentInWords = (
  { insurer, purposes, textVersion }: InsurerConsentForm,
  language: DateStyle['language'],
): string => `${insurer} (${purposesInWords(purposes, language)}; ${officeCopy.textVersion[language]} ${textVersion})`;

function Duplicates({ duplicates, language }: Parts) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <section class="section">
      <h2>{say('duplicates')}</h2>
      {duplicates.length === 0 ? (
        <p>{say('noDuplicates')}</p>
      ) : (
        <Notice kind="warning" title={say('duplicates')}>
          <ul>
            {duplicates.map(({ kind, application }, at) => (
              <li key={`${kind}-${application ?? at}`}>
                {duplicateNames[kind][language]}
                {application ? (
                  <>
                    {' '}
                    <a href={`/admin/office/applications/${application}`}>{application}</a>
                  </>
                ) : null}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </section>
  );
}

function Pictures({ application, pictures, may, csrf, ...style }: Parts) {
  const { language } = style;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  if (!may.see) return null;
  const base = `/admin/office/applications/${application.id}`;
  return (
    <section class="section">
      <h2>{say('pictures')}</h2>
      <p>{say('picturesLead')}</p>
      {pictures.length === 0 ? <p>{say('noPictures')}</p> : null}
      <ul class="links">
        {pictures.map(({ id, at }, index) => (
          <li key={id}>
            <a href={`${base}/evidence/${id}`}>
              {say('openPicture')} {index + 1}
            </a>{' '}
            {formatMoment(at, style)}
          </li>
        ))}
      </ul>
      {may.write && application.state === 'received' ? (
        <form method="post" action={`${base}/evidence`} enctype="multipart/form-data">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="seen" value={String(application.version)} />
          <div class="field">
            <label for="picture">{say('pictureFile')}</label>
            <p class="hint" id="picture-hint">
              {say('pictureHint')}
            </p>
            <input
              type="file"
              id="picture"
              name="picture"
              accept="image/png,image/jpeg,image/webp"
              aria-describedby="picture-hint"
            />
          </div>
          <button type="submit" class="button-plain">
            {say('addPicture')}
          </button>
        </form>
      ) : null}
    </section>
  );
}
