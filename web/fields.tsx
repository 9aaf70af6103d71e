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
      {error ? (
        <p class="error" id={`${name}-error`}>
          <span aria-hidden="true">✖ </span>
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** One of a few ready answers; nothing is chosen beforehand. */
export function SelectField({
  name,
  label,
  empty,
  options,
  value,
  error,
}: Pick<FieldProps, 'name' | 'label' | 'value' | 'error'> & {
  /** What stands there while nothing is chosen. */
  readonly empty: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select
        id={name}
        name={name}
        {...(error ? { 'aria-invalid': 'true' as const, 'aria-describedby': `${name}-error` } : {})}
      >
        <option value="">{empty}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      {error ? (
        <p class="error" id={`${name}-error`}>
          <span aria-hidden="true">✖ </span>
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** A day in whatever calendar and width it is written (see parseDate); a browser's own calendar knows no eras. */
export function DateField(props: FieldProps) {
  return <TextField {...props} inputmode="text" />;
}
