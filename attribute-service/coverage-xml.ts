import { formatInstant, isDay, parseInstant } from '../lib/time.ts';
import {
  attributeOf,
  childNamed,
  childrenNamed,
  elementFactory,
  isWritable,
  textOf,
  type XmlElement,
  type XmlNode,
} from '../lib/xml/index.ts';
import { catalogue } from './catalogue.ts';
import type { Coverage, CoverageAnswer, EligibilityAnswer, SourceState, Validity } from './coverage.ts';
import { wrong } from './liberty.ts';
import type { Path } from './select.ts';

type Sourced = CoverageAnswer['coverages'][number];
type Factory = ReturnType<typeof elementFactory>;

/** An answer as elements, and the names of fields that XML cannot carry and that were left out whole. */
export interface Written {
  readonly element: XmlElement;
  readonly dropped: readonly string[];
}

/**
 * Names of the fields as Japan's eligibility interface has them, so that clinic systems know them; what it has no name
 * for (addresses of insurer and employer) is named alike. Dates are ISO 8601 here.
 */
const textFields = {
  insurerNumber: 'InsurerNumber',
  insurerName: 'InsurerName',
  insurerAddress: 'InsurerAddress',
  symbol: 'InsuredCardSymbol',
  number: 'InsuredIdentificationNumber',
  branch: 'InsuredBranchNumber',
  certificateClass: 'InsuredCardClassification',
  insuredName: 'InsuredName',
  name: 'Name',
  nameKana: 'NameKana',
  birthDate: 'Birthdate',
  postNumber: 'PostNumber',
  address: 'Address',
  qualifiedOn: 'QualificationDate',
  disqualifiedOn: 'DisqualificationDate',
  lossReason: 'ReasonOfLoss',
  validFrom: 'InsuredCardValidDate',
  validTo: 'InsuredCardExpirationDate',
  copay: 'InsuredPartialContributionRatio',
  employerName: 'EmployerName',
  employerAddress: 'EmployerAddress',
  source: 'SourceID',
} as const satisfies Partial<Record<keyof Sourced, string>>;

const codeFields = {
  relation: 'PersonalFamilyClassification',
  sex: 'Sex1',
  preschool: 'PreschoolClassification',
  registrationPending: 'RegistrationPending',
} as const satisfies Partial<Record<keyof Sourced, string>>;

/** The element of a field of `Coverage`, for whoever asks for single fields. */
export const fieldNames = { ...textFields, ...codeFields } as const;

const fieldOf = new Map<string, string>(Object.entries(fieldNames).map(([field, name]) => [name, field]));
const nameOf = new Map<string, string>(Object.entries(fieldNames));
type TextField = keyof typeof textFields;
const textEntries = Object.entries(textFields) as readonly (readonly [TextField, string])[];

const coverageNs = catalogue.coverage.serviceType;
const eligibilityNs = catalogue.eligibility.serviceType;

export function buildCoverages(answer: CoverageAnswer): Written {
  const dropped = new Set<string>();
  const el = elementFactory('el', coverageNs);
  const coverages = answer.coverages.map((coverage) => el('Coverage', {}, coverageChildren(el, coverage, dropped)));
  const element = el(catalogue.coverage.objectType, {}, [...coverages, ...sourceElements(el, answer.sources)]);
  return { element, dropped: [...dropped] };
}

export function buildEligibility(answer: EligibilityAnswer): Written {
  const dropped = new Set<string>();
  const el = elementFactory('el', eligibilityNs);
  const results = answer.coverages.map((coverage) =>
    el('ResultOfQualificationConfirmation', {}, coverageChildren(el, coverage, dropped)),
  );
  const element = el(catalogue.eligibility.objectType, {}, [
    el('ProcessExecutionTime', {}, [formatInstant(answer.executedAt)]),
    el('QualificationConfirmationDate', {}, [answer.date]),
    el('EvidenceNumber', {}, [answer.reference]),
    el('QualificationValidity', {}, [answer.validity]),
    el('ResultList', {}, results),
    ...sourceElements(el, answer.sources),
  ]);
  return { element, dropped: [...dropped] };
}

