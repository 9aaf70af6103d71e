import {
  Breadcrumb,
  DateField,
  ErrorSummary,
  type Language,
  LinesField,
  OptionGroup,
  optionId,
  SelectField,
  TextField,
} from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { consentRows, type Field, purposeChoices, type Typed, type Wrong } from './application-fields.ts';
import { channels } from './applications.ts';
import { mandateNames, officeCopy, purposesInWords, sexNames } from './copy.ts';
import type { Employer } from './employers.ts';
import { consentTextVersions, mandateKinds } from './forms.ts';
import { insurerTypes } from './insurer-types.ts';

interface FormOptions {
  readonly employers: readonly Employer[];
  readonly typed: Typed;
  readonly wrong: Wrong;
  readonly csrf: string;
}

/** Forms 1 to 3 as they lie on the desk. */
export function ApplicationEntry({ csrf, ...shown }: FormOptions & { readonly language: Language }) {
  const { wrong, language } = shown;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const errors = Object.entries(wrong).map(([field, word]) => ({
    field: field === 'sex' || field === 'channel' ? optionId(field, 0) : field,
    message: say(word),
  }));
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: say('title'), href: '/admin/office/applications' },
        ]}
        current={say('enter')}
        language={language}
      />
      <h1>{say('enter')}</h1>
      {errors.length > 0 ? <ErrorSummary title={say('correct')} errors={errors} /> : null}
      <form method="post" action="/admin/office/applications/new" class="section">
        <input type="hidden" name="csrf" value={csrf} />
        <Form1 {...shown} />
        <Form2 {...shown} />
        <Form3 {...shown} />
        <button type="submit">{say('save')}</button>
      </form>
    </>
  );
}

type Shown = Omit<FormOptions, 'csrf'> & { readonly language: Language };

const required: readonly Field[] = ['birthDate', 'postal', 'municipality', 'town', 'block'];

type Described = Extract<Field, keyof { [K in keyof typeof officeCopy as K extends `${infer F}Hint` ? F : never]: 1 }>;

function fieldOf(name: Described, shown: Shown) {
  const { typed, wrong, language } = shown;
  const word = wrong[name];
  return {
    name,
    label: officeCopy[name][language],
    hint: officeCopy[`${name}Hint`][language],
    value: typed[name],
    error: word && officeCopy[word][language],
    required: required.includes(name),
    language,
  };
}

function Form1(shown: Shown) {
  const { typed, wrong, language } = shown;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <>
      <h2>{say('form1')}</h2>
      <p>{say('form1Hint')}</p>
      {(['kanji', 'kana', 'latin'] as const).map((name) => (
        <TextField key={name} {...fieldOf(name, shown)} />
      ))}
      <DateField {...fieldOf('birthDate', shown)} />
      <OptionGroup
        kind="radio"
        name="sex"
        legend={say('sex')}
        options={Object.entries(sexNames).map(([value, name]) => ({
          value,
          label: name[language],
          checked: typed.sex === value,
        }))}
        error={wrong.sex && say(wrong.sex)}
        language={language}
      />
      {(['postal', 'municipality', 'town', 'block'] as const).map((name) => (
        <TextField key={name} {...fieldOf(name, shown)} />
      ))}
      <Besides {...shown} />
    </>
  );
}

/** How the applicant came, and under which insurance (R109, R110). */
function Besides({ employers, typed, wrong, language }: Shown) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <>
      <OptionGroup
        kind="radio"
        name="channel"
        legend={say('channel')}
        options={channels.map((value) => ({ value, label: say(value), checked: typed.channel === value }))}
        error={wrong.channel && say(wrong.channel)}
        language={language}
      />
      <SelectField
        name="employer"
        label={say('employerCode')}
        hint={say(employers.length > 0 ? 'employerCodeHint' : 'noEmployers')}
        empty={say('choose')}
        options={employers.map(({ code, name }) => ({ value: code, label: `${code} ${name[language]}` }))}
        value={typed.employer}
        error={wrong.employer && say(wrong.employer)}
      />
      <SelectField
        name="insurerType"
        label={say('insurerType')}
        empty={say('choose')}
        options={Object.entries(insurerTypes).map(([value, name]) => ({ value, label: name[language] }))}
        value={typed.insurerType}
        error={wrong.insurerType && say(wrong.insurerType)}
      />
    </>
  );
}

function Form2(shown: Shown) {
  const { typed, wrong, language } = shown;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <>
      <h2>{say('form2')}</h2>
      <TextField {...fieldOf('agent', shown)} />
      <SelectField
        name="mandateKind"
        label={say('mandateKind')}
        empty={say('choose')}
        options={mandateKinds.map((value) => ({ value, label: mandateNames[value][language] }))}
        value={typed.mandateKind}
        error={wrong.mandateKind && say(wrong.mandateKind)}
      />
      <LinesField {...fieldOf('scope', shown)} rows={2} />
      {(['from', 'to'] as const).map((name) => (
        <DateField
          key={name}
          name={name}
          label={say(name)}
          hint={say('dayHint')}
          value={typed[name]}
          error={wrong[name] && say('dayWrong')}
          required={false}
          language={language}
        />
      ))}
      <SignedBox checked={typed.signed === '1'} language={language} />
    </>
  );
}

/** Ticked by who holds the paper. */
export const SignedBox = ({ checked, language }: { readonly checked: boolean; readonly language: Language }) => (
  <div class="option">
    <input type="checkbox" id="signed" name="signed" value="1" checked={checked} aria-describedby="signed-hint" />
    <label for="signed">{officeCopy.signed[language]}</label>
    <div class="option-hint" id="signed-hint">
      {officeCopy.signedHint[language]}
    </div>
  </div>
);

function Form3(shown: Shown) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][shown.language];
  return (
    <>
      <h2>{say('form3')}</h2>
      <p>{say('form3Hint')}</p>
      {consentRows.map((row) => (
        <ConsentFields key={row} {...shown} row={row} />
      ))}
    </>
  );
}

function ConsentFields({ row, typed, wrong, language }: Shown & { readonly row: (typeof consentRows)[number] }) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const errorOf = (name: Field) => wrong[name] && say(wrong[name]);
  return (
    <fieldset class="options">
      <legend>
        {say('consent')} {row}
      </legend>
      <TextField
        name={`insurer${row}`}
        label={say('insurers')}
        hint={say('insurersHint')}
        value={typed[`insurer${row}`]}
        error={errorOf(`insurer${row}`)}
        required={false}
        inputmode="numeric"
        language={language}
      />
      <SelectField
        name={`purposes${row}`}
        label={say('purposes')}
        empty={say('choose')}
        options={purposeChoices.map((value) => ({ value, label: purposesInWords(value.split(' '), language) }))}
        value={typed[`purposes${row}`]}
        error={errorOf(`purposes${row}`)}
      />
      <SelectField
        name={`textVersion${row}`}
        label={say('textVersion')}
        hint={say('textVersionHint')}
        empty={say('choose')}
        options={consentTextVersions.map((value) => ({ value, label: value }))}
        value={typed[`textVersion${row}`]}
        error={errorOf(`textVersion${row}`)}
      />
    </fieldset>
  );
}
