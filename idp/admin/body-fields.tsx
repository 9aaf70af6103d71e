import { Facts, type Language, TextField } from '../../web/index.ts';
import { bodyCopy, bodyTypeChoices } from './body-copy.ts';
import { bodyFieldsOf } from './body-form.ts';

/** The part of the form that describes a body; of one that is registered the identifier stays. */
export function BodyFields({
  document,
  registered,
  language,
}: {
  readonly document: string;
  readonly registered: boolean;
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
      <fieldset class="options">
        <legend>{say('types')}</legend>
        {bodyTypeChoices.map(({ id, name }) => (
          <div class="option" key={id}>
            <input type="checkbox" id={`type-${id}`} name="types" value={id} checked={types.includes(id)} />
            <label for={`type-${id}`}>{name[language]}</label>
          </div>
        ))}
      </fieldset>
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