function coverageChildren(el: Factory, coverage: Sourced, dropped: Set<string>): XmlNode[] {
  const children: XmlNode[] = [];
  const add = (name: string, value: string | undefined) => {
    if (value === undefined || value === '') return;
    if (isWritable(value)) children.push(el(name, {}, [value]));
    // Changing one character of a name makes another name of it, so the field goes as a whole.
    else dropped.add(name);
  };
  for (const [field, name] of textEntries) add(name, coverage[field]);
  add(codeFields.relation, String(coverage.relation));
  add(codeFields.sex, String(coverage.sex));
  for (const field of ['preschool', 'registrationPending'] as const)
    if (coverage[field] !== undefined) add(codeFields[field], coverage[field] ? '1' : '0');
  for (const [field, reason] of Object.entries(coverage.withheld ?? {})) {
    const name = nameOf.get(field);
    if (name !== undefined) children.push(el('Withheld', { field: name, reason }));
  }
  return children;
}

/** R73: every screen names its source and as-of time, so they travel with the data. Times are to the second. */
function sourceElements(el: Factory, sources: readonly SourceState[]): XmlElement[] {
  return sources.map(({ id, name, state, asOf }) =>
    el('Source', {}, [
      el('SourceID', {}, [id]),
      el('SourceName', { 'xml:lang': 'ja' }, [name.ja]),
      el('SourceName', { 'xml:lang': 'en' }, [name.en]),
      el('State', {}, [state]),
      asOf === undefined ? undefined : el('AsOf', {}, [formatInstant(asOf)]),
    ]),
  );
}

/** Reads what `buildCoverages` writes; elements it does not know are passed over. Throws XmlError. */
export function parseCoverages(element: XmlElement): CoverageAnswer {
  if (element.name !== catalogue.coverage.objectType) throw wrong(element, 'is no list of coverages');
  return {
    coverages: childrenNamed(element, element.ns, 'Coverage').map(readCoverage),
    sources: childrenNamed(element, element.ns, 'Source').map(readSource),
  };
}

/** Reads what `buildEligibility` writes. Throws XmlError. */
export function parseEligibility(element: XmlElement): EligibilityAnswer {
  if (element.name !== catalogue.eligibility.objectType) throw wrong(element, 'is no eligibility answer');
  const text = (name: string) => textAt(element, name);
  const executedAt = parseInstant(text('ProcessExecutionTime') ?? '');
  const validity = validities.find((known) => known === text('QualificationValidity'));
  const date = text('QualificationConfirmationDate');
  const reference = text('EvidenceNumber');
  if (executedAt === undefined || !validity || !date || !isDay(date) || !reference)
    throw wrong(element, 'lacks its time, date, evidence number or validity');
  const list = childNamed(element, element.ns, 'ResultList');
  return {
    validity,
    date,
    executedAt,
    reference,
    coverages: list ? childrenNamed(list, element.ns, 'ResultOfQualificationConfirmation').map(readCoverage) : [],
    sources: childrenNamed(element, element.ns, 'Source').map(readSource),
  };
}

const validities: readonly Validity[] = ['1', '2', '3', '4', '5', '6', 'unconfirmed'];
const states: readonly SourceState['state'][] = ['answered', 'silent', 'garbled', 'refused'];
const withholdings = ['not-disclosed', 'not-applicable'] as const;
const dateFields = [
  'birthDate',
  'qualifiedOn',
  'disqualifiedOn',
  'validFrom',
  'validTo',
] as const satisfies readonly TextField[];

const requiredFields = [
  'insurerNumber',
  'insurerName',
  'number',
  'certificateClass',
  'name',
  'birthDate',
  'qualifiedOn',
] as const satisfies readonly TextField[];

/** Whether a coverage as a source gave it can be handed on: XML carries what every coverage has, and days are days. */
export function isCarriable(coverage: Coverage): boolean {
  return (
    requiredFields.every((field) => coverage[field] !== '' && isWritable(coverage[field])) &&
    dateFields.every((field) => coverage[field] === undefined || isDay(coverage[field]))
  );
}

function readCoverage(element: XmlElement): Sourced {
  const texts: Partial<Record<TextField, string>> = {};
  for (const [field, name] of textEntries) {
    const text = textAt(element, name);
    if (text !== undefined) texts[field] = text;
  }
  const { insurerNumber, insurerName, number, certificateClass, name, birthDate, qualifiedOn, source } = texts;
  if (!insurerNumber || !insurerName || !number || !certificateClass || !name || !birthDate || !qualifiedOn || !source)
    throw wrong(element, 'lacks a field that every coverage has');
  if (dateFields.some((field) => texts[field] !== undefined && !isDay(texts[field])))
    throw wrong(element, 'has a date that is none');
  const required = { insurerNumber, insurerName, number, certificateClass, name, birthDate, qualifiedOn, source };
  return { ...texts, ...required, ...readCodes(element), ...readWithheld(element) };
}

