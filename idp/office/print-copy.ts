import type { Language, Text } from '../../web/index.ts';

/** Words around print files and the batches of hand-over codes. */
export const printCopy = {
  file: { ja: '印刷ファイル', en: 'Print file' },
  fileLetters: { ja: '{n}通。1枚に1通です。', en: 'Letters: {n}, one on each page.' },
  gather: { ja: '待っている手紙をPDFにまとめる（500通まで）', en: 'Put what waits into a PDF file (up to 500)' },
  download: { ja: 'PDFを開く', en: 'Get the PDF' },
  filePrinted: { ja: 'このファイルの全部を印刷済みにする', en: 'All of this file is printed' },
  name: { ja: '氏名', en: 'name' },
  address: { ja: '住所', en: 'address' },
  facePdf: { ja: '券面のPDF', en: 'Face as PDF' },
  sheet: { ja: 'ブラウザーの印刷シート', en: 'Print sheet of the browser' },
  facesPdf: { ja: '券面のPDF（{n}枚）', en: 'Faces as PDF (cards: {n})' },
  facesLeft: {
    ja: 'PDFにできない券面があります。カードの番号から、ブラウザーの印刷シートを開いてください。',
    en: 'Some faces cannot be PDF. Open the print sheet of the browser at each of these cards.',
  },
  letterPdf: { ja: '記録して、手紙をPDFで受け取る', en: 'Record it and get the letter as PDF' },
  batches: { ja: '受け渡し番号をまとめて出す', en: 'Hand-over codes in bulk' },
  batchesOpen: {
    ja: '受け渡し番号のまとめが、承認を待っています（{n}件）',
    en: 'Batches of hand-over codes that wait for agreement: {n}',
  },
  batchesLead: {
    ja: '取り込んだカードの最初の受け渡し番号を、手紙のPDFにします。頼む人と承認する人は別です。番号を見るのは、頼んだ人だけです。',
    en: 'The first codes of imported cards, as letters in a PDF. One person asks and another agrees; only who asked gets the codes.',
  },
  imports: { ja: '取り込んだカード', en: 'Imported cards' },
  importOf: { ja: '取り込み', en: 'Import of' },
  waiting: { ja: '待っている枚数', en: 'Cards that wait' },
  ask: { ja: '頼む', en: 'Ask' },
  askImport: { ja: '承認を頼む（500枚まで）', en: 'Ask for agreement (up to 500)' },
  numbers: { ja: 'カード番号', en: 'Card numbers' },
  numbersHint: { ja: '1行に1つ、500枚まで。', en: 'One on each line, up to 500.' },
  lineWrong: {
    ja: '{n}行目は、受け渡しを待つカードの番号ではありません。500枚までです。',
    en: 'Line {n} is not the number of a card that waits for its hand-over; up to 500.',
  },
  byNumber: { ja: '番号で選ぶ', en: 'By number' },
  askNumbers: { ja: 'この番号で頼む', en: 'Ask for these' },
  open: { ja: 'まとめ', en: 'Batches' },
  batch: { ja: '受け渡し番号のまとめ', en: 'Batch of hand-over codes' },
  cards: { ja: '枚数', en: 'Cards' },
  askedAt: { ja: '頼んだ日時', en: 'Asked' },
  decidedBy: { ja: '承認した人', en: 'Agreed by' },
  runs: { ja: '作った回数', en: 'Times made' },
  decideText: {
    ja: '承認すると、{n}枚の受け渡し番号を、頼んだ人が手紙にできます。カードの届いた数と、発送の予定を確かめてください。',
    en: 'If you agree, whoever asked can make the letters for these cards: {n}. Check how many cards came and when they go out.',
  },
  print: { ja: '手紙のPDFを作る', en: 'Make the letters' },
  printText: {
    ja: 'PDFは1回だけ出ます。印刷して、パソコンからファイルを消してください。作り直すと新しい番号になり、前の手紙は使えません。作り直せるのは1時間までです。',
    en: 'The PDF comes once. Print it and delete the file from this computer. Making it again makes new codes, and the letters from before are worthless. That is possible for an hour.',
  },
  posted: { ja: '封筒に入れ終わった', en: 'They are in their envelopes' },
  askAgain: { ja: 'もう一度承認を頼む', en: 'Ask for agreement again' },
  askAgainText: {
    ja: '手紙をなくしたときは、もう一度承認を頼みます。前の手紙の番号は使えなくなります。',
    en: 'If letters got lost, ask again. The codes in them will be worthless.',
  },
  leftOut: { ja: 'PDFにできない手紙', en: 'Letters that cannot be PDF' },
  leftOutText: {
    ja: 'この方の手紙は、1通ずつブラウザーで印刷します。',
    en: 'Print the letters of these people one by one with the browser.',
  },
  oneLetter: { ja: '手紙を表示する', en: 'Show the letter' },
  importedText: {
    ja: '取り込んだカードです。受け渡し番号には2人が要ります。「受け渡し番号をまとめて出す」から頼んでください。',
    en: 'This card was imported, so its code takes two persons. Ask for it under “Hand-over codes in bulk”.',
  },
} as const satisfies Record<string, Text>;

export const batchStates = {
  open: { ja: '承認を待っています', en: 'waits for agreement' },
  agreed: { ja: '承認されました', en: 'agreed to' },
  declined: { ja: '断られました', en: 'declined' },
  posted: { ja: '発送済み', en: 'posted' },
} as const satisfies Record<string, Text>;

/** Which character it is that the PDF cannot show. */
export const unprintableWords = (part: string, at: number, language: Language): string =>
  ({
    ja: `${part}の${at}文字目がPDFの書体にないため、ブラウザーで印刷してください。`,
    en: `The font of the PDF lacks character ${at} of ${part}: print it with the browser.`,
  })[language];
