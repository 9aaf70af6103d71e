import { type Language, LinesField, SelectField, TextField } from '../../web/index.ts';
import { authMethods, type ClientFields } from './client-fields.ts';
import { formCopy } from './form-copy.ts';

interface Parts {
  readonly fields: ClientFields;
  /** The identifier of a client that is there does not change. */
  readonly isNew: boolean;
  readonly errorOf: (field: string) => string | undefined;
  readonly language: Language;
}

/** An OIDC client in fields, for people who have no document of it. */
export function ClientForm({ fields, isNew, errorOf, language }: Parts) {
  const say = (key: keyof typeof formCopy) => formCopy[key][language];
  const field = (name: keyof ClientFields & keyof typeof formCopy, hint: keyof typeof formCopy) => ({
    name,
    label: say(name),
    hint: say(hint),
    value: String(fields[name]),
    error: errorOf(name),
    required: false,
    language,
  });
  return (
    <>
      {isNew ? (
        <TextField {...field('clientId', 'clientIdHint')} />
      ) : (
        <input type="hidden" name="clientId" value={fields.clientId} />
      )}
      <LinesField {...field('redirectUris', 'redirectUrisHint')} rows={3} required />
      <LinesField {...field('postLogoutUris', 'postLogoutUrisHint')} rows={2} />
      <SelectField
        name="applicationType"
        label={say('applicationType')}
        empty={say('web')}
        options={[
          // Written down or taken for granted, it means the same; what is written stays so.
          ...(fields.applicationType === 'web' ? [{ value: 'web', label: say('web') }] : []),
          { value: 'native', label: say('native') },
        ]}
        value={fields.applicationType}
        error={errorOf('applicationType')}
      />
      <div class="field">
        <label for="authMethod">{say('authMethod')}</label>
        <p class="hint" id="authMethod-hint">
          {say('authMethodHint')}
        </p>
        <select id="authMethod" name="authMethod" aria-describedby="authMethod-hint">
          {authMethods.map((method) => (
            <option key={method} value={method} selected={method === fields.authMethod}>
              {say(method)}
            </option>
          ))}
        </select>
      </div>
      <LinesField {...field('jwks', 'jwksHint')} rows={4} />
      <LinesField {...field('contacts', 'contactsHint')} rows={2} />
      <div class="option">
        <input type="checkbox" id="refresh" name="refresh" value="yes" checked={fields.refresh} />
        <label for="refresh">{say('refresh')}</label>
      </div>
      <details open={fields.more !== '' || errorOf('more') !== undefined}>
        <summary>{say('more')}</summary>
        <LinesField {...field('more', 'moreHint')} rows={4} />
      </details>
    </>
  );
}