function readCodes(element: XmlElement): Pick<Coverage, 'relation' | 'sex' | 'preschool' | 'registrationPending'> {
  const relation = ([1, 2] as const).find((code) => String(code) === textAt(element, codeFields.relation));
  const sex = ([1, 2, 3] as const).find((code) => String(code) === textAt(element, codeFields.sex));
  if (!relation || !sex) throw wrong(element, 'has a code that is not in its table');
  return { relation, sex, ...readFlag(element, 'preschool'), ...readFlag(element, 'registrationPending') };
}

function readFlag(
  element: XmlElement,
  field: 'preschool' | 'registrationPending',
): Partial<Record<typeof field, boolean>> {
  const text = textAt(element, codeFields[field]);
  if (text !== undefined && !/^[01]$/.test(text)) throw wrong(element, 'has a flag that is neither 0 nor 1');
  return text === undefined ? {} : { [field]: text === '1' };
}

function readWithheld(element: XmlElement): Pick<Coverage, 'withheld'> {
  const withheld = childrenNamed(element, element.ns, 'Withheld').flatMap((entry) => {
    const field = fieldOf.get(attributeOf(entry, 'field') ?? '');
    const reason = withholdings.find((known) => known === attributeOf(entry, 'reason'));
    return field !== undefined && reason ? [[field, reason] as const] : [];
  });
  return withheld.length === 0 ? {} : { withheld: Object.fromEntries(withheld) };
}

function readSource(element: XmlElement): SourceState {
  const names = childrenNamed(element, element.ns, 'SourceName');
  const named = (language: string) =>
    names.find(({ attributes }) => attributes.some(({ name, value }) => name === 'lang' && value === language));
  const [ja, en] = [named('ja'), named('en')];
  const id = textAt(element, 'SourceID');
  const state = states.find((known) => known === textAt(element, 'State'));
  if (!id || !state || !ja || !en) throw wrong(element, 'lacks its id, names or state');
  const asOf = textAt(element, 'AsOf');
  const at = asOf === undefined ? undefined : parseInstant(asOf);
  if (asOf !== undefined && at === undefined) throw wrong(element, 'has a time that is none');
  return { id, name: { ja: textOf(ja), en: textOf(en) }, state, ...(at === undefined ? {} : { asOf: at }) };
}

/** The text of the one child of this name; an empty element is an absent value. */
function textAt(parent: XmlElement, name: string): string | undefined {
  const child = childNamed(parent, parent.ns, name);
  const text = child && textOf(child);
  return text === '' ? undefined : text;
}

/** What is asked of `eligibility`: the day, and the insurer that the person or their certificate states. */
export interface EligibilityParameters {
  readonly date?: string | undefined;
  readonly insurerNumber?: string | undefined;
}

export function eligibilityPath({ date, insurerNumber }: EligibilityParameters): Path {
  return [
    {
      name: catalogue.eligibility.objectType,
      where: [
        ...(date === undefined ? [] : [['QualificationConfirmationDate', date] as const]),
        ...(insurerNumber === undefined ? [] : [['InsurerNumber', insurerNumber] as const]),
      ],
    },
  ];
}

/** Takes the parameters out of a path's first step; what stays is compared with the answer. */
export function eligibilityParametersOf(path: Path): { parameters: EligibilityParameters; rest: Path } | undefined {
  const [first, ...steps] = path;
  if (!first) return undefined;
  const values = (name: string) => first.where.filter(([field]) => field === name).map(([, value]) => value);
  const [[date, otherDate], [insurerNumber, otherInsurer]] = [
    values('QualificationConfirmationDate'),
    values('InsurerNumber'),
  ];
  if (otherDate !== undefined || otherInsurer !== undefined) return undefined;
  if ((date !== undefined && !isDay(date)) || (insurerNumber !== undefined && !/^\d{6}(\d\d)?$/.test(insurerNumber)))
    return undefined;
  const where = first.where.filter(([field]) => !['QualificationConfirmationDate', 'InsurerNumber'].includes(field));
  return { parameters: { date, insurerNumber }, rest: [{ ...first, where }, ...steps] };
}
