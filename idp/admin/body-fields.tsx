import type { ComponentChildren } from 'preact';
import { Facts, type Language, OptionGroup, TextField } from '../../web/index.ts';
import { bodyCopy, bodyTypeChoices } from './body-copy.ts';
import { bodyFieldsOf } from './body-form.ts';

/** The part of the form that describes a body; of one that is registered the identifier stays. */
export function BodyFields({
  document,
  registered,
  file,
  language,
}: {
  readonly document: string;
  readonly registered: boolean;
  /** The control for a file with the key. */
  readonly file: ComponentChildren;
  readonly language: Language;
}) {
  const { providerID, address, publicKey, types, deadlineMs } = bodyFieldsOf(document);
  const say = (key: keyof typeof bodyCopy) => bodyCopy[key][language];
  const field = { required: true, language };
  return (
    <>
      <p>{say('lead')}</p>
      {registered ? (
        <>
          <Facts facts={[[say('providerId'), providerID]]} />
          <input type="hidden" name="providerID" value={providerID} />
        </>
      ) : (
        <TextField
          name="providerID"
          label={say('providerId')}
          hint={say('providerIdHint')}
          value={providerID}
          {...field}
        />
      )}
      <TextField name="address" label={say('address')} hint={say('addressHint')} value={address} {...field} />
      <div class="field">
        <label for="publicKey">{say('publicKey')}</label>
        <p class="hint" id="publicKey-hint">
          {say('publicKeyHint')}
        </p>
        <textarea id="publicKey" name="publicKey" rows={8} spellcheck={false} aria-describedby="publicKey-hint">
          {publicKey}
        </textarea>
      </div>
      {file}
      <OptionGroup
        kind="checkbox"
        name="types"
        legend={say('types')}
        hint={say('typesHint')}
        options={bodyTypeChoices.map(({ id, name, uses }) => ({
          value: id,
          label: name[language],
          hint: uses.map((use) => use[language]).join(' '),
          checked: types.includes(id),
        }))}
        language={language}
      />
      <TextField
        name="deadlineMs"
        label={say('deadline')}
        hint={say('deadlineHint')}
        value={deadlineMs}
        inputmode="numeric"
        {...field}
      />
    </>
  );
}
