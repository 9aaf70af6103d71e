import { parentPort, workerData } from 'node:worker_threads';
import PDFDocument from 'pdfkit';
import { composed, firstUnprintable, fontFile, type PdfDocument, type PdfFrame, type PdfPage } from './pdf.ts';

/** Points in a mm (ISO 32000 8.3.2.3: a unit is 1/72 inch). */
const mm = 72 / 25.4;
const scales = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3] as const;

const { width, height, pages, at } = workerData as PdfDocument;
const pdf = new PDFDocument({
  size: [width * mm, height * mm],
  margin: 0,
  autoFirstPage: false,
  font: fontFile,
  lang: 'ja',
  info: { Producer: 'Sanuki ID', Creator: 'Sanuki ID', CreationDate: new Date(at) },
});
const parts: Buffer[] = [];
pdf.on('data', (part: Buffer) => parts.push(part));
pdf.on('end', () => {
  const file = Uint8Array.from(Buffer.concat(parts));
  parentPort?.postMessage(file, [file.buffer]);
});
for (const page of pages) draw(page);
pdf.end();

/** The last look before ink: nothing is ever a blank or another form without a word. */
function faithful(text: string): string {
  if (firstUnprintable(text) !== undefined) throw new RangeError('a text has a character that the font does not have');
  return composed(text);
}

function draw({ lines = [], frames = [] }: PdfPage): void {
  pdf.addPage();
  for (const { x, y, size, text } of lines)
    pdf.fontSize(size * mm).text(faithful(text), x * mm, y * mm, { lineBreak: false, baseline: 'alphabetic' });
  for (const frame of frames) flow(frame);
}

/** The largest scale at which everything fits; a text is never cut and never leaves its frame. */
function flow(frame: PdfFrame): void {
  const scale = scales.find((tried) => heightOf(frame, tried) <= frame.height * mm);
  if (scale === undefined) throw new RangeError('a text does not fit into its frame');
  let y = frame.y * mm;
  for (const { text, size, gap } of frame.blocks) {
    y += gap * mm * scale;
    pdf.fontSize(size * mm * scale).text(faithful(text), frame.x * mm, y, { width: frame.width * mm });
    y = pdf.y;
  }
}

function heightOf({ blocks, width: available }: PdfFrame, scale: number): number {
  return blocks.reduce((sum, { text, size, gap }) => {
    const tall = pdf.fontSize(size * mm * scale).heightOfString(composed(text), { width: available * mm });
    return sum + gap * mm * scale + tall;
  }, 0);
}
