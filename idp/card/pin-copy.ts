import type { Text } from '../../web/index.ts';
import { liveCopyIn } from '../sign-in/copy.ts';

/** Words of the pages on which a holder sets a PIN. Short sentences, for hands that do this once in five years. */
export const pinCopy = {
  changeTitle: { ja: '暗証番号を変える', en: 'Change your PIN' },
  changeLead: {
    ja: '今の暗証番号と、新しい暗証番号を入れてください。番号がこの端末の外へ送られることはありません。',
    en: 'Enter the PIN you have and the one you want. Neither is ever sent out of this device.',
  },
  codeTitle: { ja: 'カードを使い始める・暗証番号を決め直す', en: 'Start using a card, or set a new PIN' },
  codeLead: {
    ja: 'カードといっしょに受け取った20桁の「受け渡し番号」を入れ、暗証番号を決めてください。暗証番号がこの端末の外へ送られることはありません。',
    en: 'Enter the 20-digit hand-over code that you got with the card, and choose a PIN. The PIN is never sent out of this device.',
  },
  code: { ja: '受け渡し番号（20桁）', en: 'Hand-over code (20 digits)' },
  codeHint: { ja: '4桁ずつ区切って入れてもかまいません。', en: 'Spaces between the digits do no harm.' },
  current: { ja: '今の暗証番号', en: 'PIN you have now' },
  chosen: { ja: '新しい暗証番号', en: 'New PIN' },
  chosenHint: {
    ja: '{n}桁以上の数字です。誕生日や、1234のような並び、同じ数字の繰り返しは使えません。',
    en: 'At least {n} digits. Birthdays, runs such as 1234 and repeated digits are refused.',
  },
  again: { ja: '新しい暗証番号（もう一度）', en: 'New PIN, once more' },
  show: { ja: '番号を表示する', en: 'Show the digits' },
  submitChange: { ja: '暗証番号を変える', en: 'Change the PIN' },
  submitCode: { ja: '暗証番号を決める', en: 'Set the PIN' },
  back: { ja: 'カードの画面に戻る', en: 'Back to your card' },
  noScript: {
    ja: 'この画面ではカードを読み取るためにJavaScriptが必要です。ブラウザーの設定で有効にしてください。',
    en: 'Reading the card needs JavaScript. Please switch it on in the browser.',
  },
} as const satisfies Record<string, Text>;

/** What the browser program says, beside what every page with a card says. */
const pinLiveCopy = {
  form: {
    ja: '番号を入れて、カードをカードリーダーに置いてください',
    en: 'Fill in the form and place your card on the reader',
  },
  waiting: { ja: 'カードをカードリーダーに置いてください', en: 'Place the card on the reader' },
  checking: {
    ja: '書き換えています。カードを動かさないでください',
    en: 'Writing. Do not move the card',
  },
  doneChange: {
    ja: '暗証番号を変えました。次からは新しい番号をお使いください',
    en: 'Your PIN is changed. Use the new one from now on',
  },
  doneCode: { ja: '暗証番号を決めました。カードを使えます', en: 'Your PIN is set. You can use the card now' },
  CODE_SLIP: {
    ja: '受け渡し番号に打ち間違いがあります。もう一度お確かめください（回数には数えていません）',
    en: 'There is a slip in the hand-over code. Please check it; this did not count as a try',
  },
  CODE_WRONG: { ja: '受け渡し番号が違います', en: 'The hand-over code is wrong' },
  CODE_SPENT: {
    ja: 'この受け渡し番号は使えません。使い終わったか、期限が切れています。サポートセンターへお電話ください',
    en: 'This hand-over code cannot be used: it is spent or has expired. Please call the support centre',
  },
  PIN_WEAK: {
    ja: '新しい暗証番号は、人に当てられやすい番号です。誕生日や並んだ数字でない、別の番号にしてください',
    en: 'The new PIN is easy to guess. Please choose one that is no birthday, run or repetition',
  },
  PIN_LENGTH: { ja: '新しい暗証番号は{n}桁から12桁の数字にしてください', en: 'The new PIN has {n} to 12 digits' },
  PIN_DIFFERENT: {
    ja: '新しい暗証番号が、2回目と違います。同じ番号を2回入れてください',
    en: 'The two entries of the new PIN differ. Enter the same one twice',
  },
  PIN_SAME: {
    ja: '新しい暗証番号が、今の番号と同じです。別の番号にしてください',
    en: 'The new PIN is the one you have. Please choose another',
  },
  PIN_UNCERTAIN: {
    ja: '最後の確認の前に通信が切れました。まず新しい暗証番号でログインしてみてください。使えないときは、今までの番号がそのまま使えます',
    en: 'The connection was lost at the last step. Try to sign in with the new PIN first; if it is refused, the old one still works',
  },
  CARD_OF_OTHER: {
    ja: '別の方のカードです。ご自分のカードを置いてください',
    en: 'This card is another person’s. Please place your own',
  },
  SIGN_IN_EXPIRED: {
    ja: 'K-106 時間切れです。画面を開き直してください',
    en: 'K-106 This took too long. Please open the page again',
  },
} as const satisfies Record<string, Text>;

export type PinLiveCopy = Readonly<Record<string, string>>;

export function pinLiveCopyIn(language: keyof Text, digits: number): PinLiveCopy {
  const own = Object.entries(pinLiveCopy).map(([key, text]) => [key, text[language].replace('{n}', String(digits))]);
  return { ...liveCopyIn(language), ...Object.fromEntries(own) };
}
