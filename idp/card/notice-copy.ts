import type { Text } from '../../web/index.ts';

/** Kinds of notices and what each says; {n} is a number, {service}, {browser} and {number} are what it is about. One that was not the holder's own act says whom to call. */
export const noticeCopy = {
  'new-device': {
    ja: '初めての端末でログインしました：{browser}',
    en: 'Sign-in on a device for the first time: {browser}',
  },
  'new-link': { ja: '「{service}」に初めてログインしました', en: 'First sign-in at “{service}”' },
  unfinished: {
    ja: 'カードが読み取られたのに、暗証番号の確認まで進まなかったことが{n}回ありました',
    en: 'The card was read {n} times without the PIN being checked',
  },
  'passkey-bound': { ja: 'パスキーを登録しました', en: 'A passkey was set up' },
  'passkey-removed': { ja: 'パスキーを削除しました', en: 'A passkey was removed' },
  'passkey-copied': {
    ja: 'パスキーの写しが使われた疑いがあるため、そのパスキーを止めました。削除して、登録し直してください',
    en: 'A copy of a passkey may have been used, so the passkey was blocked. Please remove it and set up a new one',
  },
  'report-answered': {
    ja: '心当たりがないとお知らせいただいたアクセスに、お答えしました（受付番号 {number}）',
    en: 'The access that you reported has been answered (number {number})',
  },
  'sign-ins-ended': {
    ja: 'サポートセンターが、あなたのログインをすべて終わらせました',
    en: 'The support centre ended all your sign-ins',
  },
  'card-activated': { ja: 'カードの利用を始めました', en: 'The card was activated' },
  'card-suspended': { ja: 'カードを止めました', en: 'The card was stopped' },
  'card-resumed': { ja: 'カードをまた使えるようにしました', en: 'The card can be used again' },
  'card-revoked': { ja: 'カードは使えなくなりました', en: 'The card was revoked' },
  'card-replaced': { ja: '新しいカードに切り替わりました', en: 'The card was replaced by a new one' },
  'card-copied': {
    ja: 'カードのコピーが使われた疑いがあるため、カードを止めました。サポートセンターへお電話ください',
    en: 'A copy of the card may have been used, so the card was stopped. Please call the support centre',
  },
  'card-key-known': {
    ja: 'カードの鍵が知られたおそれがあるため、安全のためにカードを止めました。新しいカードを手紙でご案内します',
    en: 'The key of your card may be known to others, so it was stopped for your safety. A letter about a new card follows',
  },
  'pin-to-change': {
    ja: '安全のため、「暗証番号を変える」で新しい暗証番号に変えてください。電話や窓口でお尋ねすることはありません',
    en: 'For your safety, please change your PIN under “Change the PIN”. Nobody will ask you for it',
  },
  'card-expiring': { ja: 'カードの有効期限まであと{n}日です', en: 'The card expires in {n} days' },
  'card-expired': { ja: 'カードの有効期限が切れました', en: 'The card has expired' },
  'pin-changed': { ja: '暗証番号を変えました', en: 'The PIN was changed' },
  'pin-reset': { ja: '暗証番号を決め直しました', en: 'A new PIN was set with a code' },
  'pin-locked': {
    ja: '暗証番号を続けて間違えたため、ロックしました',
    en: 'The PIN was locked after too many wrong tries',
  },
  'tries-returned': { ja: '暗証番号のロックを解除しました', en: 'The lock of the PIN was lifted' },
  'code-refused': { ja: '違う受け渡し番号が入力されました', en: 'A wrong hand-over code was entered' },
  'without-pin': {
    ja: '窓口で、暗証番号なしでカードを確認しました',
    en: 'The card was shown at a counter without the PIN',
  },
} as const satisfies Record<string, Text>;

export type NoticeKind = keyof typeof noticeCopy;
