import { parseDate } from '../../web/index.ts';
import { type ApplicationForm, channels } from './applications.ts';
import type { officeCopy } from './copy.ts';
import {
  consentPurposes,
  consentTextVersions,
  type InsurerConsentForm,
  isInsurerNumber,
  type MandateForm,
  mandateKinds,
} from './forms.ts';
import { isInsurerType } from './insurer-types.ts';

/** One form 3 each. */
export const consentRows = [1, 2, 3, 4] as const;
type ConsentRow = (typeof consentRows)[number];
export type ConsentField = `${'insurer' | 'purposes' | 'textVersion'}${ConsentRow}`;

const form1 = ['kanji', 'kana', 'latin', 'birthDate', 'sex', 'postal', 'municipality', 'town', 'block'] as const;
const besides = ['channel', 'employer', 'insurerType'] as const;
const form2 = ['agent', 'mandateKind', 'scope', 'from', 'to', 'signed'] as const;
const form3 = consentRows.flatMap((row): ConsentField[] => [`insurer${row}`, `purposes${row}`, `textVersion${row}`]);
const names = [...form1, ...besides, ...form2, ...form3];
export type Field = (typeof names)[number];

/** What was typed, to the letter. */
export type Typed = Readonly<Record<Field, string>>;
export type Wrong = Partial<Readonly<Record<Field, keyof typeof officeCopy>>>;

export const typedIn = (form: { readonly get: (name: string) => string | null }): Typed =>
  Object.fromEntries(names.map((name) => [name, (form.get(name) ?? '').trim()])) as Typed;

export const nothingTyped = typedIn(new URLSearchParams());

/** An answer of form 3: one purpose, or all of them. */
export const purposeChoices = [...consentPurposes, consentPurposes.join(' ')] as const;

/**
 * The form as it will be kept, or what has to be put right. Names and address stay as they were typed.
 * `employers`: codes of those that take part.
 */
export function readApplication(
  typed: Typed,
  employers: readonly string[],
): { readonly form: ApplicationForm } | { readonly wrong: Wrong } {
  const [basic, besides, mandate, insurers] = [
    readBasic(typed),
    readBesides(typed, employers),
    readMandate(typed),
    readConsents(typed),
  ];
  const wrong: Wrong = { ...basic.wrong, ...besides.wrong, ...mandate.wrong, ...insurers.wrong };
  if (Object.keys(wrong).length > 0 || !basic.value || !besides.value) return { wrong };
  return {
    form: { basic: basic.value, ...besides.value, mandate: mandate.value, insurers: insurers.value ?? [] },
  };
}

interface Read<T> {
  readonly value?: T;
  readonly wrong?: Wrong;
}

function readBasic(typed: Typed): Read<ApplicationForm['basic']> {
  const { kanji, kana, latin, sex, municipality, town, block } = typed;
  const birthDate = parseDate(typed.birthDate);
  const postal = typed.postal.normalize('NFKC').replaceAll(/\D/g, '');
  const tooLong = [kanji, kana, latin, municipality, town, block].some((text) => text.length > 150);
  const wrong: Wrong = {
    ...((kanji === '' && kana === '' && latin === '') || tooLong ? { kanji: 'nameWrong' } : {}),
    ...(birthDate ? {} : { birthDate: 'birthDateWrong' }),
    ...(/^[123]$/.test(sex) ? {} : { sex: 'sexWrong' }),
    ...(postal.length === 7 ? {} : { postal: 'postalWrong' }),
    ...(municipality === '' ? { municipality: 'municipalityWrong' } : {}),
    ...(town === '' ? { town: 'townWrong' } : {}),
    ...(block === '' ? { block: 'blockWrong' } : {}),
  };
  if (Object.keys(wrong).length > 0 || !birthDate) return { wrong };
  const name = { ...(kanji && { kanji }), ...(kana && { kana }), ...(latin && { latin }) };
  return { value: { name, sex: Number(sex) as 1 | 2 | 3, birthDate, address: { postal, municipality, town, block } } };
}

/** R109, R110: a code counts with its channel only, and only of an employer that takes part. */
function readBesides(
  { channel, employer, insurerType }: Typed,
  employers: readonly string[],
): Read<Pick<ApplicationForm, 'channel' | 'employer' | 'insurerType'>> {
  const known = channels.find((one) => one === channel);
  const isOfEmployer = known === 'employer';
  const fits = isOfEmployer ? employers.includes(employer) : employer === '';
  if (known && fits && isInsurerType(insurerType))
    return { value: { channel: known, ...(isOfEmployer ? { employer } : {}), insurerType } };
  return {
    wrong: {
      ...(known ? {} : { channel: 'channelWrong' }),
      ...(fits ? {} : { employer: isOfEmployer ? 'employerWrong' : 'employerNotAsked' }),
      ...(isInsurerType(insurerType) ? {} : { insurerType: 'insurerTypeWrong' }),
    },
  };
}

/** R107: without an agent there is no form 2; with one it is whole. Signatures may follow, once it was printed. */
function readMandate({ agent, mandateKind, scope, from, to, signed }: Typed): Read<MandateForm> {
  if (agent === '') return {};
  const kind = mandateKinds.find((one) => one === mandateKind);
  const [first, last] = [parseDate(from), to === '' ? undefined : parseDate(to)];
  const wrong: Wrong = {
    ...(agent.length > 150 ? { agent: 'agentWrong' } : {}),
    ...(kind ? {} : { mandateKind: 'mandateKindWrong' }),
    ...(scope === '' || scope.length > 500 ? { scope: 'scopeWrong' } : {}),
    ...(first ? {} : { from: 'dayWrong' }),
    ...(to !== '' && (!last || (first && last < first)) ? { to: 'dayWrong' } : {}),
  };
  if (Object.keys(wrong).length > 0 || !kind || !first) return { wrong };
  return { value: { agent, kind, scope, from: first, ...(last ? { to: last } : {}), signed: signed === '1' } };
}

/** R108: each insurer once, with what for and under which wording. */
function readConsents(typed: Typed): Read<readonly InsurerConsentForm[]> {
  const value: InsurerConsentForm[] = [];
  const wrong: Partial<Record<ConsentField, 'insurersWrong' | 'purposesWrong' | 'textVersionWrong'>> = {};
  for (const row of consentRows) {
    const insurer = typed[`insurer${row}`].normalize('NFKC');
    if (insurer === '') continue;
    const chosen = typed[`purposes${row}`].split(' ');
    const purposes = consentPurposes.filter((one) => chosen.includes(one));
    const textVersion = consentTextVersions.find((one) => one === typed[`textVersion${row}`]);
    if (!isInsurerNumber(insurer) || value.some((one) => one.insurer === insurer))
      wrong[`insurer${row}`] = 'insurersWrong';
    if (purposes.length === 0 || purposes.length !== chosen.length) wrong[`purposes${row}`] = 'purposesWrong';
    if (textVersion) value.push({ insurer, purposes, textVersion });
    else wrong[`textVersion${row}`] = 'textVersionWrong';
  }
  return Object.keys(wrong).length > 0 ? { wrong } : { value };
}
