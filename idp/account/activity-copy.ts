import type { Text } from '../../web/index.ts';
import type { ShownType } from '../happenings.ts';

/** Words of the resident's own record of sign-ins. */
export const activityCopy = {
  title: { ja: 'ログインの記録', en: 'Record of your sign-ins' },
  lead: {
    ja: 'あなたのカードとパスキーで起きたことを、新しい順に並べています。失敗したものには ✖ を付けています。',
    en: 'What happened with your card and your passkeys, the latest first. Failures are marked ✖.',
  },
  notYours: {
    ja: '心当たりのないものがあったときは、すぐにサポートセンターへお電話ください。',
    en: 'If one of these was not you, please call the support centre at once.',
  },
  at: { ja: '日時', en: 'When' },
  what: { ja: 'できごと', en: 'What' },
  none: { ja: '記録はまだありません。', en: 'There are no records yet.' },
} as const satisfies Record<string, Text>;

/** What residents are shown of the audit, in plain words. */
export const activityWords: Readonly<Record<ShownType, Text>> = {
  'auth.ok': { ja: 'カードと暗証番号でログインしました', en: 'Signed in with card and PIN' },
  'auth.fail': { ja: '暗証番号が違いました', en: 'The PIN was wrong' },
  'auth.card': {
    ja: '窓口で、暗証番号なしでカードを確認しました',
    en: 'The card was shown at a counter without the PIN',
  },
  'auth.passkey': { ja: 'パスキーでログインしました', en: 'Signed in with a passkey' },
  'auth.bound': { ja: 'カードに加えて、パスキーで確認しました', en: 'Confirmed with a passkey beside the card' },
  'authenticator.bind': { ja: 'パスキーを登録しました', en: 'A passkey was set up' },
  'authenticator.remove': { ja: 'パスキーを削除しました', en: 'A passkey was removed' },
  'card.activated': { ja: 'カードの利用を始めました', en: 'The card was activated' },
  'card.clone-alarm': {
    ja: 'カードのコピーが使われた疑いがあるため、カードを止めました',
    en: 'A copy of the card may have been used, so the card was stopped',
  },
  'card.code-refused': { ja: '違う受け渡し番号が入力されました', en: 'A wrong hand-over code was entered' },
  'card.expired': { ja: 'カードの有効期限が切れました', en: 'The card expired' },
  'card.locked': { ja: '暗証番号がロックされました', en: 'The PIN was locked' },
  'card.pin-changed': { ja: '暗証番号を変えました', en: 'The PIN was changed' },
  'card.pin-reset': { ja: '暗証番号を決め直しました', en: 'A new PIN was set with a code' },
  'card.replaced': { ja: '新しいカードに切り替わりました', en: 'The card was replaced by a new one' },
  'card.resumed': { ja: 'カードをまた使えるようにしました', en: 'The card can be used again' },
  'card.revoked': { ja: 'カードは使えなくなりました', en: 'The card was revoked' },
  'card.suspended': { ja: 'カードを止めました', en: 'The card was stopped' },
  'card.tries-returned': { ja: '暗証番号のロックを解除しました', en: 'The lock of the PIN was lifted' },
  'card.unfinished': {
    ja: 'カードが読み取られたのに、暗証番号の確認まで進まなかったことがありました',
    en: 'The card was read without the PIN being checked',
  },
  'session.end': { ja: 'サポートセンターが、ログインを終わらせました', en: 'The support centre ended your sign-ins' },
  'sign-out': { ja: 'ログアウトしました', en: 'Signed out' },
};
