import {
  card,
  levels,
  levelWords,
  meetsLevel,
  type ProviderSettings,
  reachableLevels,
} from '../../federation/index.ts';
import { type Language, Logo, SelectField } from '../../web/index.ts';
import { formCopy, logoRefusals } from './form-copy.ts';
import type { FormParts } from './provider-form.tsx';
import type { Filled } from './submission.ts';

/** Levels that somebody can sign in at here; the card alone is what every sign-in has anyway. */
const offered = levels.filter((level) => level !== card && reachableLevels.some((one) => meetsLevel(one, level)));

export function LevelField({
  submission: { requiredLevel },
  error,
  language,
}: {
  readonly submission: Pick<Filled, 'requiredLevel'>;
  readonly error: string | undefined;
  readonly language: Language;
}) {
  const shown = requiredLevel && !offered.includes(requiredLevel) ? [...offered, requiredLevel] : offered;
  return (
    <SelectField
      name="requiredLevel"
      label={formCopy.requiredLevel[language]}
      hint={formCopy.requiredLevelHint[language]}
      empty={formCopy.anyLevel[language]}
      options={shown.map((level) => ({ value: level, label: levelWords[level][language] }))}
      value={requiredLevel ?? ''}
      error={error}
    />
  );
}

/** The picture stays with the form from the moment it was uploaded, however often the form comes back. */
export function LogoField({ submission: { logo, name }, logoProblem, language }: FormParts) {
  const described = `logo-hint${logoProblem ? ' logo-error' : ''}`;
  return (
    <div class="field">
      <label for="logo">{formCopy.logo[language]}</label>
      <p class="hint" id="logo-hint">
        {formCopy.logoHint[language]}
      </p>
      {logo ? (
        <>
          <Logo src={`/admin/logo/${logo}`} alt={name[language] || formCopy.logo[language]} />
          <input type="hidden" name="logoKept" value={logo} />
        </>
      ) : null}
      <input
        type="file"
        id="logo"
        name="logo"
        accept="image/png,image/jpeg,image/webp"
        aria-describedby={described}
        {...(logoProblem ? { 'aria-invalid': 'true' as const } : {})}
      />
      {logoProblem ? (
        <p class="error" id="logo-error">
          <span aria-hidden="true">✖ </span>
          {logoRefusals[logoProblem][language]}
        </p>
      ) : null}
      {logo ? <Switch name="logoRemove" label={formCopy.logoRemove[language]} checked={false} /> : null}
    </div>
  );
}

/** What differs from service to service; everything has a safe default, and what differs from it is shown at once. */
export function SamlSettings({
  settings,
  language,
}: {
  readonly settings: ProviderSettings;
  readonly language: Language;
}) {
  const say = (key: keyof typeof formCopy) => formCopy[key][language];
  const { encryptAssertion, keyTransport = '', contentEncryption = '' } = settings;
  const encryption = { true: 'yes', false: 'no', undefined: '' }[String(encryptAssertion)] ?? '';
  const options = (...values: string[]) => values.map((value) => ({ value, label: value }));
  return (
    <details open={Object.keys(settings).length > 0}>
      <summary>{say('settings')}</summary>
      <p>{say('settingsLead')}</p>
      <SelectField
        name="encryptAssertion"
        label={say('encryptAssertion')}
        hint={say('encryptHint')}
        empty={say('encryptDefault')}
        options={[
          { value: 'no', label: say('encryptNo') },
          ...(encryption === 'yes' ? [{ value: 'yes', label: say('encryptYes') }] : []),
        ]}
        value={encryption}
        error={undefined}
      />
      <SelectField
        name="keyTransport"
        label={say('keyTransport')}
        hint={say('keyTransportHint')}
        empty={say('keyTransportDefault')}
        options={options('rsa-oaep-sha256', ...(keyTransport === 'rsa-oaep-mgf1p' ? [keyTransport] : []))}
        value={keyTransport}
        error={undefined}
      />
      <SelectField
        name="contentEncryption"
        label={say('contentEncryption')}
        hint={say('keyTransportHint')}
        empty={say('contentEncryptionDefault')}
        options={options('aes128-gcm', ...(contentEncryption === 'aes256-gcm' ? [contentEncryption] : []))}
        value={contentEncryption}
        error={undefined}
      />
      {(['signResponse', 'requireSignedRequests', 'allowCreateStrict'] as const).map((name) => (
        <Switch key={name} name={name} label={say(name)} hint={say(`${name}Hint`)} checked={settings[name] === true} />
      ))}
    </details>
  );
}

function Switch({
  name,
  label,
  hint,
  checked,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
}) {
  return (
    <div class="option">
      <input
        type="checkbox"
        id={name}
        name={name}
        value="yes"
        checked={checked}
        {...(hint ? { 'aria-describedby': `${name}-hint` } : {})}
      />
      <label for={name}>{label}</label>
      {hint ? (
        <div class="option-hint" id={`${name}-hint`}>
          {hint}
        </div>
      ) : null}
    </div>
  );
}
