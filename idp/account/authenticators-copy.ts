import type { Text } from '../../web/index.ts';

/** Words of the page on which residents look after their passkeys. */
export const authenticatorsCopy = {
  title: { ja: 'パスキーの管理', en: 'Your passkeys' },
  lead: {
    ja: 'パスキーは、お使いのパソコンやスマートフォンが、指紋・顔・画面ロックの番号で、あなただと確かめるしくみです。サービスが求めたときに、カードと暗証番号に加えて、またはその代わりに使います。',
    en: 'With a passkey your own computer or telephone checks that it is you, by fingerprint, face or screen lock. It is used where a service asks for it, beside card and PIN or instead of them.',
  },
  list: { ja: '登録したパスキー', en: 'Passkeys you have set up' },
  none: { ja: 'まだ登録していません。', en: 'You have none yet.' },
  created: { ja: '登録した日時', en: 'Set up on' },
  used: { ja: '最後に使った日時', en: 'Last used' },
  never: { ja: 'まだ使っていません', en: 'Not used yet' },
  state: { ja: '状態', en: 'State' },
  copied: {
    ja: '使えません。写しが使われたおそれがあるため、止めました。削除して、登録し直してください。',
    en: 'Blocked: a copy of it may be in use. Remove it and set up a new one.',
  },
  remove: { ja: '削除する', en: 'Remove' },
  removeOf: { ja: '「{name}」を削除する', en: 'Remove “{name}”' },
  removeHint: {
    ja: '削除すると、そのパスキーでのログインはすぐに終わります。端末の中に残ったパスキーも、ここでは使えなくなります。',
    en: 'After removal, every sign-in made with that passkey ends at once. What stays on the device no longer works here.',
  },
  removed: { ja: 'パスキーを削除しました', en: 'The passkey was removed' },
  bound: { ja: 'パスキーを登録しました', en: 'The passkey was set up' },
  add: { ja: '新しく登録する', en: 'Set up another one' },
  addFirst: { ja: '登録する', en: 'Set one up' },
  lost: { ja: 'なくしたとき', en: 'If you lose something' },
  lostDevice: { ja: 'パスキーの端末をなくした', en: 'The device with the passkey' },
  lostDeviceText: {
    ja: 'カードと暗証番号でこの画面を開き、なくした端末のパスキーを削除して、新しい端末に登録し直してください。',
    en: 'Open this page with card and PIN, remove the passkey of the lost device, and set up a new one.',
  },
  lostCard: { ja: 'カードをなくした', en: 'The card' },
  lostCardText: {
    ja: 'すぐにサポートセンターへお電話ください。新しいカードは、窓口で本人確認のうえお渡しします。カードが止まっている間は、パスキーも使えません。',
    en: 'Call the support centre at once. A new card is handed over at the counter, after you have proved who you are. While the card is suspended, passkeys do not work either.',
  },
  noMail: {
    ja: 'メールや電話だけで、パスキーやカードを登録し直すことはありません。そのような案内は、にせものです。',
    en: 'Nobody sets up a passkey or card again by mail or telephone alone. Whoever offers that is a fraud.',
  },
  back: { ja: '同意とアクセス履歴に戻る', en: 'Back to your consents and access history' },
} as const satisfies Record<string, Text>;
