import type { Text } from '../../web/index.ts';

export const statisticsCopy = {
  title: { ja: '利用状況', en: 'Statistics' },
  lead: {
    ja: 'サービスへのログインの数です。個人を表す情報は含みません。',
    en: 'Numbers of sign-ins at the services. They tell nothing about persons.',
  },
  all: { ja: 'すべてのサービス', en: 'All services' },
  toAll: { ja: 'すべてのサービスを見る', en: 'See all services' },
  by: { ja: '区切り', en: 'By' },
  day: { ja: '日別（35日）', en: 'By day (35 days)' },
  month: { ja: '月別（13か月）', en: 'By month (13 months)' },
  unfinished: { ja: '集計の途中です', en: 'Still counting' },
  unfinishedText: {
    ja: '記録が多いため、まだすべては数えていません。画面を開き直すと続きを数えます。',
    en: 'There are many records; opening the page again goes on counting.',
  },
  numbers: { ja: '数字の表を見る', en: 'See the numbers' },
  period: { ja: '期間', en: 'Period' },
  answered: { ja: 'ログインできた', en: 'Answered' },
  refused: { ja: '断った', en: 'Refused' },
  codes: { ja: '断った理由', en: 'Reasons' },
  summary: {
    ja: '{first}から{last}まで：ログインできた{answered}件、断った{refused}件。最も多いのは{most}の{count}件。',
    en: 'From {first} to {last}: {answered} answered, {refused} refused. The most on {most}: {count}.',
  },
  nothing: {
    ja: '{first}から{last}まで：記録はありません。',
    en: 'From {first} to {last}: nothing on record.',
  },
  services: { ja: 'サービス別（{period}）', en: 'By service ({period})' },
  service: { ja: 'サービス', en: 'Service' },
  registration: { ja: '登録の内容', en: 'Registration' },
  none: { ja: 'この期間の記録はありません', en: 'Nothing on record in this period.' },
  more: { ja: '続きを見る', en: 'More' },
  csv: { ja: 'CSVで保存', en: 'Save as CSV' },
  identifier: { ja: '識別子', en: 'Identifier' },
  result: { ja: '結果', en: 'Result' },
  count: { ja: '件数', en: 'Count' },
} as const satisfies Record<string, Text>;
