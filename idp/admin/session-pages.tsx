import {
  Breadcrumb,
  ErrorSummary,
  type FormError,
  type Language,
  Notice,
  SelectField,
  TextField,
} from '../../web/index.ts';
import { type NamedOutcome, Outcomes } from '../sign-out/outcomes.tsx';
import { adminCopy } from './copy.ts';
import { endingCopy, endingReasons } from './session-copy.ts';

export interface EndingFormOptions {
  readonly number: string;
  readonly reason: string;
  readonly wrong: readonly ('number' | 'reason')[];
  readonly csrf: string;
  readonly language: Language;
}

const Crumbs = ({ language }: { readonly language: Language }) => (
  <Breadcrumb
    trail={[{ name: adminCopy.title[language], href: '/admin' }]}
    current={adminCopy.sessions[language]}
    language={language}
  />
);

/** Whose, by the number on the card, and why. Nothing of the holder is shown, neither before nor after. */
export function EndingForm({ number, reason, wrong, csrf, language }: EndingFormOptions) {
  const say = (key: keyof typeof endingCopy) => endingCopy[key][language];
  const errors: FormError[] = wrong.map((field) => ({
    field,
    message: say(field === 'number' ? 'numberWrong' : 'reasonMissing'),
  }));
  const errorAt = (name: string) => errors.find(({ field }) => field === name)?.message;
  return (
    <>
      {errors.length > 0 ? <ErrorSummary title={say('problems')} errors={errors} /> : null}
      <Crumbs language={language} />
      <h1>{adminCopy.sessions[language]}</h1>
      <p>{say('lead')}</p>
      <p>{say('stopInstead')}</p>
      <form method="post" action="/admin/sessions" class="section">
        <input type="hidden" name="csrf" value={csrf} />
        <TextField
          name="number"
          label={say('number')}
          hint={say('numberHint')}
          value={number}
          error={errorAt('number')}
          required
          inputmode="numeric"
          language={language}
        />
        <SelectField
          name="reason"
          label={say('reason')}
          empty={say('choose')}
          options={Object.entries(endingReasons).map(([value, name]) => ({ value, label: name[language] }))}
          value={reason}
          error={errorAt('reason')}
        />
        <button type="submit">{say('send')}</button>
      </form>
    </>
  );
}

/** How many ended, and which service confirmed it. */
export function EndingResult({
  ended,
  results,
  language,
}: {
  readonly ended: number;
  readonly results: readonly NamedOutcome[];
  readonly language: Language;
}) {
  const say = (key: keyof typeof endingCopy) => endingCopy[key][language];
  const whole = results.every(({ outcome }) => outcome === 'confirmed');
  const title = ended === 0 ? say('none') : say('done').replace('{n}', String(ended));
  return (
    <>
      <Crumbs language={language} />
      <h1>{adminCopy.sessions[language]}</h1>
      <div tabindex={-1} autofocus>
        <Notice kind={whole ? 'success' : 'warning'} title={title} id="ended" />
      </div>
      {ended === 0 ? null : (
        <section class="section" aria-labelledby="results-title">
          <h2 id="results-title">{say('results')}</h2>
          {results.length === 0 ? <p>{say('noServices')}</p> : <Outcomes results={results} language={language} />}
        </section>
      )}
      <p>
        <a class="button button-plain" href="/admin/sessions">
          {say('again')}
        </a>
      </p>
    </>
  );
}
