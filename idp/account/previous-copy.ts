import type { Text } from '../../web/index.ts';

/** Words about the sign-in before this one. */
export const previousCopy = {
  title: { ja: '前回のログイン', en: 'Your previous sign-in' },
  first: { ja: 'これより前のログインの記録はありません。', en: 'There is no record of a sign-in before this one.' },
  notYours: {
    ja: '心当たりがないときは、カードを止めて、すぐにサポートセンターへお電話ください。',
    en: 'If this was not you, stop the card and call the support centre at once.',
  },
  at: { ja: '日時', en: 'When' },
  place: { ja: '端末', en: 'Device' },
  service: { ja: '使ったサービス', en: 'Service' },
  here: { ja: 'このサイト', en: 'This site' },
  failures: { ja: 'そのあとの失敗', en: 'Failures since then' },
  noFailures: { ja: 'ありません', en: 'None' },
  times: { ja: '{n}回', en: '{n}' },
  many: { ja: '50回以上', en: '50 or more' },
} as const satisfies Record<string, Text>;
