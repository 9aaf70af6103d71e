import type { Text } from '../../web/index.ts';

/** Words of reporting an access that a resident knows nothing of. */
export const reportCopy = {
  title: { ja: '心当たりがないアクセスを知らせる', en: 'Report an access that you know nothing of' },
  lead: {
    ja: 'このアクセスに心当たりがないときは、ここからお知らせください。担当者が調べて、この画面でお答えします。',
    en: 'If you know nothing of this access, tell us here. We look into it and answer on this page.',
  },
  urgent: {
    ja: 'カードが手元にないときは、すぐにサポートセンターへお電話ください。',
    en: 'If you do not have your card at hand, call the support centre at once.',
  },
  words: { ja: '知らせておきたいこと', en: 'What you want to tell us' },
  wordsHint: {
    ja: '書かなくてもかまいません。500文字まで。暗証番号や病気のことは書かないでください。',
    en: 'You may leave it empty; 500 characters at most. Do not write your PIN, or anything about your health.',
  },
  wordsLong: { ja: '500文字までに短くしてください。', en: 'Please make it no longer than 500 characters.' },
  problems: { ja: '直していただきたいところがあります', en: 'Something has to be corrected' },
  send: { ja: '心当たりがないと知らせる', en: 'Report it' },
  keep: { ja: '知らせずに戻る', en: 'Go back without reporting' },
  link: { ja: '心当たりがない', en: 'I know nothing of this' },
  linkOf: { ja: '心当たりがない：{when}、{who}', en: 'I know nothing of this: {when}, {who}' },
  column: { ja: '心当たり', en: 'Report' },
  reported: { ja: 'お知らせいただきました', en: 'You reported this access' },
  reportedText: {
    ja: 'お電話のときは、この受付番号をお伝えください。お答えは、この画面と「お知らせ」でお伝えします。',
    en: 'If you call, give this number. The answer comes on this page and among your notices.',
  },
  number: { ja: '受付番号', en: 'Number' },
  at: { ja: '知らせた日時', en: 'Reported on' },
  own: { ja: '知らせた内容', en: 'What you told us' },
  state: { ja: '状態', en: 'State' },
  open: { ja: '調べています', en: 'Being looked into' },
  answered: { ja: 'お答えしました', en: 'Answered' },
  answer: { ja: 'お答え', en: 'Our answer' },
  answeredAt: { ja: '答えた日時', en: 'Answered on' },
} as const satisfies Record<string, Text>;
