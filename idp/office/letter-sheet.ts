import type { Resident } from '../../card-auth/index.ts';
import { firstUnprintable, type PdfDocument, type PdfFrame, type PdfPage } from '../../lib/pdf.ts';
import { formatDay, type Text } from '../../web/index.ts';
import type { Letter } from './letters.ts';
import { letterNames, letterTexts, taskCopy } from './task-copy.ts';

/** Who writes: on every letter. */
export interface Sender {
  readonly operator: string;
  readonly phone: string;
}

/** One letter, whatever it is printed with: Japanese, and English below it. */
export interface LetterSheet {
  readonly addressee: {
    /** As on an envelope; none where no address is registered. */
    readonly postal?: string | undefined;
    readonly address?: string | undefined;
    readonly name: string;
  };
  /** ms since 1970. */
  readonly at: number;
  readonly sender: Sender;
  readonly title: Text;
  readonly paragraphs: readonly Text[];
  /** The codes of a letter that has any: for the PIN, and to stop the card. */
  readonly entered?: LetterCode | undefined;
  readonly stop?: LetterCode | undefined;
}

export interface LetterCode {
  readonly code: string;
  /** Where it is entered. */
  readonly address: string;
}

/** A notice of the queue. */
export const noticeSheet = ({ kind, at }: Pick<Letter, 'kind' | 'at'>, to: Resident, sender: Sender): LetterSheet => ({
  addressee: addresseeOf(to),
  at,
  sender,
  title: letterNames[kind],
  paragraphs: [letterTexts[kind]],
});

export interface CodeLetter {
  readonly resident: Resident;
  readonly entered: LetterCode;
  readonly stop: LetterCode;
  readonly at: number;
  readonly sender: Sender;
}

/** The letter with a code: apart from the card, so that whoever gets one has not the other. */
export const codeSheet = ({ resident, entered, stop, at, sender }: CodeLetter): LetterSheet => ({
  addressee: addresseeOf(resident),
  at,
  sender,
  title: taskCopy.letterTitle,
  paragraphs: [taskCopy.codeText, taskCopy.codeSecret],
  entered: grouped(entered),
  stop: grouped(stop),
});

const grouped = ({ code, address }: LetterCode): LetterCode => ({
  code: code.replaceAll(/(\d{4})(?=\d)/g, '$1 '),
  address,
});

/** A municipality that a register tells as a number is left out: the postal code says it. */
function addresseeOf({ name, address }: Resident): LetterSheet['addressee'] {
  const written = name.kanji ?? name.latin ?? name.kana ?? name.alias ?? '';
  if (!address) return { name: written };
  const { postal, municipality, town, block } = address;
  return {
    postal: postal.replace(/^(\d{3})(\d{4})$/, '$1-$2'),
    address: `${/^\d+$/.test(municipality) ? '' : municipality}${town}${block}`,
    name: written,
  };
}

/** What of a letter cannot be printed as PDF, and which character of it, counted from 1. */
export function unprintableIn({
  addressee,
}: Pick<LetterSheet, 'addressee'>): { readonly part: 'name' | 'address'; readonly at: number } | undefined {
  for (const part of ['name', 'address'] as const) {
    const at = firstUnprintable(addressee[part] ?? '');
    if (at !== undefined) return { part, at };
  }
  return undefined;
}

/** Whether a letter to this person can be printed as PDF. */
export const mayBePdf = (to: Resident): boolean => unprintableIn({ addressee: addresseeOf(to) }) === undefined;

/** ISO 216 A4, in mm. */
const a4 = { width: 210, height: 297 } as const;
/**
 * Folded in three, the address lies in the window of an envelope 長形3号 (90 × 45 mm, 20 mm from the left and 12 mm from
 * the top), with room on each side for a sheet that slips.
 */
const addressFrame = { x: 25, y: 19, width: 80, height: 32 } as const;
const senderFrame = { x: 125, y: 19, width: 65, height: 32 } as const;
const bodyFrame = { x: 25, y: 75, width: 160, height: 195 } as const;

export const lettersPdf = (sheets: readonly LetterSheet[], at: number, timeZone: string): PdfDocument => ({
  ...a4,
  at,
  pages: sheets.map((sheet) => pageOf(sheet, timeZone)),
});

const block = (text: string, size: number, gap = 0) => ({ text, size, gap });

function pageOf(sheet: LetterSheet, timeZone: string): PdfPage {
  const { addressee, sender, at } = sheet;
  const { postal, address, name } = addressee;
  const to = [
    ...(postal ? [block(`〒${postal}`, 3.8)] : []),
    ...(address ? [block(address, 3.8, 1)] : []),
    block(`${name} ${taskCopy.dear.ja}`, 4.6, 2),
  ];
  const from = [
    block(formatDay(at, { language: 'ja', timeZone }), 3.4),
    block(sender.operator, 3.4, 2),
    block(sender.phone, 3.4),
  ];
  return { frames: [{ ...addressFrame, blocks: to }, { ...senderFrame, blocks: from }, bodyOf(sheet)] };
}

function bodyOf({ title, paragraphs, entered, stop }: LetterSheet): PdfFrame {
  return {
    ...bodyFrame,
    blocks: [
      block(title.ja, 6),
      ...paragraphs.map(({ ja }) => block(ja, 4, 5)),
      ...(entered ? codeBlocks('code', entered) : []),
      ...(stop
        ? [block(taskCopy.stopTitle.ja, 5, 8), block(taskCopy.stopText.ja, 4, 2), ...codeBlocks('stopCode', stop)]
        : []),
      block(title.en, 4.4, 10),
      ...paragraphs.map(({ en }) => block(en, 3.4, 3)),
      ...(stop ? [block(`${taskCopy.stopTitle.en}: ${taskCopy.stopText.en}`, 3.4, 3)] : []),
    ],
  };
}

const codeBlocks = (label: 'code' | 'stopCode', { code, address }: LetterCode) => [
  block(`${taskCopy[label].ja}（${taskCopy[label].en}）`, 3.4, 6),
  block(code, 7, 1),
  block(`${taskCopy.address.ja}（${taskCopy.address.en}）`, 3.4, 3),
  block(address, 4.6, 1),
];
