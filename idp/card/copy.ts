import type { CardStatus } from '../../card-auth/index.ts';
import type { Text } from '../../web/index.ts';

/** Words of the holder's card page, of stopping a card, and of the page after it. */
export const cardCopy = {
  title: { ja: 'カードとお知らせ', en: 'Your card and notices' },
  card: { ja: 'カード', en: 'Card' },
  number: { ja: 'カード番号', en: 'Card number' },
  kind: { ja: 'カードの種類', en: 'Kind of card' },
  state: { ja: '状態', en: 'State' },
  expires: { ja: '有効期限', en: 'Valid until' },
  none: { ja: 'カードはありません', en: 'There is no card' },
  changePin: { ja: '暗証番号を変える', en: 'Change the PIN' },
  stop: { ja: 'カードを止める', en: 'Stop the card' },
  notices: { ja: 'お知らせ', en: 'Notices' },
  allNotices: { ja: 'お知らせをすべて見る', en: 'See all notices' },
  isNew: { ja: '新しい', en: 'New' },
  markRead: { ja: 'すべて読みました', en: 'I have read them' },
  olderNotices: { ja: '前のお知らせを見る', en: 'Older notices' },
  newestNotices: { ja: '新しいお知らせに戻る', en: 'Back to the latest' },
  account: { ja: '同意とアクセス履歴', en: 'Your consents and access history' },
  noNotices: { ja: 'お知らせはありません', en: 'There are no notices' },
  notYours: {
    ja: '心当たりがないときは、すぐにサポートセンターへお電話ください。',
    en: 'If one of these was not you, please call the support centre at once.',
  },
  pinDone: { ja: '暗証番号を変えました', en: 'Your PIN is changed' },
  pinDoneText: { ja: '次からは新しい番号をお使いください。', en: 'Use the new one from now on.' },
  stopTitle: { ja: 'カードを止めますか', en: 'Stop the card?' },
  stopText: {
    ja: 'なくしたとき、盗まれたときは、すぐに止めてください。止めると、このカードではどこにもログインできなくなり、今のログインもすべて終わります。',
    en: 'If it is lost or stolen, stop it at once. It then signs in nowhere, and every sign-in made with it ends now.',
  },
  stopBack: {
    ja: 'また使うときは、サポートセンターへお電話ください。ご本人であることを確かめてから、使えるようにします。',
    en: 'To use it again, please call the support centre. It will be released after your identity has been checked.',
  },
  stopThis: { ja: 'このカードを止める', en: 'Stop this card' },
  keep: { ja: '止めずに戻る', en: 'Go back without stopping' },
  stopNone: { ja: '止めるカードはありません', en: 'There is no card to stop' },
  stopped: { ja: 'カードを止めました', en: 'The card is stopped' },
  stoppedText: {
    ja: 'このカードでのログインはすべて終わりました。カードが見つかったとき、新しいカードが要るときは、サポートセンターへお電話ください。',
    en: 'Every sign-in made with it has ended. When the card turns up, or when you need a new one, please call the support centre.',
  },
  phone: { ja: 'サポートセンター', en: 'Support centre' },
  back: { ja: '同意とアクセス履歴を見る', en: 'See your consents and access history' },
} as const satisfies Record<string, Text>;

export const statusCopy: Readonly<Record<CardStatus, Text>> = {
  applied: { ja: '申し込み中', en: 'Applied for' },
  approved: { ja: '準備中', en: 'Being prepared' },
  issued: { ja: '利用開始前', en: 'Not activated yet' },
  active: { ja: '利用中', en: 'In use' },
  'pin-locked': { ja: '暗証番号がロックされています', en: 'PIN locked' },
  suspended: { ja: '止めています', en: 'Stopped' },
  revoked: { ja: '使えません', en: 'Revoked' },
  expired: { ja: '期限切れ', en: 'Expired' },
};
