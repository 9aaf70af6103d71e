import type { Text } from '../../web/index.ts';

/** Words of the sign-in page. Short sentences: the reader may be 80 and in front of a reader for the first time. */
export const signInCopy = {
  title: { ja: 'ログイン', en: 'Sign in' },
  before: { ja: '「', en: '“' },
  asks: { ja: '」にログインします', en: '” asks you to sign in' },
  test: { ja: '試験ログインです', en: 'This is a test sign-in' },
  testText: {
    ja: 'サービスには何も送りません。渡す内容を次の画面に表示します。',
    en: 'Nothing is sent to the service; the next page shows what would be.',
  },
  steps: { ja: 'ログインの手順', en: 'Steps of the sign-in' },
  stepCard: { ja: 'カードを置く', en: 'Place the card' },
  stepPin: { ja: '暗証番号', en: 'PIN' },
  stepDone: { ja: '完了', en: 'Done' },
  connect: { ja: 'カードを読み取る', en: 'Read the card' },
  keep: {
    ja: 'ログインが終わるまで、カードをリーダーに置いたままにしてください。',
    en: 'Leave the card on the reader until you are signed in.',
  },
  pinLabel: { ja: '暗証番号', en: 'PIN' },
  pinHint: {
    ja: '数字で入力してください。暗証番号がこの端末の外へ送られることはありません。',
    en: 'Digits only. The PIN is never sent out of this device.',
  },
  showPin: { ja: '番号を表示する', en: 'Show the digits' },
  submit: { ja: 'ログインする', en: 'Sign in' },
  cancel: { ja: 'ログインをやめる', en: 'Cancel' },
  lost: { ja: 'カードをなくした方', en: 'I lost my card' },
  lostText: {
    ja: 'または、サポートセンターへお電話ください。カードの利用を止めます。',
    en: 'Or call the support centre: the card will be suspended.',
  },
  stopNow: { ja: '手紙にある停止番号で、今すぐカードを止める', en: 'Stop it now, with the stop code of your letter' },
  forgot: { ja: '暗証番号を忘れた方', en: 'I forgot my PIN' },
  forgotText: {
    ja: '窓口で本人確認のうえ、新しい暗証番号を設定できます。5回続けて間違えるとロックされます。',
    en: 'You can set a new PIN at the counter after proving who you are. Five wrong tries in a row lock it.',
  },
  which: { ja: 'このログインに使えるカード', en: 'Which card can be used here' },
  whichText: {
    ja: 'ログイン用に発行されたカードだけが使えます。乗車専用のIruCaではログインできません。',
    en: 'Only a card that was issued for sign-in. A ride-only IruCa cannot sign in.',
  },
  trialBox: { ja: '試用版: カードはカードボックスに置きます', en: 'Trial: cards are placed in the card box' },
  openBox: { ja: 'カードボックスを開く', en: 'Open the card box' },
  noScript: {
    ja: 'この画面ではカードを読み取るためにJavaScriptが必要です。ブラウザーの設定で有効にしてください。',
    en: 'Reading the card needs JavaScript. Please switch it on in the browser.',
  },
} as const satisfies Record<string, Text>;

