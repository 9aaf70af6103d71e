import type { ComponentChildren } from 'preact';
import { Notice } from './components.tsx';
import { frameCopy } from './copy.ts';
import type { Language } from './preferences.ts';

export interface FormError {
  /** Id of the control that needs attention. */
  readonly field: string;
  /** Says what to do, not what went wrong. */
  readonly message: string;
}

const summaryId = 'errors';

/** What is still needed, above the form, with a link to each place (WCAG 3.3.1). It has the focus, so that it is read first. */
export function ErrorSummary({ title, errors }: { readonly title: string; readonly errors: readonly FormError[] }) {
  return (
    <div id={summaryId} tabindex={-1} autofocus>
      <Notice kind="error" title={title}>
        <ul class="errors">
          {errors.map(({ field, message }) => (
            <li key={field}>
              <a href={`#${field}`}>{message}</a>
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly checked: boolean;
}

export interface OptionGroupProps {
  readonly kind: 'checkbox' | 'radio';
  readonly name: string;
  readonly legend: string;
  readonly hint?: string | undefined;
  readonly options: readonly Option[];
  readonly error?: string | undefined;
  readonly language: Language;
}

/** Id of an option's control; the first one is where an error leads. */
export const optionId = (name: string, at: number) => `${name}-${at}`;

/** A question with ready answers; nothing is chosen that the person did not choose. */
export function OptionGroup({ kind, name, legend, hint, options, error, language }: OptionGroupProps) {
  const [hintId, errorId] = [`${name}-hint`, `${name}-error`];
  const described = [hint ? hintId : '', error ? errorId : ''].join(' ').trim();
  // ARIA 1.2: a radio button has no aria-invalid, its group has; a plain group has none, each checkbox has.
  const group = kind === 'radio' ? { role: 'radiogroup' as const, ...(error ? { 'aria-invalid': true } : {}) } : {};
  return (
    <fieldset
      class="options"
      aria-labelledby={`${name}-legend`}
      {...(described ? { 'aria-describedby': described } : {})}
      {...group}
    >
      <legend id={`${name}-legend`}>
        {legend} <span class="must">{frameCopy.must[language]}</span>
      </legend>
      {hint ? (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p class="error" id={errorId}>
          <span aria-hidden="true">✖ </span>
          {error}
        </p>
      ) : null}
      {options.map((option, at) => (
        <OptionRow
          key={option.value}
          id={optionId(name, at)}
          invalid={error !== undefined}
          {...{ kind, name, option }}
        />
      ))}
    </fieldset>
  );
}

function OptionRow({
  kind,
  name,
  id,
  option: { value, label, hint, checked },
  invalid,
}: Pick<OptionGroupProps, 'kind' | 'name'> & {
  readonly id: string;
  readonly option: Option;
  readonly invalid: boolean;
}) {
  return (
    <div class="option">
      <input
        type={kind}
        {...{ id, name, value, checked }}
        {...(hint ? { 'aria-describedby': `${id}-hint` } : {})}
        {...(invalid && kind === 'checkbox' ? { 'aria-invalid': true } : {})}
      />
      <label for={id}>{label}</label>
      {hint ? (
        <div class="option-hint" id={`${id}-hint`}>
          {hint}
        </div>
      ) : null}
    </div>
  );
}
