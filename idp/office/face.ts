import { faceNameOf, type Resident } from '../../card-auth/index.ts';

/** ISO/IEC 7810 ID-1, in mm. */
export const cardSize = { width: 85.6, height: 53.98 } as const;

/**
 * The print sheet: one page of exactly one card, that a browser prints or saves as PDF with the fonts embedded. No PDF is
 * written here: that would need a Japanese font and a shaper of our own in the product, and what neither of them knows
 * (a rare character, a variation selector) would be a blank on somebody's card, without a word.
 */
export const faceStyle = `@page { size: ${cardSize.width}mm ${cardSize.height}mm; margin: 0 }
html, body { margin: 0; padding: 0; background: #fff }
svg { display: block; break-inside: avoid; width: ${cardSize.width}mm; height: ${cardSize.height}mm; outline: 1px dashed #767676; outline-offset: -1px }
@media print { svg { outline: none } }
`;

/** R29: exactly these four. No kanji name, no address, no insurer. */
export function faceItems(resident: Resident, number: string): readonly (readonly [string, string])[] {
  const { birthDate, sex } = resident;
  const day = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { dateStyle: 'long', timeZone: 'UTC' });
  return [
    ['氏名', faceNameOf(resident)],
    ['生年月日', day.format(Date.parse(`${birthDate}T00:00:00Z`))],
    ['性別', { 1: '男', 2: '女', 3: '－' }[sex]],
    ['カード番号', number.replace(/^(\d{4})(\d{4})/, '$1 $2 ')],
  ];
}

const safe = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** What fits into the width at 4 mm; a longer name is set smaller, and one that would be too small in two lines. */
const lineMax = 18;

/** mm from the left and top edge of the card. */
const left = { label: 6, value: 24 } as const;
const rows = [18, 29, 37, 45] as const;

/** The sheet as a document of its own, a page for each card: nothing on it but what goes on plastic. */
export function faceSheet(cards: readonly (readonly (readonly [string, string])[])[], stylesheet: string): string {
  const faces = cards.map(faceOf).join('');
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>券面</title><link rel="stylesheet" href="${stylesheet}"><link rel="icon" href="data:,"></head><body>${faces}</body></html>`;
}

function faceOf(items: readonly (readonly [string, string])[]): string {
  const lines = items.flatMap(([label, value], at) => rowOf(label, value, rows[at] ?? 0));
  const { width, height } = cardSize;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="券面" font-family="'Noto Sans JP','Noto Sans CJK JP','Hiragino Sans','Yu Gothic',sans-serif" fill="#000">${lines.join('')}</svg>`;
}

function rowOf(label: string, value: string, y: number): string[] {
  const parts = linesOf(value);
  const longest = Math.max(...parts.map(widthOf));
  const size = Math.min(4, (4 * lineMax) / 1.25 / Math.max(longest, 1));
  const text = (x: number, at: number, fontSize: number, content: string) =>
    `<text x="${x}" y="${at}" font-size="${fontSize.toFixed(2)}">${safe(content)}</text>`;
  const first = y - (parts.length - 1) * 2.2;
  return [
    text(left.label, y, 2.4, label),
    ...parts.map((part, line) => text(left.value, first + line * (size + 0.8), size, part)),
  ];
}

/** In ems: what is Latin is about half as wide. */
const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (/[\u0020-\u007e]/.test(character) ? 0.6 : 1), 0);

/** R2.2: a name of any length is on the card in full; it is broken at a space where there is one. */
function linesOf(text: string): string[] {
  if (widthOf(text) <= lineMax) return [text];
  const characters = Array.from(text);
  const middle = Math.ceil(characters.length / 2);
  const spaces = characters.flatMap((character, at) => (character === ' ' || character === '　' ? [at] : []));
  const cut = spaces.toSorted((one, other) => Math.abs(one - middle) - Math.abs(other - middle))[0] ?? middle;
  return [characters.slice(0, cut).join('').trim(), characters.slice(cut).join('').trim()];
}
