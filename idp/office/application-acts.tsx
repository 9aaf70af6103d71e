import type { ComponentChildren } from 'preact';
import { displayNameOf } from '../../card-auth/index.ts';
import { type Language, OptionGroup, SelectField } from '../../web/index.ts';
import { SignedBox } from './application-form.tsx';
import { type Application, evidenceKinds } from './applications.ts';
import type { Candidate } from './candidates.tsx';
import { evidenceNames, officeCopy } from './copy.ts';

interface ActsOptions {
  readonly application: Application;
  readonly candidates: readonly Candidate[];
  readonly outdated: boolean;
  readonly csrf: string;
  readonly language: Language;
}

function ActForm({
  application: { id, version },
  csrf,
  act,
  children,
}: Pick<ActsOptions, 'application' | 'csrf'> & { readonly act: string; readonly children: ComponentChildren }) {
  return (
    <form method="post" action={`/admin/office/applications/${id}/${act}`}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="seen" value={String(version)} />
      {children}
    </form>
  );
}

/** The first officer: who it is, and on what evidence. */
export function ForwardForm(options: ActsOptions) {
  const { application, candidates, outdated, language } = options;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const fit = candidates.filter(({ verdict }) => verdict !== 'other');
  if (outdated || fit.length === 0) return null;
  const names = new Map(application.register?.entries.map((entry) => [entry.reference, displayNameOf(entry)]));
  const labelOf = ({ reference }: Candidate) =>
    `${say('candidate')} ${candidates.findIndex((one) => one.reference === reference) + 1}: ${names.get(reference) ?? ''}`;
  return (
    <section class="section">
      <h2>{say('forward')}</h2>
      <ActForm {...options} act="forward">
        <OptionGroup
          kind="radio"
          name="chosen"
          legend={say('whoIsIt')}
          options={fit.map((one) => ({ value: one.reference, label: labelOf(one), checked: false }))}
          language={language}
        />
        <SelectField
          name="evidence"
          label={say('evidence')}
          empty={say('choose')}
          options={evidenceKinds.map((value) => ({ value, label: evidenceNames[value][language] }))}
          value=""
        />
        {application.mandate?.signed === false ? <SignedBox checked={false} language={language} /> : null}
        <button type="submit">{say('forward')}</button>
      </ActForm>
    </section>
  );
}

function Reason({ id, language }: { readonly id: string; readonly language: Language }) {
  return (
    <div class="field">
      <label for={id}>{officeCopy.reason[language]}</label>
      <p class="hint" id={`${id}-hint`}>
        {officeCopy.reasonHint[language]}
      </p>
      <textarea id={id} name="reason" rows={3} maxLength={1000} required aria-describedby={`${id}-hint`} />
    </div>
  );
}

const RefusingButtons = ({ language }: Pick<ActsOptions, 'language'>) =>
  (['returned', 'declined'] as const).map((outcome) => (
    <button key={outcome} type="submit" name="outcome" value={outcome} class="button-plain">
      {officeCopy[outcome === 'returned' ? 'return' : 'decline'][language]}
    </button>
  ));

/** Sent back or refused by one officer: nothing comes of it. */
export function RefuseForms(options: ActsOptions) {
  const { language } = options;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <section class="section">
      <h2>{`${say('return')} / ${say('decline')}`}</h2>
      <ActForm {...options} act="refuse">
        <Reason id="reason-refuse" language={language} />
        <div class="actions">
          <RefusingButtons language={language} />
        </div>
      </ActForm>
    </section>
  );
}

/** The second officer. */
export function DecisionForms(options: ActsOptions) {
  const { outdated, language } = options;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <section class="section">
      <h2>{say('decide')}</h2>
      <ActForm {...options} act="decide">
        <Reason id="reason-decide" language={language} />
        <div class="actions">
          {outdated ? null : (
            <button type="submit" name="outcome" value="approved">
              {say('approve')}
            </button>
          )}
          <RefusingButtons language={language} />
        </div>
      </ActForm>
    </section>
  );
}
