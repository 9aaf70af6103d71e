import type { Text } from '../../web/index.ts';

/** Words of the pages with passkeys. The device's own dialogs say パスキー, so that is the word; what it is stands beside it. */
export const passkeyCopy = {
  what: {
    ja: 'パスキーは、お使いのパソコンやスマートフォンが、指紋・顔・画面ロックの番号で、あなただと確かめるしくみです。指紋や顔が、この端末の外へ送られることはありません。',
    en: 'With a passkey your own computer or telephone checks that it is you, by fingerprint, face or screen lock. Fingerprint and face never leave the device.',
  },
  titleUse: { ja: '次に、パスキーで確認します', en: 'Now confirm with your passkey' },
  titleBind: { ja: '次に、パスキーを登録します（初めての方）', en: 'Now set up a passkey (first time)' },
  titleAlone: { ja: 'パスキーでログイン', en: 'Sign in with a passkey' },
  before: { ja: '「', en: '“' },
  besides: {
    ja: '」は、カードと暗証番号のほかに、パスキーでの確認を求めています。にせの画面で情報を盗まれないためです。',
    en: '” asks for a passkey beside card and PIN, so that no false page can steal your sign-in.',
  },
  asks: { ja: '」にログインします', en: '” asks you to sign in' },
  cardDone: { ja: 'カードと暗証番号の確認は終わりました。', en: 'Card and PIN are done.' },
  justBound: {
    ja: 'パスキーを登録しました。続けて、そのパスキーで確認します。',
    en: 'The passkey is set up. Now confirm with it.',
  },
  stepKey: { ja: 'パスキー', en: 'Passkey' },
  use: { ja: 'パスキーで確認する', en: 'Confirm with the passkey' },
  signIn: { ja: 'パスキーでログインする', en: 'Sign in with the passkey' },
  bind: { ja: 'パスキーを登録する', en: 'Set up a passkey' },
  bindHow: {
    ja: 'ボタンを押すと、この端末がパスキーの保存を案内します。画面のとおりに進めてください。',
    en: 'Press the button; your device then leads you through saving the passkey.',
  },
  onlyOwn: {
    ja: 'ご自分の端末だけに登録してください。ほかの人も使う端末では、スマートフォンなどご自分の端末を選んでください。',
    en: 'Save it on a device of your own only. On a shared computer choose your telephone.',
  },
  name: { ja: 'パスキーの名前', en: 'Name of the passkey' },
  nameHint: {
    ja: 'あとで見分けるための名前です。例：自宅のパソコン',
    en: 'To tell it from others later. For example: computer at home',
  },
  nameGiven: { ja: 'いつもの端末', en: 'My usual device' },
  other: { ja: 'この端末で、パスキーをまだ使っていない方', en: 'No passkey on this device yet?' },
  otherText: {
    ja: 'この端末にも登録できます。なくした端末のパスキーは、「パスキーの管理」で削除してください。',
    en: 'You can set one up here too. Remove the passkey of a lost device under “Your passkeys”.',
  },
  manage: { ja: 'パスキーの管理', en: 'Your passkeys' },
  none: { ja: 'まだパスキーを登録していない方', en: 'I have no passkey yet' },
  noneText: {
    ja: 'カードと暗証番号でログインしてから、登録できます。',
    en: 'You can set one up after signing in with card and PIN.',
  },
  lost: { ja: 'パスキーの端末をなくした方', en: 'I lost the device with my passkey' },
  lostText: {
    ja: 'カードと暗証番号でログインして、なくした端末のパスキーを削除し、新しい端末に登録し直してください。',
    en: 'Sign in with card and PIN, remove the passkey of the lost device, and set up a new one.',
  },
  lostCard: { ja: 'カードをなくした方', en: 'I lost my card' },
  lostCardText: {
    ja: 'または、サポートセンターへお電話ください。カードが止まっている間は、パスキーも使えません。',
    en: 'Or call the support centre. While the card is suspended, passkeys do not work either.',
  },
  wish: {
    ja: 'このサービスは、パスキーがなくても使えます。',
    en: 'You can also use this service without a passkey.',
  },
  without: { ja: 'パスキーなしで続ける', en: 'Go on without a passkey' },
  withPasskey: { ja: 'パスキーでログイン', en: 'Sign in with a passkey' },
  withPasskeyHint: {
    ja: 'このサービスは、カードの代わりにパスキーでもログインできます。',
    en: 'This service accepts a passkey instead of the card.',
  },
  withCard: { ja: 'カードと暗証番号でログイン', en: 'Sign in with card and PIN' },
  cancel: { ja: 'ログインをやめる', en: 'Cancel' },
  noScript: {
    ja: 'パスキーを使うには、JavaScriptが必要です。ブラウザーの設定で有効にしてください。',
    en: 'Passkeys need JavaScript. Please switch it on in the browser.',
  },
} as const satisfies Record<string, Text>;

