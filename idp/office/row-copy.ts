import { consentRows } from './application-fields.ts';

/** Why a row of an employer's file is refused, and what to do. */
export const rowCopy = {
  malformed: {
    ja: '行の形を確かめてください（列の名前と数、引用符、長さ）。',
    en: 'check the form of the row: names and number of columns, quotes, length',
  },
  ownCard: {
    ja: 'あなた自身の申込かもしれません。別の担当者が取り込んでください。',
    en: 'it may be about yourself; a colleague takes it in',
  },
  tooMany: {
    ja: `保険者は${consentRows.length}つまでです。残りは画面で入力してください。`,
    en: `up to ${consentRows.length} insurers; enter the rest at the console`,
  },
  isOpen: (id: string) => ({
    ja: `この方の申込${id}が審査中です。`,
    en: `application ${id} of this person is open`,
  }),
  isClosed: (id: string) => ({
    ja: `同じ内容の申込${id}は差し戻したか否認しました。直すところを直して送ってもらってください。`,
    en: `application ${id} with the same contents was returned or declined; ask for a corrected row`,
  }),
  isOnLine: (line: number) => ({ ja: `${line}行目と同じ方です。`, en: `the same person as on line ${line}` }),
} as const;
