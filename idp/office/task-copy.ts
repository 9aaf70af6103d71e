import type { CardAct, ReasonCode } from '../../card-auth/index.ts';
import type { Text } from '../../web/index.ts';
import type { LetterKind } from './letters.ts';

export const reasonNames: Readonly<Record<ReasonCode, Text>> = {
  CLONE: { ja: 'コピーの疑い', en: 'a copy was seen' },
  KEY: { ja: '鍵の漏えいのおそれ', en: 'its key may be known' },
  LOST: { ja: '紛失', en: 'lost' },
  STOLEN: { ja: '盗難', en: 'stolen' },
  DAMAGED: { ja: '破損', en: 'damaged' },
  NAME: { ja: '氏名の変更', en: 'new name' },
  BIRTHDATE: { ja: '生年月日の訂正', en: 'corrected birth date' },
  SEX: { ja: '性別の訂正', en: 'corrected sex' },
  RESIDENCE: { ja: '転出', en: 'left the area' },
  DEATH: { ja: '死亡', en: 'death' },
  FRAUD: { ja: '不正', en: 'fraud' },
  REQUEST: { ja: '本人の希望', en: 'request' },
  EXPIRY: { ja: '期限切れ', en: 'expiry' },
  TESTEND: { ja: '事業の終了', en: 'end of the programme' },
  PIN: { ja: '暗証番号', en: 'PIN' },
  HANDOVER: { ja: '受け渡し', en: 'hand-over' },
};

/** What the second person looks at before agreeing. */
export const toDo: Readonly<Record<CardAct, Text>> = {
  issue: { ja: 'カードを作り、受け渡します。', en: 'Make the card and hand it over.' },
  replace: {
    ja: '理由を確かめて承認し、新しいカードを作ります。サービスとのつながりはそのまま残ります。',
    en: 'Check the reason, agree, then make the new card. Every service still knows its holder.',
  },
  resume: {
    ja: 'カードが本人の手元に戻ったことを確かめます。鍵の漏えいのおそれで止めたカードは、すぐに鍵を新しくするときか、誤報と分かったときだけ再開します。',
    en: 'Make sure the holder has the card again. If its key may be known: only to renew the key at once, or after a false alarm.',
  },
  revoke: { ja: '届けや台帳を確かめます。元に戻せません。', en: 'Check the notice or the register. It is final.' },
  unlock: { ja: '本人が暗証番号を覚えていることを確かめます。', en: 'Make sure the holder knows the PIN.' },
  code: {
    ja: '承認すると受け渡し番号が1回だけ出ます。封書で、登録された住所へ送ります。',
    en: 'Agreeing shows a code once. It goes by letter to the registered address.',
  },
};

export const letterNames: Readonly<Record<LetterKind, Text>> = {
  enrolment: { ja: 'カードの申込を承認したお知らせ', en: 'A card was applied for' },
  'card-stopped': { ja: 'カードを止めたお知らせ', en: 'The card was stopped' },
  'card-continued': { ja: 'カードの利用を再開したお知らせ', en: 'The card can be used again' },
  'card-unsafe': { ja: '安全のためカードを止めたお知らせ', en: 'The card was stopped for safety' },
  'new-pin-code': { ja: '暗証番号の再設定を受け付けたお知らせ', en: 'A new PIN was asked for' },
};

