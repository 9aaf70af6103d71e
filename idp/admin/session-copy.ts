import type { Text } from '../../web/index.ts';

/** Words of the page that ends a resident's sign-ins. */
export const endingCopy = {
  lead: {
    ja: 'カード番号の方の、すべての端末とサービスのログインを終わらせます。ご本人にはお知らせが届き、記録が残ります。',
    en: 'Ends the sign-ins of the card’s holder on every device and at every service. The holder is told, and it is recorded.',
  },
  stopInstead: {
    ja: 'カードをなくした方、盗まれた方は、カードも止めてください。止めるとログインも終わります。',
    en: 'If the card is lost or stolen, suspend the card: that ends the sign-ins too.',
  },
  number: { ja: 'カード番号', en: 'Card number' },
  numberHint: { ja: '13桁の数字。空白があってもかまいません。', en: '13 digits; spaces do no harm.' },
  numberWrong: {
    ja: 'この番号のカードはありません。番号を確かめてください。',
    en: 'There is no card of this number. Please check it.',
  },
  reason: { ja: '理由', en: 'Reason' },
  choose: { ja: '選んでください', en: 'Choose one' },
  reasonMissing: { ja: '理由を選んでください。', en: 'Choose a reason.' },
  problems: { ja: '直していただきたいところがあります', en: 'Something has to be corrected' },
  send: { ja: 'ログインをすべて終わらせる', en: 'End all sign-ins' },
  done: { ja: '{n}台の端末のログインを終わらせました', en: 'Sign-ins ended: {n}' },
  none: { ja: 'ログイン中の端末はありませんでした', en: 'The holder was not signed in anywhere' },
  results: { ja: 'サービスごとの結果', en: 'Result for each service' },
  noServices: { ja: '使われていたサービスはありません。', en: 'No service had been used.' },
  again: { ja: '別の方のログインを終わらせる', en: 'End those of somebody else' },
} as const satisfies Record<string, Text>;

/** Why sign-ins are ended; the code stands in the audit. */
export const endingReasons = {
  'holder-asked': { ja: 'ご本人の依頼', en: 'The holder asked for it' },
  'device-lost': { ja: '端末の紛失・盗難', en: 'A device was lost or stolen' },
  misuse: { ja: '不正使用の疑い', en: 'Misuse is suspected' },
} as const satisfies Record<string, Text>;

export type EndingReason = keyof typeof endingReasons;
export const isEndingReason = (text: string): text is EndingReason => Object.hasOwn(endingReasons, text);
