import { foldName } from '../../attribute-service/index.ts';
import type { Resident } from '../../card-auth/index.ts';

/** The four basic attributes (R34), as they were written or as the register has them. */
export type BasicData = Pick<Resident, 'name' | 'sex' | 'birthDate'> & {
  readonly address: NonNullable<Resident['address']>;
};

/** variant: equal when one searches, different when a person is proofed (domain 2.2): somebody has to look. */
export type Likeness = 'same' | 'variant' | 'different' | 'missing';

export const comparedItems = ['kanji', 'kana', 'latin', 'alias', 'birthDate', 'sex', 'town', 'block'] as const;
export type ComparedItem = (typeof comparedItems)[number];

export interface ComparedRow {
  readonly item: ComparedItem;
  readonly applied: string;
  readonly registered: string;
  readonly likeness: Likeness;
}

export interface Comparison {
  readonly rows: readonly ComparedRow[];
  /** same: the rule of domain 2.2 holds by itself. officer: somebody answers for the differences. other: another person. */
  readonly verdict: 'same' | 'officer' | 'other';
}

/** Pure: the application beside one entry of the register. */
export function compareBasic(applied: BasicData, registered: BasicData): Comparison {
  const [ours, theirs] = [valuesOf(applied), valuesOf(registered)];
  const rows = comparedItems.map((item) => {
    const [one, other] = [ours[item], theirs[item]];
    return { item, applied: one, registered: other, likeness: likenessOf(item, one, other) };
  });
  return { rows, verdict: verdictOf(new Map(rows.map(({ item, likeness }) => [item, likeness]))) };
}

function verdictOf(of: ReadonlyMap<ComparedItem, Likeness>): Comparison['verdict'] {
  const names = (['kanji', 'kana', 'latin', 'alias'] as const).map((item) => of.get(item));
  const isAlike = names.some((likeness) => likeness === 'same' || likeness === 'variant');
  if (of.get('birthDate') !== 'same' || of.get('sex') === 'different' || !isAlike) return 'other';
  // Kanji or kana exact, the address as far as the town; below that an officer looks.
  const isExact = names.includes('same') && !names.includes('variant') && !names.includes('different');
  return isExact && of.get('sex') === 'same' && of.get('town') === 'same' ? 'same' : 'officer';
}

function valuesOf({ name, sex, birthDate, address }: BasicData): Readonly<Record<ComparedItem, string>> {
  const { kanji = '', kana = '', latin = '', alias = '' } = name;
  const { municipality, town, block } = address;
  return { kanji, kana, latin, alias, birthDate, sex: String(sex), town: `${municipality}${town}`, block };
}

function likenessOf(item: ComparedItem, one: string, other: string): Likeness {
  if (item === 'sex') return sexLikeness(one, other);
  if (one === '' || other === '') return 'missing';
  if (item === 'birthDate') return one === other ? 'same' : 'different';
  if (item === 'town' || item === 'block') return foldAddress(one) === foldAddress(other) ? 'same' : 'different';
  if (plainName(one) === plainName(other)) return 'same';
  return foldName(one) === foldName(other) ? 'variant' : 'different';
}

/** 3 is "not given" and contradicts nothing, but it proves nothing either. */
function sexLikeness(one: string, other: string): Likeness {
  if (one === other) return 'same';
  return one === '3' || other === '3' ? 'variant' : 'different';
}

const width = /[\uff01-\uff5e\uff65-\uff9f\u3000]+/gu;
const hiragana = /[\u3041-\u3096]/gu;

/** Widths, spaces, case and the two kana: ways to write the same. No kanji is touched, neither is a variation selector. */
function plainName(name: string): string {
  return name
    .replaceAll(width, (part) => part.normalize('NFKC'))
    .replaceAll(hiragana, (kana) => String.fromCodePoint((kana.codePointAt(0) ?? 0) + 0x60))
    .replaceAll(/\s/gu, '')
    .toUpperCase();
}

const numerals = '〇一二三四五六七八九';
/** Only where a counter follows: 三条町 is a town and no number. */
const counted = /([〇一二三四五六七八九十]{1,3})(?=丁目|番|号)/g;
const hyphens = /[\p{Pd}\u2212ー]/gu;
const separators = /丁目|番地の|番地|番|号|の(?=\d)/g;

/** An address for matching only: 丁目, 番 and 号, kinds of hyphens, widths and numerals are folded (domain 2.2). */
export function foldAddress(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\s/g, '')
    .replaceAll(counted, (number) => String(numberOf(number)))
    .replaceAll(hyphens, '-')
    .replaceAll(separators, '-')
    .replaceAll(/-+/g, '-')
    .replace(/-$/, '')
    .toUpperCase();
}

function numberOf(text: string): number {
  const [tens, ones] = text.includes('十') ? text.split('十') : ['', text];
  const digits = (part = '') => part.split('').reduce((sum, digit) => sum * 10 + numerals.indexOf(digit), 0);
  return (text.includes('十') ? (tens === '' ? 1 : digits(tens)) * 10 : 0) + digits(ones);
}

/** Whether two records may be one person: born on one day, and any name equal when one searches (R117). */
export function isAlike(one: Pick<BasicData, 'name' | 'birthDate'>, other: Pick<BasicData, 'name' | 'birthDate'>) {
  if (one.birthDate !== other.birthDate) return false;
  return (['kanji', 'kana', 'latin', 'alias'] as const).some((item) => {
    const [ours, theirs] = [one.name[item], other.name[item]];
    return ours !== undefined && theirs !== undefined && foldName(ours) === foldName(theirs);
  });
}
