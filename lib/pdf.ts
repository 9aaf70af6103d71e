import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Font, openSync } from 'fontkit';

/** One line of text: `y` is its baseline, `size` its em. All measures are mm from the left and the top edge of the page. */
export interface PdfLine {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly text: string;
}

/** Texts below each other, broken where a line is full; `gap` is the space above. What is too much is set smaller. */
export interface PdfFrame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly { readonly text: string; readonly size: number; readonly gap: number }[];
}

export interface PdfPage {
  readonly lines?: readonly PdfLine[];
  readonly frames?: readonly PdfFrame[];
}

export interface PdfDocument {
  /** mm. */
  readonly width: number;
  readonly height: number;
  readonly pages: readonly PdfPage[];
  /** The instant that stands in the file as its creation; the same document gives the same octets. */
  readonly at: number;
}

/** Noto Sans JP (SIL Open Font License 1.1); of it, only the forms in use go into a file. */
export const fontFile = fileURLToPath(
  import.meta.resolve('@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf'),
);

let opened: { readonly font: Font; readonly characters: ReadonlySet<number> } | undefined;
/** Read at the first print, not at every start of the hub. */
function open() {
  if (opened) return opened;
  const font = openSync(fontFile);
  if ('fonts' in font) throw new TypeError('the print font is a collection');
  opened = { font, characters: new Set(font.characterSet) };
  return opened;
}

const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' });
/** Kana and Latin letters only: normalising a compatibility ideograph would change the form that a name is written with. */
const marked = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Latin}]\p{M}+/gu;

/** A letter and its mark as the one character that the font knows. */
export const composed = (text: string): string => text.replaceAll(marked, (letter) => letter.normalize('NFC'));

/**
 * Which character of a text, counted from 1, cannot be printed faithfully; undefined when all can. That is one the font
 * has no form for, and one with a variation selector or a loose mark: it would be drawn in another form without a word.
 */
export function firstUnprintable(text: string): number | undefined {
  const parts = Array.from(graphemes.segment(composed(text)), ({ segment }) => Array.from(segment));
  const at = parts.findIndex(([character = '', ...more]) => more.length > 0 || !isPrintable(character));
  return at < 0 ? undefined : at + 1;
}

const isPrintable = (character: string): boolean =>
  !/[\p{M}\p{C}]/u.test(character) && open().characters.has(character.codePointAt(0) ?? 0);

/** How wide a text is, in ems. */
export function widthOf(text: string): number {
  const { font } = open();
  const widths = Array.from(composed(text), (character) => font.glyphForCodePoint(character.codePointAt(0) ?? 0));
  return widths.reduce((sum, { advanceWidth }) => sum + advanceWidth, 0) / font.unitsPerEm;
}

/**
 * Writes PDF files in a worker, one at a time: laying out hundreds of pages must not hold up whoever signs in meanwhile.
 * Nothing of it is written to disk.
 */
export function createPdfWriter() {
  let before: Promise<unknown> = Promise.resolve();

  /** Rejects when a text has a character that cannot be printed: whoever calls has asked `firstUnprintable` before. */
  function write(document: PdfDocument): Promise<Uint8Array> {
    const written = before.then(() => inWorker(document));
    // A file that failed is told to whoever asked for it, and holds up no other.
    before = written.then(
      () => undefined,
      () => undefined,
    );
    return written;
  }

  return { write };
}

export type PdfWriter = ReturnType<typeof createPdfWriter>;

async function inWorker(document: PdfDocument): Promise<Uint8Array> {
  const entry = new URL(`pdf-process.${import.meta.url.split('.').at(-1)}`, import.meta.url);
  const worker = new Worker(entry, {
    workerData: document,
    // Loaders of the process have nothing to do with it.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  const [file] = (await once(worker, 'message')) as [Uint8Array];
  return file;
}
