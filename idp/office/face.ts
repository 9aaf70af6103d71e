import { faceNameOf, type Resident } from '../../card-auth/index.ts';
import { firstUnprintable, type PdfDocument, type PdfLine, widthOf } from '../../lib/pdf.ts';
import { formatDate } from '../../web/index.ts';

/** ISO/IEC 7810 ID-1, in mm. */
export const cardSize = { width: 85.6, height: 53.98 } as const;

/**
 * The print sheet: one page of exactly one card, that a browser prints in the fonts of its own. It stands in where a
 * name has a character that the font of the PDF does not have, and shows the officer what will be on the card.
 */
export const faceStyle = `@page { size: ${cardSize.width}mm ${cardSize.height}mm; margin: 0 }
html, body { margin: 0; padding: 0; background: #fff }
svg { display: block; break-inside: avoid; width: ${cardSize.width}mm; height: ${cardSize.height}mm; outline: 1px dashed #767676; outline-offset: -1px }
@media print { svg { outline: none } }
`;

/** The items of a face from top to bottom, each with its label. */
export type Face = readonly (readonly [label: string, value: string])[];

/** R29: exactly these four. No kanji name, no address, no insurer. */
export function faceItems(resident: Resident, number: string): Face {
  const { birthDate, sex } = resident;
  return [
    ['氏名', faceNameOf(resident)],
    ['生年月日', formatDate(birthDate, 'ja')],
    ['性別', { 1: '男', 2: '女', 3: '－' }[sex]],
    ['カード番号', number.replace(/^(\d{4})(\d{4})/, '$1 $2 ')],
  ];
}

const safe = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** mm: an item is that large where it fits. A longer name is set smaller, and one that would be too small in two lines. */
const fullSize = 4;
const lineWidth = 57.6;
/** In ems: more than that goes into two lines. */
const lineMax = 18;

/** mm from the left and top edge of the card. */
const left = { label: 6, value: 24 } as const;
const rows = [18, 29, 37, 45] as const;

/** Which item of a face the PDF cannot print, and its character, counted from 1. */
export function unprintableOn(face: Face): { readonly label: string; readonly at: number } | undefined {
  for (const [label, value] of face) {
    const at = firstUnprintable(value);
    if (at !== undefined) return { label, at };
  }
  return undefined;
}

/** A file for the card printer: a page for each card, of its exact size, with nothing on it but what goes on plastic. */
export const facesPdf = (faces: readonly Face[], at: number): PdfDocument => ({
  ...cardSize,
  at,
  pages: faces.map((face) => ({ lines: linesOn(face) })),
});

/** The same faces for a browser. */
export function faceSheet(faces: readonly Face[], stylesheet: string): string {
  const { width, height } = cardSize;
  const texts = (face: Face) =>
    linesOn(face)
      .map(({ x, y, size, text }) => `<text x="${x}" y="${y}" font-size="${size.toFixed(2)}">${safe(text)}</text>`)
      .join('');
  const drawn = faces.map(
    (face) =>
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="券面" font-family="'Noto Sans JP','Noto Sans CJK JP','Hiragino Sans','Yu Gothic',sans-serif" fill="#000">${texts(face)}</svg>`,
  );
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>券面</title><link rel="stylesheet" href="${stylesheet}"><link rel="icon" href="data:,"></head><body>${drawn.join('')}</body></html>`;
}

/** Where what stands, for either way of printing. */
const linesOn = (face: Face): readonly PdfLine[] =>
  face.flatMap(([label, value], row) => rowOf(label, value, rows[row] ?? 0));

function rowOf(label: string, value: string, y: number): readonly PdfLine[] {
  const parts = linesOf(value);
  const longest = Math.max(...parts.map(widthOf));
  const size = Math.min(fullSize, lineWidth / Math.max(longest, 1));
  const first = y - (parts.length - 1) * 2.2;
  return [
    { x: left.label, y, size: 2.4, text: label },
    ...parts.map((text, line) => ({ x: left.value, y: first + line * (size + 0.8), size, text })),
  ];
}

/** R2.2: a name of any length is on the card in full; it is broken at a space where there is one. */
function linesOf(text: string): string[] {
  if (widthOf(text) <= lineMax) return [text];
  const characters = Array.from(text);
  const middle = Math.ceil(characters.length / 2);
  const spaces = characters.flatMap((character, at) => (character === ' ' || character === '　' ? [at] : []));
  const cut = spaces.toSorted((one, other) => Math.abs(one - middle) - Math.abs(other - middle))[0] ?? middle;
  return [characters.slice(0, cut).join('').trim(), characters.slice(cut).join('').trim()];
}