/** What the page says while it works, and why it could not go on; sent along to the browser program in one language. */
export const liveCopy = {
  waiting: { ja: 'カードをカードリーダーに置いてください', en: 'Place the card on the reader' },
  press: { ja: 'カードを置いて「カードを読み取る」を押してください', en: 'Place the card and press “Read the card”' },
  found: { ja: 'カードを確認しました。暗証番号を入力してください', en: 'Card found. Enter your PIN' },
  checking: { ja: '確認しています。カードを動かさないでください', en: 'Checking. Do not move the card' },
  lift: { ja: 'カードをリーダーから外してください', en: 'Take the card off the reader' },
  liftFirst: { ja: 'カードをいちど外して置き直してください', en: 'Take the card off and place it again' },
  done: { ja: 'ログインしました。サービスに移動します', en: 'Signed in. Returning to the service' },
  remaining: { ja: '残り{n}回', en: '{n} tries left' },
  PIN_WRONG: { ja: 'K-104 暗証番号が違います', en: 'K-104 The PIN is wrong' },
  PIN_EMPTY: { ja: '暗証番号を数字で入力してください', en: 'Enter the PIN in digits' },
  PIN_LOCKED: {
    ja: 'K-105 暗証番号がロックされています。窓口で解除できます',
    en: 'K-105 The PIN is locked. The counter can unlock it',
  },
  READER_ABSENT: {
    ja: 'K-101 リーダーが見つかりません。接続を確かめて、もう一度お試しください',
    en: 'K-101 No reader found. Check its cable and try again',
  },
  READER_UNSUPPORTED: {
    ja: 'K-101 このブラウザーではカードリーダーを使えません。パソコンのChromeまたはEdgeでお試しください',
    en: 'K-101 This browser cannot use a card reader. Please use Chrome or Edge on a computer',
  },
  READER_BUSY: { ja: 'K-101 リーダーがほかで使われています', en: 'K-101 The reader is in use elsewhere' },
  CARD_ABSENT: {
    ja: 'K-102 カードが見つかりません。カードを置いたまま、もう一度お試しください',
    en: 'K-102 No card found. Leave the card on the reader and try again',
  },
  CARD_GONE: {
    ja: 'カードが外れました。もう一度リーダーに置いてください',
    en: 'The card was taken away. Place it on the reader again',
  },
  CARD_LIFTED: {
    ja: 'K-102 読み取れませんでした。カードを動かさずに、もう一度お試しください',
    en: 'K-102 The card could not be read. Keep it still and try again',
  },
  CARD_OTHER: {
    ja: 'K-103 このカードはログインに使えません。乗車専用のIruCaではなく、ログイン用のカードを置いてください',
    en: 'K-103 This card cannot sign in. Use the card issued for sign-in, not a ride-only IruCa',
  },
  CARD_REFUSED: { ja: 'K-103 このカードはログインに使えません', en: 'K-103 This card cannot sign in' },
  CARD_DAMAGED: {
    ja: 'K-102 カードの記録がこわれています。窓口へお持ちください',
    en: 'K-102 The card’s memory is damaged. Please take it to the counter',
  },
  CARD_NOT_ACTIVE: {
    ja: 'K-103 このカードはまだ利用開始されていません',
    en: 'K-103 This card has not been activated yet',
  },
  CARD_SUSPENDED: {
    ja: 'I-201 カードは一時停止中です。サポートセンターへお電話ください',
    en: 'I-201 The card is suspended. Please call the support centre',
  },
  CARD_REVOKED: { ja: 'I-202 カードは失効しています', en: 'I-202 The card is revoked' },
  CARD_EXPIRED: { ja: 'I-203 カードの有効期限が切れています', en: 'I-203 The card has expired' },
  TIME_OUT: { ja: 'K-106 時間切れです。もう一度お試しください', en: 'K-106 Too slow. Please try again' },
  SIGN_IN_EXPIRED: {
    ja: 'K-106 時間切れです。サービスの画面からやり直してください',
    en: 'K-106 The sign-in has expired. Please start again at the service',
  },
  TOO_MANY: {
    ja: '回数が多すぎます。しばらくしてからお試しください',
    en: 'Too many tries. Please wait and try again',
  },
  OFFLINE: {
    ja: 'K-107 接続先を確認できません。通信を確かめて、もう一度お試しください',
    en: 'K-107 The service cannot be reached. Check the connection and try again',
  },
  OTHER: { ja: 'うまくいきませんでした。もう一度お試しください', en: 'That did not work. Please try again' },
} as const satisfies Record<string, Text>;

export type LiveCopy = Readonly<Record<keyof typeof liveCopy, string>>;

export function liveCopyIn(language: keyof Text): LiveCopy {
  const entries = Object.entries(liveCopy).map(([key, text]) => [key, text[language]]);
  return Object.fromEntries(entries) as LiveCopy;
}
