import {
  Breadcrumb,
  type DateStyle,
  Facts,
  formatClock,
  formatMoment,
  Notice,
  type Text,
  Value,
} from '../../web/index.ts';
import { type Explanation, isOwnPage } from '../traces/explanation.ts';
import type { FactName, TraceStep } from '../traces/step.ts';
import { stepLine } from '../traces/step-words.ts';
import { adminCopy } from './copy.ts';
import { concernedNames, explainCopy, factNames } from './explain-copy.ts';

/** What was asked for, and what there is. */
export type Found =
  | { readonly kind: 'nothing asked' | 'malformed' }
  | { readonly kind: 'unknown'; readonly days: number }
  | {
      readonly kind: 'found';
      readonly explanation: Explanation;
      readonly service: { readonly names: Text; readonly href: string | undefined } | undefined;
    };

export interface ExplainPageOptions {
  readonly typed: string;
  readonly found: Found;
}

type Parts = ExplainPageOptions & DateStyle;

/** A trace in words: first for whoever has the caller on the telephone, then for whoever has to mend something. */
export function ExplainPage({ typed, found, ...style }: Parts) {
  const { language } = style;
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={adminCopy.explain[language]}
        language={language}
      />
      <h1>{adminCopy.explain[language]}</h1>
      <Search typed={typed} wrong={found.kind === 'malformed'} language={language} />
      {found.kind === 'unknown' ? (
        <Notice kind="warning" title={explainCopy.unknown[language]} id="finding">
          <p>{explainCopy.unknownWhy[language].replace('{days}', String(found.days))}</p>
        </Notice>
      ) : null}
      {found.kind === 'found' ? <Finding {...found} {...style} /> : null}
    </>
  );
}

function Search({
  typed,
  wrong,
  language,
}: {
  readonly typed: string;
  readonly wrong: boolean;
  readonly language: DateStyle['language'];
}) {
  return (
    <form method="get" action="/admin/explain" class="section">
      <div class="field">
        <label for="code">{explainCopy.code[language]}</label>
        <p class="hint" id="code-hint">
          {explainCopy.codeHint[language]}
        </p>
        <input
          type="text"
          id="code"
          name="code"
          value={typed}
          maxLength={40}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          aria-describedby={wrong ? 'code-hint code-error' : 'code-hint'}
          {...(wrong ? { 'aria-invalid': 'true' as const } : {})}
        />
        {wrong ? (
          <p class="error" id="code-error">
            <span aria-hidden="true">✖ </span>
            {explainCopy.malformed[language]}
          </p>
        ) : null}
      </div>
      <button type="submit">{explainCopy.search[language]}</button>
    </form>
  );
}

type FoundParts = Extract<Found, { kind: 'found' }> & DateStyle;

function Finding({ explanation, service, ...style }: FoundParts) {
  const { language } = style;
  const { state, what, caller, whom, staff, code, remainingTries, steps, omitted, beginningMissing } = explanation;
  const say = (key: keyof typeof explainCopy) => explainCopy[key][language];
  const began = steps[0]?.at;
  const kind = { answered: 'success', refused: 'error', open: 'info', left: 'warning' } as const;
  return (
    <>
      <Notice kind={kind[state]} title={what[language]} id="finding">
        <Facts
          facts={[
            [say('caller'), <strong key="caller">{caller[language]}</strong>],
            ...(remainingTries === undefined
              ? []
              : [[factNames.remainingTries[language], String(remainingTries)] as const]),
            [say('whom'), concernedNames[whom][language]],
            [say('staff'), staff[language]],
            [say('provider'), <Service key="service" {...{ explanation, service, language }} />],
            ...(began === undefined ? [] : [[say('when'), formatMoment(began, style)] as const]),
            ...(code === undefined ? [] : [[say('kind'), <code key="code">{code}</code>] as const]),
          ]}
        />
      </Notice>
      <section class="section">
        <h2>{say('steps')}</h2>
        <p class="hint">{say('stepsHint')}</p>
        {beginningMissing ? <p>{say('beginningMissing')}</p> : null}
        {omitted > 0 ? <p>{say('omitted').replace('{n}', String(omitted))}</p> : null}
        <ol class="trace">
          {steps.map((step, at) => (
            <Step key={at} step={step} {...style} />
          ))}
        </ol>
      </section>
    </>
  );
}

/** By the registered name where there is one; what an unknown sender calls itself is text and nothing else. */
function Service({ explanation, service, language }: Pick<FoundParts, 'explanation' | 'service' | 'language'>) {
  const { provider } = explanation;
  if (provider === undefined)
    return <>{explainCopy[isOwnPage(explanation) ? 'noProvider' : 'unreadProvider'][language]}</>;
  return (
    <>
      {service ? (
        <>
          {service.href ? (
            <a href={service.href}>
              <Value>{service.names[language]}</Value>
            </a>
          ) : (
            <Value>{service.names[language]}</Value>
          )}
          <br />
        </>
      ) : null}
      <Value>{provider}</Value>
    </>
  );
}

function Step({ step, ...style }: { readonly step: TraceStep } & DateStyle) {
  const { language } = style;
  const facts = Object.entries(step.facts) as [FactName, TraceStep['facts'][FactName]][];
  const line = (
    <>
      <time datetime={new Date(step.at).toISOString()}>{formatClock(step.at, style)}</time> {stepLine(step, language)}
    </>
  );
  // What the terminal did is said by the line.
  if (facts.length === 0 || step.kind === 'card') return <li>{line}</li>;
  return (
    <li>
      <details>
        <summary>{line}</summary>
        <Facts
          facts={facts.map(
            ([name, value]) =>
              [factNames[name][language], <Value key={name}>{valueIn(name, value, style)}</Value>] as const,
          )}
        />
      </details>
    </li>
  );
}

function valueIn(name: FactName, value: TraceStep['facts'][FactName], style: DateStyle): string {
  const { language } = style;
  if (typeof value === 'boolean') return { ja: ['いいえ', 'はい'], en: ['no', 'yes'] }[language][Number(value)] ?? '';
  if (typeof value === 'number' && (name === 'issuedAt' || name === 'signedInAt'))
    return `${formatMoment(value, style)} (${formatClock(value, style)})`;
  return Array.isArray(value) ? value.join(language === 'ja' ? '、' : ', ') : String(value);
}