/** What each letter says; the holder reads Japanese on paper, with a line in English. */
export const letterTexts: Readonly<Record<LetterKind, Text>> = {
  enrolment: {
    ja: 'お名前でカードの申込があり、承認しました。お心当たりがないときは、すぐにお電話ください。',
    en: 'A card was applied for in your name and approved. If you know nothing of it, please call at once.',
  },
  'card-stopped': {
    ja: 'お申し出により、カードを止めました。お心当たりがないときは、お電話ください。',
    en: 'Your card was stopped because somebody asked for it. If you know nothing of it, please call us.',
  },
  'card-continued': {
    ja: '止めていたカードを、また使えるようにしました。お心当たりがないときは、すぐにお電話ください。',
    en: 'Your card, which was stopped, can be used again. If you know nothing of it, please call at once.',
  },
  'card-unsafe': {
    ja: 'カードの写しが作られたおそれがあるため、安全のためにカードを止めました。新しいカードをご用意し、あらためてご案内します。サービスとのつながりはそのまま残ります。暗証番号をお尋ねすることはありません。',
    en: 'A copy of your card may exist, so it was stopped for your safety. We are preparing a new one and will write again; your services stay connected. Nobody will ask for your PIN.',
  },
  'new-pin-code': {
    ja: '暗証番号の再設定を受け付けました。お心当たりがないときは、すぐにお電話ください。',
    en: 'A new PIN was asked for. If you know nothing of it, please call at once.',
  },
};

