import type { Text } from '../../web/index.ts';

/** By which kind of insurance an applicant is covered (R110): the one table of it. */
export const insurerTypes = {
  municipal: { ja: '国民健康保険（お住まいの市町村）', en: 'municipal health insurance' },
  'other-municipal': { ja: '国民健康保険（ほかの市町村、国保組合）', en: 'health insurance of another municipality' },
  kyokai: { ja: '健康保険（協会けんぽ）', en: 'employees’ insurance (national association)' },
  society: { ja: '健康保険（組合健保）', en: 'employees’ insurance (society)' },
  'mutual-aid': { ja: '共済組合', en: 'mutual aid association' },
  other: { ja: 'その他', en: 'other' },
} as const satisfies Record<string, Text>;

export type InsurerType = keyof typeof insurerTypes;

export const isInsurerType = (text: string): text is InsurerType => Object.hasOwn(insurerTypes, text);
