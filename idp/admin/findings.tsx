import type { Finding, RegistrationDiff } from '../../federation/index.ts';
import { type Language, Notice } from '../../web/index.ts';
import { providerCopy, severityNames } from './provider-copy.ts';

export interface FindingsProps {
  readonly findings: readonly Finding[];
  /** On a form: id of the field that it is about. */
  readonly fieldOf?: ((finding: Finding) => string | undefined) | undefined;
  readonly language: Language;
}

/** What the linter found, each with its remedy and where it is written. */
export function Findings({ findings, fieldOf, language }: FindingsProps) {
  return (
    <ul class="errors">
      {findings.map((one) => {
        const { code, severity, where, message, remedy, cite } = one;
        const field = fieldOf?.(one);
        return (
          <li key={`${code} ${where} ${message.en}`}>
            <strong>{severityNames[severity][language]}</strong> <bdi>{message[language]}</bdi> {remedy[language]}{' '}
            <span class="hint">
              {field === undefined ? where : <a href={`#${field}`}>{where}</a>} ({cite}, {code})
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Findings in a box as grave as the gravest of them. */
export function FindingsNotice(props: FindingsProps) {
  const { findings, language } = props;
  const faulty = findings.some(({ severity }) => severity === 'error');
  const warned = findings.some(({ severity }) => severity === 'warning');
  return (
    <Notice
      kind={faulty ? 'error' : warned ? 'warning' : 'info'}
      title={providerCopy[faulty ? 'faulty' : 'findings'][language]}
    >
      <Findings {...props} />
    </Notice>
  );
}

/** Differences in words; those that alter trust are marked. */
export function Differences({ diff, language }: { readonly diff: RegistrationDiff; readonly language: Language }) {
  if (diff.length === 0) return <p>{providerCopy.noDifference[language]}</p>;
  return (
    <ul class="errors">
      {diff.map(({ words, trust }) => (
        <li key={words.en}>
          {trust ? <strong>{providerCopy.trust[language]} </strong> : null}
          <bdi>{words[language]}</bdi>
        </li>
      ))}
    </ul>
  );
}
