import type { Text } from '../../web/index.ts';

/** Words of the page on which a card is stopped by the code of its letter. */
export const stopCopy = {
  title: { ja: '停止番号でカードを止める', en: 'Stop a card with its stop code' },
  lead: {
    ja: 'カードをなくしたとき、盗まれたときに、24時間いつでもカードを止められます。カードもログインも要りません。',
    en: 'If your card is lost or stolen, you can stop it here at any hour. You need neither the card nor a sign-in.',
  },
  effect: {
    ja: '止めると、このカードではどこにもログインできなくなり、今のログインもすべて終わります。また使うときは、サポートセンターがご本人であることを確かめます。',
    en: 'The card then signs in nowhere, and every sign-in made with it ends now. To use it again, the support centre checks who you are.',
  },
  code: { ja: '停止番号', en: 'Stop code' },
  codeHint: {
    ja: '受け渡し番号のお知らせ（手紙）にある16桁の番号です。例：1234 5678 9012 3456',
    en: 'The 16 digits in the letter with the hand-over code. Example: 1234 5678 9012 3456',
  },
  submit: { ja: 'カードを止める', en: 'Stop the card' },
  problems: { ja: 'カードは、まだ止まっていません', en: 'The card is not stopped yet' },
  STOP_CODE_MISTYPED: {
    ja: '番号に打ち間違いがあります。16桁をもう一度確かめてください。受け渡し番号（20桁）ではありません。',
    en: 'There is a slip in the number. Check its 16 digits; it is not the hand-over code of 20 digits.',
  },
  STOP_CODE_UNKNOWN: {
    ja: 'この停止番号のカードはありません。いちばん新しい手紙の番号を入力するか、サポートセンターへお電話ください。',
    en: 'No card has this stop code. Enter the one of your latest letter, or call the support centre.',
  },
  notInUse: { ja: 'このカードは使われていません', en: 'This card is not in use' },
  notInUseText: {
    ja: '利用を始めていないか、もう終わったカードなので、このカードではどこにもログインできません。新しいカードをお持ちのときは、そのカードの手紙にある停止番号を入力してください。',
    en: 'It was never activated or has ended, so it signs in nowhere. If you have a newer card, enter the stop code of the letter of that one.',
  },
  noCode: { ja: '停止番号がわからないとき', en: 'Without the stop code' },
  passkey: { ja: 'パスキーでログインして止める', en: 'Sign in with a passkey and stop it' },
  call: { ja: 'サポートセンターへお電話ください', en: 'Call the support centre' },
} as const satisfies Record<string, Text>;

export type StopProblem = 'STOP_CODE_MISTYPED' | 'STOP_CODE_UNKNOWN';