/** Words of the pages about tasks, cards, letters and equipment (A2). */
export const taskCopy = {
  title: { ja: 'カードの仕事', en: 'Card tasks' },
  lead: {
    ja: '止めるのは1人で、続けさせるのは2人で決めます。',
    en: 'One person stops a card; letting it go on takes two.',
  },
  open: { ja: '承認を待つもの', en: 'Waiting for a second person' },
  toMake: { ja: '発行を待つもの', en: 'Waiting for a card' },
  toHandOver: { ja: '受け渡しを待つカード', en: 'Cards to be handed over' },
  none: { ja: 'ありません。', en: 'There are none.' },
  toldChanges: { ja: '本人から知らせのあった変更', en: 'Changes that holders told' },
  toldChangesText: {
    ja: '書類を確かめてから、その方の画面で変更を記録します。',
    en: 'Look at the papers, then note the change on the person’s page.',
  },
  toldItems: { ja: '変わったもの', en: 'What has changed' },
  openPerson: { ja: 'この方を開く', en: 'Open the person' },
  settleChange: { ja: '済みにする', en: 'Done' },
  bySystem: { ja: '断らなければ、この日に自動で失効します。', en: 'Unless declined, it ends by itself on that day.' },
  act: { ja: '内容', en: 'What' },
  person: { ja: 'どなた', en: 'Whom' },
  card: { ja: 'カード', en: 'Card' },
  reason: { ja: '理由', en: 'Reason' },
  by: { ja: '頼んだ人', en: 'Asked by' },
  register: { ja: '届け', en: 'a notice of change' },
  system: { ja: 'システム', en: 'the system' },
  due: { ja: 'この日から', en: 'Not before' },
  decide: { ja: '決める', en: 'Decide' },
  approve: { ja: '承認する', en: 'Agree' },
  decline: { ja: '断る', en: 'Decline' },
  own: { ja: '別の担当者が決めます', en: 'Somebody else decides' },
  makeHere: { ja: 'カードを作る', en: 'Make the card' },
  make: { ja: '発行する（ソフトウェア）', en: 'Make a software card' },
  makeText: {
    ja: '発行機として登録したパソコンで、白いカードに番号と鍵を書き、書き換えられないようにします。',
    en: 'At a computer that is an enrolled station: number and key are written into a blank card, and its memory is locked.',
  },
  makeAll: { ja: 'まとめて発行する（20枚まで）', en: 'Make all of them (up to 20)' },
  faces: { ja: '券面をブラウザーで印刷する', en: 'Print the faces with the browser' },
  number: { ja: 'カード番号', en: 'Card number' },
  state: { ja: '状態', en: 'State' },
  issued: { ja: '発行日時', en: 'Made' },
  expires: { ja: '有効期限', en: 'Valid until' },
  handedOver: { ja: '受け渡し', en: 'Handed over' },
  notHandedOver: { ja: 'まだ', en: 'not yet' },
  supersedes: { ja: '前のカード', en: 'In place of' },
  cardTitle: { ja: 'カードの詳細', en: 'Card' },
  handOver: { ja: '受け渡しを記録する', en: 'Record the hand-over' },
  handOverText: {
    ja: '記録すると、受け渡し番号の手紙が1回だけ出ます。カードとは別の封筒に入れます。',
    en: 'After it the letter with the hand-over code is shown once. It goes in an envelope of its own.',
  },
  how: { ja: '渡し方', en: 'How' },
  counter: { ja: '窓口で本人に', en: 'to the holder at the counter' },
  mail: { ja: '本人限定受取郵便', en: 'restricted mail' },
  choose: { ja: '選んでください', en: 'Choose' },
  letterTitle: { ja: '受け渡し番号のお知らせ', en: 'Hand-over code' },
  letterOnce: {
    ja: 'この画面は1回だけです。いま印刷してください。閉じると番号は二度と出ません。',
    en: 'This page comes once. Print it now: the code is never shown again.',
  },
  code: { ja: '受け渡し番号', en: 'Hand-over code' },
  codeText: {
    ja: 'カードリーダーにカードを置き、次のアドレスで受け渡し番号と、ご自分で決めた暗証番号を入力してください。30日間使えます。',
    en: 'Put the card on a reader, open the address on this sheet, and enter this code and a PIN of your own. It is good for 30 days.',
  },
  codeSecret: {
    ja: '受け渡し番号と暗証番号を、電話や窓口でお尋ねすることはありません。',
    en: 'Nobody will ever ask you for this code or your PIN.',
  },
  stopTitle: { ja: 'カードをなくしたとき', en: 'If the card is lost' },
  stopText: {
    ja: 'この手紙は、家に保管してください。次のアドレスで停止番号を入力すると、24時間いつでもカードを止められます。止めるほかには使えません。新しい手紙が届いたら、その番号を使ってください。',
    en: 'Keep this letter at home. The stop code stops the card at the address below, at any hour, and does nothing else. Once a newer letter comes, use the code of that one.',
  },
  stopCode: { ja: '停止番号', en: 'Stop code' },
  address: { ja: 'アドレス', en: 'Address' },
  back: { ja: 'カードの仕事へ', en: 'Back to the tasks' },
  letters: { ja: '郵送', en: 'Letters' },
  lettersLead: {
    ja: '登録された住所へ送ります。印刷したら、済みにします。',
    en: 'To registered addresses. Mark each one as printed.',
  },
  letter: { ja: '手紙', en: 'Letter' },
  since: { ja: '日時', en: 'Since' },
  printed: { ja: '印刷済みにする', en: 'It is printed' },
  noAddress: { ja: '住所が登録されていません。', en: 'There is no registered address.' },
  dear: { ja: '様', en: '' },
  equipment: { ja: '貸出機器', en: 'Lent equipment' },
  equipmentLead: {
    ja: 'カードリーダーの貸出と返却を記録します。',
    en: 'Card readers that are lent, and when they come back.',
  },
  serial: { ja: '機器の番号', en: 'Serial number' },
  serialHint: { ja: '例：S380-00123', en: 'Example: S380-00123' },
  serialWrong: { ja: '英数字とハイフンで、40文字まで。', en: 'Letters, digits and hyphens, up to 40.' },
  holder: { ja: '借りる方のカード番号', en: 'Card number of the borrower' },
  holderHint: { ja: '13桁', en: '13 digits' },
  holderWrong: { ja: 'その番号のカードはありません。', en: 'There is no card of this number.' },
  dueOn: { ja: '返却予定日', en: 'Due back' },
  dueOnHint: { ja: '例：令和8年12月31日', en: 'Example: 2026-12-31' },
  dueOnWrong: { ja: '日付を確かめてください。', en: 'Check the date.' },
  lend: { ja: '貸し出す', en: 'Lend it' },
  borrower: { ja: '借りた方', en: 'Borrower' },
  lentAt: { ja: '貸出日時', en: 'Lent' },
  backAt: { ja: '返却', en: 'Came back' },
  overdue: { ja: '⚠ 期限を過ぎています', en: '⚠ overdue' },
  giveBack: { ja: '返却を記録する', en: 'It came back' },
} as const satisfies Record<string, Text>;
