import { fetchRefusals, formCopy } from './form-copy.ts';
import { providerCopy } from './provider-copy.ts';
import type { FormParts } from './provider-form.tsx';

/** The document of a service: fetched from its address, pasted, or chosen as a file. */
export function DocumentFields({
  submission,
  problem,
  errorOf,
  language,
}: FormParts & { readonly errorOf: (field: string) => string | undefined }) {
  const { protocol, metadata, source } = submission;
  const say = (key: keyof typeof providerCopy) => providerCopy[key][language];
  const faults = {
    address: problem ? fetchRefusals[problem.code][language] : errorOf('address'),
    metadata: errorOf('metadata'),
  };
  const invalid = (field: keyof typeof faults) => (faults[field] ? { 'aria-invalid': 'true' as const } : {});
  return (
    <>
      <div class="field">
        <label for="address">{formCopy.address[language]}</label>
        <p class="hint" id="address-hint">
          {formCopy.addressHint[language]}
        </p>
        <input
          type="url"
          id="address"
          name="address"
          value={source?.address ?? ''}
          maxLength={2000}
          autocomplete="off"
          aria-describedby={`address-hint${faults.address ? ' address-error' : ''}`}
          {...invalid('address')}
        />
        <Fault field="address" fault={faults.address} />
        <div class="actions">
          <button type="submit" name="do" value="fetch" class="button-plain" formnovalidate>
            {formCopy.fetch[language]}
          </button>
        </div>
      </div>
      <div class="field">
        <label for="metadata">{say(protocol === 'saml' ? 'samlMetadata' : 'oidcMetadata')}</label>
        <textarea
          id="metadata"
          name="metadata"
          rows={10}
          spellcheck={false}
          {...(faults.metadata ? { 'aria-describedby': 'metadata-error' } : {})}
          {...invalid('metadata')}
        >
          {metadata}
        </textarea>
        <Fault field="metadata" fault={faults.metadata} />
      </div>
      <FileField language={language} />
    </>
  );
}

export function FileField({ language }: Pick<FormParts, 'language'>) {
  return (
    <div class="field">
      <label for="file">{providerCopy.file[language]}</label>
      <p class="hint" id="file-hint">
        {providerCopy.fileHint[language]}
      </p>
      <input type="file" id="file" name="file" aria-describedby="file-hint" />
    </div>
  );
}

function Fault({ field, fault }: { readonly field: string; readonly fault: string | undefined }) {
  return fault === undefined ? null : (
    <p class="error" id={`${field}-error`}>
      <span aria-hidden="true">✖ </span>
      {fault}
    </p>
  );
}
