import type { Text } from './preferences.ts';

/** Words of the frame and of parts that every page may use. Pages keep their own words beside them. */
export const frameCopy = {
  skip: { ja: '本文へ', en: 'Skip to content' },
  textSize: { ja: '文字', en: 'Text' },
  small: { ja: '小', en: 'S' },
  medium: { ja: '中', en: 'M' },
  large: { ja: '大', en: 'L' },
  background: { ja: '背景', en: 'Colour' },
  standard: { ja: '標準', en: 'Standard' },
  black: { ja: '黒', en: 'Black' },
  cream: { ja: 'クリーム', en: 'Cream' },
  display: { ja: '表示の設定', en: 'Display settings' },
  support: { ja: 'お困りのときは', en: 'If you need help' },
  trial: {
    ja: '試用版です。人・病院・会社はすべて架空のものです（架空データ）。',
    en: 'Trial. All people, hospitals and employers are fictional.',
  },
  breadcrumb: { ja: '現在の場所', en: 'You are here' },
  notRegistered: { ja: '（未登録）', en: '(not registered)' },
  notDisclosed: { ja: '（非開示）', en: '(not disclosed)' },
  notApplicable: { ja: '（対象外）', en: '(not applicable)' },
  optional: { ja: '任意', en: 'optional' },
  must: { ja: '必須', en: 'required' },
  detail: { ja: 'お問い合わせ番号', en: 'Reference' },
} as const satisfies Record<string, Text>;
