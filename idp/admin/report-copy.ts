import type { Text } from '../../web/index.ts';

/** Words of the console's pages about reports of residents. */
export const reportsCopy = {
  lead: {
    ja: '住民が「心当たりがない」と知らせたアクセスです。お答えは、知らせた方の画面に出ます。',
    en: 'Accesses that residents know nothing of. The answer appears on the page of who reported it.',
  },
  open: { ja: 'まだ答えていないもの', en: 'Open' },
  answered: { ja: '答えたもの', en: 'Answered' },
  states: { ja: '状態で分ける', en: 'By state' },
  none: { ja: '報告はありません。', en: 'There are no reports.' },
  number: { ja: '受付番号', en: 'Number' },
  at: { ja: '知らせた日時', en: 'Reported on' },
  who: { ja: 'アクセスした者', en: 'Who had access' },
  when: { ja: 'アクセスの日時', en: 'When' },
  more: { ja: '続きを見る', en: 'More' },
  access: { ja: '知らせのあったアクセス', en: 'The access' },
  words: { ja: '本人の言葉', en: 'In the resident’s words' },
  noWords: { ja: '書かれていません', en: 'Nothing was written' },
  answer: { ja: 'お答え', en: 'Answer' },
  answerHint: {
    ja: '調べて分かったことを、やさしい言葉で。500文字まで。ほかの方の名前や情報は書かないでください。',
    en: 'What you found, in plain words; 500 characters at most. Nothing about other people.',
  },
  answerWrong: {
    ja: 'お答えを、1文字から500文字までで書いてください。',
    en: 'Write an answer of 1 to 500 characters.',
  },
  problems: { ja: '直していただきたいところがあります', en: 'Something has to be corrected' },
  send: { ja: '答えて終わりにする', en: 'Answer and close' },
  answeredBy: { ja: '答えた管理者', en: 'Answered by' },
  answeredAt: { ja: '答えた日時', en: 'Answered on' },
} as const satisfies Record<string, Text>;
