import type { Text } from '../web/index.ts';

/** The bodies of the trial: each a server of its own, under the registration id that the hub's links carry. */
export const bodies = {
  nhi: { id: 'takamatsu-nhi', kind: 'id-wsf', name: { ja: '高松市国保', en: 'Takamatsu City NHI' } },
  kyokai: { id: 'kyokai-kagawa', kind: 'json', name: { ja: '協会けんぽ 香川支部', en: 'Kyokai Kenpo, Kagawa branch' } },
  others: {
    id: 'other-insurers',
    kind: 'json',
    name: { ja: 'その他の保険者（架空）', en: 'Other insurers (fictional)' },
  },
} as const satisfies Record<string, { id: string; kind: 'json' | 'id-wsf'; name: Text }>;

export type BodyId = keyof typeof bodies;
export const bodyIds: readonly BodyId[] = ['nhi', 'kyokai', 'others'];

export interface Insurer {
  /** 保険者番号: 8 digits, 6 for national health insurance. */
  readonly number: string;
  readonly name: string;
  readonly address: string;
  /** The body that answers for it. */
  readonly body: BodyId;
}

const fictional = '（架空）';
const office = (town: string) => `香川県高松市${town}99番地${fictional}`;

/** The two of the pilot, and four made up with right check digits: a mutual aid, a health insurance society, the elder scheme, an NHI association. */
export const insurers = {
  nhi: { number: '370015', name: '高松市国保', address: office('番町'), body: 'nhi' },
  kyokai: { number: '01370014', name: '全国健康保険協会 香川支部', address: office('鍛冶屋町'), body: 'kyokai' },
  society: {
    number: '06379994',
    name: `瀬戸内製作所健康保険組合${fictional}`,
    address: office('朝日町'),
    body: 'others',
  },
  mutual: { number: '34379982', name: `讃岐共済組合${fictional}`, address: office('天神前'), body: 'others' },
  elder: {
    number: '39379995',
    name: `讃岐後期高齢者医療広域連合${fictional}`,
    address: office('福岡町'),
    body: 'others',
  },
  association: {
    number: '373993',
    name: `讃岐食品国民健康保険組合${fictional}`,
    address: office('城東町'),
    body: 'others',
  },
} as const satisfies Record<string, Insurer>;

export type InsurerId = keyof typeof insurers;

/** Weights 2, 1, 2, 1 … from the right over all but the last digit; the sums of the products' digits fill up to a ten. */
export function hasInsurerCheckDigit(number: string): boolean {
  if (!/^(\d{6}|\d{8})$/.test(number)) return false;
  const digits = Array.from(number, Number).toReversed();
  const sum = digits.slice(1).reduce((total, digit, at) => {
    const product = at % 2 === 0 ? digit * 2 : digit;
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return digits[0] === (10 - (sum % 10)) % 10;
}
