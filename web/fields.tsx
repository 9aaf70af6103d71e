import { frameCopy } from './copy.ts';
import type { Language } from './preferences.ts';

export interface FieldProps {
  /** Name and id of the control. */
  readonly name: string;
  readonly label: string;
  /** How to fill it in, with an example. */
  readonly hint: string;
  readonly value: string;
  /** What to do about it, in words. */
  readonly error?: string | undefined;
  readonly required: boolean;
  readonly language: Language;
}

/** One line of text: label, support text, the control, then what has to be corrected. What was typed stays. */
export function TextField({ inputmode, ...props }: FieldProps & { readonly inputmode?: 'numeric' | 'text' }) {
  const { name, label, hint, value, error, required, language } = props;
  const described = [`${name}-hint`, ...(error ? [`${name}-error`] : [])].join(' ');
  return (
    <div class="field">
      <label for={name}>
        {label} <span class="need">{required ? frameCopy.must[language] : frameCopy.optional[language]}</span>
      </label>
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
      <input
        type="text"
        id={name}
        name={name}
        value={value}
        autocomplete="off"
        aria-describedby={described}
        {...(inputmode ? { inputmode } : {})}
        {...(required ? { 'aria-required': 'true' as const } : {})}
        {...(error ? { 'aria-invalid': 'true' as const } : {})}
      />
      {error ? <FieldError name={name} error={error} /> : null}
    </div>
  );
}

/** Several lines that programs read, with the parts of a TextField. */
export function LinesField(props: FieldProps & { readonly rows: number }) {
  const { name, label, hint, value, error, required, language, rows } = props;
  const described = [`${name}-hint`, ...(error ? [`${name}-error`] : [])].join(' ');
  return (
    <div class="field">
      <label for={name}>
        {label} <span class="need">{required ? frameCopy.must[language] : frameCopy.optional[language]}</span>
      </label>
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
      <textarea
        id={name}
        name={name}
        rows={rows}
        spellcheck={false}
        aria-describedby={described}
        {...(required ? { 'aria-required': 'true' as const } : {})}
        {...(error ? { 'aria-invalid': 'true' as const } : {})}
      >
        {value}
      </textarea>
      {error ? <FieldError name={name} error={error} /> : null}
    </div>
  );
}

function FieldError({ name, error }: { readonly name: string; readonly error: string }) {
  return (
    <p class="error" id={`${name}-error`}>
      <span aria-hidden="true">✖ </span>
      {error}
    </p>
  );
}

/** One of a few ready answers; nothing is chosen beforehand. */
export function SelectField({
  name,
  label,
  hint,
  empty,
  options,
  value,
  error,
}: Pick<FieldProps, 'name' | 'label' | 'value' | 'error'> & {
  readonly hint?: string | undefined;
  /** What stands there while nothing is chosen. */
  readonly empty: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}) {
  const described = [...(hint ? [`${name}-hint`] : []), ...(error ? [`${name}-error`] : [])].join(' ');
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint ? (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
      <select
        id={name}
        name={name}
        {...(described ? { 'aria-describedby': described } : {})}
        {...(error ? { 'aria-invalid': 'true' as const } : {})}
      >
        <option value="">{empty}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      {error ? <FieldError name={name} error={error} /> : null}
    </div>
  );
}

/** A day in whatever calendar and width it is written (see parseDate); a browser's own calendar knows no eras. */
export function DateField(props: FieldProps) {
  return <TextField {...props} inputmode="text" />;
}
