import {
  Breadcrumb,
  DateField,
  ErrorSummary,
  type Language,
  LinesField,
  OptionGroup,
  optionId,
  parseDate,
  SelectField,
  TextField,
} from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { type ApplicationForm, channels } from './applications.ts';
import { mandateNames, officeCopy, sexNames } from './copy.ts';
import { isInsurerNumber, type MandateForm, mandateKinds } from './forms.ts';

const texts = ['kanji', 'kana', 'latin', 'birthDate', 'sex', 'postal', 'municipality', 'town', 'block'] as const;
const besides = ['channel', 'agent', 'mandateKind', 'from', 'to', 'insurers'] as const;
const names = [...texts, ...besides];
type Field = (typeof names)[number];

/** What was typed, to the letter. */
export type Typed = Readonly<Record<Field, string>>;
type Wrong = Partial<Readonly<Record<Field, keyof typeof officeCopy>>>;

export const typedIn = (form: URLSearchParams): Typed =>
  Object.fromEntries(names.map((name) => [name, (form.get(name) ?? '').trim()])) as Typed;

export const nothingTyped = typedIn(new URLSearchParams());

/** The form as it will be kept, or what has to be put right. Names and address stay as they were typed. */
export function readApplication(typed: Typed): { readonly form: ApplicationForm } | { readonly wrong: Wrong } {
  const { kanji, kana, latin, sex, municipality, town, block, channel } = typed;
  const birthDate = parseDate(typed.birthDate);
  const postal = typed.postal.normalize('NFKC').replaceAll(/\D/g, '');
  const insurers = insurersIn(typed.insurers);
  const { mandate, ...mandateWrong } = readMandate(typed);
  const tooLong = [kanji, kana, latin, municipality, town, block].some((text) => text.length > 150);
  const wrong: Wrong = {
    ...((kanji === '' && kana === '' && latin === '') || tooLong ? { kanji: 'nameWrong' } : {}),
    ...(birthDate ? {} : { birthDate: 'birthDateWrong' }),
    ...(/^[123]$/.test(sex) ? {} : { sex: 'sexWrong' }),
    ...(postal.length === 7 ? {} : { postal: 'postalWrong' }),
    ...(municipality === '' ? { municipality: 'municipalityWrong' } : {}),
    ...(town === '' ? { town: 'townWrong' } : {}),
    ...(block === '' ? { block: 'blockWrong' } : {}),
    ...(channels.some((one) => one === channel) ? {} : { channel: 'channelWrong' }),
    ...mandateWrong,
    ...(insurers.every(isInsurerNumber) && insurers.length <= 10 ? {} : { insurers: 'insurersWrong' }),
  };
  if (Object.keys(wrong).length > 0 || !birthDate) return { wrong };
  const name = { ...(kanji && { kanji }), ...(kana && { kana }), ...(latin && { latin }) };
  const address = { postal, municipality, town, block };
  const basic = { name, sex: Number(sex) as 1 | 2 | 3, birthDate, address };
  return { form: { basic, channel: channel === 'employer' ? channel : 'public', mandate, insurers } };
}

const insurersIn = (text: string): string[] => [
  ...new Set(
    text
      .normalize('NFKC')
      .split(/[\s,]+/)
      .filter((number) => number !== ''),
  ),
];

function readMandate({ agent, mandateKind, from, to }: Typed): Wrong & { readonly mandate?: MandateForm } {
  if (agent === '') return {};
  const kind = mandateKinds.find((one) => one === mandateKind);
  const [first, last] = [parseDate(from), to === '' ? undefined : parseDate(to)];
  if (!kind) return { mandateKind: 'mandateKindWrong' };
  if (!first) return { from: 'dayWrong' };
  if (to !== '' && (!last || last < first)) return { to: 'dayWrong' };
  return { mandate: { agent: agent.slice(0, 150), kind, from: first, ...(last ? { to: last } : {}) } };
}

interface FormOptions {
  readonly typed: Typed;
  readonly wrong: Wrong;
  readonly csrf: string;
}

/** Forms 1 to 3 as they lie on the desk. */
export function ApplicationEntry({ typed, wrong, csrf, language }: FormOptions & { readonly language: Language }) {
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
        <Form1 {...{ typed, wrong, language }} />
        <Form2 {...{ typed, wrong, language }} />
        <h2>{say('form3')}</h2>
        <LinesField {...fieldOf('insurers', { typed, wrong, language })} rows={3} />
        <button type="submit">{say('save')}</button>
      </form>
    </>
  );
}

type Shown = Omit<FormOptions, 'csrf'> & { readonly language: Language };

const required: readonly Field[] = ['birthDate', 'postal', 'municipality', 'town', 'block'];

function fieldOf(name: Exclude<Field, 'sex' | 'channel' | 'mandateKind' | 'from' | 'to'>, shown: Shown) {
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
  const choices = (name: 'sex' | 'channel', values: readonly string[], nameOf: (value: string) => string) =>
    values.map((value) => ({ value, label: nameOf(value), checked: typed[name] === value }));
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
        options={choices('sex', ['1', '2', '3'], (value) => sexNames[value]?.[language] ?? value)}
        error={wrong.sex && say(wrong.sex)}
        language={language}
      />
      {(['postal', 'municipality', 'town', 'block'] as const).map((name) => (
        <TextField key={name} {...fieldOf(name, shown)} />
      ))}
      <OptionGroup
        kind="radio"
        name="channel"
        legend={say('channel')}
        options={choices('channel', channels, (value) => say(value === 'employer' ? value : 'public'))}
        error={wrong.channel && say(wrong.channel)}
        language={language}
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
    </>
  );
}