/** What the page says while it works, and why it could not go on; sent along to the browser program in one language. */
export const passkeyLiveCopy = {
  ready: { ja: '準備ができました。ボタンを押してください', en: 'Ready. Press the button' },
  again: { ja: 'もう一度、ボタンを押してください', en: 'Press the button again' },
  asking: { ja: '端末の画面の案内に従ってください', en: 'Follow what your device shows' },
  checking: { ja: '確認しています', en: 'Checking' },
  done: { ja: '確認できました。次の画面に移動します', en: 'Done. Going on' },
  CANCELLED: {
    ja: 'P-101 端末での確認が終わりませんでした',
    en: 'P-101 Your device did not complete it',
  },
  UNSUPPORTED: {
    ja: 'P-102 このブラウザーではパスキーを使えません。新しいChrome、Edge、Safari、Firefoxでお試しください',
    en: 'P-102 This browser has no passkeys. Please use a current Chrome, Edge, Safari or Firefox',
  },
  ALREADY_BOUND: {
    ja: 'P-103 この端末には、もう登録してあります。登録してあるパスキーを、そのままお使いください',
    en: 'P-103 This device has your passkey already. Use the one that is there',
  },
  PASSKEY_UNKNOWN: {
    ja: 'P-104 このパスキーは登録されていないか、削除されています。別のパスキーを選んでください',
    en: 'P-104 This passkey is not registered here, or was removed. Choose another one',
  },
  PASSKEY_OF_OTHER: {
    ja: 'P-105 カードとは別の方のパスキーです。カードをお持ちの方のパスキーを選んでください',
    en: 'P-105 This passkey is another person’s. Use one of the person whose card was shown',
  },
  PASSKEY_COPIED: {
    ja: 'P-106 安全のため、このパスキーは使えなくなりました。サポートセンターへお電話ください',
    en: 'P-106 For safety this passkey no longer works. Please call the support centre',
  },
  PASSKEY_NEEDS_CARD: {
    ja: 'P-107 カードと暗証番号の確認から、やり直してください。カードが止まっているときは、サポートセンターへお電話ください',
    en: 'P-107 Please start again with card and PIN. If the card is suspended, call the support centre',
  },
  PASSKEY_LIMIT: {
    ja: 'P-108 登録できる数をこえています。使わないパスキーを削除してください',
    en: 'P-108 You have too many passkeys. Remove one that you no longer use',
  },
  PASSKEY_NAME: { ja: '名前を40文字までで入力してください', en: 'Enter a name of up to 40 characters' },
  SIGN_IN_EXPIRED: {
    ja: 'K-106 時間切れです。サービスの画面からやり直してください',
    en: 'K-106 The sign-in has expired. Please start again at the service',
  },
  TOO_MANY_REQUESTS: {
    ja: '回数が多すぎます。しばらくしてからお試しください',
    en: 'Too many tries. Please wait and try again',
  },
  OFFLINE: {
    ja: 'K-107 接続先を確認できません。通信を確かめて、もう一度お試しください',
    en: 'K-107 The service cannot be reached. Check the connection and try again',
  },
  OTHER: {
    ja: 'P-109 パスキーを確認できませんでした。もう一度お試しください',
    en: 'P-109 The passkey could not be confirmed. Please try again',
  },
} as const satisfies Record<string, Text>;

export type PasskeyLiveCopy = Readonly<Record<keyof typeof passkeyLiveCopy, string>>;

export function passkeyLiveCopyIn(language: keyof Text): PasskeyLiveCopy {
  const entries = Object.entries(passkeyLiveCopy).map(([key, text]) => [key, text[language]]);
  return Object.fromEntries(entries) as PasskeyLiveCopy;
}
